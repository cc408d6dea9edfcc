"""What a name, a path, a pattern, a folder or a data frame holds, before anything is inferred: whole, or in parts."""

from __future__ import annotations

import os
import shlex
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fourfold.data.columns.frame_index import UNNAMED_INDEX, without_index
from fourfold.data.columns.roles import NO_ROLES
from fourfold.data.embedded import EMBEDDED
from fourfold.data.files.content import check_unchanged, look
from fourfold.data.files.excel.sheets import with_sheet
from fourfold.data.files.folders import (
    check_not_notes,
    classes_of,
    holds_pictures,
    new_files,
    read_classes,
    read_unlabelled,
)
from fourfold.data.files.forms import NAMES, plain, read_file, read_tables, reader_of
from fourfold.data.files.idx import pairs_of
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
    in_one_form,
    is_table,
    matches,
    other_parts,
    part_of,
    tables_in,
    without_copies,
)
from fourfold.data.files.pictures import named_in
from fourfold.data.files.text.encoding import no_text
from fourfold.data.files.text.header import no_header
from fourfold.data.files.zipped import Member, is_damaged, tables_of, unpacked_tables
from fourfold.data.values.words import as_objects
from fourfold.errors import DataError, FourfoldError, OptionError, UnsafeFileError

from .dataset import Note
from .join import lacking_target, with_test
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
    if (new := new_files(files or [Path(name)], reading)) is not None:
        return new
    if files:
        return thinned(read_tables(name, files, reading), reading)
    if os.path.isdir(name):
        return thinned(_folder(Path(name), reading), reading)
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


def parts_of(source: Any, reading: Reading) -> Iterator[Source]:
    """All rows of what `open_source` takes, part after part where the form of the file allows it."""
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
        if (new := new_files([*map(Path, files or [name])], reading)) is not None:
            yield new
            return
        if not files and os.path.isdir(name) and not classes_of(Path(name)) and reading.layout != "text":
            files = [] if holds_pictures(Path(name)) else without_copies(tables_in(Path(name)))[0]
        if not files and os.path.isfile(name) and name not in {embedded.name for embedded in EMBEDDED}:
            files = [name]
        if files:
            for file in files:
                yield from _parts(file, reading)
            return
    yield open_source(source, reading)


def _parts(path: str | Path, reading: Reading, called: str = "") -> Iterator[Source]:
    """The rows of one file, part after part."""
    content = look(path, called=called)
    with plain(content, reading) as text:
        reader = reader_of(text)
        if reader.open is None:
            yield with_written(read_file(path, reading, called), reading)
            return
        with (
            TemporaryDirectory(prefix="fourfold-") as scratch,
            reader.open(text, reading, Path(scratch)) as table,
        ):
            if not table.rows:
                yield without_rows(content.name, table.casts)  # a header alone
            step = reading.at_once(len(table.casts))
            for start in range(0, table.rows, step):
                found = with_written(table.source(start, start + step), reading)
                yield found if called else named_in(found, content.path.parent)
    check_unchanged(content)


def _folder(folder: Path, reading: Reading) -> Source:
    """The rows of a folder: classes in subfolders, or tables; with train and test in it both parts."""
    if pairs := pairs_of(files_of(folder)):
        source, *others = (open_pair(images, labels, reading) for images, labels in pairs)
        source = with_test(source, others[0]) if others else source
        return replace(source, name=str(folder))
    train = part_of(folder, TRAINING)
    tests = [part for name in TESTING if (part := part_of(folder, (name,)))]
    if train and tests:
        return _train_and_test(folder, *in_one_form(train, tests), reading)
    (tables, copies), classes = without_copies(tables_in(folder)), classes_of(folder)
    within = tables_in(classes[0]) if len(classes) == 1 else []
    a_class = len(within) >= MANY_TEXTS and hold_texts(within)
    if len(classes) == 1 and not tables and not a_class and (within or part_of(classes[0], TRAINING)):
        note = Note(f"folder: {classes[0].name}", "the only one with tables")
        return _folder(classes[0], reading).noting(note)
    if classes and (len(classes) > 1 or not tables):
        return read_classes(folder, classes, reading)
    pictured = holds_pictures(folder)
    below = reading.layout == "image" and len(classes) == 1 and holds_pictures(classes[0])
    if len(tables) == 1 and (pictured or below) and (labels := _labels(tables[0], reading)):
        return labels.noting(Note(f"table: {tables[0].name}", "it holds paths of the pictures"))
    if below and not pictured:
        ignored = Note(f"ignored: {listed([path.name for path in files_of(folder)])}", "files of another kind")
        return read_classes(folder, classes, reading).noting(ignored)
    if not tables and not pictured and reading.layout != "text" and (packed := _only_zip(folder)):
        file = Note(f"file: {packed.name}", "the only one with tables")
        return _opened(packed, reading).noting(file, *_ignored(path for path in files_of(folder) if path != packed))
    if not tables:
        check_texts(folder, files_of(folder))
    if not tables or pictured or reading.layout == "text":
        return read_unlabelled(folder, reading)
    others = [path for path in files_of(folder) if not is_table(path.name) or path.name in DESCRIPTIONS]
    check_texts(folder, tables)
    check_not_notes(folder, tables)
    return read_tables(str(folder), tables, reading).noting(*_ignored(others), *copies)


