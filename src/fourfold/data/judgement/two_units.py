"""A column whose unit changes in the middle of the file, as from centimetres to metres."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fourfold.data.dataset import Finding

from .case import Case

FEWEST = 10
"""Rows on either side."""

APART, NEAR, ALIKE = 0.3, 0.03, 0.3
"""In powers of ten: how far the smaller numbers lie below the larger ones at least, how far the ratio of their medians
may be from a power of ten, and that of their spreads from this."""


def judge(case: Case) -> Iterator[Finding]:
    """By the rows in the order in which they stand."""
    if case.dataset.layout != "flat":
        return
    for name, kind, values in case.columns():
        there = np.flatnonzero(~np.isnan(values))
        if kind != "number" or (found := _changed(values[there])) is None:
            continue
        place, power = found
        row, times = there[place] + 1, f"{10 ** abs(power):,}"
        where = f"from row {row:,} on as before" if power > 0 else f"up to row {row - 1:,} as behind it"
        yield Finding(
            "two-units",
            f"column {name!r} is {times} times as large {where}, in its median and its spread, as in another unit",
            "power of ten",
            power,
            f"{'divide' if power > 0 else 'multiply'} it by {times} from row {row:,} on, if the unit changes there",
            important=True,
            columns=(name,),
        )


def _changed(values: np.ndarray) -> tuple[int, int] | None:
    """The place from which on numbers (N,) above 0 are in another unit, and by which power of ten; None if none is.

    >>> metres = np.random.default_rng(0).normal(1.7, 0.1, 40)
    >>> _changed(np.append(100 * metres[:20], metres[20:])), _changed(metres)
    ((20, -2), None)
    """
    if len(values) < 2 * FEWEST or not (values > 0).all():
        return None
    ordered = np.log10(np.sort(values))
    gaps = np.diff(ordered)
    widest = int(gaps.argmax())
    large = np.log10(values) > (ordered[widest] + ordered[widest + 1]) / 2
    changes = np.flatnonzero(np.diff(large))
    if gaps[widest] < APART or len(changes) != 1:
        return None
    place = int(changes[0]) + 1
    before, behind = values[:place], values[place:]
    if min(len(before), len(behind)) < FEWEST:
        return None
    spreads = [float(np.subtract(*np.quantile(part, (0.75, 0.25)))) for part in (before, behind)]
    ratio = np.log10(np.median(behind) / np.median(before))
    power = round(ratio)
    if not power or not all(spreads) or abs(ratio - power) > NEAR:
        return None
    return (place, power) if abs(np.log10(spreads[1] / spreads[0]) - power) <= ALIKE else None
