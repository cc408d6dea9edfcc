"""TSF, the form of the Monash archive of forecasting: attributes a line each, and a series a line behind @data.

    @relation nn5
    @attribute series_name string
    @attribute start_timestamp date
    @frequency daily
    @horizon 56
    @data
    T1:1996-03-18 00-00-00:13.4,14.7,?,20.8

Source: Godahewa, Bergmeir, Webb, Hyndman and Montero-Manso 2021, Monash time series forecasting archive.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from fourfold.data.dataset import Note
from fourfold.errors import FileError

from .rewritten import Lines, Records, Rewriting

__all__ = ["of_tsf"]

BEGINS = re.compile(r"\s*([%#@][^\n]*\n\s*)*@(frequency|horizon)\b", re.IGNORECASE)
HEADER = re.compile(r"^[ \t]*@(attribute|frequency|horizon)[ \t]+(\S+)(?:[ \t]+(\S+))?", re.IGNORECASE | re.MULTILINE)
WRITTEN = ("%Y-%m-%d %H-%M-%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d")
"""How a series' first moment is written."""

PARTS_OF_DAY = re.compile(r"(?:(\d+|half)_)?(second|minute|hour)(?:s|ly)?")
SECONDS = {"second": 1, "minute": 60, "hour": 3600}
DAYS = {"daily": 1, "weekly": 7}
MONTHS = {"monthly": 1, "quarterly": 3, "yearly": 12}
MISSING = frozenset({"?", "nan"})
SERIES, TIME, VALUE = "series", "time", "value"
"""The columns of the number of a series without a name, of the moment of a step, and of what was measured."""


def of_tsf(text: str, name: str) -> Rewriting | None:
    """The steps of the series of TSF, a row each; None for another text, by its beginning.

    >>> header = ["@attribute series_name string", "@attribute start date", "@frequency monthly", "@data"]
    >>> tsf = of_tsf("\\n".join(header), "sales.tsf")
    >>> [*tsf.records([*header, "T1:1999-11-30 00-00-00:3.5,?"])]
    [['series_name', 'time', 'value'], ['T1', '1999-11-30', '3.5'], ['T1', '1999-12-30', '']]
    """
    if not BEGINS.match(text):
        return None
    found = [(word.casefold(), one, other) for word, one, other in HEADER.findall(text)]
    kinds = [(one, other.casefold()) for word, one, other in found if word == "attribute"]
    told = {word: one for word, one, _ in found if word != "attribute"}
    names = [one for one, kind in kinds if kind != "date"] or [SERIES]
    frequency = told.get("frequency", "").casefold()

    def records(lines: Lines) -> Records:
        yield [*names, TIME, VALUE]
        for place, (number, line) in enumerate(_below_data(lines, name), start=1):
            *cells, values = line.split(":", len(kinds))
            if len(cells) < len(kinds):
                raise _refused(name, number, f"{len(cells)} attributes", f"{len(kinds)}, and values between commas")
            own = [cell.strip() for cell, (_, kind) in zip(cells, kinds) if kind != "date"] or [str(place)]
            starts = [cell.strip() for cell, (_, kind) in zip(cells, kinds) if kind == "date"]
            start = _moment(starts[0], name, number) if starts else None
            try:
                for step, value in enumerate(map(str.strip, values.split(","))):
                    yield [*own, _time(start, frequency, step), "" if value.casefold() in MISSING else value]
            except (ValueError, OverflowError) as error:
                raise _refused(name, number, f"steps from {starts[0]}", "all of them before the year 10000") from error

    horizon = f" --forecast {told['horizon']}" if told.get("horizon", "").isdigit() else " --forecast HORIZON"
    do = f"--target {VALUE} --id {','.join(names)} --time {TIME}{horizon} forecasts them"
    return Rewriting(records, "\t", (Note("TSF: a row for each step of a series", do),), named=True)


def _below_data(lines: Lines, name: str) -> Iterator[tuple[int, str]]:
    """The lines of series with their numbers."""
    below = False
    for number, line in enumerate(map(str.strip, lines), start=1):
        if below and line and not line.startswith(("#", "%")):
            yield number, line
        below |= line.casefold() == "@data"
    if not below:
        raise FileError(
            "tsf-without-data",
            f"{name} has no line @data",
            wanted="series behind it",
            do="write @data above the series",
        )


def _time(start: datetime | None, frequency: str, step: int) -> str:
    """The moment of a step, or its number where none is known.

    >>> start = datetime(2024, 1, 31)
    >>> _time(start, "monthly", 1), _time(start, "half_hourly", 3), _time(start, "", 2)
    ('2024-02-29', '2024-01-31 01:30:00', '2')
    """
    if start is not None and (months := MONTHS.get(frequency)):
        years, since_january = divmod(start.month - 1 + step * months, 12)
        year, month = start.year + years, since_january + 1
        last = calendar.monthrange(year, month)[1]
        return str(date(year, month, min(start.day, last)))
    if start is not None and (days := DAYS.get(frequency)):
        return str((start + timedelta(days=step * days)).date())
    if start is not None and (part := PARTS_OF_DAY.fullmatch(frequency)):
        seconds = SECONDS[part[2]] // 2 if part[1] == "half" else SECONDS[part[2]] * int(part[1] or 1)
        return str(start + timedelta(seconds=step * seconds))
    return str(step)


def _moment(word: str, name: str, number: int) -> datetime:
    for written in WRITTEN:
        try:
            return datetime.strptime(word, written)
        except ValueError:
            continue
    raise _refused(name, number, repr(word[:40]), "a moment such as 1996-03-18 00-00-00")


def _refused(name: str, number: int, got: str, wanted: str) -> FileError:
    return FileError(
        "tsf-line",
        f"line {number} of {name} can't be read as TSF",
        got=got,
        wanted=wanted,
        do="write a csv with a row for each series and time, then --id COLUMN --time COLUMN --forecast HORIZON",
    )
