"""Text whose columns do not stand between plain marks: aligned, in a frame, as names and values, quoted otherwise.

Each form is recognised by the first lines, and gives the records of all of them, which are written as delimited text.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import chain

from fourfold.data.dataset import Note
from fourfold.data.values.amounts import is_number
from fourfold.errors import FileError

from .aligned import of_blanks, of_widths
from .header import header_of, settings_above
from .labelled_lines import of_fasttext, of_labelled_lines
from .pairs import of_pairs
from .quotings import of_quotes
from .rewritten import SEPARATORS, Lines, Records, Rewriting, is_frame, width_of
from .spooled import of_spool
from .titled import FEWEST_ROWS, of_sections, of_titled

__all__ = ["SEPARATORS", "Rewriting", "rewriting_of"]


RARE = {"::": "double colons", "~": "tildes", "^": "carets", "\u00a6": "broken bars", "\x01": "\\x01", "\x1f": "\\x1f"}
"""Other marks between columns; the last ones are those of Hive and of ASCII."""


BAR = re.compile(r"(?<!\\)[|\u2502\u2503\u2551]")


STARS, STARRED = re.compile(r"\*{8,}"), re.compile(r"\*[^*].*[^*]\*")
"""A line of a frame of stars, and a row within it."""

COMMENTS = "#%!"
"""What comments begin with."""

FIELDS = re.compile(r"#\s*fields:?\s+", re.IGNORECASE)
"""How the line of names begins in logs of web servers (W3C) and of Zeek."""

MOST_AROUND = 30
"""The most lines that stand around a table in a frame, one behind the other."""


def rewriting_of(lines: list[str], name: str) -> Rewriting | None:
    """How a text with these first lines (without blank ones) is rewritten; None if it can be read as it is."""
    return next((found for form in FORMS if (found := form(lines, name))), None)


def _of_bars(lines: list[str], name: str) -> Rewriting | None:
    """A table in a frame: Markdown, the output of databases, lists of SAP. It has a line of the frame, and bars in all
    rows, as many in each; at both ends of all, or of none, and then the second line is the frame's."""
    bare = [line.strip() for line in lines]
    rows = [line for line in bare if BAR.search(line) and not is_frame(line)]
    framed = [place for place, line in enumerate(bare) if is_frame(line)]
    widths = {len(BAR.split(row)) for row in rows}
    ends = {bool(BAR.match(end)) for row in rows for end in (row[0], row[-1])}
    if len(rows) < 2 or not framed or len(widths) > 1 or len(ends) > 1:
        return None
    outer = ends == {True}
    if not outer and bare.index(rows[0]) + 1 not in framed:
        return None
    left_out: list[str] = []

    def records(lines: Lines) -> Records:
        after: list[str] = []
        for number, line in enumerate(lines, start=1):
            bare = line.strip()
            if not bare or is_frame(bare):
                continue
            cells = [cell.strip().replace("\\|", "|") for cell in BAR.split(bare)]
            if len(cells) == 1 and len(after) < MOST_AROUND:
                after.append(bare)
                continue
            if len(cells) not in widths:
                raise _uneven(name, number, len(cells), max(widths), "bars")
            left_out.extend(after)
            after.clear()
            yield cells[1:-1] if outer else cells
        left_out.extend(after)

    return Rewriting(records, "\t", (Note("a frame of bars and dashes around cells"),), left_out)


def _of_stars(lines: list[str], name: str) -> Rewriting | None:
    """A table in a frame of stars, as TTree::Scan of ROOT prints it: a line of nothing else, and stars at both ends of
    the rows."""
    if len(lines) < 3 or not STARS.fullmatch(lines[0].strip()) or not STARRED.fullmatch(lines[1].strip()):
        return None
    found = _of_bars([_with_bars(line) for line in lines], name)
    if found is None:
        return None
    records = found.records
    return replace(
        found,
        records=lambda lines: records(map(_with_bars, lines)),
        notes=(Note("a frame of stars around cells"),),
    )


def _with_bars(line: str) -> str:
    """A line of a frame of stars as one of bars and dashes.

    >>> _with_bars("* 1 * x *"), _with_bars("********")
    ('| 1 | x |', '--------')
    """
    bare = line.strip()
    if STARS.fullmatch(bare):
        return bare.replace("*", "-")
    return bare.replace("|", "\\|").replace("*", "|") if STARRED.fullmatch(bare) else line


