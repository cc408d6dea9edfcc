"""The step between time stamps: which one it is, where a stamp lies on its grid, what follows, what season it has."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from fourfold.core.naming import several
from fourfold.data.messages import listed
from fourfold.errors import DataError

__all__ = ["Clock", "check_one_step", "filling", "shown"]

TOLERANCE = 0.2
"""How far from the grid a stamp may lie, in steps."""

SECOND, DAY = 1_000_000, 86_400_000_000
"""Microseconds."""

LONGEST_DAY = 288
"""The most steps of a day that are taken for a season: five minutes each."""

MANY_STEPS, STEPS_OF_A_ROW = 1_000_000, 100
"""More steps than these are refused where they are more than so many for each row."""

_UNITS = (
    (7 * DAY, "week"),
    (DAY, "day"),
    (3600 * SECOND, "hour"),
    (60 * SECOND, "minute"),
    (SECOND, "second"),
)
_SIZES = {unit: size for size, unit in _UNITS}
_SIXTIETHS = (1, 2, 5, 10, 15, 30)
_ROUND = {"second": _SIXTIETHS, "minute": _SIXTIETHS, "hour": (1, 2, 3, 4, 6, 12), "day": (1,), "week": (1,)}
"""Steps that divide the next longer unit, the shortest first."""

FILLED, FEWEST_STEPS = 0.9, 24
"""The share of steps with a row that a grid of means should have; and the steps that the longest series keeps."""

MOST_MOVED, MOSTLY = 4, 0.8
"""By how many days holidays may move the first or the last business day of a month; and of how many they move none."""

MOST_USUAL = 100
"""How many of the usual steps of series are looked at."""

_SEASONS = {"month": {1: 12, 2: 6, 3: 4, 6: 2, 12: 1}, "business day": {1: 5}, "week": {1: 52}, "day": {1: 7}}


IRREGULAR = "1 stamp"
"""How a clock is written that knows the order of stamps alone."""


@dataclass(frozen=True, eq=False)
class Clock:
    """A grid of time: ``count`` times ``unit`` from one step to the next.

    - ``unit``: month, week, day, hour, minute, second or business day for dates; "number" for numbers; "row" where
      rows stand in order and nothing more is known; "stamp" where stamps are irregular and only their order counts.
    - ``axis`` (L,): the stamps from the first to the last of all series, those that are absent included.
    - ``places`` (N,): where each of the stamps that were given lies on the axis.
    - ``means``: several stamps may lie in one step, and their rows count as their mean.
    - ``trading``: months whose stamps are their "first" or "last" business day, or holidays aside one near it.
    """

    unit: str
    count: float
    axis: np.ndarray
    places: np.ndarray
    means: bool = False
    trading: str = ""

    @classmethod
    def of(cls, times: np.ndarray | None, series: np.ndarray, step: str = "") -> Clock:
        """From stamps (N,), dates or numbers, and the series (N,) of each; None for the order of the rows. The ``step``
        that was learnt tells days of one week from business days, and where the order of stamps alone counts.

        >>> days = np.array(["2024-01-01", "2024-01-02", "2024-01-04"], dtype="datetime64[us]")
        >>> clock = Clock.of(days, np.zeros(3, int))
        >>> str(clock), clock.season, clock.places.tolist(), clock.following(2).astype("datetime64[D]").tolist()[1]
        ('1 day', 7, [0, 1, 3], datetime.date(2024, 1, 6))
        """
        if times is None:
            places = _counted(series)
            return cls("row", 1, np.arange(places.max() + 1.0), places)
        dates = times.dtype.kind == "M"
        stamps = times.astype("datetime64[us]").astype(np.int64) if dates else times.astype(np.float64)
        steps = _steps(stamps, series)
        if not len(steps) or step == IRREGULAR:
            return cls("stamp", 1, *np.unique(times, return_inverse=True))
        if dates and (found := _monthly(times, steps, series) or _weekdays(times, steps, step)):
            return found
        unique, counts = np.unique(steps, return_counts=True)
        usual = unique[counts.argmax()] if counts.max() >= len(steps) / 2 else np.median(steps)
        exact = (stamps - stamps.min()) / usual
        places = np.rint(exact).astype(np.int64)
        if np.abs(exact - places).max() > TOLERANCE or _doubled(places, series):
            return cls("stamp", 1, *np.unique(times, return_inverse=True))
        _check_span(times, places)
        axis = stamps.min() + np.arange(places.max() + 1) * usual
        if not dates:
            return cls("number", float(usual), axis, places)
        size, unit = next(((size, unit) for size, unit in _UNITS if usual % size == 0), (SECOND, "second"))
        return cls(unit, float(usual / size), np.rint(axis).astype(np.int64).astype("datetime64[us]"), places)

    @classmethod
    def of_means(cls, times: np.ndarray, series: np.ndarray, step: str = "") -> Clock:
        """A grid for stamps that fit none: the shortest round step, from their median distance on, of which nine in
        ten hold a row, between the first and the last of each series; or the ``step`` that such a clock is called.

        >>> hours = np.array([0, 1, 5, 7, 11, 13, 14, 20], dtype="datetime64[h]").astype("datetime64[us]")
        >>> clock = Clock.of_means(hours, np.zeros(8, int), "6 hour means")
        >>> str(clock), clock.places.tolist()
        ('6 hour means', [0, 0, 0, 1, 1, 2, 2, 3])
        """
        dates = times.dtype.kind == "M"
        stamps = times.astype("datetime64[us]").astype(np.int64) if dates else times.astype(np.float64)
        if step:
            count, unit, _ = step.split(" ")
            sizes = iter([(float(count), unit)])
        else:
            sizes = _round(float(np.median(_steps(stamps, series))), dates)
        chosen = None
        for count, unit in sizes:
            size = count * _SIZES.get(unit, 1)
            mark = min(size, DAY) if dates else size
            first = np.floor(stamps.min() / mark) * mark
            places = np.floor((stamps - first) / size).astype(np.int64)
            steps, filled = filling(places, series)
            if chosen is not None and steps < FEWEST_STEPS:
                break
            chosen = unit, count, first, size, places
            if filled >= FILLED:
                break
        assert chosen is not None
        unit, count, first, size, places = chosen
        _check_span(times, places)
        axis = first + np.arange(places.max() + 1) * size
        axis = axis.astype(np.int64).astype("datetime64[us]") if dates else axis
        return cls(unit, count, axis, places, means=True)

    def __str__(self) -> str:
        return f"{self.count:g} {self.unit}{' means' * self.means}"

    @property
    def step(self) -> str:
        """The step in words: "1 month", "3 months"."""
        return f"{self.count:g} {self.unit if self.count == 1 else several(self.unit)}"

    @property
    def steps(self) -> str:
        """How many there are, and how long: "144 of 1 month", "100, 0.1 apart" of numbers."""
        long = f", {self.count:g} apart" if self.unit == "number" else f" of {self.step}"
        return f"{len(self.axis):,}{long}"

    @property
    def regular(self) -> bool:
        return self.unit != "stamp"

    @cached_property
    def season(self) -> int | None:
        """The steps of a season that the unit suggests: of a day for hours and minutes, else of a week or a year.

        None where it suggests nothing.
        """
        if self.unit in ("hour", "minute"):
            steps = DAY / (self.count * (3600 if self.unit == "hour" else 60) * SECOND)
            return int(steps) if steps == int(steps) and 1 < steps <= LONGEST_DAY else None
        return _SEASONS.get(self.unit, {}).get(int(self.count)) if self.count == int(self.count) else None

    def following(self, count: int, last: int | None = None, places: np.ndarray | None = None) -> np.ndarray:
        """The stamps of the steps after a place of the axis, after its end by default. Where they are irregular, a step
        is the median of those between all ``places``, or of those between some."""
        ahead, end = np.arange(1, count + 1), self.axis[-1 if last is None else last]
        if self.trading:
            months = end.astype("datetime64[M]") + ahead * int(self.count)
            return _trading_days(months, self.trading).astype("datetime64[us]")
        if self.unit == "month":
            return _months_on(end, ahead * int(self.count))
        if self.unit == "business day":
            return np.busday_offset(end.astype("datetime64[D]"), ahead).astype("datetime64[us]")
        axis = self.axis if self.regular or places is None or len(places) < 2 else self.axis[places]
        step = np.median(np.diff(axis.astype("datetime64[us]").astype(np.int64))) if self._dates else None
        if step is not None:
            return end + (ahead * int(step)).astype("timedelta64[us]")
        return end + ahead * (np.median(np.diff(axis)) if len(axis) > 1 else 1.0)

    @property
    def _dates(self) -> bool:
        return self.axis.dtype.kind == "M"


def check_one_step(times: np.ndarray, series: np.ndarray, labels: Sequence[str]) -> None:
    """Refuse series (N,) that have steps of their own, one of them twice as long as another: where there is a row for
    each step of the shorter one, the others have hardly any."""
    order = np.lexsort((times, series))
    stamps = times[order].astype("datetime64[us]").astype(np.int64) if times.dtype.kind == "M" else times[order]
    ends = np.flatnonzero(np.diff(series[order])) + 1
    usual: dict[float, list[int]] = {}
    for number, own in enumerate(np.split(stamps, ends)):
        if len(own) >= FEWEST_STEPS:
            usual.setdefault(float(np.median(np.diff(own))), []).append(number)
    if len(usual) < 2 or max(usual) < 2 * min(usual):
        return
    found: dict[str, tuple[float, list[int]]] = {}
    for step, numbers in sorted(usual.items(), key=lambda one: -len(one[1]))[:MOST_USUAL]:
        own = times[series == numbers[0]]
        clock = Clock.of(own, np.zeros(len(own), np.int64))
        if clock.regular and filling(clock.places, np.zeros(len(own), np.int64))[1] >= FILLED:
            found[str(clock)] = step, found.get(str(clock), (step, []))[1] + numbers
    steps = [step for step, _ in found.values()]
    if found and max(steps) >= 2 * min(steps):
        shortest_first = sorted(found.items(), key=lambda one: one[1][0])
        raise DataError(
            "several-steps",
            "the series have steps of several lengths",
            got="; ".join(
                f"{step} of {listed([labels[number] for number in numbers[:3]])}"
                + (f" and {len(numbers) - 3:,} more" if len(numbers) > 3 else "")
                for step, (_, numbers) in shortest_first
            ),
            wanted="one step for all series",
            do=f"compare those of each step apart, in files of their own, or bring all to {shortest_first[-1][0]}",
        )


def _steps(stamps: np.ndarray, series: np.ndarray) -> np.ndarray:
    """The distances of neighbouring stamps, within each series."""
    order = np.lexsort((stamps, series))
    return np.diff(stamps[order])[np.diff(series[order]) == 0]


def _round(usual: float, dates: bool) -> Iterator[tuple[float, str]]:
    """Steps from the usual one on, each a count and its unit: round ones up to a week, or of numbers twice as long."""
    if not dates:
        shown = float(f"{usual:.2g}")
        yield from ((shown * 2**n, "number") for n in itertools.count())
    steps = [(count, unit) for unit, counts in _ROUND.items() for count in counts]
    longer = [(count, unit) for count, unit in steps if count * _SIZES[unit] >= usual]
    yield from ((float(count), unit) for count, unit in longer or steps[-1:])


def _check_span(times: np.ndarray, places: np.ndarray) -> None:
    """Refuse stamps so far apart that nearly all steps between them are empty, before the steps are made."""
    steps = int(places.max()) + 1
    if steps <= MANY_STEPS or steps <= STEPS_OF_A_ROW * len(places):
        return
    stamps = np.unique(times)
    gap = int(np.argmax(np.diff(stamps)))
    raise DataError(
        "far-stamps",
        "the time stamps lie so far apart that nearly no step holds a row",
        got=f"{steps:,} steps for {len(places):,} rows, none of them from {shown(stamps[gap])} to "
        f"{shown(stamps[gap + 1])}",
        wanted=f"at most {STEPS_OF_A_ROW} steps for each row",
        do="correct the stamps on one side of it, or leave out these rows",
    )


def shown(stamp: Any) -> str:
    """A stamp without a clock that shows midnight."""
    if isinstance(stamp, np.datetime64):
        text = str(stamp.astype("datetime64[s]"))
        return text.removesuffix("T00:00:00").replace("T", " ")
    return f"{stamp:g}"


def filling(places: np.ndarray, series: np.ndarray) -> tuple[int, float]:
    """The steps of the longest series, and the share of the steps of all of them that hold a row."""
    taken = np.unique(np.stack([series, places]), axis=1)
    first = np.full(taken[0].max() + 1, np.iinfo(np.int64).max)
    last = np.zeros_like(first)
    np.minimum.at(first, taken[0], taken[1])
    np.maximum.at(last, taken[0], taken[1])
    steps = last - first + 1
    return int(steps.max()), taken.shape[1] / int(steps.sum())


def _counted(series: np.ndarray) -> np.ndarray:
    """The number of each row within its series."""
    order = np.argsort(series, kind="stable")
    counts = np.bincount(series)
    places = np.empty(len(series), np.int64)
    places[order] = np.arange(len(series)) - np.repeat(np.cumsum(counts) - counts, counts)
    return places


def _doubled(places: np.ndarray, series: np.ndarray) -> bool:
    """Whether two stamps of a series would have one place."""
    return bool((_steps(places, series) == 0).any())


def _monthly(times: np.ndarray, steps: np.ndarray, series: np.ndarray) -> Clock | None:
    """Stamps on one day of the month, on its last day, or on its first or last business day.

    >>> ends = np.array(["2023-03-31", "2023-04-28", "2023-05-31"], dtype="datetime64[us]")
    >>> clock = Clock.of(ends, np.zeros(3, int))
    >>> str(clock), clock.following(2).astype("datetime64[D]").astype(str).tolist()
    ('1 month', ['2023-06-30', '2023-07-31'])
    """
    days = times.astype("datetime64[D]")
    months = times.astype("datetime64[M]")
    alike = len(np.unique(days - months.astype("datetime64[D]"))) == 1
    last = (days == (months + 1).astype("datetime64[D]") - 1).all()
    trading = "" if alike or last else _traded(times, days, months)
    if steps.min() < (26 if trading else 28) * DAY or not (alike or last or trading):
        return None
    number = months.astype(np.int64)
    count = int(np.gcd.reduce(_steps(number, series)))
    places, odd = np.divmod(number - number.min(), count)
    if odd.any() or _doubled(places, series):
        return None
    if trading:
        axis = _trading_days(months.min() + count * np.arange(places.max() + 1), trading).astype("datetime64[us]")
        axis[places] = times
        return Clock("month", count, axis, places, trading=trading)
    end = times[number.argmin()]
    axis = np.concatenate([[end], _months_on(end, count * np.arange(1, places.max() + 1), bool(last))])
    return Clock("month", count, axis, places)


def _trading_days(months: np.ndarray, which: str) -> np.ndarray:
    """The first or the last business days of months."""
    if which == "first":
        return np.busday_offset(months.astype("datetime64[D]"), 0, roll="forward")
    return np.busday_offset((months + 1).astype("datetime64[D]"), -1, roll="forward")


def _traded(times: np.ndarray, days: np.ndarray, months: np.ndarray) -> str:
    """Whether stamps are the first or the last business days of months, but for some that holidays move; "" if not."""
    if (times != days).any() or not np.is_busday(days).all():
        return ""
    for which in ("first", "last"):
        away = np.abs((days - _trading_days(months, which)).astype(np.int64))
        if away.max() <= MOST_MOVED and (away == 0).mean() >= MOSTLY:
            return which
    return ""


def _months_on(stamp: np.datetime64, ahead: np.ndarray, last: bool | None = None) -> np.ndarray:
    """The same day so many months later, or the last day of that month."""
    month, day = stamp.astype("datetime64[M]"), stamp.astype("datetime64[D]")
    if last is None:
        last = day == (month + 1).astype("datetime64[D]") - 1
    clock = stamp - day.astype("datetime64[us]")
    later = month + ahead
    ends = (later + 1).astype("datetime64[D]") - 1
    days = (
        ends
        if last
        else np.minimum(later.astype("datetime64[D]") + (day - month.astype("datetime64[D]")), ends)
    )
    return days.astype("datetime64[us]") + clock


def _weekdays(times: np.ndarray, steps: np.ndarray, learnt: str = "") -> Clock | None:
    """Days without week-ends: those on which nothing happened are no gaps. Days of one week are such, if they were
    ``learnt`` to be."""
    days = times.astype("datetime64[D]")
    if (times != days).any() or not np.is_busday(days).all():
        return None
    found = Clock("business day", 1, *np.unique(days.astype("datetime64[us]"), return_inverse=True))
    told = np.ptp(days).astype(int) >= 7 and (steps == DAY).mean() >= 0.5
    return found if told or learnt == str(found) else None
