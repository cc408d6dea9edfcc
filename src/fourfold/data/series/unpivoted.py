"""Series that lie along the rows of a table, as a table with a row for each step.

The columns are times, 2019, 2020, ... or Jan 2020, Feb 2020, ..., or they count the steps, V2, V3, ..., and a row is a
series; or they are parts of the time of their row: the months of a year, the hours of a day.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fourfold.data.columns.roles import NO_ROLES, Roles
from fourfold.data.dataset import Column, Note, OfColumns, Table
from fourfold.data.memory import check_memory
from fourfold.data.messages import counted, listed
from fourfold.data.source import Source
from fourfold.data.values.called import PARTS_OF_TIME
from fourfold.data.values.dates import way_of, years_from
from fourfold.data.values.months import month_of
from fourfold.data.values.words import Understood, as_objects, understood
from fourfold.preprocessing.table import ColumnKind
from fourfold.preprocessing.windows import Windows

from .along_rows import along_rows, lengths_of
from .counters import is_called
from .long_columns import check_id, dates_of, meant, times_of

__all__ = ["ROW", "TIME", "VALUE", "in_one_column", "series_named", "unpivoted", "unpivoted_as"]

FEWEST = 4
"""Columns that are times, from which on they are the steps of series."""

VALUE, TIME, ROW = "value", "time", "row"
"""What the columns are called that hold the numbers and their times, and the numbers of series without a name."""

YEAR = re.compile(r"(?:[XY]|FY ?|yr ?|year ?)?((?:1[5-9]|20|21)\d\d)(?: ?\[YR\1\])?", re.ASCII | re.IGNORECASE)
"""Years as names of columns, with what R and the World Bank put beside them."""

HOUR = re.compile(r"(?:h|he|hr|hour)?[ _-]?(\d{1,2})(?:[:.h](\d\d)(?::00)?)?(?: ?h)?", re.ASCII | re.IGNORECASE)
"""Hours as names of columns, or clocks."""

NAMELESS = re.compile(r"|column 1|Unnamed: 0")
"""What a first column without a name is called."""

DAY = 24 * 60
FIRST_YEAR, LAST_YEAR = 1000, 2999


@dataclass(frozen=True, eq=False)
class Steps:
    """Columns ``names`` that are steps, in order of time.

    - ``times``: of each row and step (N, T), years or dates; ``said``: how they are told.
    - ``beside``: the column that holds a part of them, or "".
    """

    names: tuple[str, ...]
    times: np.ndarray
    said: str
    beside: str = ""


def unpivoted(source: Source, roles: Roles) -> tuple[Source, Roles]:
    """The source with a row for each series and step, if columns are times, and the roles of its id and time; others
    as they are.

    The columns of words stay, and name the series; those of other numbers don't, which may be sums of the steps. Steps
    without a value are left out.

    Errors: ``OptionError`` for an id that is no column; ``MachineError`` for more steps than fit into memory.
    """
    table = source.inputs
    if not isinstance(table, Table) or roles.time is not None:
        return source, roles
    check_id(source, roles.series or None)
    return _unpivoted(source, roles, roles.series or None)


def unpivoted_as(source: Source, windows: Windows) -> Source:
    """New rows as those of training were, if these were unpivoted and the new ones aren't."""
    table = source.inputs
    new = isinstance(table, Table) and (windows.time, *windows.targets) == (TIME, VALUE) and TIME not in table
    if not new:
        return source
    long = _unpivoted(source, NO_ROLES, windows.id)[0]
    return replace(long, notes=tuple(replace(note, option="") for note in long.notes))


