"""Text whose columns do not stand between plain marks: aligned, in a frame, as names and values, quoted otherwise.

Each form is recognised by the first lines, and gives the records of all of them, which are written as delimited text.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial

from fourfold.errors import FileError

from .dataset import Note
from .header import header_of, settings_above
from .messages import counted, listed

__all__ = ["SEPARATORS", "Rewriting", "rewriting_of"]

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}

RARE = {"::": "double colons", "~": "tildes", "^": "carets", "\u00a6": "broken bars", "\x01": "\\x01", "\x1f": "\\x1f"}
"""Other marks between columns; the last ones are those of Hive and of ASCII."""

Lines = Iterable[str]
Records = Iterator[list[str]]

NUMBERS = re.compile(r"(?:^|\t) *[-+.\d]+ +[-+.\d]+ +[-+.\d]", re.ASCII)
"""Several numbers with blanks between them at the start of what stands between tabs."""

FRAME = frozenset(" \t|+:=-" + "".join(map(chr, range(0x2500, 0x2580))))
DASHES = re.compile(r"[-=\u2500\u2550\u2501]{2}")
"""What a line of a frame is made of, and what it has."""

BAR = re.compile(r"(?<!\\)[|\u2502\u2503\u2551]")
FOOT = re.compile(r"\[\d+ rows x \d+ columns\]|\(?\d+ rows?(?: affected| selected\.?)?\)?", re.IGNORECASE)
"""What pandas and databases print below a table."""

NAMED = re.compile(r"\s*([A-Za-z][^\s:=\d]*(?: [^\s:=\d]+)?)\s*[:=]\s*(\S.*?)\s*")
"""A name, of up to two words, and a value behind it."""

COMMENTS = "#%!"
"""What comments begin with."""

FIELDS = re.compile(r"#\s*fields:?\s+", re.IGNORECASE)
"""How the line of names begins in logs of web servers (W3C) and of Zeek."""

PAIR = re.compile(r'([A-Za-z_][\w.\-]*)=("(?:[^"\\]|\\.)*"|[^\s"]*)(?:\s+|$)')
MOST_AROUND = 30
"""The most lines that stand around a table in a frame, one behind the other."""

FEWEST_ALIGNED = 5
"""Lines from which on columns are told by the blanks between them."""


@dataclass(frozen=True)
class Rewriting:
    """``records``: of lines without their ends; ``mark``: what is written between columns; ``notes``: what is said;
    ``left_out``: lines that are no rows, as they are found while the records are read."""

    records: Callable[[Lines], Records]
    mark: str
    notes: tuple[Note, ...] = ()
    left_out: list[str] = field(default_factory=list)

    def said(self) -> tuple[Note, ...]:
        if not self.left_out:
            return self.notes
        lines = f"left out: {counted(len(self.left_out), 'line')} around the table"
        return (*self.notes, Note(lines, f"such as {self.left_out[0][:60]!r}"))


def rewriting_of(lines: list[str], name: str) -> Rewriting | None:
    """How a text with these first lines (without blank ones) is rewritten; None if it can be read as it is."""
    return next((found for form in FORMS if (found := form(lines, name))), None)


def _of_bars(lines: list[str], name: str) -> Rewriting | None:
    """A table in a frame: Markdown, the output of databases, lists of SAP. It has a line of the frame, and bars in all
    rows, as many in each; at both ends of all, or of none, and then the second line is the frame's."""
    bare = [line.strip() for line in lines]
    rows = [line for line in bare if BAR.search(line) and not _is_frame(line)]
    framed = [place for place, line in enumerate(bare) if _is_frame(line)]
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
            if not bare or _is_frame(bare):
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
    blanks = _of_blanks(bare, name)
    marks = [mark for mark in SEPARATORS if _width(csv.reader(bare, delimiter=mark)) > 1]
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
        ways = (next(cut([named]), []), re.split(r"\s{2,}", named.strip()))  # names may be of several words
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


def _is_frame(line: str) -> bool:
    return DASHES.search(line) is not None and FRAME.issuperset(line)


