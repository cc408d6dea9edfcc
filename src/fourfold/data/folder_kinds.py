"""What kind of folder it is, and its rows: of classes, of parts, of a table beside pictures, of tables, and others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from fourfold.data.files.content import look
from fourfold.data.files.folder import Folder
from fourfold.data.files.folders import check_not_notes, read_classes, read_unlabelled
from fourfold.data.files.forms import NAMES, read_tables
from fourfold.data.files.partitions import partitions_in
from fourfold.data.files.parts import (
    DESCRIPTIONS,
    MANY_TEXTS,
    TESTING,
    TRAINING,
    check_inside,
    check_texts,
    files_of,
    hold_texts,
    in_one_form,
    is_form,
    is_table,
    part_of,
    tables_in,
)
from fourfold.data.files.picture_tables import labels_of
from fourfold.data.files.text_files import texts_by_file
from fourfold.data.files.zipped import PACKED, is_damaged, tables_of
from fourfold.errors import DataError

from .dataset import Note
from .messages import listed
from .source import Source
from .train_and_test import train_and_test


def read_folder(folder: Folder) -> Source:
    """The rows of a folder: what the first of `KINDS` makes of it, that finds its own."""
    return next(found for kind in KINDS if (found := kind(folder)) is not None)


def _of_parts(folder: Folder) -> Source | None:
    """Rows to learn from and rows to test on, each a folder or tables."""
    train = part_of(folder.path, TRAINING)
    tests = [part for name in TESTING if (part := part_of(folder.path, (name,)))]
    if not train or not tests:
        return None
    return train_and_test(folder, *in_one_form(train, tests))


def _of_partitions(folder: Folder) -> Source | None:
    """Nothing but folders called NAME=VALUE, with tables in them."""
    if folder.reading.layout in ("text", "image") or not (tables := partitions_in(folder.path)):
        return None
    return read_tables(str(folder.path), tables, folder.reading)


def _of_one_subfolder(folder: Folder) -> Source | None:
    """Nothing but a folder that holds tables, or parts, and is no class of texts."""
    if folder.tables or len(folder.classes) != 1:
        return None
    below = folder.classes[0]
    tables = tables_in(below)
    if (len(tables) >= MANY_TEXTS and hold_texts(tables)) or not (tables or part_of(below, TRAINING)):
        return None
    return folder.open(below, folder.reading).noting(Note(f"folder: {below.name}", "the only one with tables"))


def _of_classes(folder: Folder) -> Source | None:
    """A subfolder for each class, each file in it a row."""
    if folder.classes and (len(folder.classes) > 1 or not folder.tables):
        return read_classes(folder.path, folder.classes, folder.reading)
    return None


def _of_listed_pictures(folder: Folder) -> Source | None:
    """Pictures, and one table of their paths and targets."""
    if len(folder.tables) != 1 or not (folder.pictured or folder.pictured_below):
        return None
    labels = labels_of(folder.tables[0], folder.reading)
    return labels and labels.noting(Note(f"table: {folder.tables[0].name}", "it holds paths of the pictures"))


def _of_one_class(folder: Folder) -> Source | None:
    """Pictures of one class, wanted, beside files of other kinds."""
    if not folder.pictured_below or folder.pictured:
        return None
    names = listed([path.name for path in folder.files])
    ignored = Note(f"ignored: {names}", "files of another kind")
    return read_classes(folder.path, folder.classes, folder.reading).noting(ignored)


def _of_one_zip(folder: Folder) -> Source | None:
    """No tables but those in a zip file."""
    if folder.tables or folder.pictured or folder.reading.layout == "text":
        return None
    if (packed := _only_zip(folder.path)) is None:
        return None
    file = Note(f"file: {packed.name}", "the only one with tables")
    others = (path for path in folder.files if path != packed)
    return folder.open(packed, folder.reading).noting(file, *_ignored(others))


def _of_one_npz(folder: Folder) -> Source | None:
    """Nothing but a file of arrays by names, and notes without an end or in Markdown."""
    arrays = [path for path in folder.files if path.suffix.lower() == ".npz"]
    others = [path for path in folder.files if path not in arrays]
    if len(arrays) != 1 or folder.classes or any(path.suffix.lower() not in ("", ".md") for path in others):
        return None
    file = Note(f"file: {arrays[0].name}", "the only one with arrays")
    return folder.open(arrays[0], folder.reading).noting(file, *_ignored(others))


def _of_lines(folder: Folder) -> Source | None:
    """Texts, one in each line, in a file for each class."""
    ends = (".txt", ".pos", ".neg")
    named = [path for path in folder.files if path.suffix.lower() in ends]
    classes = [path for path in named if path.suffix.lower() in ends[1:]]
    others = [path for path in folder.files if path not in (classes or named)]
    found = None if folder.pictured else texts_by_file(str(folder.path), classes or named, folder.reading)
    return found and found.noting(*_ignored(others))


def _of_files(folder: Folder) -> Source | None:
    """Pictures, texts or recordings without classes, or with classes in their names."""
    if folder.tables and not folder.pictured and folder.reading.layout != "text":
        return None
    if not folder.tables:
        check_texts(folder.path, folder.files)
    return read_unlabelled(folder.path, folder.reading)


def _of_tables(folder: Folder) -> Source:
    """Tables of the same columns, one after the other."""
    others = [path for path in folder.files if not is_table(path.name) or path.name in DESCRIPTIONS]
    check_texts(folder.path, folder.tables)
    packed = [path.name for path in others if PACKED.search(path.name)]
    if packed and all(map(is_form, folder.tables)):
        raise DataError(
            "form-beside-archives",
            f"{folder.path} holds a table to be filled in, and the data are packed beside it",
            got=listed([*(path.name for path in folder.tables), *packed]),
            wanted="the data unpacked",
            do=f"unpack {listed(packed)} there, or name one of them",
        )
    check_not_notes(folder.path, folder.tables)
    found = read_tables(str(folder.path), folder.tables, folder.reading)
    return found.noting(*_ignored(others), *folder.copies)


KINDS: tuple[Callable[[Folder], Source | None], ...] = (
    _of_parts,
    _of_partitions,
    _of_one_subfolder,
    _of_classes,
    _of_listed_pictures,
    _of_one_class,
    _of_one_zip,
    _of_one_npz,
    _of_lines,
    _of_files,
    _of_tables,
)
"""The kinds of folders, in the order in which they are looked for; the last takes all that is left."""


def _only_zip(folder: Path) -> Path | None:
    """The zip file of tables in a folder, if it holds one."""
    zipped = [path for path in files_of(folder) if path.suffix.lower() == ".zip"]
    for path in zipped:
        check_inside(path, folder)
    found = [path for path in zipped if tables_of(path, look(path, NAMES).head)]
    return found[0] if len(found) == 1 else None


def _ignored(paths: Iterable[Path]) -> Iterator[Note]:
    """What is said of files beside those that are read."""
    by_reason: dict[str, list[str]] = {
        "no tables, by their names": [],
        "packed; unpack it, if it holds what the table names": [],
        "damaged or cut off; fetch it again": [],
    }
    other, packed, damaged = by_reason.values()
    for path in paths:
        names = damaged if is_damaged(path) else packed if PACKED.search(path.name) else other
        names.append(path.name)
    yield from (Note(f"ignored: {listed(names)}", because) for because, names in by_reason.items() if names)