def _of_comments(lines: list[str], name: str) -> Rewriting | None:
    """A table with lines behind a hash (or what else comments begin with) between its rows, or above columns between
    blanks, or one that names them as fields. The last of those above names the columns, if it has as many words and no
    row does."""
    sign = lines[0][:1] if lines and lines[0][:1] in COMMENTS else COMMENTS[0]
    bare = [line for line, comment in _with_comments(lines, sign) if not comment]
    if len(bare) < 2 or len(bare) == len(lines):
        return None
    above = lines[: next(place for place, line in enumerate(lines) if not line.startswith(sign))]
    between = len(above) + len(bare) < len(lines)
    fields = [line for line in above if FIELDS.match(line)]
    blanks = of_blanks(bare, name)
    marks = [mark for mark in SEPARATORS if width_of(csv.reader(bare, delimiter=mark)) > 1]
    if blanks is None and not (marks and (fields or between)):
        return None
    mark = "\t" if blanks is not None else marks[0]
    left_out: list[str] = []

    def cut(lines: Lines) -> Records:
        return blanks.records(lines) if blanks is not None else csv.reader(lines, delimiter=mark)

    first, *_ = found = list(cut(bare))

    def is_row(line: str) -> bool:
        """Whether a line behind a hash is a row, as one of #1, 5, 7 is."""
        spaced = blanks is not None and not line[1:2].strip()
        return not spaced and any(len(cells) == len(first) for cells in cut([line]))

    if any(comment and is_row(line) for line, comment in _with_comments(lines[len(above) :], sign)):
        return None
    header, names = (fields or above or [""])[-1], []
    for line in fields[-1:] or ([] if header_of(found).lines else above[-1:]):
        named = FIELDS.sub("", line) if fields else line.lstrip(f"{sign} \t")
        ways = [next(cut([named]), []), re.split(r"\s{2,}", named.strip())]  # names may be of several words
        ways += [named.split()] * bool(fields)  # CloudFront has tabs between values alone
        names = next((way for way in ways if len(way) == len(first)), [])

    def rows(lines: Lines) -> Iterator[str]:
        begun = False
        for line, comment in _with_comments(lines, sign):
            begun |= not comment and bool(line.strip())
            if not comment or (begun and is_row(line)):
                yield line
            elif not names or line != header:
                left_out.append(line.strip())

    def records(lines: Lines) -> Records:
        yield from [names] * bool(names)
        yield from cut(rows(lines))

    notes = (Note("separated by blanks"),) if blanks is not None else ()
    return Rewriting(records, mark, notes, left_out)


def _with_comments(lines: Lines, mark: str) -> Iterator[tuple[str, bool]]:
    """Lines, and whether each begins with the mark of comments and is none of those between quotes."""
    quoted = False
    for line in lines:
        yield line, line.startswith(mark) and not quoted
        quoted ^= bool(line.count('"') % 2)


def _of_rare_marks(lines: list[str], name: str) -> Rewriting | None:
    """Columns between rare marks, as many in each line and more than a usual mark makes."""
    usual = max(width_of(csv.reader(lines, delimiter=mark)) for mark in SEPARATORS)
    for mark, called in RARE.items():
        parse = partial(_between, mark=mark)
        if len(lines) > 1 and width_of(parse(lines)) > max(usual, 1):
            return Rewriting(parse, "\t", (Note(f"separated by {called}"),))
    return None


def _between(lines: Lines, mark: str) -> Records:
    return csv.reader(lines, delimiter=mark) if len(mark) == 1 else (line.split(mark) for line in lines)


def _of_ends(lines: list[str], name: str) -> Rewriting | None:
    """Lines that end with a mark which stands nowhere else, before which other marks cut them: 1,2,3; and so on."""
    for end in SEPARATORS:
        ended = [line.strip() for line in lines]
        if len(lines) < 2 or not all(line.endswith(end) and line.count(end) == 1 for line in ended):
            continue
        bare = [line.removesuffix(end) for line in ended]
        for mark in SEPARATORS:
            if mark != end and width_of(csv.reader(bare, delimiter=mark)) > 2:
                records = partial(_without_ends, end=end, mark=mark)
                return Rewriting(records, mark, (Note(f"left out: {end!r} at the end of each line"),))
    return None