def _of_pairs(lines: list[str], name: str) -> Rewriting | None:
    """Lines of nothing but names and values, two and more in each: name=value, as programs write logs; or the same
    names with colons behind them, marks between them, as small devices write them."""
    if len(lines) < 2:
        return None
    found = [_pairs(line) for line in lines]
    if all(pairs is not None and len(pairs) > 1 for pairs in found):
        names = list(dict.fromkeys(key for pairs in found if pairs for key in pairs))
        return _by_names(names, _pairs, name, "NAME=VALUE", "blanks")
    for mark in SEPARATORS:
        read = partial(_named, mark=mark)
        found = [read(line) for line in lines]
        names = list(found[0] or ())
        if len(names) > 1 and all(list(pairs or ()) == names for pairs in found):
            return _by_names(names, read, name, "NAME: VALUE", f"{mark!r}")
    return None


def _by_names(
    names: list[str], read: Callable[[str], dict[str, str] | None], name: str, form: str, between: str
) -> Rewriting:
    """The values by their names, which ``read`` finds in a line; of one that is not there, nothing."""

    def records(lines: Lines) -> Records:
        yield names
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            pairs = read(line)
            if pairs is None or set(pairs) - set(names):
                raise FileError(
                    "no-pair",
                    f"line {number} of {name} is no list of the names and values of the lines above",
                    got=repr(line.strip()[:60]),
                    wanted=f"{form} of {listed(names)}, with {between} between them",
                    do="remove the line, or write a csv with these columns",
                )
            yield [pairs.get(key, "") for key in names]

    return Rewriting(records, "\t", (Note(f"{form.lower()} in each line: {listed(names)}"),))


def _pairs(line: str) -> dict[str, str] | None:
    """The values of a line by name; None if there is anything else in it, or a name twice."""
    found, text, end = {}, line.strip(), 0
    while end < len(text):
        pair = PAIR.match(text, end)
        if pair is None or pair[1] in found:
            return None
        found[pair[1]], end = pair[2].strip('"'), pair.end()
    return found


def _named(line: str, mark: str) -> dict[str, str] | None:
    """The values of a line by the names before them, marks between them; None if there is anything else in it, or a
    name twice."""
    found = [NAMED.fullmatch(cell) for cell in line.split(mark)]
    values = {one[1]: one[2] for one in found if one}
    return values if len(values) == len(found) else None


def _of_blanks(lines: list[str], name: str) -> Rewriting | None:
    """Columns between blanks: several words in each line, as many in all, and no other mark.

    The first line may name all columns but that of the rows' names (R), or have a hash before the names (NumPy).
    """
    lines = [line for line in lines if not FOOT.fullmatch(line.strip())]
    if len(lines) < 2 or any(mark in line for line in lines for mark in SEPARATORS if mark != "\t"):
        return None
    if any(line.count('"') % 2 for line in lines) or _by_tabs(lines):
        return None
    first, *widths = (len(_words(line)) for line in lines)
    if len(set(widths)) > 1 or widths[0] < 2 or first not in (widths[0], widths[0] - 1):
        return None
    left_out: list[str] = []

    def records(lines: Lines) -> Records:
        for number, line in enumerate(lines, start=1):
            if FOOT.fullmatch(line.strip()):
                left_out.append(line.strip())
                continue
            words = _words(line)
            if len(words) > 1 and not any(word.strip(".") for word in words[1:]):
                raise FileError(
                    "abridged-table",
                    f"line {number} of {name} stands for rows that were not printed",
                    got=repr(line.strip()[:60]),
                    wanted="all rows",
                    do="write them with to_csv, as printing shows the first and the last ones alone",
                )
            yield words

    return Rewriting(records, "\t", (Note("separated by blanks"),), left_out)


def _words(line: str) -> list[str]:
    """The words of a line, or what stands between double quotes; a hash before them is a comment's, not theirs.

    >>> _words(' 1  "a b" 2'), _words("# v w")
    (['1', 'a b', '2'], ['v', 'w'])
    """
    line = " ".join(line.split()).removeprefix("#").lstrip()
    return next(csv.reader([line], delimiter=" ")) if '"' in line else line.split()


