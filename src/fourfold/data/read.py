"""The one door through which data come in."""

from __future__ import annotations

import os
import shlex
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fourfold.data.columns.frame_index import UNNAMED_INDEX, without_index
from fourfold.data.columns.roles import NO_ROLES, Roles, without_dropped
from fourfold.data.columns.targets import mentioned
from fourfold.data.embedded import EMBEDDED
from fourfold.data.files.content import check_unchanged, look
from fourfold.data.files.excel.sheets import with_sheet
from fourfold.data.files.folders import (
    check_not_notes,
    check_not_one_class,
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
from fourfold.data.files.text.encoding import check_encoding, no_text
from fourfold.data.files.text.header import no_header
from fourfold.data.files.zipped import Member, is_damaged, tables_of, unpacked_tables
from fourfold.data.series.ahead import Ahead
from fourfold.data.series.forecast import with_index
from fourfold.data.series.order import in_order_of_time
from fourfold.data.values.words import as_objects
from fourfold.errors import DataError, FourfoldError, OptionError, UnsafeFileError
from fourfold.preprocessing.table import Table

from .dataset import Dataset, Note
from .infer import settle
from .join import lacking_target, with_test
from .labelled import with_labels
from .messages import listed, quoted
from .objects import as_source, check_roles
from .pair import with_targets
from .reading import USUAL, Reading, reading_after, reading_of
from .sample import thinned
from .source import Source, without_rows
from .written import with_written


def read(
    source: Any,
    *,
    target: str | Sequence[str] | None = None,
    task: str | None = None,
    layout: str | None = None,
    labels: str | os.PathLike[str] | None = None,
    test: Any = None,
    bounds: Sequence[float] | None = None,
    rows: int | None = None,
    image_size: int | None = None,
    tokens: str | None = None,
    roles: Roles = NO_ROLES,
    ahead: Ahead | None = None,
    target_per: str | None = None,
    window: int | None = None,
    encoding: str | None = None,
    header: bool | None = None,
) -> Dataset:
    """Data by name, from a file, or from a data frame that holds its target.

    - ``source``: an embedded name (digits, iris, ...), the path of a csv, tsv, parquet, json, xlsx, npz
      or ts file, packed or not, a pattern or a folder of such files, a folder with a subfolder of pictures or of
      texts for each class, a table of paths of pictures, "-" for standard input, or a data frame.
      The content decides what a file is, not its name. Behind that of a workbook the name of a sheet may stand:
      book.xlsx#Sheet2.
    - ``target``: the column to predict, or several; ``task``: classification, regression or multilabel;
      ``layout``: flat, sequence, image or text; ``bounds``: the lowest and highest value of a bounded target.
      What is left out is inferred, and said in ``Dataset.notes``.
    - ``labels``: a file that holds the target alone, where ``source`` holds the inputs.
    - ``test``: the user's own test rows, in the same form.
    - ``rows``: the most rows to read; a sample of as many if there are more. Without it tables of more than
      20 million cells are sampled. ``image_size``: the side to which pictures are resized.
      ``tokens``: words or characters, what texts are cut into.
    - ``roles``: the columns that hold weights, groups and ids, or are not to be used, and whether rows are in order of
      time.
    - ``ahead``: the steps to forecast; rows are then the windows of series, see `forecast`. ``target_per``: whether a
      target belongs to a step or to a series, see `steps`; ``window``: into how many steps such series are cut.
    - ``encoding``: that of text in all of these files, such as "gbk", where it is not UTF-8; ``header``: whether
      their first lines name the columns, where the guess is wrong.

    >>> data = read("iris")
    >>> data.rows, data.layout, data.task.classes
    (150, 'flat', ('setosa', 'versicolor', 'virginica'))

    Errors: ``DataError``, ``OptionError``, ``FileError`` (exit code 2), ``UnsafeFileError`` (3) for
    content that could execute or exhaust, ``MachineError`` (4) for permission and memory.
    """
    check_encoding(encoding)
    of_steps = ahead is not None or window is not None or (target_per is not None and roles.series != "")
    reading = reading_of(rows, layout, roles, of_steps, encoding, mentioned(target), header)
    check_roles(source, roles)
    source = source if ahead is None else with_index(source)
    found = open_source(source, reading) if labels is None else _pair(source, labels, reading, roles.series, task)
    found = in_order_of_time(found) if roles.time_ordered else found
    if test is not None:
        names = found.inputs.names if isinstance(found.inputs, Table) else ()
        reading = Reading(layout=layout, encoding=encoding, header=header, targets=frozenset(names))
        reading = reading_after(found, reading)
        check_not_one_class(found, test)
        test = without_dropped(open_source(test, reading), roles.drop, test=True)
        test = without_index(test, roles, target, test=True)
    found = without_index(without_dropped(found, roles.drop), roles, target)
    if test is not None:
        found = with_test(found, test, mentioned(target))
    return settle(
        found,
        target=target,
        task=task,
        layout=layout,
        bounds=bounds,
        image_size=image_size,
        tokens=tokens,
        roles=roles,
        ahead=ahead,
        target_per=target_per,
        window=window,
    )


def _pair(
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
        source, *others = (_pair(images, labels, reading) for images, labels in pairs)
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
        notes = [Note(f"file: {packed.name}", "the only one with tables")]
        others = [path.name for path in files_of(folder) if path != packed]
        notes += [Note(f"ignored: {listed(others)}", "no tables, by their names")] if others else []
        return _opened(packed, reading).noting(*notes)
    if not tables:
        check_texts(folder, files_of(folder))
    if not tables or pictured or reading.layout == "text":
        return read_unlabelled(folder, reading)
    others = [path for path in files_of(folder) if not is_table(path.name) or path.name in DESCRIPTIONS]
    damaged = [path.name for path in others if is_damaged(path)]
    ignored = [path.name for path in others if path.name not in damaged]
    notes = [Note(f"ignored: {listed(ignored)}", "no tables, by their names")] if ignored else []
    notes += [Note(f"ignored: {listed(damaged)}", "damaged or cut off; fetch it again")] if damaged else []
    notes += copies
    check_texts(folder, tables)
    check_not_notes(folder, tables)
    return read_tables(str(folder), tables, reading).noting(*notes)


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
