"""Delimited text that is quoted in another way than with plain double quotes."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from functools import partial

from fourfold.data.dataset import Note

from .rewritten import SEPARATORS, Lines, Records, Rewriting, width_of

ENCLOSED = re.compile(r'\s*"((?:[^"]|"")*)"\s*')
"""A cell between double quotes."""


def of_quotes(lines: list[str], name: str) -> Rewriting | None:
    """Delimited text with quotes of another kind: the first way of quoting that gives all lines as many columns, where
    double quotes do not."""
    plain = (csv.reader(lines, delimiter=mark, strict=True) for mark in SEPARATORS)
    if len(lines) < 2 or any(width_of(records) > 1 for records in plain):
        return _of_single_quotes(lines)
    for said, marks, parse in QUOTINGS:
        for mark in SEPARATORS:
            if any(one in line for line in lines for one in marks) and width_of(parse(lines, mark)) > 1:
                return Rewriting(partial(parse, mark=mark), mark, (Note(f"quotes: {said}"),))
    return _of_single_quotes(lines)


def of_stray_quotes(lines: Lines) -> Rewriting | None:
    """Text between tabs, as many in each line, with double quotes that begin cells and do not enclose them: such quotes
    are marks as any others."""
    tabs, stray = 0, ""
    for line in filter(str.strip, lines):
        tabs = tabs or line.count("\t")
        if not tabs or line.count("\t") != tabs:
            return None
        if not stray and '"' in line:
            cells = (cell.strip() for cell in line.split("\t"))
            stray = next((cell for cell in cells if cell.startswith('"') and not ENCLOSED.fullmatch(cell)), "")
    note = Note("quotes: those that do not enclose a cell are plain marks", f"such as in {stray[:30]!r}")
    return Rewriting(_of_plain_marks, "\t", (note,)) if stray else None


def _of_plain_marks(lines: Lines) -> Records:
    for line in filter(str.strip, lines):
        found = [(cell, ENCLOSED.fullmatch(cell)) for cell in line.split("\t")]
        yield [enclosed[1].replace('""', '"') if enclosed else cell for cell, enclosed in found]


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
            return Rewriting(parse, mark, (note,)) if width_of(parse(lines)) else None
    return None


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