def _by_tabs(lines: list[str]) -> bool:
    """Whether single tabs cut all lines into as many columns, some of which may be empty; not where one of these holds
    several numbers with blanks between them."""
    even = all("\t" in line for line in lines) and len({line.count("\t") for line in lines}) == 1
    return even and not any(NUMBERS.search(line) for line in lines)


def _of_widths(lines: list[str], name: str) -> Rewriting | None:
    """Columns of fixed widths: the same places are blank in all lines, and the first names each column."""
    if len(lines) < FEWEST_ALIGNED or any(mark in line for line in lines for mark in ";\t|"):
        return None
    if any("," in line for line in lines) and len({line.count(",") for line in lines}) == 1:
        return None
    lines = [line for line in lines if not _is_frame(line)]
    longest = max(map(len, lines))
    taken = [any(line[place : place + 1].strip() for line in lines) for place in range(longest)]
    starts = [place for place in range(longest) if taken[place] and not (place and taken[place - 1])]
    named = zip(starts, _cells(lines[0], starts))
    inner = [not name and start > starts[0] and taken[start - 2] for start, name in named]
    starts = [start for start, within in zip(starts, inner) if not within]  # a single blank within cells
    starts = _with_names(starts, lines)
    names = _cells(lines[0], starts)
    spaced = any("  " in line.strip() for line in lines)
    if len(starts) < 2 or "" in names or any("  " in one for one in names) or not spaced:
        return None

    def records(lines: Lines) -> Records:
        for number, line in enumerate(lines, start=1):
            if not line.strip() or _is_frame(line):
                continue
            if any(line[start - 1 : start].strip() for start in starts[1:]):
                raise FileError(
                    "not-aligned",
                    f"line {number} of {name} is not aligned with those above",
                    got=repr(line.strip()[:60]),
                    wanted=f"a blank before each of the columns {listed(names)}",
                    do="pandas.read_fwf with the widths of the columns, then to_csv",
                )
            yield _cells(line, starts)

    note = Note("columns of fixed widths", "the same places are blank in all lines")
    return Rewriting(records, "\t", (note,))


def _with_names(starts: list[int], lines: list[str]) -> list[int]:
    """Where columns start, those put together of which one has nothing below its name and a single blank between them:
    a name of several words."""
    kept = starts[:1]
    for start in starts[1:]:
        before = slice(kept[-1], start)
        empty = not any(line[before].strip() for line in lines[1:])
        behind = slice(start, next((other for other in starts if other > start), None))
        empty |= not any(line[behind].strip() for line in lines[1:])
        if not (empty and lines[0][start - 2 : start - 1].strip()):
            kept.append(start)
    return kept


def _cells(line: str, starts: list[int]) -> list[str]:
    return [line[start:stop].strip() for start, stop in zip(starts, [*starts[1:], len(line)])]


def _of_quotes(lines: list[str], name: str) -> Rewriting | None:
    """Delimited text with quotes of another kind: the first way of quoting that gives all lines as many columns, where
    double quotes do not."""
    plain = (csv.reader(lines, delimiter=mark, strict=True) for mark in SEPARATORS)
    if len(lines) < 2 or any(_width(records) > 1 for records in plain):
        return _of_single_quotes(lines)
    for said, marks, parse in QUOTINGS:
        for mark in SEPARATORS:
            if any(one in line for line in lines for one in marks) and _width(parse(lines, mark)) > 1:
                return Rewriting(partial(parse, mark=mark), mark, (Note(f"quotes: {said}"),))
    return _of_single_quotes(lines)


def _of_rare_marks(lines: list[str], name: str) -> Rewriting | None:
    """Columns between rare marks, as many in each line and more than a usual mark makes."""
    usual = max(_width(csv.reader(lines, delimiter=mark)) for mark in SEPARATORS)
    for mark, called in RARE.items():
        parse = partial(_between, mark=mark)
        if len(lines) > 1 and _width(parse(lines)) > max(usual, 1):
            return Rewriting(parse, "\t", (Note(f"separated by {called}"),))
    return None


def _between(lines: Lines, mark: str) -> Records:
    return csv.reader(lines, delimiter=mark) if len(mark) == 1 else (line.split(mark) for line in lines)


