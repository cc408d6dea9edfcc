"""A folder whose subfolders are classes: pictures or texts, each file a row."""

from __future__ import annotations

import codecs
import os
import re
import shlex
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from fourfold.data.dataset import Column, Note, Table
from fourfold.data.files.text.encoding import (
    first_other,
    said_of,
    strange_bytes,
    strange_words,
    unmarked_utf16,
)
from fourfold.data.files.text.header import no_header
from fourfold.data.join import with_test
from fourfold.data.messages import counted, listed
from fourfold.data.reading import Reading
from fourfold.data.sample import places
from fourfold.data.source import Source
from fourfold.data.values.words import as_objects
from fourfold.errors import DataError, FileError

from .annotations import check_beside, check_subfolders, masks_among
from .class_levels import classes_of, is_hidden, other_level
from .classes_in_names import classes_in
from .content import is_file, look
from .parts import TESTING, TRAINING, are_notes, check_inside, check_number, files_of, holds_pictures
from .pictures import begins_as_picture, is_picture
from .recordings import are_recordings, are_wanted, read_recordings
from .unread import nothing_read, unread_classes
from .wrong_kinds import refuse

LONGEST_TEXT = 2**16
"""Bytes of one file that are read; a network sees far fewer."""

TEXT, TEXTS = "text", (".txt", ".text", ".md", "")
"""What the column of texts is called that are a file each, and how the names of these end."""

UNLABELLED = ("unsup", "unlabeled", "unlabelled", "unsupervised")
"""What subfolders are called, in small letters, whose files have no class yet."""


NUMBERED = re.compile(r"\.(?:\d+|[0-9a-f]{16,})")
"""What stands behind the last point of a name that tells no kind of file: a number, or a digest, as of mails."""


def end_of(name: str) -> str:
    """The end of a name that tells the kind of a file, in small letters; "" without one.

    >>> end_of("a.TXT"), end_of("00001.7c53336b37003a9286aba55d2945844c"), end_of("mail.12")
    ('.txt', '', '')
    """
    end = Path(name).suffix.lower()
    return "" if NUMBERED.fullmatch(end) else end


def check_not_one_class(source: Source, test: Any) -> None:
    """Refuse as test rows the folder of one class, which can't hold others."""
    folder = Path(test) if isinstance(test, (str, os.PathLike)) else None
    if source.target is None or folder is None or folder.name not in {*source.target.tolist()} or not folder.is_dir():
        return
    if not classes_of(folder):
        raise DataError(
            "test-of-one-class",
            "the test rows are the folder of one class",
            got=str(folder),
            wanted="the folder in which each class has one",
            do=f"--test {shlex.quote(str(folder.parent))}",
        )


def read_classes(folder: Path, classes: Iterable[Path], reading: Reading) -> Source:
    """Each file below a subfolder as a row whose target is the subfolder's name.

    A folder with nothing but one folder of classes stands for that one.
    """
    classes = list(classes)
    if len(classes) == 1 and not files_of(classes[0]) and (inner := classes_of(classes[0])):
        note = Note(f"classes: the subfolders of {classes[0].name!r}", "it is the only folder")
        return read_classes(folder, inner, reading).noting(note)
    check_subfolders(folder, classes)
    if parts := _parts_within(classes):
        train, test = (_of_parts(folder, classes, names, reading) for names in parts)
        return with_test(train, replace(test, name=f"{folder}: {listed(sorted(set(parts[1])))}"))
    levels = None if reading.all else other_level(folder, classes)
    files, labels, empty = [], [], []
    if len(classes) == 1 and (found := _named_by_class(folder, _files(classes[0], folder), reading)):
        return found
    labelled = [part for part in classes if part.name.lower() not in UNLABELLED]
    unlabelled = [part.name for part in classes if part not in labelled and len(labelled) > 1]
    for part in labelled if unlabelled else classes:
        found = _files(part, folder)
        files += found
        labels += [part.name] * len(found)
        empty += [] if found else [part.name]
    source = _rows(folder, files, as_objects(labels), reading)
    because = {"subfolders without files": empty, "files without a class, as the name says": unlabelled}
    left_out = [Note(f"left out: {listed(names)}", why) for why, names in because.items() if names]
    return source.noting(*left_out, *filter(None, [levels]))


def _parts_within(classes: Sequence[Path]) -> tuple[list[str], list[str]] | None:
    """What in each class the folder of its training files is called, and that of its test files; None where some class
    has not both, or something else."""
    train, test = [], []
    for part in classes:
        inner = [entry.name for entry in classes_of(part)]
        trains, tests = ([name for name in inner if name.lower() in names] for names in (TRAINING, TESTING))
        if files_of(part) or len(inner) != 2 or len(trains) != 1 or len(tests) != 1:
            return None
        train, test = train + trains, test + tests
    return train, test


def _of_parts(folder: Path, classes: Sequence[Path], names: Sequence[str], reading: Reading) -> Source:
    """The files of one part of each class."""
    found = [_files(part / name, folder) for part, name in zip(classes, names)]
    labels = [part.name for part, files in zip(classes, found) for _ in files]
    return _rows(folder, [path for files in found for path in files], as_objects(labels), reading)


