"""What a name, a path, a pattern, a folder or a data frame holds, before anything is inferred: whole, or in parts."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from fourfold.core.permission import permitted
from fourfold.core.scratch import scratch_folder
from fourfold.data.embedded import EMBEDDED
from fourfold.data.files.content import look, unchanged
from fourfold.data.files.embedded_pictures import embedded_in
from fourfold.data.files.excel.sheets import with_sheet
from fourfold.data.files.file_names import are_wanted, names_of, with_file_names
from fourfold.data.files.folder import Folder
from fourfold.data.files.folders import classes_of, new_files
from fourfold.data.files.forms import NAMES, plain, read_file, read_tables, reader_of
from fourfold.data.files.idx import pairs_of
from fourfold.data.files.named_pictures import named_in
from fourfold.data.files.packed_folders import PackedFolder
from fourfold.data.files.packing import STANDARD_INPUT, standard_input
from fourfold.data.files.partitions import folder_columns, partitions_in, with_columns
from fourfold.data.files.parts import holds_pictures, matches, tables_in, without_copies
from fourfold.data.files.stores import check_no_store
from fourfold.data.files.text.encoding import no_text
from fourfold.data.files.text.header import no_header
from fourfold.data.files.text_files import texts_by_file
from fourfold.data.files.zipped import Member, tables_of, unpacked_tables
from fourfold.errors import DataError, FourfoldError, OptionError
from fourfold.preprocessing.table import row_count

from .dataset import Note
from .folder_kinds import read_folder
from .join import with_test
from .labelled import with_labels
from .messages import listed
from .objects import as_source
from .pair import with_targets
from .reading import USUAL, Reading
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
    if not files and os.path.isdir(name):
        check_no_store(Path(name))
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
        if not files and os.path.isdir(name):
            check_no_store(Path(name))
        if (new := new_files([*map(Path, files or [name])], reading, bool(files))) is not None:
            yield new
            return
        if not files and os.path.isdir(name):
            files = partitions_in(Path(name))
        if not files and os.path.isdir(name) and not classes_of(Path(name)) and reading.layout != "text":
            files = [] if holds_pictures(Path(name)) else without_copies(tables_in(Path(name)))[0]
        if not files and os.path.isfile(name) and name not in {embedded.name for embedded in EMBEDDED}:
            files = [name]
        if files:
            columns = folder_columns(files, new=True)
            for file, called in zip(files, names_of(files)):
                for part in _parts(file, reading):
                    part = with_columns(part, columns[file])
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
                is_list = content.head.lstrip().startswith(b"[")  # an empty one, of which no column is known
                yield without_rows(content.name, () if is_list else table.casts)  # a header alone
            for part in table.parts(reading.at_once(table.width)):
                found = with_written(part, reading)
                found = embedded_in(found)
                yield found if called else named_in(found, content.path.parent)


def _folder(path: Path, reading: Reading) -> Source:
    folder = Folder(path, reading, open_source)
    return _of_pairs(folder) or read_folder(folder)


def _of_pairs(folder: Folder) -> Source | None:
    """Pictures and labels in files of a pair, as MNIST has them, of training and of test rows."""
    if not (pairs := pairs_of(folder.files)):
        return None
    source, *others = (open_pair(images, labels, folder.reading) for images, labels in pairs)
    source = with_test(source, others[0]) if others else source
    return replace(source, name=str(folder.path))