def _unpivoted(source: Source, roles: Roles, id: str | None) -> tuple[Source, Roles]:
    """The same with the series named by ``id``, "" for one series; None to find what names them."""
    table = source.inputs
    assert isinstance(table, Table)
    found = {name: meant(source, table, name) for name in table}
    numbers = {name: one.values for name, one in found.items() if one.kind == "number"}
    steps = _of_times(source, table, numbers) or _of_months(table, numbers) or _of_hours(source, table, numbers)
    steps = steps or _counted(source, table, numbers, id)
    if steps is None:
        return source, roles
    words = [name for name in table if found[name].kind == "category" and name not in (steps.beside, id)]
    check_memory(source.name, 8 * table.rows * len(steps.names) * (4 + len(words)))
    id, labels = series_named(table, id, words, steps.beside)
    values, said = in_one_column(source, table, {name: found[name] for name in steps.names})
    there = np.isfinite(values)
    row = np.nonzero(there)[0]
    columns = {name: table[name][row] for name in words if name != id}
    columns |= {id: labels[row]} if id else {}
    columns |= {TIME: steps.times[there], VALUE: values[there]}
    kinds: dict[str, ColumnKind] = dict.fromkeys(columns, "category")
    kinds |= {TIME: "date" if steps.times.dtype.kind == "M" else "number", VALUE: "number"}
    taken = {*steps.names, *columns, steps.beside}
    left_out = [name for name in table if name not in taken]
    first, last = steps.names[0], steps.names[-1]
    which = f"steps: {counted(len(steps.names), 'column')}, {first!r} to {last!r}"
    notes = [Note(which, steps.said, "--target COLUMN")]
    notes += [Note(f"left out: {listed(left_out)}", "numbers beside steps may be made of them")] if left_out else []
    notes += [OfColumns.of([VALUE], "number", said)] if said else []
    described = tuple(Column(name, kinds[name]) for name in columns)
    long = replace(source, inputs=Table(columns), columns=described, all_columns=())
    return long.noting(*notes), replace(roles, id=id or None, time=TIME)


def in_one_column(source: Source, table: Table, found: Mapping[str, Understood]) -> tuple[np.ndarray, str]:
    """The numbers (N, T) of columns that hold one quantity, and how their words were read: in one way, or else in that
    of each column."""
    values = np.stack([one.values for one in found.values()], axis=1)
    words = [place for place, name in enumerate(found) if source.kind(name) == "category"]
    if not words:
        return values, ""
    cells = np.stack([table[name] for name in found if source.kind(name) == "category"], axis=1)
    read = understood(cells.ravel(), comma=source.comma)
    if read.kind != "number":
        return values, "; ".join(dict.fromkeys(one.said for one in found.values() if one.said))
    values[:, words] = read.values.reshape(cells.shape)
    return values, read.said


def _of_times(source: Source, table: Table, numbers: Mapping[str, np.ndarray]) -> Steps | None:
    """Columns that are called as years or dates, one after the other; where rows have dates, they are the steps."""
    if dates_of(source, [name for name in table if name not in numbers]):
        return None
    years = {name: float(found[1]) for name in numbers if (found := YEAR.fullmatch(name.strip()))}
    if len(years) >= FEWEST:
        stamps, said = np.array([*years.values()]), "years"
    else:
        read = way_of([name for name in numbers if any(map(str.isdigit, name))], None)
        if read is None or len(read[1]) < FEWEST:
            return None
        way, dates = read[0], years_from(read[1], read[0])[0]
        years, stamps = dict.fromkeys(dates), np.array([*dates.values()], "datetime64[us]")
        said = f"dates, read as {way}" if way else "dates"
    names = tuple(years)
    if (stamps[1:] < stamps[:-1]).all():
        names, stamps = names[::-1], stamps[::-1]
    if not (stamps[1:] > stamps[:-1]).all():
        return None
    times = np.broadcast_to(stamps, (table.rows, len(stamps)))  # not held before memory is checked
    return Steps(names, times, f"their names are {said}; a row is a series")


def _of_months(table: Table, numbers: Mapping[str, np.ndarray]) -> Steps | None:
    """Twelve columns that are called as the months, beside a year."""
    year = next((name for name in numbers if _may_be_year(name) and _are_years(numbers[name])), None)
    months = {name: month for name in numbers if (month := _month(name)) and name != year}
    if year is None or sorted(months.values()) != [*range(1, 13)]:
        return None
    names = tuple(sorted(months, key=months.__getitem__))
    first = (numbers[year].astype(np.int64) - 1970).astype("datetime64[Y]").astype("datetime64[M]")
    times = (first[:, None] + np.arange(12)).astype("datetime64[us]")
    of = f"each {year}" if not NAMELESS.fullmatch(year) else "the years in the first column"
    return Steps(names, times, f"the months of {of}", year)