def new_files(paths: Sequence[Path], reading: Reading, pattern: bool) -> Source | None:
    """Files, or those of one folder, that are new rows themselves: pictures or texts, or series of numbers, where such
    are wanted; None for all else, and for a file alone that no ``pattern`` found, the lines of which may be texts."""
    one, within = paths[0], Path(os.path.commonpath([path.parent for path in paths]))
    if reading.all and all(path.is_file() for path in paths):
        pictures = reading.layout == "image" and all(is_picture(path.name) for path in paths)
        named = reading.layout == "text" and reading.column == TEXT and pattern and not reading.by_line
        if pictures or (named and all(end_of(path.name) in TEXTS for path in paths)):
            return _rows(within, [*paths], None, reading)
    if not are_wanted(reading):
        return None
    if not one.is_dir():
        files = [path for path in paths if path.is_file()]
        found = _series(within, files, None, reading) if are_recordings(files) else None
        return replace(found, name=str(one)) if found is not None and len(files) == 1 else found
    notes: tuple[Note, ...] = ()
    while len(inner := classes_of(one)) == 1 and not files_of(one):
        one, notes = inner[0], (Note(f"folder: {inner[0].name}", "the only one"),)
    files = files_of(one)
    return _series(one, files, None, reading).noting(*notes) if not inner and are_recordings(files) else None


def read_unlabelled(folder: Path, reading: Reading) -> Source:
    """The files of a folder as rows without a target, to be predicted; pictures to learn from that are named by their
    classes with these."""
    files = [path for path in _files(folder, folder) if path.parent == folder]
    if not reading.all and holds_pictures(folder):
        check_beside(folder)
    return _named_by_class(folder, files, reading) or _rows(folder, files, None, reading)


def check_not_notes(folder: Path, tables: Sequence[Path]) -> None:
    """Refuse notes beside a larger file of a kind that is not read, which holds the data."""
    largest = max(files_of(folder), key=lambda path: path.stat().st_size)
    if largest not in tables and are_notes(tables):
        refuse(look(largest), unknown=False)


def _named_by_class(folder: Path, files: Sequence[Path], reading: Reading) -> Source | None:
    """Pictures to learn from whose classes stand in their names; None for all others."""
    pictures = [path for path in files if is_picture(path.name)]
    if reading.all or reading.layout == "text" or not pictures:
        return None
    found = classes_in([path.name for path in pictures], reading.classes)
    if found is None:
        return None
    labels, note = found
    others = [path.name for path in files if not is_picture(path.name)]
    notes = [Note(f"ignored: {listed(others)}", "files of another kind")] if others else []
    return _rows(folder, pictures, labels, reading).noting(note, *notes)


def _are_notes(files: Sequence[Path], kept: np.ndarray) -> bool:
    """Whether the texts that are ``kept`` are such as Index and README, beside a larger file of another kind."""
    own = {files[place] for place in kept}
    others = (path.stat().st_size for path in files if path not in own)
    size = sum(path.stat().st_size for path in own)
    return not any(end_of(path.name) for path in own) and max(others, default=0) > size


def _rows(folder: Path, files: list[Path], labels: np.ndarray | None, reading: Reading) -> Source:
    if reading.layout in (None, "sequence") and are_recordings(files):
        return _series(folder, files, labels, reading)
    if reading.header is not None:
        raise no_header(str(folder), reading.header)
    pictures = [is_picture(path.name) for path in files]
    texts = [end_of(path.name) in TEXTS for path in files]
    wanted = pictures if any(pictures) and reading.layout != "text" else texts
    drawn = [path for path, picture in zip(files, pictures) if picture]
    masks = masks_among(drawn) if wanted is pictures and not reading.all else {}
    kept = np.flatnonzero([own and path not in masks for own, path in zip(wanted, files)])
    if wanted is texts and labels is None and not (reading.all or reading.by_place) and _are_notes(files, kept):
        kept = kept[:0]
    if not len(kept):
        raise nothing_read(folder, files, labels is not None, any(pictures))
    total = len(kept)
    unread = unread_classes(files, labels, kept)
    if reading.rows is not None and reading.rows < total:
        kept = kept[places(total, reading.rows)]
    chosen = [files[place] for place in kept]
    ids = as_objects([str(path.relative_to(folder)) for path in chosen])
    ignored = [*dict.fromkeys(path.name for path, own in zip(files, wanted) if not own)]
    notes = [Note(f"ignored: {listed(ignored)}", "files of another kind")] if ignored else []
    notes += unread
    if masks:
        mask, of = next(iter(masks.items()))
        which = f"left out: {counted(len(masks), 'picture')}, such as {mask.name!r}"
        notes.append(Note(which, f"masks of others beside them, as of {of!r}, by their names"))
    endings = Counter(end_of(files[place].name) for place in kept)
    if wanted is texts and len(endings) > 1:
        counts = ", ".join(f"{count:,} {end or 'without an end'}" for end, count in endings.most_common())
        notes.append(Note(f"texts: {counts}", f"all names that end in {', '.join(filter(None, TEXTS))} or in nothing"))
    target = None if labels is None else labels[kept]
    if wanted is pictures:
        name, words = "picture", [str(path) for path in chosen]
    else:
        name, (words, encodings) = TEXT, zip(*(_text(path, reading.encoding) for path in chosen))
        if not (reading.all or any(words)):
            got, do = counted(len(words), "file"), "save or fetch them again"
            raise FileError("blank-file", f"the texts of {folder} are empty", got=got, wanted="words", do=do)
        for encoding in sorted({*encodings} - {"utf-8-sig", reading.encoding}):
            which = f"{encodings.count(encoding):,} of {len(chosen):,} texts"
            notes.append(said_of(f"{encoding} of {which}"))
        guessed = {path: text or "" for path, text, encoding in zip(chosen, words, encodings) if encoding == "cp1252"}
        notes += [] if reading.encoding else _strange_words(guessed, folder)
    return Source(
        str(folder),
        Table({name: as_objects([*words])}),
        (Column(name, "category"),),
        target,
        "category",
        "class",
        layout="image" if wanted is pictures else "text",
        notes=tuple(notes),
        total=total,
        pictures="picture" if wanted is pictures else "",
        of_folders=target is not None,
        ids=ids,
    )


