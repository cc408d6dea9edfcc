"""The cells of a workbook: what the number formats of their styles show, and what a column of them becomes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import Any

import numpy as np

from fourfold.data.values.dates import TURNED, is_untold, way_of, years_from
from fourfold.data.values.words import as_objects

__all__ = ["BUILT_IN", "column_of", "meant_by", "shown_by", "spelled", "with_typed", "written_out"]

BUILT_IN = {
    **dict.fromkeys((14, 15, 16, 17, 22, *range(27, 37), *range(50, 59)), "date"),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 45, 47), "clock"),
    46: "duration",
    **dict.fromkeys((9, 10), "percent"),
}
"""What the formats show that have a number and no code; from 27 on those of Chinese, Japanese and Korean."""

DURATION = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
"""What the code of a format has that shows hours beyond a day."""

LITERAL = re.compile(r'"[^"]*"|\[[^\]]*\]|[\\_*].')
"""What stands in the code of a format and shows nothing of a number: words, colours, and letters that are written so,
as wide as a blank, or over and over."""

LAST_DAY = 2_958_466
"""The number of the first day of the year 10000."""

DAYS_OF_CLOCKS = 366
"""A cell that shows a clock alone and holds so many days or more is a date."""

FIRST_YEAR = 1900
"""Times of day are stored as dates before this year."""

DIGITS = re.compile(r"(?:\[[^\]]*\])?(00+)(?:;|$)")
"""How the code of a format begins that shows leading zeros, as codes have them."""

PERCENT = re.compile(r"([-+]?\d*[.,]?\d+)\s*%", re.ASCII)
"""Percent that was typed into a cell of text."""


class Percent(float):
    """A number that a cell shows in percent: 0.15 as 15 %."""


class LateClock(time):
    """The clock that is shown of a cell that holds a day and more."""


def shown_by(code: str) -> str:
    """What the code of a number format shows: a date, a clock, a duration, percent, as many digits as it has zeros and
    nothing else, or "" for a number.

    >>> shown_by("dd/mm/yyyy"), shown_by("h:mm AM/PM"), shown_by("[h]:mm"), shown_by('0.0 "days"_D'), shown_by("00000")
    ('date', 'clock', 'duration', '', '00000')
    """
    if DURATION.search(code):
        return "duration"
    if digits := DIGITS.match(code):
        return digits[1]
    shown = LITERAL.sub("", code).casefold()
    if "general" in shown or not re.search("[ymdhs]", shown):
        return "percent" if "%" in shown else ""
    return "clock" if re.search("[hs]", shown) and not re.search("[yd]", shown) else "date"


def meant_by(number: float, shown: str, epoch: datetime) -> Any:
    """What a cell with this number means, of which its format shows what `shown_by` says."""
    if shown == "duration" and abs(number) < LAST_DAY:
        return timedelta(seconds=round(number * 86_400, 3))
    if shown.startswith("0") and number >= 0 and number.is_integer():
        return f"{int(number):0{len(shown)}d}"
    if shown == "percent":
        return Percent(number)
    if shown not in ("date", "clock") or not 0 <= number < LAST_DAY:
        return number
    if 0 < number < 1 or (shown == "clock" and number < DAYS_OF_CLOCKS):
        clock = (datetime.min + timedelta(milliseconds=round(number * 86_400_000))).time()
        return clock if number < 1 else LateClock(clock.hour, clock.minute, clock.second, clock.microsecond)
    return epoch + timedelta(milliseconds=round(number * 86_400_000))


def written_out(text: str) -> datetime | time | None:
    """A date or a clock that a cell holds in ISO form, as some programs write them; None for anything else.

    >>> written_out("2023-03-15T06:00:00"), written_out("08:15:00"), written_out("none")
    (datetime.datetime(2023, 3, 15, 6, 0), datetime.time(8, 15), None)
    """
    try:
        moment = datetime.fromisoformat(text)
        return (moment.astimezone(UTC) if moment.tzinfo else moment).replace(tzinfo=None)
    except ValueError:
        pass
    try:
        return time.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None


MISTAKEN = (*TURNED, "day.month.year")
"""The ways of writing dates in which Excel takes the day for the month where it expects the other order."""

FEWEST_TURNED = 10
"""Different dates, at least, that tell by their days that Excel took these for months: ten have no day above 12 by
chance in one of 10,000 columns."""


def are_percent(values: list[Any]) -> bool:
    """Whether most numbers of a column are fractions that are shown as percent."""
    numbers = [isinstance(value, Percent) for value in values if isinstance(value, float)]
    return 2 * sum(numbers) > len(numbers)


def with_typed(values: list[Any]) -> tuple[list[Any], dict[str, str]]:
    """The cells of a column, those typed as text among dates or percent as these, too; and what is said of them."""
    values, percent = _with_typed_percent(values)
    values, dates = _with_typed_dates(values)
    late = sum(isinstance(value, LateClock) for value in values)
    because = f"of {late} cells, as in csv; the format [h]:mm shows all hours"
    said = {"percent that is text": percent, "dates that are text": dates, "days left out": because if late else ""}
    return values, {what: how for what, how in said.items() if how}


def _with_typed_percent(values: list[Any]) -> tuple[list[Any], str]:
    """The cells of a column, percent that are text as numbers, if most numbers are shown so; and how they are read."""
    if not any(isinstance(value, Percent) for value in values):
        return values, ""
    typed = {value: found for value in values if isinstance(value, str) and (found := PERCENT.fullmatch(value))}
    if not are_percent(values):
        typed = {}
    known = {word: float(found[1].replace(",", ".")) / 100 for word, found in typed.items()}
    said = next((f"{word} is {number:g}, as those that are numbers" for word, number in known.items()), "")
    plain = [float(value) if isinstance(value, Percent) else value for value in values]
    return [known.get(value, value) if isinstance(value, str) else value for value in plain], said


def _with_typed_dates(values: list[Any]) -> tuple[list[Any], str]:
    """The cells of a column of dates, those that were typed as text as dates too, and how these are read; all as they
    are, and "", where none are so, or the day can't be told from the month.

    Where Excel took the day for the month, it made dates of those alone that have no day above 12, and left all others
    text: their day and month are turned back.
    """
    words = list(dict.fromkeys(value for value in values if isinstance(value, str)))
    found = way_of(words, None) if words and any(isinstance(value, datetime) for value in values) else None
    if found is None or is_untold(found[1], found[0]):
        return values, ""
    way, dates = found[0], years_from(found[1], found[0])[0]
    said, told = f"read as {way or 'ISO'}", [value for value in values if isinstance(value, datetime)]
    days = [date.day for date in dates.values()]
    mistaken = way in MISTAKEN and len(set(told)) >= FEWEST_TURNED
    mistaken = mistaken and max(date.day for date in told) <= 12 < min(days, default=0)
    if mistaken:
        said += f"; day and month of the other {len(told)} turned round, as none of these has a day above 12"

    def meant(value: Any) -> Any:
        if isinstance(value, str):
            return dates.get(value, value)
        return value.replace(month=value.day, day=value.month) if mistaken and isinstance(value, datetime) else value

    return list(map(meant, values)), said


def column_of(values: list[Any]) -> np.ndarray:
    """The cells of a column as dates; clocks and durations, and what stands among them, as words; all others as they
    are."""
    kinds = {time if isinstance(value, time) else type(value) for value in values if value is not None}
    if kinds == {datetime} and any(value is not None and value.year >= FIRST_YEAR for value in values):
        absent = np.datetime64("NaT")
        return np.array([absent if value is None else value for value in values], dtype="datetime64[us]")
    if len(kinds) > 1 or kinds <= {datetime, time, timedelta}:
        values = [None if value is None else spelled(value) for value in values]
    return as_objects(values)


def spelled(value: Any) -> str:
    """A cell in words, as a file of text has it."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, timedelta):
        minutes, seconds = divmod(abs(value.total_seconds()), 60)
        hours, minutes = divmod(int(minutes), 60)
        sign = "-" if value < timedelta() else ""
        return f"{sign}{hours}:{minutes:02d}:{seconds:06.3f}".removesuffix(".000")
    if isinstance(value, datetime) and value.year < FIRST_YEAR:
        value = value.time()
    if isinstance(value, time):
        return value.isoformat("milliseconds").removesuffix(".000")
    if isinstance(value, datetime):
        return str(value).removesuffix(" 00:00:00")
    return str(value).lower() if isinstance(value, bool) else str(value)
