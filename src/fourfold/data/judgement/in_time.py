"""Columns in whose order the rows stand, and which of them are times; what to do about rows in order of time."""

from __future__ import annotations

import numpy as np

from fourfold.data.places import are_places
from fourfold.data.series.dates_by_parts import part_called, part_numbers
from fourfold.data.series.nameless_parts import called_by_values
from fourfold.data.series.order import direction
from fourfold.data.values.called import PARTS_OF_TIME, QUARTERS, WEEKS, is_time

from .case import Case

FEWEST = 20
"""Rows from which on their order is hardly chance."""

FORECAST = "--forecast HORIZON if the next values of the target are asked for, "
IN_TIME = "--time-ordered, {forecast}or --window STEPS if the rows are steps of one series"
"""What to say of rows whose order is that of time, and in the middle of it of those whose target is a number."""


def times_in_order(case: Case) -> list[str]:
    """The dates that rise or fall from row to row, and the numbers that do and are called a time."""
    return [
        name
        for name, kind, values in case.columns()
        if (kind == "date" and len(values) >= FEWEST and direction(values))
        or (kind == "number" and is_time(name) and (counts_rows(values) or rises(values)))
    ]


def parts_in_order(case: Case) -> list[str]:
    """The columns of whole numbers, or names of months, weeks and quarters, that are called a year, a month (a week, a
    quarter), a day, an hour, ..., or hold these in a table without names, two and more that vary, if together they
    never fall from row to row, and the later ones begin anew."""
    whole = {name: values for name, kind, values in case.columns() if kind == "number" and _are_whole(values)}
    words = [name for name, kind, _ in case.columns() if kind == "category"] if whole else []
    by_name = {name: name.casefold() for name in whole} | _by_values(case, whole)
    for name in words:
        by_name[name] = part_called(name, case.dataset.inputs[name])
        if (numbers := part_numbers(case.dataset.inputs[name], by_name[name])) is not None:
            whole[name] = numbers

    def called(words: str) -> list[str]:
        return [name for name in whole if by_name[name] in words.split() and np.ptp(whole[name]) > 0]

    years, months, *others = map(called, PARTS_OF_TIME)
    found = [years, months or called(WEEKS) or called(QUARTERS), *others]
    parts = [name for names in found for name in names]
    if max(map(len, found)) > 1 or len(parts) < 2 or case.dataset.rows < FEWEST:
        return []
    moments = np.lexsort([whole[name] for name in reversed(parts)])
    differ = np.any([np.diff(whole[name][moments]) != 0 for name in parts], axis=0)
    place = np.empty(len(moments), dtype=int)
    place[moments] = np.cumsum(np.concatenate([[0], differ]))
    anew = all((np.diff(whole[name]) < 0).any() for name in parts[1:])
    return parts if anew and (np.diff(place) >= 0).all() and place.max() >= FEWEST - 1 else []


def what_to_do(case: Case) -> str:
    return IN_TIME.format(forecast=FORECAST if case.task.kind == "regression" else "")


def _by_values(case: Case, whole: dict[str, np.ndarray]) -> dict[str, str]:
    """What columns without names would be called."""
    nameless = are_places((*case.dataset.source_columns, case.dataset.target_name))
    return called_by_values(whole) if nameless else {}


def counts_rows(values: np.ndarray) -> bool:
    """Whether values (N,) are whole numbers that rise, or fall, from row to row, or number the rows without a gap."""
    if len(values) < FEWEST or not all(map(_are_whole, (values[:FEWEST], values))):
        return False
    ordered = (values[1:] > values[:-1]).all() or (values[1:] < values[:-1]).all()
    dense = abs(values[0]) < 2**53 and float(values.max()) - float(values.min()) == len(values) - 1
    return bool(ordered or (dense and (np.diff(np.sort(values)) == 1).all()))


def rises(values: np.ndarray) -> bool:
    return len(values) >= FEWEST and bool((values[1:] > values[:-1]).all())


def _are_whole(values: np.ndarray) -> bool:
    return not np.isnan(values).any() and bool((values == np.round(values)).all())
