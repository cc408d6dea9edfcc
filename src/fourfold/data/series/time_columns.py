"""Times in several columns, as one column of dates: a day and its clock, or a year, a month, a day, an hour."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from fourfold.data.columns.roles import Roles
from fourfold.data.dataset import Column, Note, Table
from fourfold.data.messages import listed
from fourfold.data.places import are_places
from fourfold.data.source import Source
from fourfold.data.values.called import PARTS_OF_TIME, QUARTERS, WEEKS
from fourfold.data.values.durations import duration_by
from fourfold.data.values.months import month_of
from fourfold.data.values.spans import halves_of
from fourfold.data.values.stamps import monday_of, named
from fourfold.data.values.words import Understood, as_objects, understood
from fourfold.errors import DataError
from fourfold.preprocessing.table import missing

from .apart import repeated, telling_apart
from .long_columns import dates_of, labels_of, meant, times_of
from .nameless_parts import called_by_values

__all__ = [
    "columns_of_time", "is_clock", "part_called", "part_numbers", "series_numbers", "time_among", "with_clock",
    "with_parts", "with_time",
]  # fmt: skip

HOUR, MINUTE, DAY = 3600, 60, 86_400
CALENDAR = (("a year", 1000, 2999), ("a month", 1, 12), ("a day of its month", 1, 31))
WEEK, QUARTER = ("a week", 1, 53), ("a quarter", 1, 4)
MARKED = re.compile(r"[^\W\d_]{0,7}[ .-]?(\d\d?)")
"""A week or a quarter with what it is before it: W07, Q1."""
PERIODS = {"month": re.compile(r"M(0[1-9]|1[0-3])"), "quarter": re.compile(r"Q0[1-5]")}
"""How offices of statistics (BLS) write these in a column of periods: M13 and Q05 are means of a year."""

CLOCK = (("an hour", 0, 24), ("a minute", 0, 59), ("a second", 0, 60))
HOUR_NAMES = frozenset(f"{PARTS_OF_TIME[3]} hours stunden clock uhr uhrzeit heures horas ore hod tod".split())
"""Words in the names of clocks that are written as whole numbers."""

TIME_NAMES = frozenset(("time", "zeit", "h", "he"))
BESIDE_TIME = TIME_NAMES.union(("of", "the", "day", "local", "start", "end", "begin", "ending"))
"""Words that call a clock so, too, and those that alone may stand beside them then."""

SLOT_NAMES = frozenset(("slot", "slots", "block", "blocks", "interval", "intervals", "period", "periods"))
"""Words in the names of parts of a day that are numbered, and no clocks."""

STARTS = frozenset(
    ["from", "von", "ab", "de", "du", "desde", "da", "dal", "inicio", "inizio", "debut", "début", "van"]
)
ENDS = frozenset(["to", "until", "till", "bis", "à", "a", "au", "hasta", "al", "fin", "fine", "tot"])
"""Words that call a date the start or the end of a span, beside those that begin with start, begin or end."""

WHOLE_DAY = 0.9
"""The share of a day's steps, midnight among them, that whole numbers fill which are called nothing of this."""


def columns_of_time(time: str, known: Sequence[str]) -> tuple[str, ...]:
    """The columns of a time, one or several with commas between their names; the name itself where they don't exist.

    >>> columns_of_time("date,clock", ("date", "clock", "load")), columns_of_time("a,b", ("a,b", "load"))
    (('date', 'clock'), ('a,b',))
    """
    return _split(time, known) or (time,)


def _split(time: str, known: Sequence[str]) -> tuple[str, ...]:
    if time in known:
        return (time,)
    for at, mark in enumerate(time):
        if mark == "," and time[:at] in known and (rest := _split(time[at + 1 :].strip(), known)):
            return (time[:at], *rest)
    return ()