def _ignored(paths: Iterable[Path]) -> Iterator[Note]:
    """What is said of files beside those that are read."""
    by_damage: dict[bool, list[str]] = {False: [], True: []}
    for path in paths:
        by_damage[is_damaged(path)].append(path.name)
    for damaged, names in by_damage.items():
        because = "damaged or cut off; fetch it again" if damaged else "no tables, by their names"
        yield from [Note(f"ignored: {listed(names)}", because)] * bool(names)


def _train_and_test(
    folder: Path, train: Sequence[Path], tests: Sequence[Sequence[Path]], reading: Reading
) -> Source:
    """The training rows, and the first of the ``tests`` that has targets as test rows.

    Those without targets, as competitions hand them out, are named: they can be predicted.
    """
    source = _named(_part_name(train[0]), _part(folder, train, reading))
    if source.pictures and source.target is None and not reading.all:
        _check_unlisted(folder, {_part_name(part[0]) for part in tests}, reading)
    reading = reading_after(source, reading)
    used, notes = [*train], []
    for part in tests:
        test = _named(_part_name(part[0]), _part(folder, part, reading))
        lacking = lacking_target(source, test)
        used += part
        if UNNAMED_INDEX.fullmatch(lacking):
            source, lacking = without_index(source, NO_ROLES, None), ""
        if not lacking:
            source = with_test(source, test)
            break
        source = source if source.target is not None else replace(source, lacking=lacking)
        learnt, tested = (shlex.quote(str(paths[0])) for paths in (train, part))
        another = reading.targets and lacking not in reading.targets
        how = f"{learnt} --test {tested} --drop {quoted(lacking)} tests on it"
        how = how if another else f"fourfold predict FOLDER {tested} predicts it"
        notes.append(Note(f"not used: {listed([entry.name for entry in part])}", f"no {lacking!r} in it; {how}"))
    if ignored := [entry.name for entry in entries_of(folder) if entry not in used]:
        more = other_parts(folder, used)
        how = f"; rows to validate are taken from train: to learn from {listed(more)}, too, put its rows into train"
        notes.append(Note(f"ignored: {listed(ignored)}", f"beside train and test{how * bool(more)}"))
    return replace(source, name=str(folder)).noting(*notes)


def _check_unlisted(folder: Path, tests: Collection[str], reading: Reading) -> None:
    """Refuse a folder of pictures without classes where a table lists them, which has to be named itself."""
    tables = [path for path in tables_in(folder) if _part_name(path) not in tests]
    lists = next((path for path in tables if _lists_pictures(path, reading)), None)
    if lists is None:
        return
    raise DataError(
        "table-beside-pictures",
        "there is no target beside the pictures",
        got=f"files without classes, and {lists.name!r} that lists them",
        wanted="the table of the pictures and their classes or numbers",
        do=f"fourfold compare {shlex.quote(str(lists))}",
    )


def _labels(path: Path, reading: Reading) -> Source | None:
    """A table of the pictures beside it; None for all else, such as notes, and tables without rows."""
    try:
        found = read_file(path, reading)
    except FourfoldError as error:
        empty = error.slug in ("header-only", "blank-file", "no-rows", "empty-file")
        if not isinstance(error, UnsafeFileError) and (empty or path.suffix.lower() == ".txt"):
            return None
        raise
    return found if found.pictures else None


def _lists_pictures(path: Path, reading: Reading) -> bool:
    try:
        return bool(read_file(path, reading).pictures)
    except FourfoldError:  # no table
        return False


def _part(folder: Path, entries: Sequence[Path], reading: Reading) -> Source:
    """What one part of a folder holds: a folder, a file, or several tables."""
    if len(entries) == 1:
        return open_source(entries[0], reading)
    return read_tables(str(folder / _part_name(entries[0])), entries, reading)


def _part_name(entry: Path) -> str:
    return entry.name.split(".")[0]


def _named(part: str, source: Source) -> Source:
    """The files of one part of a folder, called by the part and their names."""
    if source.ids is None:
        return source
    return replace(source, ids=as_objects([f"{part}/{name}" for name in source.ids]))
