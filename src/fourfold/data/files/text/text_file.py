"""Delimited text before it is parsed: its encoding, its separator, its header."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from fourfold.data.dataset import Note
from fourfold.data.files.content import HEAD, Content
from fourfold.data.messages import counted, listed, unknown
from fourfold.errors import DataError, FileError, OptionError

from .header import header_of, names_by_numbers
from .quotings import of_stray_quotes
from .rewriting import rewriting_of
from .rewritten import SEPARATORS, Rewriting

MOST_ABOVE = 30
"""The most lines that a title and settings above a table may have, besides comments."""

COMMENTS = ("#", "%", "//")
"""How comments begin."""

LOOKED_AT = 100
"""Records from which the separator and the header are told."""

NUMBER = re.compile(r"[-+\d.,\s]*\d[-+\d.,\s]*", re.ASCII)
"""A cell of a number."""

ACCENTED = re.compile(r"\b[\u00c0-\u00ff\u00a8\u00b8]{4,}\b")
"""A word of accented letters alone; no language of Windows-1252 has such."""

IN_UTF8 = re.compile(r"\w*[\u00c2\u00c3][\u00a0-\u00bf]\w*")
"""A word with an accented letter in UTF-8, read as Windows-1252."""

UNUSED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
"""The bytes that Windows-1252 has no characters for."""

QUOTED = re.compile(r'((?:^|[,;\t|]) *)"(?:[^"]|"")*"(?= *(?:[,;\t|\r\n]|\Z))', re.MULTILINE)
"""A cell between double quotes, which a mark, or the end of a line, follows."""

ENCODINGS = (
    "utf-8",
    "cp1252",
    "latin-1",
    "gbk",
    "gb18030",
    "big5",
    "shift_jis",
    "euc_jp",
    "euc_kr",
    "cp1251",
)
"""Encodings that are suggested; Python knows more."""

NO_TEXT = ("idna", "punycode", "raw_unicode_escape", "unicode_escape")
"""What Python calls an encoding, too, though no text file is in it."""

BINARY = (b"PAR1", b"PK\x03\x04", b"\x93NUMPY")
"""How files begin that are data, and no text."""

FEWEST_LINES, LONGEST_HEAD = 10, 2**26
"""Lines of a wide table that are looked at even where they are longer than what is looked at of all files; and the
most bytes of them."""


@dataclass(frozen=True)
class Dialect:
    """How a text file is cut into columns: ``skip`` lines stand above the last one of the ``header``, if it has one."""

    separator: str
    skip: int
    header: bool
    names: tuple[str, ...]
    notes: tuple[Note, ...] = ()


def encoding_of(content: Content) -> tuple[str, bool]:
    """The encoding of the whole file, and whether its line ends are of several kinds.

    Errors: ``FileError`` for text that is neither UTF-8 nor UTF-16 nor Windows-1252.
    """
    if content.head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", True
    if silent := unmarked_utf16(content.head):
        return silent, True
    decoder = codecs.getincrementaldecoder("utf-8")()
    encoding, last, unused = "utf-8", b"", None
    ends = set()
    with unpacked(content) as file:
        while part := file.read(2**20):
            if not part.isascii() or decoder.getstate()[0]:
                if encoding == "utf-8":
                    try:
                        decoder.decode(part)
                    except UnicodeDecodeError:
                        encoding = "cp1252"
                unused = unused or UNUSED.search(part)
            joined = last + part
            returns, pairs, feeds = 0, 0, int(b"\n" in joined)
            if b"\r" in joined:
                returns, pairs, feeds = joined.count(b"\r"), joined.count(b"\r\n"), joined.count(b"\n")
            ends |= {kind for kind, count in (("\r\n", pairs), ("\n", feeds - pairs)) if count}
            if returns - pairs - joined.endswith(b"\r") > 0:
                ends.add("\r")
            last = part[-1:] if part.endswith(b"\r") else b""
    if encoding == "cp1252" and unused:
        raise FileError(
            "encoding-of-a-table",
            f"{content.name} is in an unknown encoding",
            got=f"{first_other(content)} is not UTF-8, and Windows-1252 has no byte 0x{unused[0].hex()}",
            wanted="UTF-8, UTF-16 or Windows-1252",
            do="--encoding NAME, such as mac_roman, cp850, gbk or shift_jis, or correct that line",
        )
    return encoding, len(ends) > 1


def first_other(content: Content, encoding: str = "utf-8") -> str:
    """The first line that is not in an encoding, in words."""
    decoder, lines = codecs.getincrementaldecoder(encoding)(), 1
    with unpacked(content) as file:
        try:
            while part := file.read(2**20):
                lines += decoder.decode(part).count("\n")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            lines += error.object[: error.start].decode(encoding, "replace").count("\n")
        except UnicodeError:  # the mark at the start of UTF-16 is missing
            pass
    return f"line {lines}"


def strange_bytes(error: UnicodeError, data: bytes) -> str:
    """The bytes that are not in an encoding, in words: the first two of the ``data`` where UTF-16 wants its mark."""
    if isinstance(error, UnicodeDecodeError):
        return f"the bytes {error.object[error.start : error.end].hex(' ')}"
    return f"the bytes {data[:2].hex(' ')} at its start"


def said_of(encoding: str) -> Note:
    """What is said of an encoding that nobody named."""
    return Note(f"encoding: {encoding}", "not UTF-8", "--encoding NAME")


def strange_words(text: str, other: Callable[[], str]) -> tuple[Note, ...]:
    """What is said of text of Windows-1252 with words as UTF-8 has them there, or with words of nothing but accented
    letters, as Cyrillic has them; ``other`` finds the first line that is not UTF-8."""
    if twice := IN_UTF8.search(text):
        because = f"as UTF-8 looks in another encoding: {other()} is the first that is none; correct it"
        return (Note(f"strange words, such as {twice[0][:30]!r}", because),)
    found = ACCENTED.search(text)
    if found is None:
        return ()
    because = "as text in another encoding has them; cp1251 is a usual one of Cyrillic"
    return (Note(f"strange words, such as {found[0]!r}", because, "--encoding NAME"),)


def check_encoding(encoding: str | None) -> None:
    """Refuse the name of an encoding that Python does not know, or that is not for text files."""
    name = encoding or "utf-8"
    try:
        b"    ".decode(name, "replace")
        if codecs.lookup(name).name.replace("-", "_") in NO_TEXT:
            raise LookupError(name)
    except (LookupError, ValueError) as error:
        raise unknown("encoding", encoding, ENCODINGS, "--encoding") from error


def no_text(name: str, encoding: str) -> OptionError:
    return OptionError(
        "encoding-of-no-text",
        f"{name} is no text, which alone has an encoding",
        got=f"--encoding {encoding}",
        do="leave out --encoding",
    )


@contextmanager
def in_utf8(content: Content, encoding: str | None) -> Iterator[Content]:
    """Text in an encoding that was named as a file in UTF-8, for as long as it is needed; without a name as it is.

    Errors: ``FileError`` with the line that is not in this encoding, ``OptionError`` for what is no text.
    """
    if encoding is None:
        yield content
        return
    if content.head.startswith(BINARY):
        raise no_text(content.name, encoding)
    with TemporaryDirectory(prefix="fourfold-") as folder:
        path = Path(folder).resolve() / "data"
        try:
            decoder = codecs.getincrementaldecoder(encoding)()
            with unpacked(content) as file, path.open("w", encoding="utf-8", newline="") as copy:
                while part := file.read(2**20):
                    copy.write(decoder.decode(part))
                copy.write(decoder.decode(b"", final=True))
        except UnicodeError as error:
            raise FileError(
                "another-encoding",
                f"{first_other(content, encoding)} of {content.name} is not in the encoding {encoding}",
                got=strange_bytes(error, content.head),
                wanted=f"text in {encoding}",
                do="another --encoding NAME, or correct that line",
            ) from error
        with path.open("rb") as file:
            head = file.read(HEAD)
        size = path.stat().st_size
        yield replace(content, path=path, size=size, head=head, compressed=False, unpacked=size)


def unmarked_utf16(head: bytes) -> str:
    """The kind of UTF-16 that text without a mark is in, most of it Latin; "" for anything else.

    >>> unmarked_utf16("a,b,c".encode("utf-16-le")), unmarked_utf16(b"a,b,c")
    ('utf-16-le', '')
    """
    zeros = [head[place::2].count(0) for place in (0, 1)]
    most = 0.9 * (len(head) // 2)
    return (
        "utf-16-le"
        if not zeros[0] and zeros[1] > most
        else "utf-16-be"
        if not zeros[1] and zeros[0] > most
        else ""
    )


@contextmanager
def unpacked(content: Content) -> Iterator[IO[bytes]]:
    """The file's bytes, decompressed."""
    with gzip.open(content.path, "rb") if content.compressed else content.path.open("rb") as file:
        yield file  # pyright: ignore[reportReturnType]