def with_time(source: Source, time: str | None) -> Source:
    """The source with one column of dates, called ``time``, in place of the several that ``time`` names.

    Errors: ``DataError`` where they are no parts of a date, or missing in some rows.
    """
    table = source.inputs
    if time is None or not isinstance(table, Table) or len(names := columns_of_time(time, table.names)) == 1:
        return source
    dates = _dates(source, table, names)
    kept = [column for column in source.columns if column.name not in names[1:]]
    columns = tuple(Column(time, "date") if column.name == names[0] else column for column in kept)
    inputs = Table({column.name: dates if column.name == time else table[column.name] for column in columns})
    earlier = None if source.earlier is None else with_time(source.earlier, time)
    return replace(source, inputs=inputs, columns=columns, earlier=earlier)


def with_clock(source: Source, roles: Roles) -> tuple[Source, Roles]:
    """The source and roles whose time is a day alone, with the only clock, or else the only column of whole hours, that
    rises in the rows of each day; as they are where there is none, and where each day has one row. Whole hours are
    called so, or fill the day: those of stores and items don't."""
    table, day = source.inputs, roles.time
    if not isinstance(table, Table) or day is None or missing(table[day]).any():
        return source, roles
    days, number = times_of(source, table, day), series_numbers(source, table, roles)
    if days.dtype.kind != "M" or (days != days.astype("datetime64[D]")).any():
        return source, roles
    order = np.lexsort((days, number))  # stable: the rows of a day in the order of the table
    same = (np.diff(number[order]) == 0) & (days[order][1:] == days[order][:-1])
    if not same.any():
        return source, roles
    others = (name for name in table if name not in (day, roles.id))
    rising = [
        name
        for name in others
        if (seconds := _seconds(source, table, name)) is not None and (np.diff(seconds[order])[same] > 0).all()
    ]
    clocks = [name for name in rising if is_clock(_numbers(source, table, name))]
    clocks = clocks or [name for name in rising if _is_hour(source, table, name)]
    if len(clocks) != 1:
        return source, roles
    spans = ", the first of the two of each span" * (_starts(meant(source, table, clocks[0])) is not None)
    return _taken(source, roles, (day, *clocks), f"a day and its clock{spans}")


def time_among(source: Source, roles: Roles, dates: Sequence[str]) -> tuple[str, str]:
    """The one of several columns of dates that is plainly the time, and why: all rows of a series differ by it alone,
    or it is the first and alone rises from row to row, or the start of spans; "" where none is."""
    apart = [name for name in dates if _tells_apart(source, replace(roles, time=name))]
    rising = [name for name in dates if _rises(source, replace(roles, time=name))]
    if len(apart) == 1:
        others = listed([name for name in dates if name != apart[0]])
        return apart[0], f"no two rows{' of a series' if roles.series else ''} have the same, unlike {others}"
    if rising == [dates[0]]:
        return dates[0], "the first column of dates, and the only one that rises from row to row"
    for start, end in (dates, dates[::-1]) if len(dates) == 2 else ():
        if _are_spans(source, roles, start, end):
            return start, f"the start of spans that end at {end!r}"
    return "", ""


def _are_spans(source: Source, roles: Roles, start: str, end: str) -> bool:
    """Whether no end is before its start, and two columns of dates are called so, or each span of a series ends before
    the next one starts, or there."""
    opens = any(word in STARTS or word.startswith(("start", "begin")) for word in named(start))
    ends = any(word in ENDS or word.startswith("end") for word in named(end))
    table = source.inputs
    if not isinstance(table, Table) or any(missing(table[name]).any() for name in (start, end)):
        return False
    first, last = (times_of(source, table, name) for name in (start, end))
    if first.dtype != last.dtype or not (first <= last).all():
        return False
    number = series_numbers(source, table, roles)
    order = np.lexsort((first, number))
    first, last, same = first[order], last[order], np.diff(number[order]) == 0
    return (opens and ends) or bool((first < last).all() and (last[:-1] <= first[1:])[same].all())


