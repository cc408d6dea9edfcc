"""Notes, and findings, that say the same of several columns, as one."""

from __future__ import annotations

import re
import shlex
from collections.abc import Hashable, Iterable
from dataclasses import replace
from typing import Any

from .dataset import Finding, Note, OfColumns
from .messages import listed, to_drop

SHARE = re.compile(r"[\d.,]+ %")
"""What may differ between findings that say the same."""


def joined_notes(notes: Iterable[Note]) -> tuple[Note, ...]:
    """
    >>> print(*joined_notes(OfColumns.of([name], "number", "$ left out") for name in "ab"))
    columns 'a', 'b': number ($ left out)
    """
    same: dict[Hashable, list[Note]] = {}
    for place, note in enumerate(notes):
        key = (note.role, note.kind, note.because) if isinstance(note, OfColumns) else place
        same.setdefault(key, []).append(note)
    return tuple(found[0] if len(found) == 1 else _of_all(found) for found in same.values())


def _of_all(notes: list[Any]) -> OfColumns:
    """The note of the columns of several, each once."""
    columns = [*dict.fromkeys(column for note in notes for column in note.columns)]
    return OfColumns.of(columns, notes[0].kind, notes[0].because, notes[0].role)


def joined_findings(findings: Iterable[Finding]) -> list[Finding]:
    """Of findings that differ in their column, and in shares, alone the one of the least number, with all columns; not
    where what to do names the column otherwise than to drop it, and each needs an answer of its own.

    >>> found = (Finding("s", f"column {name!r} is odd", "rows", 3, f"--drop {name}", columns=(name,)) for name in "ab")
    >>> print(*joined_findings(found))
    column 'a' is odd; likewise 'b'. Do this: --drop a,b
    """
    same: dict[Hashable, list[Finding]] = {}
    for place, finding in enumerate(findings):
        key = _but_for_column(finding)
        same.setdefault(place if key is None else (finding.slug, finding.important, *key), []).append(finding)
    return [found[0] if len(found) == 1 else _in_one(found) for found in same.values()]


def _but_for_column(finding: Finding) -> tuple[str, str] | None:
    """What is said of one column, and what to do with it, without its name; None of any other."""
    name = finding.columns[0] if len(finding.columns) == 1 else None
    if name is None or f"column {name!r} " not in finding.what:
        return None
    do = finding.do.replace(_dropped(name), "--drop")
    named = re.search(rf"(?<![\w.-]){re.escape(shlex.quote(name))}(?![\w-])", do)
    return None if named else (SHARE.sub("", finding.what.replace(repr(name), "", 1)), do)


def _in_one(findings: list[Finding]) -> Finding:
    first = min(findings, key=lambda finding: finding.number)
    names = [first.columns[0], *(finding.columns[0] for finding in findings if finding is not first)]
    do = first.do.replace(_dropped(names[0]), to_drop(names)).replace(", if it is ", ", if they are ")
    return replace(first, what=f"{first.what}; likewise {listed(names[1:])}", do=do, columns=tuple(names))


def _dropped(name: str) -> str:
    return f"--drop {shlex.quote(name)}"