def _series(folder: Path, files: list[Path], labels: np.ndarray | None, reading: Reading) -> Source:
    """Files of numbers as series."""
    total = len(files)
    rows = total if reading.rows is None else reading.rows
    kept = places(total, rows) if rows < total else np.arange(total)
    array, names, notes = read_recordings([files[place] for place in kept], folder, reading.channels)
    names = names if len({*names}) == len(names) else ()
    ids = as_objects([str(files[place].relative_to(folder)) for place in kept])
    target = None if labels is None else labels[kept]
    return Source(
        str(folder),
        array,
        tuple(Column(name, "number") for name in names),
        target,
        "category",
        "class",
        layout="sequence",
        notes=notes,
        total=total,
        of_folders=target is not None,
        ids=ids,
        all_columns=names,
    )


def _strange_words(texts: dict[Path, str], folder: Path) -> list[Note]:
    """What is said of the first of these texts of Windows-1252 that has strange words."""

    def first_line(path: Path) -> str:
        return f"{first_other(look(path))} of {path.relative_to(folder)}"

    found = (note for path, text in texts.items() for note in strange_words(text, partial(first_line, path)))
    return [*islice(found, 1)]


def _files(below: Path, folder: Path) -> list[Path]:
    """All files below a folder, sorted by path; hidden ones are left out, links to folders not followed."""
    found = []
    for place, inner, names in os.walk(below, onerror=_refuse):
        inner[:] = sorted(name for name in inner if not is_hidden(name))
        found += [Path(place) / name for name in sorted(names) if not is_hidden(name)]
        check_number(found, str(folder))
    found = [path for path in found if is_file(path)]
    for path in found:
        check_inside(path, folder)
    return found


def _refuse(error: OSError) -> NoReturn:
    """For folders within folders that may not be listed, which are otherwise passed over."""
    raise error


def _text(path: Path, named: str | None) -> tuple[str | None, str]:
    """The first 64 KiB of a text, None if there is nothing in it, and its encoding: the one that was ``named``, or else
    UTF-8, UTF-16 or Windows-1252."""
    with path.open("rb") as file:
        data = file.read(LONGEST_TEXT)
    if named is not None:
        return _decoded(path, data, named).strip() or None, named
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    silent = "" if len(data) % 2 else unmarked_utf16(data)
    encoding = "utf-16" if marked else silent or "utf-8-sig"
    if b"\0" in data and encoding == "utf-8-sig":
        picture = begins_as_picture(data)
        if not picture:
            refuse(look(path), unknown=False)
        raise FileError(
            "no-text",
            f"{path} is no text",
            got="a picture" if picture else "bytes of 0",
            wanted="a file of text",
            do="let the names of pictures end in .png, .jpg or the like"
            if picture
            else "remove it, or name it, if it is the data",
        )
    try:
        text = _decoded(path, data, encoding)
    except FileError:
        encoding = "cp1252"
        text = _decoded(path, data, encoding)
    return text.strip() or None, encoding


def _decoded(path: Path, data: bytes, encoding: str) -> str:
    """The first bytes of a text, without a character that is cut at their end."""
    try:
        return codecs.getincrementaldecoder(encoding)().decode(data, final=len(data) < LONGEST_TEXT)
    except UnicodeError as error:
        raise FileError(
            "encoding-of-a-text",
            f"{path} is not in the encoding {encoding}",
            got=_strange(error, data),
            wanted="texts in one encoding" if encoding != "cp1252" else "UTF-8, UTF-16 or Windows-1252",
            do="--encoding NAME, such as gbk or shift_jis, or save the text in UTF-8",
        ) from error


def _strange(error: UnicodeError, data: bytes) -> str:
    """What of a text is not in an encoding, in words."""
    if not isinstance(error, UnicodeDecodeError):
        return strange_bytes(error, data)
    line = 1 + data.count(b"\n", 0, error.start)
    return f"the byte 0x{data[error.start]:02x} in line {line}"