def _tells_apart(source: Source, roles: Roles) -> bool:
    """Whether no two rows of a series have the same time, or only such that a clock beside it tells apart."""
    steps = _steps(source, roles, in_order=True)
    return steps is not None and (bool((steps > 0).all()) or with_clock(source, roles)[1].time != roles.time)


def _rises(source: Source, roles: Roles) -> bool:
    """Whether the time rises from row to row of each series."""
    steps = _steps(source, roles, in_order=False)
    return steps is not None and bool((steps > 0).all())


def _steps(source: Source, roles: Roles, in_order: bool) -> np.ndarray | None:
    """From time to time of each series, in microseconds, sorted or as the rows stand; None where some are missing."""
    table, time = source.inputs, roles.time
    assert isinstance(table, Table) and time is not None
    if missing(table[time]).any():
        return None
    times = times_of(source, table, time).astype("datetime64[us]").astype(np.int64)
    number = series_numbers(source, table, roles)
    order = np.lexsort((times, number)) if in_order else np.argsort(number, kind="stable")
    return np.diff(times[order])[np.diff(number[order]) == 0]


def with_parts(
    source: Source, roles: Roles, names: Iterable[str], *, strict: bool = False
) -> tuple[Source, Roles]:
    """The source and roles without a time, with that of columns that are called a year, a month and what follows, or
    hold these in a table without names; as they are where there are none, where these are no dates, or where rows of a
    series have the same and no one or two columns of words or whole numbers tell these apart.

    Errors: ``DataError``, if ``strict``, for periods some of which are means of a year, which are no steps.
    """
    table = source.inputs
    called: dict[str, str] = {}
    for name in names if isinstance(table, Table) else ():
        called.setdefault(part_called(name, table[name]), name)
    by_values = _called_by_values(source, [*called.values()])
    called |= by_values

    def of_part(words: str) -> list[str]:
        found = [called[word] for word in words.split() if word in called]
        return found if len(found) == 1 else []

    parts = [name for found in itertools.takewhile(bool, map(of_part, PARTS_OF_TIME)) for name in found]
    if len(parts) == 1:
        parts += of_part(WEEKS) or of_part(QUARTERS)
    if not isinstance(table, Table) or len(parts) < 2:
        return source, roles
    try:
        dates = _dates(source, table, parts)
    except DataError:
        if strict and any(_holds_periods(table, name) for name in parts):
            raise
        return source, roles  # what is called a day may be that of a week
    number = series_numbers(source, table, roles)
    others = [name for name in table if name not in (*parts, roles.id)]
    if repeated(dates, number).size and not any(telling_apart(source, others, dates, number)):
        return source, roles
    return _taken(source, roles, parts, "years one by one, and what each has" if by_values else "as they are called")


def _called_by_values(source: Source, names: Sequence[str]) -> dict[str, str]:
    """Columns of a table without names, beside which there is another one, by what they hold of a time."""
    table = source.inputs
    if not isinstance(table, Table) or not are_places(table.names):
        return {}
    numbers = {name: _numbers(source, table, name) for name in names}
    values = {name: one.values for name, one in numbers.items() if one.kind == "number"}
    whole = {name: own for name, own in values.items() if not missing(own).any() and (own == np.floor(own)).all()}
    found = called_by_values(whole)
    return {part: name for name, part in found.items()} if len(found) < len(table) else {}


def _taken(source: Source, roles: Roles, names: Sequence[str], because: str) -> tuple[Source, Roles]:
    time = ",".join(names)
    note = Note(f"time: {', '.join(names[:-1])} and {names[-1]}", because, "--time COLUMN")
    return with_time(source, time).noting(note), replace(roles, time=time)


def series_numbers(source: Source, table: Table, roles: Roles) -> np.ndarray:
    """The number of each row's series (N,)."""
    if not roles.series:
        return np.zeros(table.rows, np.int64)
    return np.unique(labels_of(source, table, roles.series), return_inverse=True)[1]


