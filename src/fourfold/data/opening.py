"""What a name, a path, a pattern, a folder or a data frame holds, before anything is inferred: whole, or in parts."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from fourfold.core.permission import permitted
from fourfold.core.scratch import scratch_folder
from fourfold.data.columns.frame_index import UNNAMED_INDEX, without_index
from fourfold.data.columns.roles import NO_ROLES
from fourfold.data.embedded import EMBEDDED
from fourfold.data.files.content import look, unchanged
from fourfold.data.files.embedded_pictures import embedded_in
from fourfold.data.files.excel.sheets import with_sheet
from fourfold.data.files.file_names import are_wanted, names_of, with_file_names
from fourfold.data.files.folder import Folder
from fourfold.data.files.folders import (
    check_not_notes,
    classes_of,
    new_files,
    read_classes,
    read_unlabelled,
)
from fourfold.data.files.forms import NAMES, plain, read_file, read_tables, reader_of
from fourfold.data.files.idx import pairs_of
from fourfold.data.files.named_pictures import named_in
from fourfold.data.files.packed_folders import PackedFolder
from fourfold.data.files.packing import STANDARD_INPUT, standard_input
from fourfold.data.files.parts import (
    DESCRIPTIONS,
    MANY_TEXTS,
    TESTING,
    TRAINING,
    check_inside,
    check_texts,
    entries_of,
    files_of,
    hold_texts,
    holds_pictures,
    in_one_form,
    is_form,
    is_table,
    matches,
    other_parts,
    part_name,
    part_of,
    tables_in,
    without_copies,
)
from fourfold.data.files.picture_tables import holders_of_pictures, labels_of, row_width, table_of
from fourfold.data.files.text.encoding import no_text
from fourfold.data.files.text.header import no_header
from fourfold.data.files.text_files import texts_by_file
from fourfold.data.files.zipped import PACKED, Member, is_damaged, tables_of, unpacked_tables
from fourfold.data.values.words import as_objects
from fourfold.errors import DataError, FourfoldError, OptionError
from fourfold.preprocessing.table import row_count

from .dataset import Note
from .join import lacking_beside, lacking_target, unfilled_target, with_test
from .labelled import with_labels
from .messages import listed, quoted
from .objects import as_source
from .pair import with_targets
from .reading import USUAL, Reading, reading_after
from .sample import thinned
from .source import Source, without_rows
from .written import with_written


def open_source(source: Any, reading: Reading = USUAL) -> Source:
    """What a name, a path, a pattern or a data frame holds, before anything is inferred."""
    return with_written(_opened(source, reading), reading)


def _opened(source: Any, reading: Reading) -> Source:
    if isinstance(source, PackedFolder):
        return source.named(_opened(source.path, reading))
    named = isinstance(source, (str, os.PathLike))
    if reading.encoding is not None and (not named or os.fspath(source) in NAMES):
        raise no_text(os.fspath(source) if named else "data in memory", reading.encoding)
    if reading.header is not None and (not named or os.fspath(source) in NAMES):
        raise no_header(os.fspath(source) if named else "data in memory", reading.header)
    if not named:
        return thinned(as_source(source, None, "data", reading.lists or ()), reading)
    name, reading = with_sheet(os.fspath(source), reading)
    for embedded in EMBEDDED:
        if embedded.name == name:
            return thinned(embedded.load(), reading)
    if name == STANDARD_INPUT:
        with standard_input() as path:
            return thinned(read_tables("standard input", [path], reading, "standard input"), reading)
    files = matches(name)
    if (new := new_files(files or [Path(name)], reading, bool(files))) is not None:
        return new
    if files:
        return thinned(texts_by_file(name, files, reading) or read_tables(name, files, reading), reading)
    if os.path.isdir(name):
        found = _folder(Path(name), reading)
        if reading.encoding is not None and found.pictures and found.of_folders:
            raise no_text(name, reading.encoding)
        return thinned(found, reading)
    if len(inside := _inside(name)) > 1:
        return thinned(_zip(name, inside, reading), reading)
    found = read_tables(name, [name], reading)
    if inside:
        found = found.noting(Note(f"zip: {inside[0].filename}", "the only table in it"))
    return thinned(found, reading)


def open_pair(
    inputs: str | os.PathLike[str],
    labels: str | os.PathLike[str],
    reading: Reading,
    id: str = "",
    task: str | None = None,
) -> Source:
    """Inputs from one file, the target from another: a row for each of the inputs, or one that an ``id`` joins. Words
    of the target are what they mean, as in one table, but those of an array, and those that may list labels."""
    mapped = os.fspath(inputs).endswith(".npy")  # a sample of it is cheap
    source = open_source(inputs, reading if mapped else replace(reading, rows=None, by_place=True))
    found = open_source(labels, Reading(encoding=reading.encoding, header=reading.header, by_place=True))
    if source.target is not None:
        raise OptionError(
            "target-is-given",
            "a target can't be chosen here",
            got=f"--y {os.fspath(labels)}",
            wanted=f"the target {source.target_name!r}, which these data bring along",
            do="leave out --y",
        )
    if (joined := with_labels(source, found, id)) is not None:
        return thinned(joined, reading)
    as_words = task == "multilabel" or os.fspath(labels).endswith(".npy")
    paired = with_targets(source, found, reading.targets, id, as_words)
    return paired if mapped else thinned(paired, reading)


def _inside(name: str) -> list[Member]:
    """The tables in a zip file; [] of any other."""
    if not os.path.isfile(name):
        return []
    content = look(name, NAMES)
    return tables_of(content.path, content.head)


def _only_zip(folder: Path) -> Path | None:
    """The zip file of tables in a folder, if it holds one."""
    zipped = [path for path in files_of(folder) if path.suffix.lower() == ".zip"]
    for path in zipped:
        check_inside(path, folder)
    found = [path for path in zipped if _inside(str(path))]
    return found[0] if len(found) == 1 else None


def _zip(name: str, tables: Sequence[Member], reading: Reading) -> Source:
    """The tables of a zip file as those of a folder, which nothing that is said names."""
    with unpacked_tables(look(name, NAMES), tables) as folder:

        def said(text: str) -> str:
            return text.replace(f"{folder}/", "").replace(str(folder), name)

        try:
            found = _folder(folder, reading)
        except FourfoldError as error:
            parts = (said(part) for part in (error.what, error.got, error.wanted, error.do))
            what, got, wanted, do = parts
            raise type(error)(error.slug, what, got=got, wanted=wanted, do=do) from error
        notes = [replace(note, what=said(note.what), because=said(note.because)) for note in found.notes]
        return replace(found, name=name, notes=tuple(notes))


def parts_of(source: Any, reading: Reading) -> Generator[Source, None, None]:
    """All rows of what `open_source` takes, part after part where the form of the file allows it."""
    with permitted():
        if isinstance(source, PackedFolder):
            yield from map(source.named, _parts_of(source.path, reading))
        else:
            yield from _parts_of(source, reading)


def _parts_of(source: Any, reading: Reading) -> Iterator[Source]:
    if isinstance(source, (str, os.PathLike)):
        name, reading = with_sheet(os.fspath(source), reading)
        if name == STANDARD_INPUT:
            with standard_input() as path:
                yield from _parts(path, reading, "standard input")
            return
        if len(inside := _inside(name)) > 1:
            raise DataError(
                "tables-in-one-file",
                f"{name} holds several tables",
                got=listed([member.filename for member in inside]),
                wanted="one, with the rows to predict",
                do="unpack it, and name that one",
            )
        files: Sequence[str | Path] = matches(name)
        if (new := new_files([*map(Path, files or [name])], reading, bool(files))) is not None:
            yield new
            return
        if not files and os.path.isdir(name) and not classes_of(Path(name)) and reading.layout != "text":
            files = [] if holds_pictures(Path(name)) else without_copies(tables_in(Path(name)))[0]
        if not files and os.path.isfile(name) and name not in {embedded.name for embedded in EMBEDDED}:
            files = [name]
        if files:
            for file, called in zip(files, names_of(files)):
                for part in _parts(file, reading):
                    if are_wanted(reading, part):
                        part = with_file_names(part, [called], [row_count(part.inputs)])
                    yield part if len(files) == 1 else replace(part, among=0)
            return
    yield open_source(source, reading)


def _parts(path: str | Path, reading: Reading, called: str = "") -> Iterator[Source]:
    """The rows of one file, part after part."""
    content = look(path, called=called)
    with unchanged(content), plain(content, reading) as text:
        reader = reader_of(text)
        if reader.open is None:
            yield with_written(read_file(path, reading, called), reading)
            return
        with (
            scratch_folder() as scratch,
            reader.open(text, reading, Path(scratch)) as table,
        ):
            if not table.rows:
                yield without_rows(content.name, table.casts)  # a header alone
            for part in table.parts(reading.at_once(table.width)):
                found = with_written(part, reading)
                found = embedded_in(found)
                yield found if called else named_in(found, content.path.parent)


def _folder(path: Path, reading: Reading) -> Source:
    """The rows of a folder: what the first of `KINDS` makes of it, that finds its own."""
    folder = Folder(path, reading)
    return next(found for kind in KINDS if (found := kind(folder)) is not None)


def _of_pairs(folder: Folder) -> Source | None:
    """Pictures and labels in files of a pair, as MNIST has them, of training and of test rows."""
    if not (pairs := pairs_of(folder.files)):
        return None
    source, *others = (open_pair(images, labels, folder.reading) for images, labels in pairs)
    source = with_test(source, others[0]) if others else source
    return replace(source, name=str(folder.path))


def _of_parts(folder: Folder) -> Source | None:
    """Rows to learn from and rows to test on, each a folder or tables."""
    train = part_of(folder.path, TRAINING)
    tests = [part for name in TESTING if (part := part_of(folder.path, (name,)))]
    if not train or not tests:
        return None
    return _train_and_test(folder.path, *in_one_form(train, tests), folder.reading)


def _of_one_subfolder(folder: Folder) -> Source | None:
    """Nothing but a folder that holds tables, or parts, and is no class of texts."""
    if folder.tables or len(folder.classes) != 1:
        return None
    below = folder.classes[0]
    tables = tables_in(below)
    if (len(tables) >= MANY_TEXTS and hold_texts(tables)) or not (tables or part_of(below, TRAINING)):
        return None
    return _folder(below, folder.reading).noting(Note(f"folder: {below.name}", "the only one with tables"))


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
    return _opened(packed, folder.reading).noting(file, *_ignored(others))


def _of_one_npz(folder: Folder) -> Source | None:
    """Nothing but a file of arrays by names, and notes without an end or in Markdown."""
    arrays = [path for path in folder.files if path.suffix.lower() == ".npz"]
    others = [path for path in folder.files if path not in arrays]
    if len(arrays) != 1 or folder.classes or any(path.suffix.lower() not in ("", ".md") for path in others):
        return None
    file = Note(f"file: {arrays[0].name}", "the only one with arrays")
    return open_source(arrays[0], folder.reading).noting(file, *_ignored(others))


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
    _of_pairs,
    _of_parts,
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


def _train_and_test(
    folder: Path, train: Sequence[Path], tests: Sequence[Sequence[Path]], reading: Reading
) -> Source:
    """The training rows, and the first of the ``tests`` that has targets as test rows.

    Those without targets, as competitions hand them out, are named: they can be predicted.
    """
    source = _named(part_name(train[0]), _part(folder, train, reading))
    used, notes = [*train], []
    if _are_bare(source) and not reading.all:
        listing = table_of(train[0], {part_name(part[0]) for part in tests}, reading)
        source = source if listing is None else open_source(listing, reading)
        used += [] if listing is None else [listing]
    beside = len(used) > len(train) or (folder / part_name(train[0])).is_dir()
    if source.pictures and beside and row_width(source) > 1:
        notes.append(Note(f"table: {used[-1].name}", "it holds paths of the pictures"))
    named, reading = reading.targets, reading_after(source, reading)
    held = holders_of_pictures(source)
    for part in tests:
        test = _named(part_name(part[0]), _part(folder, part, reading))
        held |= holders_of_pictures(test)
        if _are_bare(test) and row_width(source) > 1 and part[0].is_dir():
            used += part
            how = f"fourfold predict FOLDER {shlex.quote(str(part[0]))} predicts them"
            notes.append(Note(f"not used: {part[0].name!r}", f"pictures that no table tells of; {how}"))
            continue
        lacking = lacking_target(source, test, named)
        unfilled, filling = ("", "") if lacking else unfilled_target(source, test, named)
        used += part
        if UNNAMED_INDEX.fullmatch(lacking):
            source, lacking = without_index(source, NO_ROLES, None), ""
        if not lacking and not unfilled:
            source = with_test(source, test)
            break
        lacking = lacking or unfilled
        source = source if source.target is not None else replace(source, lacking=lacking)
        learnt, tested = (shlex.quote(str(paths[0])) for paths in (train, part))
        another = reading.targets and lacking not in reading.targets
        how = f"{learnt} --test {tested} --drop {quoted(lacking)} tests on it"
        others = lacking_beside(source, test, lacking)
        without = f", where --drop {quoted(','.join(others))} was said for comparing" * bool(others)
        how = how if another else f"fourfold predict FOLDER {tested} predicts it{without}"
        absent = f"{unfilled!r} is {filling} in all rows" if unfilled else f"no {listed([lacking, *others])} in it"
        notes.append(Note(f"not used: {listed([entry.name for entry in part])}", f"{absent}; {how}"))
    if ignored := [entry.name for entry in entries_of(folder) if entry not in used and entry.resolve() not in held]:
        more = other_parts(folder, used)
        how = f"; rows to validate are taken from train: to learn from {listed(more)}, too, put its rows into train"
        notes.append(Note(f"ignored: {listed(ignored)}", f"beside train and test{how * bool(more)}"))
    return replace(source, name=str(folder)).noting(*notes)


def _are_bare(source: Source) -> bool:
    """Whether these are pictures of which nothing is known."""
    return source.target is None and bool(source.pictures) and row_width(source) == 1


def _part(folder: Path, entries: Sequence[Path], reading: Reading) -> Source:
    """What one part of a folder holds: a folder, a file, or several tables."""
    if len(entries) == 1:
        return open_source(entries[0], reading)
    return read_tables(str(folder / part_name(entries[0])), entries, reading)


def _named(part: str, source: Source) -> Source:
    """The files of one part of a folder, called by the part and their names."""
    if source.ids is None:
        return source
    return replace(source, ids=as_objects([f"{part}/{name}" for name in source.ids]))
