"""How far apart the time stamps of series are: what is said of it, and of new series whose stamps lie otherwise."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fourfold.data.dataset import Note
from fourfold.data.values.stamps import irregular

__all__ = ["intervals_of", "of_other_steps", "said_of_steps", "usual"]

ALIKE = 1.25
"""How many times as long as the shortest step another one may be that counts as the same."""

UNITS = (("day", 86_400_000_000), ("hour", 3_600_000_000), ("minute", 60_000_000), ("second", 1_000_000))
"""Units of dates, in microseconds, the longest first."""

ORDER_ALONE = "their order is used, their distances are not"


def intervals_of(series: Sequence[np.ndarray]) -> tuple[np.ndarray, int]:
    """The usual step of each of the series that have two stamps (T,) and more, and how many are irregular.

    >>> steps, uneven = intervals_of([np.array([0.0, 2.0, 4.0]), np.array([1.0]), np.array([0.0, 1.0, 2.0, 9.0])])
    >>> steps.tolist(), uneven
    ([2.0, 1.0], 1)
    """
    steps = [float(np.median(np.diff(stamps))) for stamps in series if len(stamps) > 1]
    return np.array(steps), sum(map(irregular, series))


def usual(steps: np.ndarray, dates: bool) -> str:
    """The usual one of steps (S,), in words; "" where there are none.

    >>> usual(np.array([0.5, 0.5, 1.0]), False), usual(np.array([2e4]), True), usual(np.array([8.64e10]), True)
    ('0.5', '0.02 seconds', '1 day')
    """
    return _shown(float(np.median(steps)), dates) if len(steps) else ""


def said_of_steps(uneven: int, series: int, steps: np.ndarray | None = None, dates: bool = False) -> Note:
    """What is said of the time stamps of so many series, some of which are irregular, and of the usual ``steps``.

    >>> print(said_of_steps(0, 2, np.array([0.5, 0.5])), said_of_steps(0, 2, np.array([0.5, 1])), sep="\\n")
    time stamps: evenly spaced in all 2 series, 0.5 apart
    time stamps: evenly spaced in all 2 series, but 0.5 to 1 apart (their order is used, their distances are not)
    >>> print(said_of_steps(5, 12))
    time stamps: irregular in 5 of 12 series (their order is used, their distances are not)
    """
    if uneven:
        return Note(f"time stamps: irregular in {uneven:,} of {series:,} series", ORDER_ALONE)
    even = f"time stamps: evenly spaced in {f'all {series:,}' if series > 1 else 'the'} series"
    if steps is None or not len(steps):
        return Note(even)
    low, high = float(steps.min()), float(steps.max())
    if high <= ALIKE * low:
        return Note(f"{even}, {usual(steps, dates)} apart")
    return Note(f"{even}, but {_shown(low, dates)} to {_shown(high, dates)} apart", ORDER_ALONE)


def of_other_steps(learnt: str, found: str) -> tuple[Note, ...]:
    """What is said of new series whose usual step is another one than was learnt from, both in words.

    >>> print(*of_other_steps("20 days", "1 hour"))
    time stamps: 1 hour apart, 20 days in training (only their order is used; resample them to the step of training)
    >>> of_other_steps("60 seconds", "1 minute"), of_other_steps("", "1"), of_other_steps("1", "1.1")
    ((), (), ())
    """
    one, other = _read(learnt), _read(found)
    if not learnt or not found or one[1] != other[1] or max(one[0], other[0]) <= ALIKE * min(one[0], other[0]):
        return ()
    because = "only their order is used; resample them to the step of training"
    return (Note(f"time stamps: {found} apart, {learnt} in training", because),)


def _shown(step: float, dates: bool) -> str:
    if not dates:
        return f"{step:.4g}"
    unit, size = next(((unit, size) for unit, size in UNITS if step >= size), UNITS[-1])
    return f"{step / size:.4g} {unit}{'s' * (step != size)}"


def _read(step: str) -> tuple[float, bool]:
    """A step as a number, of dates in microseconds, and whether it is one of dates."""
    number, _, unit = step.partition(" ")
    sizes = dict(UNITS)
    return float(number or 0) * sizes.get(unit.removesuffix("s"), 1), bool(unit)