def _of_hours(source: Source, table: Table, numbers: Mapping[str, np.ndarray]) -> Steps | None:
    """Columns that are called as the hours of a day, or as clocks at equal distances, beside a date."""
    dates = dates_of(source, [name for name in table if name not in numbers])
    if len(dates) != 1:
        return None
    clocks = {name: found for name in numbers if (found := HOUR.fullmatch(name.strip()))}
    minutes = {name: 60 * int(found[1]) + int(found[2] or 0) for name, found in clocks.items()}
    names, count = tuple(minutes), len(minutes)
    if count < 24 or DAY % count:
        return None
    behind = np.arange(count) * (DAY // count)
    ends = [*minutes.values()] == (behind + DAY // count).tolist()
    if not ends and [*minutes.values()] != behind.tolist():
        return None
    days = times_of(source, table, dates[0]).astype("datetime64[us]")
    said = f"the hours of each {dates[0]}" + (", by their ends" if ends else "")
    return Steps(names, days[:, None] + behind.astype("timedelta64[m]"), said, dates[0])


def _counted(source: Source, table: Table, numbers: Mapping[str, np.ndarray], id: str | None) -> Steps | None:
    """Columns that are numbered, of rows that are series: these are named by ``id``, or all begin in the first column
    and at least two end before the last. Of such ones no step tells when it was: they are counted from each one's end.
    """
    along = along_rows(table, numbers, id)
    if along is None or dates_of(source, [name for name in table if name not in numbers]):
        return None
    names, said = tuple(along[1]), "they are numbered; a row is a series"
    times = np.arange(len(names), dtype=float)[None]
    lengths = lengths_of(np.isnan(np.stack([numbers[name] for name in names], axis=1)))
    early = 0 if lengths is None else int((lengths < len(names)).sum())
    if lengths is not None and early > 1:
        times = times - (lengths[:, None] - 1)
        said += f", and {early:,} of {table.rows:,} end early: counted back from the last step of each, 0"
    elif id is None:
        return None
    return Steps(names, np.broadcast_to(times, (table.rows, len(names))), said)


def _may_be_year(name: str) -> bool:
    """Whether a column is called one of years, or has no name, as that of R's names of rows."""
    return is_called(name, PARTS_OF_TIME[0]) or NAMELESS.fullmatch(name) is not None


def _are_years(values: np.ndarray) -> bool:
    return bool(((values >= FIRST_YEAR) & (values <= LAST_YEAR) & (values == np.floor(values))).all())


def _month(name: str) -> int | None:
    """The month that a column is called, by its name or number.

    >>> _month("Jan"), _month("12"), _month("Annual")
    (1, 12, None)
    """
    bare = name.strip()
    return int(bare) if bare.isdecimal() and 1 <= int(bare) <= 12 else month_of(bare)


def series_named(table: Table, id: str | None, words: Sequence[str], beside: str) -> tuple[str, np.ndarray]:
    """What names the series, of which a row is one, or a part of one beside others, and their names.

    It is ``id``, or where this is None the first column of words by which no two rows are alike, or all of them, or
    else the number of the row; "" where all rows are one series.
    """
    parts = table[beside].tolist() if beside else [0] * table.rows
    every = {name: [str(label) for label in table[name].tolist()] for name in words}
    if len(words) > 1:
        every[", ".join(words)] = [", ".join(labels) for labels in zip(*every.values())]
    if id is not None and id in table:
        return id, as_objects([str(label) for label in table[id].tolist()])
    if id == "" or (id is None and len(set(parts)) == table.rows):
        return "", as_objects([])
    named = every if id is None else {id: every[id]} if id in every else {}
    for name, labels in named.items():
        if id == name or len({*zip(labels, parts)}) == table.rows:
            return name, as_objects(labels)
    return ROW, as_objects([str(number + 1) for number in range(table.rows)])
