"""What a file holds, and several as one table: the forms of files, and who reads each."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from fourfold.data.embedded import EMBEDDED
from fourfold.data.files.excel.tables import read_excel
from fourfold.data.files.text.encoding import in_utf8
from fourfold.data.reading import ALL, FILE, Reading, reading_after
from fourfold.data.source import Source
from fourfold.errors import FileError, OptionError
from fourfold.preprocessing.table import row_count

from .content import Content, look, unchanged
from .embedded_pictures import embedded_in
from .file_names import are_wanted, names_of, with_file_names
from .idx import is_idx, read_idx
from .joined import joined
from .large_series import read_series
from .members import is_workbook
from .named_pictures import named_in
from .named_tables import perhaps_classes
from .npz import read_npy, read_npz
from .opened import Opened
from .packing import is_packed, plain_content
from .parquet import open_parquet, read_parquet, rows_of_parquet
from .partitions import folder_columns, with_columns
from .relation import Relation, Survey, survey
from .tables import (
    open_csv,
    open_json,
    read_csv,
    read_json,
    rows_of_csv,
    rows_of_json,
)
from .text.end_mark import without_end_mark
from .text.header import no_header
from .ts_file import is_ts, read_ts
from .wrong_kinds import WANTED, refuse
from .x_and_y import perhaps_channels

__all__ = ["NAMES", "plain", "read_file", "read_tables", "reader_of"]

Opener = Callable[[Content, Reading, Path], AbstractContextManager[Opened]]


@dataclass(frozen=True)
class Reader:
    """A form of file: its name, how it is recognised by its content, how it is read, how it is opened for parts, and
    how for a survey of its rows."""

    name: str
    recognises: Callable[[Content], bool]
    read: Callable[[Content, Reading], Source]
    open: Opener | None = None
    rows: Callable[[Content, Reading], AbstractContextManager[Relation]] | None = None


READERS: tuple[Reader, ...] = (
    Reader(
        "parquet",
        lambda content: content.head.startswith(b"PAR1"),
        read_parquet,
        open_parquet,
        rows_of_parquet,
    ),
    Reader("npy", lambda content: content.head.startswith(b"\x93NUMPY"), read_npy),
    Reader("idx", is_idx, read_idx),
    Reader("xlsx", is_workbook, read_excel),
    Reader("npz", lambda content: content.head.startswith(b"PK"), read_npz),
    Reader("json", lambda content: _looks_like_json(content), read_json, open_json, rows_of_json),
    Reader("ts", is_ts, read_ts),
    Reader("csv", lambda content: True, read_csv, open_csv, rows_of_csv),
)
"""Tried in this order; whatever else is text is taken for csv."""

NAMED_IN_A_LINE = ("csv", "xlsx")
"""Readers of forms whose first line may name the columns."""

TEXTS = ("json", "ts", "csv")
"""Readers of text."""

NAMES = tuple(embedded.name for embedded in EMBEDDED)


def reader_of(content: Content) -> Reader:
    return next(reader for reader in READERS if reader.recognises(content))


def _looks_like_json(content: Content) -> bool:
    """A JSON object, or a list; a csv whose first name begins with a brace is none, nor a line that begins with a
    moment in brackets."""
    start = content.head.removeprefix(b"\xef\xbb\xbf").lstrip()[:200]
    return re.match(rb'\{\s*["}]|\[\s*(?:[\[\]{"]|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?\s*[,\]])', start) is not None


def _marked(content: Content) -> str | None:
    """UTF-16 of JSON and series, whose readers know UTF-8 alone, by the mark before it; None of anything else."""
    if not content.head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return None
    text = content.head.decode("utf-16", "ignore").encode()
    return "utf-16" if reader_of(replace(content, head=text)).name in ("json", "ts") else None


def read_tables(name: str, files: Sequence[str | Path], reading: Reading, called: str = "") -> Source:
    """Files as one table; of each as much as its size allows where all are too much."""

    columns = folder_columns(files, new=reading.all)

    def read(file: str | Path, reading: Reading) -> Source:
        return with_columns(read_file(file, reading, called), columns[file])

    if reading.whole == FILE and len(files) > 1:  # each file is a group, or a series
        reading = replace(reading, whole="", rows=ALL)
    if (reading.whole or reading.last) and (surveys := _surveys(files, reading, called)):
        return read_series(name, files, surveys, reading, read)
    if len(files) == 1:
        found = read(files[0], reading)
        alone = reading.all and are_wanted(reading, found)  # of several that were learnt from
        return with_file_names(found, names_of(files), [row_count(found.inputs)]) if alone else found
    sizes = [Path(file).stat().st_size for file in files]
    total = max(sum(sizes), 1)
    if reading.whole or reading.last:  # a series may lie in several files
        reading = replace(reading, rows=ALL)
    parts: list[Source] = []
    for file, size in zip(files, sizes):
        parts.append(read(file, replace(reading, share=size / total)))
        reading = reading_after(parts[0], reading)
    found = joined(name, parts)
    found = found if reading.all else found.noting(*perhaps_channels(files, parts), *perhaps_classes(files))
    if not are_wanted(reading, found):
        return found
    return with_file_names(found, names_of(files), [row_count(part.inputs) for part in parts])


def _surveys(files: Sequence[str | Path], reading: Reading, called: str) -> list[Survey]:
    """What files hold; [] where all of it is read in any case: small ones, and those of forms that are read whole."""
    found: list[Survey] = []
    if not _may_exceed([look(file, NAMES, called) for file in files], reading):
        return found
    for file in files:
        with plain(look(file, NAMES, called), reading) as content:
            reader = reader_of(content)
            if reader.rows is None:
                return []
            with reader.rows(content, reading) as rows:
                found.append(survey(rows, reading.whole))
    return found


def _may_exceed(contents: Sequence[Content], reading: Reading) -> bool:
    """Whether files could hold more than is read; of parquet and of what is packed the size does not tell."""
    dense = any(is_packed(content) or content.head.startswith(b"PAR1") for content in contents)
    return dense or reading.may_exceed(sum(content.unpacked for content in contents))


@contextmanager
def plain(content: Content, reading: Reading) -> Iterator[Content]:
    """A file unpacked, text in UTF-8 where its encoding was named, without a mark at its end, and known to be none of
    the wrong kinds."""
    with plain_content(content) as unpacked, in_utf8(unpacked, reading.encoding or _marked(unpacked)) as text:
        refuse(text)
        if reading.sheet and not is_workbook(text):
            raise OptionError(
                "sheet-of-no-workbook",
                f"{content.name} has no sheets",
                got=f"{content.name}#{reading.sheet}",
                wanted="an Excel file before #",
                do=f"name {content.name} alone",
            )
        with without_end_mark(text) if reader_of(text).name in TEXTS else nullcontext(text) as bare:
            yield bare


def read_file(path: str | Path, reading: Reading, called: str = "") -> Source:
    """What one file holds. A file that is written while it is read is refused."""
    content = look(path, NAMES, called)
    with unchanged(content), plain(content, reading) as text:
        try:
            reader = reader_of(text)
            if reading.header is not None and reader.name not in NAMED_IN_A_LINE:
                raise no_header(content.name, reading.header)
            found = reader.read(text, reading)
        except UnicodeError as error:
            raise FileError(
                "encoding",
                f"{content.name} is no valid text",
                got=str(error)[:120],
                wanted=WANTED,
                do="save it as UTF-8, or tell its --encoding",
            ) from error
    return embedded_in(found) if called else named_in(embedded_in(found), content.path.parent)