def rewritten(content: Content, encoding: str) -> Rewriting | None:
    """How the text is rewritten, if its columns do not stand between plain marks."""
    lines = content.head.decode(encoding, "replace").removeprefix("\ufeff").splitlines()
    lines = lines if len(content.head) >= content.unpacked else lines[:-1]
    first = [line for line in lines[: LOOKED_AT + 1] if line.strip()][:LOOKED_AT]
    found, quoted = rewriting_of(first, content.name), '"' in "".join(lines)
    if found or not quoted or _separator_of([f"{line}\n" for line in first]) != "\t":
        return found
    with unpacked(content) as file:
        return of_stray_quotes(line.rstrip("\n") for line in _decoded(file, encoding))


@contextmanager
def plain(content: Content, encoding: str, mixed: bool, rewriting: Rewriting | None) -> Iterator[Content]:
    """A file in UTF-8 with one kind of line end and columns between marks: the file itself, or a copy for as long
    as it is needed."""
    if encoding == "utf-8" and not mixed and rewriting is None:
        yield _with_lines(content)
        return
    with TemporaryDirectory(prefix="fourfold-") as folder:
        path = Path(folder).resolve() / "data.csv"
        with unpacked(content) as file, path.open("w", encoding="utf-8", newline="") as copy:
            reader = _decoded(file, encoding)
            if rewriting is not None:
                lines = (line.removesuffix("\n") for line in reader)
                csv.writer(copy, delimiter=rewriting.mark, lineterminator="\n").writerows(rewriting.records(lines))
            while part := reader.read(2**20):
                copy.write(part)
        with path.open("rb") as file:
            head = file.read(len(content.head))
        size = path.stat().st_size
        copied = replace(content, path=path, size=size, head=head, compressed=False, unpacked=size)
        yield _with_lines(copied)