def _width(records: Iterable[list[str]]) -> int:
    """How many columns all records have; 0 if they differ."""
    try:
        widths = {len(record) for record in records}
    except csv.Error:
        return 0
    return widths.pop() if len(widths) == 1 else 0


def _of_single_quotes(lines: list[str]) -> Rewriting | None:
    """Single quotes around cells in the place of double ones: each line but the first has such a cell, and all have as
    many columns."""
    if len(lines) < 2 or "'" not in lines[-1] or any('"' in line or line.count("'") % 2 for line in lines):
        return None
    for mark in SEPARATORS:
        quoted = re.compile(rf"(^|{re.escape(mark)})'[^']*'({re.escape(mark)}|$)")
        if mark in lines[0] and all(map(quoted.search, lines[1:])):
            parse = partial(csv.reader, delimiter=mark, quotechar="'")
            note = Note("quotes: single ones around cells", "no cell has double ones")
            return Rewriting(parse, mark, (note,)) if _width(parse(lines)) else None
    return None


def _of_settings(lines: list[str], name: str) -> Rewriting | None:
    """A table saved from a sheet with settings above its names: all lines have as many cells, some of them empty.

    Below a title settings of fewer cells than these are left out wherever text is read.
    """
    for mark in SEPARATORS:
        if (width := _width(csv.reader(lines, delimiter=mark))) < 3:
            continue
        first = list(csv.reader(lines, delimiter=mark))
        begins = sum(map(bool, map(str.strip, first[0]))) == 2
        if (begins or width == 3) and (above := settings_above(first)):
            return Rewriting(partial(_below, mark=mark, above=above, left_out=(left_out := [])), mark, (), left_out)
    return None


def _below(lines: Lines, mark: str, above: int, left_out: list[str]) -> Records:
    """The records below some that are left out, blank lines not counted."""
    for record in csv.reader(lines, delimiter=mark):
        blank = len(record) < 2 and not any(map(str.strip, record))
        if not above:
            yield record
        elif not blank:
            above -= 1
            left_out += [mark.join(filter(None, record))] * any(record)


def _typographic(lines: Lines, mark: str) -> Records:
    ends = re.escape(mark)
    around = re.compile(rf"(^|{ends})\s*[\u201c\u201e\u201d]([^\u201c\u201d\u201e]*)[\u201d\u201c]\s*(?={ends}|$)")

    def doubled(found: re.Match[str]) -> str:
        inner = found[2].replace('"', '""')
        return f'{found[1]}"{inner}"'

    return csv.reader((around.sub(doubled, line.strip()) for line in lines), delimiter=mark)


def _of_whole_lines(lines: Lines, mark: str) -> Records:
    for line in lines:
        whole = next(csv.reader([line], strict=True), []) if line.startswith('"') else []
        yield next(csv.reader(whole, delimiter=mark, strict=True)) if len(whole) == 1 else [line]


def _after_blanks(lines: Lines, mark: str) -> Records:
    return csv.reader(lines, delimiter=mark, skipinitialspace=True, strict=True)


def _escaped(lines: Lines, mark: str) -> Records:
    return csv.reader(lines, delimiter=mark, escapechar="\\", doublequote=False, strict=True)


QUOTINGS: tuple[tuple[str, str, Callable[..., Records]], ...] = (
    ("blanks before them left out", '"', _after_blanks),
    ("\\ before those within cells", "\\", _escaped),
    ("those around whole lines left out", '"', _of_whole_lines),
    ("typographic ones around cells", "\u201c\u201d\u201e", _typographic),
)
"""Ways of quoting: what is said, the marks without which they are not tried, and how lines are read."""

FORMS: tuple[Callable[[list[str], str], Rewriting | None], ...] = (
    _of_bars, _of_pairs, _of_comments, _of_blanks, _of_widths, _of_rare_marks, _of_quotes, _of_settings,
)  # fmt: skip


def _uneven(name: str, line: int, got: int, wanted: int, marks: str) -> FileError:
    return FileError(
        "ragged-frame",
        f"line {line} of {name} has another number of columns than those above",
        got=f"{got - 1} {marks}",
        wanted=f"{wanted - 1}",
        do="remove the line, if it is a note and no row, or fill in its cells",
    )