def _without_ends(lines: Lines, end: str, mark: str) -> Records:
    return csv.reader((line.rstrip().removesuffix(end) for line in lines), delimiter=mark)


def _of_open_names(lines: list[str], name: str) -> Rewriting | None:
    """A mark at the end of the line of names alone, behind which no row has a cell: a,b, above 1,2."""
    for mark in SEPARATORS:
        if len(lines) < 2 or not lines[0].rstrip(" ").endswith(mark):
            continue
        names = next(csv.reader(lines[:1], delimiter=mark), [])[:-1]
        named = len(names) > 1 and all(map(str.strip, names)) and not any(map(is_number, names))
        if named and width_of(csv.reader(lines[1:], delimiter=mark)) == len(names):
            said = Note(f"left out: {mark!r} at the end of the line of names", "no row has a cell behind it")
            return Rewriting(partial(_with_names, mark=mark), mark, (said,), named=True)
    return None


def _with_names(lines: Lines, mark: str) -> Records:
    """The records, the first without its last cell."""
    records = csv.reader(lines, delimiter=mark)
    yield next(records, [""])[:-1]
    yield from records


def _of_settings(lines: list[str], name: str) -> Rewriting | None:
    """A table saved from a sheet with settings above its names: all lines have as many cells, some of them empty.

    Below a title settings of fewer cells than these are left out wherever text is read.
    """
    for mark in SEPARATORS:
        if (width := width_of(csv.reader(lines, delimiter=mark))) < 3:
            continue
        first = list(csv.reader(lines, delimiter=mark))
        begins = sum(map(bool, map(str.strip, first[0]))) == 2
        if (begins or width == 3) and (above := settings_above(first)):
            return Rewriting(partial(_below, mark=mark, above=above, left_out=(left_out := [])), mark, (), left_out)
    return None


def _of_short_settings(lines: list[str], name: str) -> Rewriting | None:
    """A table below settings and a title, as instruments write them: two settings and more, a name and its value each,
    then a line of one cell, above rows of three cells and more, or above numbers of two columns."""
    for mark in SEPARATORS:
        if not lines or lines[0].count(mark) != 1 or width_of(csv.reader(lines, delimiter=mark)):
            continue
        try:
            records = list(csv.reader(lines, delimiter=mark))
        except csv.Error:
            return None
        above, width = _first_of_table([len(record) for record in records]), len(records[-1])
        settings = [record for record in records[:above] if len(record) == 2]
        begins = len({name for name, _ in settings if not is_number(name)}) == len(settings) > 1
        rest = records[above:]
        told = begins and len(records[above - 1]) == 1 and len(rest) >= FEWEST_ROWS
        if not told or any(len(record) != width for record in rest):
            continue
        if width > 2 or all(map(is_number, filter(None, map(str.strip, chain(*rest))))):
            return Rewriting(partial(_below, mark=mark, above=above, left_out=(left_out := [])), mark, (), left_out)
    return None


def _first_of_table(widths: list[int]) -> int:
    """Where lines of so many cells become a table: at the first of three cells and more, or behind the last of one."""
    wide = next((place for place, width in enumerate(widths) if width > 2), 0)
    return wide or max((place + 1 for place, width in enumerate(widths) if width == 1), default=0)


def _below(lines: Lines, mark: str, above: int, left_out: list[str]) -> Records:
    """The records below some that are left out, blank lines not counted."""
    for record in csv.reader(lines, delimiter=mark):
        blank = len(record) < 2 and not any(map(str.strip, record))
        if not above:
            yield record
        elif not blank:
            above -= 1
            left_out += [mark.join(filter(None, record))] * any(record)


FORMS: tuple[Callable[[list[str], str], Rewriting | None], ...] = (
    of_fasttext, of_spool, _of_bars, _of_stars, of_pairs, _of_comments, of_blanks, of_widths, _of_rare_marks, _of_ends,
    _of_open_names, of_quotes, _of_settings, _of_short_settings, of_sections, of_titled, of_labelled_lines,
)  # fmt: skip


def _uneven(name: str, line: int, got: int, wanted: int, marks: str) -> FileError:
    return FileError(
        "ragged-frame",
        f"line {line} of {name} has another number of columns than those above",
        got=f"{got - 1} {marks}",
        wanted=f"{wanted - 1}",
        do="remove the line, if it is a note and no row, or fill in its cells",
    )
