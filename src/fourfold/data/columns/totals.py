"""Rows of totals among those of a table: what they are called, and that their numbers are large."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from fourfold.data.dataset import Note
from fourfold.errors import DataError
from fourfold.preprocessing.table import Table, missing

__all__ = [
    "MARGIN", "LeftOutLabels", "all_called_totals", "called_totals", "check_no_totals", "ends_in_margin",
    "labels_of_totals", "totals_among", "with_totals",
]  # fmt: skip

TOTAL = re.compile(
    r"(?:grand |sub-?)?totals?\b.*|.* totals?|sum|summe|(?:zwischen|gesamt)summe|(?:gesamt)?ergebnis|insgesamt|result"
    r"|sous-tota(?:l|ux)\b.*|totale|totaux|\u0438\u0442\u043e\u0433\u043e|\u5408\u8ba1|\u5c0f\u8ba1|\u5408\u8a08|\u5c0f\u8a08",
    re.IGNORECASE,
)
"""What rows of totals are called."""

AVERAGE = re.compile(r"(?:grand )?(?:average|avg|mean)|durchschnitt|mittelwert|moyenne|promedio|media", re.IGNORECASE)
"""What rows of means are called that stand beside them."""

STARRED = re.compile(r"\*{1,4}(?: .*)?")
"""How SAP marks rows of subtotals and totals, which have to be the sums of others: stars have other meanings, too."""

MARGIN = "All"
"""What pandas calls the margins of a pivot table: its last row and its last column."""

MOST_TOTALS, MOST_SUMS = 0.2, 0.5
"""The largest share of rows of totals, and of those that are the sums of the rows beside them."""

SUMS, ROUNDED = 0.9, 0.01
"""The share of rows of totals that have to be such sums, and by which part of one it may differ, as roundings do."""


@dataclass(frozen=True)
class LeftOutLabels(Note):
    """The note that a column, or words of it, are left out: these ``words`` call some of the rows totals, or ``margin``
    the last one."""

    column: str = ""
    words: tuple[str, ...] = ()
    margin: bool = False


def called_totals(words: Iterable[str | None], pattern: re.Pattern[str] = TOTAL) -> list[str]:
    """The words that rows of totals are called.

    >>> called_totals(["North", "Grand Total", None, "total cost", "Sumatra", "totalcensus"])
    ['Grand Total', 'total cost']
    """
    return [word for word in words if word is not None and pattern.fullmatch(word.strip())]


def check_no_totals(table: Table, target: np.ndarray) -> None:
    """Refuse rows (N,) without a target that are all called totals, which are none."""
    absent = np.flatnonzero(missing(target)) if target.ndim == 1 else np.array([], dtype=int)
    if called := all_called_totals(table, absent):
        raise DataError(
            "totals-without-target",
            "rows of totals are among those to learn from",
            got=f"{called[0][:30]!r} in row {absent[0] + 1}, which has no target",
            wanted="a row for each example",
            do=f"remove {'these rows' if len(called) > 1 else 'this row'}",
        )


def all_called_totals(table: Table, rows: np.ndarray) -> list[str]:
    """What some rows are called, if all of them are called totals, or means beside these; else [].

    >>> all_called_totals(Table({"shop": np.array(["Mean", "Total"], dtype=object)}), np.arange(2))
    ['Mean', 'Total']
    """
    words = [values[rows].tolist() for values in table.values() if values.dtype == object]
    totals = [next(iter(called_totals(own)), "") for own in zip(*words)]
    called = [total or next(iter(called_totals(own, AVERAGE)), "") for total, own in zip(totals, zip(*words))]
    return called if any(totals) and all(called) else []


def totals_among(words: np.ndarray, numbers: Sequence[np.ndarray]) -> list[str]:
    """The words (N,) that call rows with large numbers totals, or mark sums with stars.

    >>> totals_among(np.array(["7", "7", "* 7", "8", "8", "* 8"], dtype=object), [np.array([1.0, 2, 3, 2, 3, 5])])
    ['* 7', '* 8']
    """
    levels = list(dict.fromkeys(words.tolist()))
    called, starred = called_totals(levels), called_totals(levels, STARRED)
    if starred and _are_large(numbers, np.isin(words, called + starred), most=0):
        return sorted(called + starred)
    return sorted(called) if called and _are_large(numbers, np.isin(words, called)) else []


def ends_in_margin(words: np.ndarray, numbers: Sequence[np.ndarray]) -> bool:
    """Whether the last of words (N,), and no other, calls its row the margin of a pivot table, and its numbers lie
    between those of the other rows, as means do; sums are told by themselves.

    >>> ends_in_margin(np.array(["a", "b", "All"], dtype=object), [np.array([1.0, 3.0, 2.2])])
    True
    >>> ends_in_margin(np.array(["All", "Some", "All"], dtype=object), [np.array([1.0, 3.0, 2.2])])
    False
    """
    if not numbers or len(words) < 2 or words[-1] != MARGIN or words.tolist().count(MARGIN) > 1:
        return False
    known = [values for values in numbers if not np.isnan(values[-1]) and not np.isnan(values[:-1]).all()]
    return bool(known) and all(np.nanmin(v[:-1]) <= v[-1] <= np.nanmax(v[:-1]) for v in known)


def _are_large(columns: Iterable[np.ndarray], rows: np.ndarray, most: float = MOST_TOTALS) -> bool:
    """Whether some of the rows (N,), ``most`` of all, hold in a column of numbers more than nine in ten of the others,
    and the most of all; up to half of all, if these numbers are the sums of the rows above or below."""
    share = rows.mean()
    if not 0 < share <= MOST_SUMS:
        return False
    for values in columns:
        some, others = values[rows & ~np.isnan(values)], values[~rows & ~np.isnan(values)]
        if not some.size or not others.size:
            continue
        large = some.min() > np.quantile(others, 0.9) and some.max() >= others.max()
        if large and (share <= most or any(_are_sums(values[::way], rows[::way]) for way in (1, -1))):
            return True
    return False


def _are_sums(values: np.ndarray, rows: np.ndarray) -> bool:
    """Whether numbers (N,) in some rows (N,) are the sums of the others between the row of that kind above and them, or
    of all others, where there are none between.

    >>> _are_sums(np.array([1.0, 2.0, 3.0, 4.0, 4.0, 7.0]), np.array([0, 0, 1, 0, 1, 1], bool))
    True
    """
    known = np.nan_to_num(values)
    sums = np.cumsum(known * ~rows)
    places = np.flatnonzero(rows)
    before = np.append(-1, places[:-1])
    between = np.diff(np.append(0, sums[places]))
    wanted = np.where(places - before > 1, between, sums[-1])
    return float((np.abs(known[places] - wanted) <= ROUNDED * np.abs(wanted)).mean()) >= SUMS


def labels_of_totals(table: Table, left_out: dict[str, str]) -> tuple[LeftOutLabels, ...]:
    """The columns of words, left out for a reason each, that call rows with large numbers totals, or the last row a
    margin."""
    numbers, notes = [values for values in table.values() if values.dtype.kind == "f"], []
    for name, because in left_out.items():
        if totals := totals_among(table[name], numbers):
            called = (*totals, *called_totals(table[name].tolist(), AVERAGE))
            notes.append(LeftOutLabels(f"left out: {name!r}", because, column=name, words=called))
        elif ends_in_margin(table[name], numbers):
            notes.append(LeftOutLabels(f"left out: {name!r}", because, column=name, margin=True))
    return tuple(notes)


def with_totals(note: Note, name: str, words: np.ndarray, table: Table) -> Note:
    """The note of a column of numbers or dates, with the words (N,) among these that call rows with large numbers
    totals, if there are such."""
    numbers = [values for values in table.values() if values.dtype.kind == "f"]
    called = totals_among(words, numbers) if words.dtype == object else []
    if not called:
        return note
    return LeftOutLabels(note.what, note.because, note.option, column=name, words=tuple(called))