def _decoded(file: IO[bytes], encoding: str) -> IO[str]:
    """The text of a file, without the mark of UTF-8, with one kind of line end."""
    return io.TextIOWrapper(file, encoding=encoding.replace("utf-8", "utf-8-sig"), newline=None)


def _with_lines(content: Content) -> Content:
    """The content with some whole lines among its first bytes, however long they are."""
    head = content.head
    if len(head) >= content.unpacked or _lines(head) >= FEWEST_LINES:
        return content
    with unpacked(content) as file:
        head = b""
        while _lines(head) < FEWEST_LINES and len(head) < LONGEST_HEAD and (part := file.read(2**20)):
            head += part
    return replace(content, head=head)


def _lines(text: bytes) -> int:
    return max(text.count(b"\n"), text.count(b"\r"))


def dialect_of(content: Content) -> Dialect:
    """Separator and header of UTF-8 text, from its first records."""
    text = content.head.decode("utf-8", "replace").removeprefix("\ufeff")
    lines = text.splitlines(keepends=True)
    if len(lines) > 1 and len(content.head) < content.unpacked:
        lines = lines[:-1]
    skip = next((number for number, line in enumerate(lines) if line.strip()), len(lines))
    if skip == len(lines):
        raise DataError("blank-file", f"{content.name} holds nothing but blanks", wanted="rows of data")
    notes: tuple[Note, ...] = ()
    named = re.match(r"sep=(.)\s*$", lines[skip])
    if named:
        separator, skip = named[1], skip + 1
    else:
        separator = _separator_of(_without_comments(lines[skip:]))
    above = _above(lines[skip:], separator)
    if above:
        said = next(line.strip() for line in lines[skip:] if line.strip())[:60]
        notes += (Note(f"left out: {counted(above, 'line')} above the table", f"such as {said!r}"),)
        skip += above
    records = _records(lines[skip:], separator)
    if not records:
        raise DataError("no-rows", f"{content.name} has no rows", wanted="a header and rows of data")
    header = header_of(records)
    if above and not header.lines and (names := _named_otherwise(lines[skip - 1], separator, records)):
        because = "the line above is cut so, the rows are not"
        notes = (Note(f"names between {SEPARATORS[names[0]]}: {listed(names[1])}", because),)
        return Dialect(separator, skip, False, tuple(names[1]), notes)
    for _ in range(header.lines - 1):
        skip += _first_ends(lines[skip:], separator)
    return Dialect(separator, skip, header.lines > 0, header.names, notes + header.notes)


def _separator_of(lines: list[str]) -> str:
    """The mark that cuts lines best."""
    rest = _without_quoted(lines)
    return max(SEPARATORS, key=lambda mark: _evenness(rest, mark))


