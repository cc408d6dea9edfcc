"""Columns that are the steps of series, as their names tell: CHANNEL_STEP, STEP_CHANNEL, or a number or a date each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from fourfold.data.values.dates import way_of, years_from

__all__ = ["are_dates_in_order", "beside_steps", "channels_by_step", "dated_before", "steps_of"]

FORMS = (
    ("CHANNEL_STEP", re.compile(r"(?P<channel>.*\D)[_ .-](?P<step>\d{1,9})", re.ASCII)),
    ("CHANNELSTEP", re.compile(r"(?P<channel>(?:.*\D)?)(?P<step>\d{1,9})", re.ASCII)),
    ("STEP_CHANNEL", re.compile(r"(?:t|step|time)?[_ ]?(?P<step>\d{1,9})[_ .-](?P<channel>.*\D)", re.ASCII | re.I)),
)
"""Ways in which columns of series are named."""

FEWEST, MOSTLY = 4, 0.8
"""The steps from which on, and the share of the columns, that names have to tell so that another column is none."""


def steps_of(names: Sequence[str]) -> tuple[np.ndarray, str] | None:
    """The places (T, C) of columns that are the steps of series in the order of these, and how they are named. None if
    the names don't tell it, or if there is one channel whose columns stand in their order.

    >>> places, said = steps_of(["x_0", "x_1", "y_0", "y_1"])
    >>> places.tolist(), said
    ([[0, 2], [1, 3]], 'columns are named CHANNEL_STEP')
    >>> steps_of(["t1", "t10", "t2"])[0].ravel().tolist(), steps_of(["t1", "t2", "t10"])
    ([0, 2, 1], None)
    """
    found = _told(names)
    if found is None:
        return None
    places, said = found
    if places.shape[1] > 1:
        return places, f"columns are named {said}"
    order = places[:, 0]
    in_order, ends = (np.diff(order) > 0).all(), f"{names[order[0]]!r} to {names[order[-1]]!r}"
    return None if in_order else (places, f"by their {'numbers' if said else 'dates'}, {ends}")


def channels_by_step(names: Sequence[str]) -> tuple[np.ndarray, tuple[str, ...]] | None:
    """The places (T, C) of columns that are the steps of series in the order of these, also where they stand so, and
    the names of the channels, "" of a single one. None if the names don't tell it.

    >>> places, channels = channels_by_step(["x_0", "x_1", "y_0", "y_1"])
    >>> places.tolist(), channels
    ([[0, 2], [1, 3]], ('x', 'y'))
    >>> channels_by_step(["2024-01", "2024-02"])[1], channels_by_step(["age", "sex"])
    (('',), None)
    """
    found = _told(names) if names else None
    if found is None:
        return None
    places, said = found
    if len(places[0]) == 1:
        return places, ("",)
    found = [dict(FORMS)[said].fullmatch(str(names[place])) for place in places[0]]
    return places, tuple(one["channel"] for one in found if one)


def beside_steps(names: Sequence[str]) -> list[str]:
    """The columns that are none of the steps which nearly all names tell.

    >>> beside_steps(["acc_0", "acc_1", "acc_2", "acc_3", "age"]), beside_steps(["a", "b_1", "c"])
    (['age'], [])
    """
    told = [[name for name in names if form.fullmatch(name)] for _, form in FORMS]
    told = [some for (_, form), some in zip(FORMS, told) if _places(some, form, in_a_row=True) is not None]
    told.append([*_dates(names)])
    some = max(told, key=len)
    if len(some) < max(FEWEST, MOSTLY * len(names)):
        return []
    return [name for name in names if name not in some]


def are_dates_in_order(names: Sequence[str]) -> bool:
    """Whether all columns are called by dates, each by a later one than the column before it.

    >>> are_dates_in_order(["2021-01", "2021-02"]), are_dates_in_order(["2021-02", "2021-01"])
    (True, False)
    """
    dates = [*_dates(names).values()]
    return len(dates) == len(names) > 1 and all(one < other for one, other in pairwise(dates))


def dated_before(names: Sequence[str]) -> tuple[str, ...]:
    """The columns before the last one that are called by dates, each by a later one than the column before it, if this
    one is, too, by the latest; none stand between them.

    >>> dated_before(["Lat", "1/22/20", "1/23/20", "1/24/20"]), dated_before(["1/22/20", "cases"])
    (('1/22/20', '1/23/20'), ())
    """
    dates = _dates(names)
    first = next((place for place, name in enumerate(names) if name in dates), len(names))
    return tuple(names[first:-1]) if are_dates_in_order(names[first:]) else ()


def _told(names: Sequence[str]) -> tuple[np.ndarray, str] | None:
    """The places (T, C) of columns that are steps, and the form of their names, "" of dates."""
    for said, form in FORMS:
        if (places := _places(names, form)) is not None:
            return places, said
    dates = _dates(names)
    if len(set(dates.values())) < len(names):
        return None
    return np.array(sorted(range(len(names)), key=lambda place: dates[names[place]]))[:, None], ""


def _places(names: Sequence[str], form: re.Pattern[str], in_a_row: bool = False) -> np.ndarray | None:
    """The places (T, C) of columns whose names are all of one form and make every channel of every step; steps of
    several channels, and all ``in_a_row``, are counted without a gap."""
    found = [form.fullmatch(name) for name in names]
    parts = [(one["channel"], int(one["step"])) for one in found if one]
    channels, steps = dict.fromkeys(channel for channel, _ in parts), sorted({step for _, step in parts})
    places = {part: place for place, part in enumerate(parts)}
    whole = len(parts) == len(names) == len(places) == len(channels) * len(steps)
    gaps = steps != list(range(steps[0], steps[0] + len(steps))) if steps else True
    if not whole or len(steps) < 2 or (gaps and (in_a_row or len(channels) > 1)):
        return None
    return np.array([[places[channel, step] for channel in channels] for step in steps])


def _dates(names: Sequence[str]) -> dict:
    """The dates that names stand for."""
    found = way_of(names, None) if len(names) > 1 else None
    return years_from(found[1], found[0])[0] if found else {}
