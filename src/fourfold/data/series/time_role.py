"""Which column is the time of a table in long form, and whether its last rows are the latest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fourfold.data.columns.roles import Roles
from fourfold.data.dataset import Note, Table
from fourfold.data.messages import listed, quoted
from fourfold.data.source import Source
from fourfold.errors import DataError

from .counters import with_counter
from .long_columns import dates_of, nearly_dates_of, seconds_of, table_of, times_of
from .time_columns import time_among, with_clock, with_parts

__all__ = ["check_dates", "check_last", "timed"]


def timed(source: Source, table: Table, roles: Roles) -> tuple[Source, Roles]:
    """The roles with the only column of dates as the time, or with the one of several that is plainly it, of days with
    the clock beside them; without dates with the columns that are called a year, a month and what follows, or that
    count seconds since 1970, or years, days, steps, rows and are called so."""
    names = [name for name in table if name != roles.id]
    dates, which = dates_of(source, names), "the only column of dates"
    if not dates:
        of_parts = with_parts(source, roles, names, strict=True)
        if of_parts[1].time is not None:
            return of_parts
        if len([name for name in table_of(source, ()) if name != roles.id]) < 2:
            return source, roles  # it is what is forecast
        if not (dates := seconds_of(source, names)):
            return with_counter(source, roles, names)
        which = "the only column that counts seconds or days"
    time, because = time_among(source, roles, dates) if dates[1:] else (dates[0], which)
    if not time:
        return source, roles
    of_dates = replace(roles, time=time)
    both, of_both = with_clock(source, of_dates)
    if of_both.time != time:
        return both, of_both
    return source.noting(Note(f"time: {time}", because, "--time COLUMN")), of_dates


def check_dates(source: Source, names: Sequence[str]) -> None:
    """Refuse to use the order of the rows where a column holds dates: several do, or one that has a few words, too."""
    dates = dates_of(source, names)
    if dates:
        raise DataError(
            "several-dates",
            "several columns hold dates, and it can't be told which is the time",
            got=listed(dates),
            wanted="the one whose next steps are forecast",
            do=" or ".join(f"--time {quoted(name)}" for name in dates[:3]),
        )
    for name in nearly_dates_of(source, names):
        times_of(source, table_of(source, ()), name)  # says what is no date


def check_last(source: Source, table: Table, time: str) -> None:
    """Refuse the last rows of a series that are not in order of time, or before which there are later ones."""
    if source.earlier is None:
        return
    times = times_of(source, table, time)
    earlier = times_of(source.earlier, table_of(source.earlier, [time]), time)
    alike = times.dtype.kind == earlier.dtype.kind
    if not alike or (times[1:] < times[:-1]).any() or earlier.max() > times[0]:
        raise DataError(
            "sampled-forecast",
            f"{source.name} is too large to be read whole, and its last rows are not the latest",
            got=f"{len(times):,} of {source.total:,} rows, not in order of {time}",
            wanted="rows in order of time, or whole series to sample",
            do=f"sort the rows by {time}; --id COLUMN, if there are several series; or --rows {source.total}",
        )