def _dates(source: Source, table: Table, names: Sequence[str]) -> np.ndarray:
    """The dates (N,) that columns make: days or years, months and days, or years and weeks or quarters, which are told
    by their names; then a clock or hours, minutes and seconds."""
    if dates_of(source, names[:1]):
        days, rest = times_of(source, table, names[0]).astype("datetime64[D]"), names[1:]
    elif (called := part_called(names[1], table[names[1]])) in (*WEEKS.split(), *QUARTERS.split()):
        year, wanted = _part(source, table, names[0], *CALENDAR[0]), WEEK if called in WEEKS.split() else QUARTER
        days, rest = _begun(year, _part(source, table, names[1], *wanted), wanted), names[2:]
    else:
        parts = [_part(source, table, name, *wanted) for name, wanted in zip(names, CALENDAR)]
        first = np.ones(table.rows, np.int64)
        year, month, day = (*parts, *[first] * (3 - len(parts)))
        months = (12 * (year - 1970) + month - 1).astype("datetime64[M]")
        days, rest = months.astype("datetime64[D]") + (day - 1), names[3:]
        if (beyond := days.astype("datetime64[M]") != months).any():
            raise _no_part(table, names[2], CALENDAR[2][0], beyond)
    if len(rest) == 1:
        seconds = _seconds(source, table, rest[0])
        if seconds is None:
            raise _no_part(table, rest[0], "a clock such as 18:30, or an hour")
    elif len(rest) > len(CLOCK):
        raise _no_part(table, rest[len(CLOCK)], "nothing behind seconds")
    else:
        clock = zip((HOUR, MINUTE, 1), rest, CLOCK)
        seconds = np.zeros(table.rows) + sum(
            size * _part(source, table, name, *wanted) for size, name, wanted in clock
        )
    return days + np.round(1e6 * seconds).astype("timedelta64[us]")


def _begun(year: np.ndarray, part: np.ndarray, which: tuple[str, int, int]) -> np.ndarray:
    """The days (N,) on which weeks, as ISO 8601 counts them, or quarters begin."""
    if which == QUARTER:
        return (12 * (year - 1970) + 3 * (part - 1)).astype("datetime64[M]").astype("datetime64[D]")
    return monday_of(year, part)


def _part(source: Source, table: Table, name: str, what: str, low: int, high: int) -> np.ndarray:
    """Whole numbers (N,) of a column, none below or above; months may be words, weeks and quarters W07 and Q1."""
    found = _numbers(source, table, name)
    values = found.values
    if found.kind == "category" and what in (CALENDAR[1][0], WEEK[0], QUARTER[0]):
        meaning = {word: _part_of_word(word or "", what) for word in set(values.tolist())}
        values = np.array([meaning[word] for word in values.tolist()], np.float64)
    elif found.kind != "number":
        raise _no_part(table, name, what)
    strange = ~((values >= low) & (values <= high) & (values == np.floor(values)))
    if strange.any():
        raise _no_part(table, name, what, strange)
    return values.astype(np.int64)


def part_called(name: str, words: np.ndarray) -> str:
    """What a column is called, in small letters: of one of periods what these are.

    >>> part_called("Period", np.array(["M01", "M12"], object)), part_called("Period", np.array(["M1", "Q01"], object))
    ('month', 'period')
    """
    called = name.strip().casefold()
    different = {*words.tolist()} if called == "period" and words.dtype.kind == "O" else set()
    fits = (part for part, form in PERIODS.items() if all(form.fullmatch(word or "") for word in different))
    return next(fits, called) if different else called


def _holds_periods(table: Table, name: str) -> bool:
    return part_called(name, table[name]) != name.strip().casefold()