def _without_quoted(lines: list[str]) -> list[str]:
    """The lines with nothing between the double quotes that enclose cells: no mark in them cuts a line.

    >>> _without_quoted(['"a; b","c"\\n', '5","6"\\n'])
    ['"",""\\n', '5",""\\n']
    """
    text = "".join(lines)
    return QUOTED.sub(r'\1""', text).splitlines(keepends=True) if '"' in text else lines


def _records(lines: list[str], separator: str) -> list[list[str]]:
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True)
    records = []
    try:
        for record in reader:
            if record:
                records.append(record)
            if len(records) == LOOKED_AT:
                break
    except csv.Error:
        pass  # the parser that reads all of it will say where
    return records


def _named_otherwise(
    line: str, separator: str, records: list[list[str]]
) -> tuple[str, list[str]] | None:
    """The mark that cuts a line above a table into as many different names as it has columns, and these."""
    for mark in SEPARATORS:
        names = [name.strip() for name in next(csv.reader([line], delimiter=mark), [])]
        if mark != separator and len(names) == len(records[0]) == len({*names} - {""}):
            return mark, names
    return None


def _first_ends(lines: list[str], separator: str) -> int:
    """How many lines the first record takes, and the blank ones above it."""
    reader = csv.reader(lines, delimiter=separator)
    next((record for record in reader if record), None)
    return reader.line_num


def _evenness(lines: list[str], separator: str) -> tuple[bool, float, bool, int, int]:
    """How well a separator fits: several columns, the share of records with the usual number of them, whether the
    first has it; then that texts have few tabs, and numbers commas but no semicolons; and how many columns."""
    records = _records(lines, separator)
    width = _usual(records)
    same = sum(len(record) == width for record in records) / max(1, len(records))
    rank = {"\t": 2, ";": 1}.get(separator, 0)
    return width > 1, round(same, 1), bool(records) and len(records[0]) == width, rank, width


def _usual(records: list[list[str]]) -> int:
    """How many cells most of the records have."""
    widths = [len(record) for record in records]
    return max(dict.fromkeys(widths), key=widths.count, default=0)


def _without_ends(cells: list[str]) -> list[str]:
    """Cells without the empty ones at their end; as they are where others are empty, as above groups of columns."""
    filled = [bool(cell.strip()) for cell in cells]
    count = sum(filled)
    return cells[:count] if all(filled[:count]) else cells


def _without_comments(lines: list[str]) -> list[str]:
    """The lines below the comments at the start; all of them, if there is nothing else."""
    return lines[next((place for place, line in enumerate(lines) if not line.startswith(COMMENTS)), 0) :]


def _above(lines: list[str], separator: str) -> int:
    """How many lines stand above a table: titles and comments of one cell (or blank), above records of several; and
    lines of fewer cells, the last ones of which may be empty, as devices and banks write settings, above names of
    columns.

    >>> _above(["Report\\n", "\\n", "a,b\\n", "1,2\\n", "3,4\\n"], ","), _above(["a,b\\n", "1,2\\n"], ",")
    (2, 0)
    """
    width = _usual(_records(_without_comments(lines), separator))
    return max(_above_by(lines, separator, width, loose) for loose in (False, True)) if width > 1 else 0


def _above_by(lines: list[str], separator: str, width: int, loose: bool) -> int:
    """The lines above a table of so many columns. A line of one cell less may be R's names, and one with empty cells
    at its end may be names, too; with ``loose`` they are settings, if there is a line above them."""
    above, comments, settings = 0, 0, False
    for line in lines:
        cells = next(csv.reader([line], delimiter=separator), [])
        filled = sum(bool(cell.strip()) for cell in cells)
        title = filled <= 1 and (len(cells) != width or (width > 2 and bool(cells[0].strip())))
        comment = line.startswith(COMMENTS) and len(cells) != width
        setting = len(cells) < width - 1
        if loose and above:
            setting = len(cells) < width or len(_without_ends(cells)) < width - 1
        comments += comment
        most = above - comments >= MOST_ABOVE
        if most or not (title or comment or setting) or line.count('"') % 2:
            break
        settings = settings or not (title or comment)
        above += 1
    rest = _records(lines[above:], separator)
    even = sum(len(record) == width for record in rest) >= 0.9 * len(rest)
    if not rest or not even or len(rest[0]) != width:
        return 0
    named = header_of(rest).lines and (names_by_numbers(rest) or not any(map(NUMBER.fullmatch, rest[0])))
    return above if named or not settings else 0
