"""What programs of databases print: names, dashes as wide as each column, rows, and what was asked and counted."""

from __future__ import annotations

import re

from fourfold.data.dataset import Note
from fourfold.errors import FileError

from .rewritten import Lines, Records, Rewriting

__all__ = ["FOOT", "of_spool"]

FOOT = re.compile(
    r"\[\d+ rows x \d+ columns\]|\(?\d+ (?:rows?|record\(s\))(?: affected| selected\.?)?\)?", re.IGNORECASE
)
"""What pandas and databases print below a table."""

DASHES, RULE = re.compile(r"-+(?: +-+)+"), re.compile(r"-{2,}(?: +-{2,})*")
"""The line below several names, and that below one and more."""

PROMPT = re.compile(r"SQL>|\d+>|(?:db2|mysql|sqlite) (?:=> ?|> ?)")
"""How programs of Oracle, SQL Server, IBM, ... ask for a command."""


def of_spool(lines: list[str], name: str) -> Rewriting | None:
    """Columns as wide as the dashes below their names, with commands of the user above, or with what is counted below;
    names and dashes may stand above each page."""
    ruled = [place for place, line in enumerate(lines) if place and DASHES.fullmatch(line.strip())]
    told = any(PROMPT.match(line) or FOOT.fullmatch(line.strip()) for line in lines)
    if not ruled or not told or any(PROMPT.match(lines[place - 1]) for place in ruled):
        return None
    above, rule = lines[ruled[0] - 1], lines[ruled[0]].rstrip()
    spans = [part.span() for part in re.finditer("-+", rule)]
    names = _cut(above, spans)
    if not all(names):
        return None
    left_out: list[str] = []

    def records(lines: Lines) -> Records:
        begun = False
        for number, line in enumerate(lines, start=1):
            bare = line.strip()
            begun |= line.rstrip() == above.rstrip()
            if not bare or line.rstrip() == rule:
                continue
            if not begun or PROMPT.match(line) or FOOT.fullmatch(bare):
                left_out.append(bare)
            elif RULE.fullmatch(bare) or not _fits(line, spans):
                raise FileError(
                    "wrapped-rows",
                    f"line {number} of {name} is no row of the columns above",
                    got=repr(bare[:60]),
                    wanted="a line for each row, cells as wide as the dashes below the names",
                    do="write it again with lines long enough (SQL*Plus: SET LINESIZE 32767 PAGESIZE 50000, or SET "
                    "MARKUP CSV ON); remove other tables and messages",
                )
            else:
                yield _cut(line, spans)

    return Rewriting(records, "\t", (Note("columns as wide as the dashes below their names"),), left_out, named=True)


def _fits(line: str, spans: list[tuple[int, int]]) -> bool:
    """Whether nothing stands between the columns of a line, nor behind them."""
    ends = [0, *(end for _, end in spans)]
    starts = [*(start for start, _ in spans), None]
    return not any(line[end:start].strip() for end, start in zip(ends, starts))


def _cut(line: str, spans: list[tuple[int, int]]) -> list[str]:
    return [line[start:end].strip() for start, end in spans]