def part_numbers(words: np.ndarray, called: str) -> np.ndarray | None:
    """The numbers (N,) of months, weeks or quarters in a column that is ``called`` so; None of other columns, and where
    a word is none.

    >>> part_numbers(np.array(["Q1", "Q3"], object), "Quarter"), part_numbers(np.array(["May", "no"], object), "month")
    (array([1., 3.]), None)
    """
    kinds = ((PARTS_OF_TIME[1], CALENDAR[1][0]), (WEEKS, WEEK[0]), (QUARTERS, QUARTER[0]))
    what = next((what for names, what in kinds if called.strip().casefold() in names.split()), None)
    if what is None:
        return None
    numbers = {word: _part_of_word(word or "", what) for word in {*words.tolist()}}
    found = np.array([numbers[word] for word in words.tolist()], np.float64)
    return None if np.isnan(found).any() else found


def _part_of_word(word: str, what: str) -> float:
    """The number of a month by its name, or of a week or a quarter behind its mark; NaN for others."""
    if what == CALENDAR[1][0] and not PERIODS["month"].fullmatch(word.strip()):
        return np.nan if (month := month_of(word)) is None else month
    return float(marked[1]) if (marked := MARKED.fullmatch(word.strip())) else np.nan


def _no_part(table: Table, name: str, what: str, strange: np.ndarray | None = None) -> DataError:
    row = 0 if strange is None else int(np.argmax(strange))
    return DataError(
        "time-columns",
        "a time of several columns is a day and its clock, or a year, a month (week, quarter), a day, an hour",
        got=f"{name!r}, {table[name][row]!s:.40} in row {row + 1}",
        wanted=what,
        do="remove such rows, which are means of a year"
        if _holds_periods(table, name)
        else "--time with other columns, in this order",
    )


def _seconds(source: Source, table: Table, name: str) -> np.ndarray | None:
    """The clocks (N,) in a column, in seconds since midnight: 18:30, whole hours up to 24, or 1830; None if one is
    none."""
    found = _numbers(source, table, name)
    if found.kind != "number" or np.isnan(found.values).any():
        return None
    values = found.values.astype(np.float64)
    if not is_clock(found):
        if (values != np.floor(values)).any() or values.min() < 0:
            return None
        if values.max() > 24:
            hours, minutes = np.divmod(values, 100)
            if (minutes >= 60).any():
                return None
            values = HOUR * hours + MINUTE * minutes
        else:
            values = HOUR * values
    return values if values.min() >= 0 and values.max() <= DAY else None


def _numbers(source: Source, table: Table, name: str) -> Understood:
    """A column as what its words mean, codes such as 07 as numbers, and of spans such as 00:00-01:00 their starts."""
    found = meant(source, table, name)
    if (starts := _starts(found)) is not None:
        found = understood(starts, strict=True)
    if found.kind == "category" and all(word is not None and word.strip().isdecimal() for word in found.values):
        return Understood(found.values.astype(np.float64), "number")
    return found


def _starts(found: Understood) -> np.ndarray | None:
    """The starts (N,) of words that are all spans, such as 00:00-01:00; None for all others."""
    halves = [halves_of(word or "") for word in found.values.tolist()] if found.kind == "category" else [None]
    return as_objects([half[0] for half in halves if half]) if all(halves) else None


def _is_hour(source: Source, table: Table, name: str) -> bool:
    """Whether whole numbers are called hours or a clock, and can be that (1 to 48 can't), or fill the day."""
    found, last = set(named(name)), float(_numbers(source, table, name).values.max())
    called = not found.isdisjoint(HOUR_NAMES) and found.isdisjoint(SLOT_NAMES)
    called = called or (not found.isdisjoint(TIME_NAMES) and found <= BESIDE_TIME)
    return (called and not 24 < last < 100) or _fills_day(_seconds(source, table, name))


def _fills_day(seconds: np.ndarray | None) -> bool:
    """Whether clocks (N,) begin at midnight and go on in equal steps to the end of the day, but for a few."""
    stamps = np.unique([] if seconds is None else seconds)
    return len(stamps) > 1 and stamps[0] == 0 and len(stamps) * np.diff(stamps).min() >= WHOLE_DAY * DAY


def is_clock(found: Understood) -> bool:
    """Whether a column is of clocks or durations, and not of plain numbers."""
    return duration_by(found.written or "") is not None
