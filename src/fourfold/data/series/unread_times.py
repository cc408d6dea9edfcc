"""Words and numbers with years in them that are no dates, where the order of the rows is the time."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

import numpy as np

from fourfold.data.columns.roles import Roles
from fourfold.data.dataset import Note
from fourfold.data.messages import quoted
from fourfold.data.source import Source
from fourfold.data.values.called import PARTS_OF_TIME
from fourfold.data.values.words import spelled
from fourfold.errors import DataError

from .counters import is_called
from .long_columns import table_of
from .time_columns import series_numbers

__all__ = ["in_order_of_rows"]

DIGITS = re.compile(r"\d+", re.ASCII)
YEARS = range(1900, 2100)
"""Years as people write them in words."""


def in_order_of_rows(source: Source, roles: Roles, names: Sequence[str]) -> Source:
    """The source with what is said of columns of such words, of those called ``names``.

    Errors: ``DataError`` where these fall from row to row of each series, as in tables with the latest row first.
    """
    table = table_of(source, ())
    series = series_numbers(source, table, roles)
    order = np.argsort(series, kind="stable")
    same = np.diff(series[order]) == 0
    for name in names:
        words = _words(table[name], source.kind(name))
        called = is_called(name, PARTS_OF_TIME[0])
        numbers = [] if words is None else _with_years(words[order], series[order], called)
        pairs = [pair for pair, within in zip(itertools.pairwise(numbers), same) if within]
        if _falls(pairs) or _falls([(before[:1], after[:1]) for before, after in pairs]):
            first, last = words[[0, -1]].tolist()  # pyright: ignore[reportOptionalSubscript]
            raise DataError(
                "latest-first",
                f"the order of the rows would be their time, and {name!r}, which holds no dates, falls in it",
                got=f"{first[:30]!r} before {last[:30]!r}",
                wanted="the earliest row first, or dates such as 2020-01-31",
                do=f"turn the rows round, or write {name!r} as dates; --drop {quoted(name)}, if it tells no time",
            )
        if numbers and source.kind(name) == "category":
            because = f"words such as {table[name][0][:30]!r} are no dates; write 2020-01-31"
            source = source.noting(Note(f"not the time: {name!r}", because))
    return source


def _words(values: np.ndarray, kind: str) -> np.ndarray | None:
    """Words (N,), or numbers all of which may be years and their parts, as words; None for all others."""
    if kind == "number" and not ((values >= YEARS[0]) & (values < YEARS[-1] + 1)).all():
        return None
    return spelled(values, kind) if kind in ("number", "category") else None


def _falls(pairs: Sequence[tuple[list[int], list[int]]]) -> bool:
    """Whether numbers fall from one to the next, and never rise."""
    return all(before >= after for before, after in pairs) and any(before > after for before, after in pairs)


def _with_years(words: np.ndarray, series: np.ndarray, called: bool) -> list[list[int]]:
    """The numbers in each word (N,), its year first; [] unless all have a year, and most words of a series (N,) differ,
    or are ``called`` years.

    >>> _with_years(np.array(["1T1990", "2T1990"], dtype=object), np.zeros(2), False)
    [[1990, 1], [1990, 2]]
    >>> _with_years(np.array(["1T90", "2T90"], dtype=object), np.zeros(2), True)
    []
    """
    if not called and 2 * len({*zip(series.tolist(), words.tolist())}) <= len(words):
        return []
    found = [[int(digits) for digits in DIGITS.findall(word or "")] for word in words.tolist()]
    sorted_so = [sorted(numbers, key=lambda number: number not in YEARS) for numbers in found]
    return sorted_so if all(numbers and numbers[0] in YEARS for numbers in sorted_so) else []
