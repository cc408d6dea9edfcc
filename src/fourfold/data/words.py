"""What the words of a column stand for: booleans, numbers, dates, or categories."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

import numpy as np

from fourfold.preprocessing.table import ColumnKind

from .durations import DURATIONS
from .hints import hint_of, of_codes
from .messages import listed
from .months import in_english
from .numerals import INVISIBLE, MOSTLY, endings_of, style_by, style_of

T = TypeVar("T")


def as_objects(values: list[Any]) -> np.ndarray:
    """A list as an array of objects (N,), whatever the values are."""
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


STANDS_FOR_NONE = (
    "none", "nil", "na", "nan", "n.a", "n. a.", "n/d", "n.d.", "nd", "missing", "unknown", "not available", "no data",
    "not applicable", "(blank)", "blank", "tbd", "k. a.", "keine angabe", "unbekannt", "fehlt", "(leer)", "s/d",
)  # fmt: skip
"""Words, in small letters, that are taken for missing values among numbers, however many of them."""

LIKELY = 0.5
"""From this share of numbers on it is said of a column of words that it has them."""

FEW_WORDS = 100
"""Words by which it is told that dates are written in several ways."""

ZONE = re.compile(
    r"(?<=[\dMm])\s*(?:(?:UTC|GMT)(?P<after>[-+]\d{1,2}(?::?\d\d)?)?|Z|(?P<offset>[-+]\d\d:?\d\d))", re.ASCII
)
"""What stands behind a clock that is not a local one."""

ISO = re.compile(r"\s*\d{4}-\d\d-\d\d|\s*\d{8}T\d{2,6}", re.ASCII)
"""How dates begin in ISO form; without marks only those with a clock, as 20200131 is a number."""

PRINTED = re.compile(
    r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) +(\d{1,2}) (\d\d:\d\d:\d\d)(?: (UTC|GMT|[-+]\d{4}))? (\d{4})", re.ASCII
)
"""A date as programs print it: Wed Mar  1 10:00:00 2023."""

WITH_YEARS = ("", "weekday month day clock year")
"""Ways of writing dates whose years have four digits: ISO, and that of `PRINTED`."""

ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)(?=[ ,])")
NAMED_ZONE = re.compile(r"(.*\d:\d\d(?::\d\d(?:\.\d+)?)?) ?\[?(?:[A-Z]{3,5}|[A-Z][A-Za-z]+/[A-Za-z_/]+)\]?")
"""A date with the name of its zone behind it: CET, Europe/Berlin."""

CODE = re.compile(r"\d{2,}")
"""Words of digits alone; with a leading zero in one of them and one length in all, they are codes."""

FIRST_YEAR, SINCE = 1969, " since "
"""The year of the digits 69, which C and Python take for the first; and how another one is remembered."""

CLOCKS = ("%H:%M:%S", "%H:%M", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p")
FORMATS = {
    "day.month.year": ("%d.%m.%Y", "%d.%m.%y", "%d. %b %Y", "%d. %B %Y"),
    "month/day/year": ("%m/%d/%Y", "%m/%d/%y"),
    "day/month/year": ("%d/%m/%Y", "%d/%m/%y"),
    "year/month/day": ("%Y/%m/%d", "%Y.%m.%d"),
    "day-month-year": ("%d-%m-%Y", "%d-%b-%Y", "%d-%b-%y"),
    "day month year": ("%d %b %Y", "%d %B %Y"),
    "year\u5e74month\u6708day\u65e5": ("%Y\u5e74%m\u6708%d\u65e5",),
    "month day, year": ("%b %d, %Y", "%B %d, %Y"),
    "weekday, day month year": ("%a, %d %b %Y", "%A, %d %B %Y"),
    "weekday, month day, year": ("%a, %b %d, %Y", "%A, %B %d, %Y"),
    "year-month": ("%Y-%m", "%YM%m"),
    "month year": ("%b %Y", "%B %Y"),
    "month-year": ("%b-%Y", "%b-%y"),
}
"""Dates by what is said of them: of each word the first pattern that fits."""


class Understood(NamedTuple):
    """A column as what its words mean, what was done, and an example of how they are written ("" for plain)."""

    values: np.ndarray
    kind: ColumnKind
    said: str = ""
    written: str = ""


def reworded(
    values: np.ndarray, *, strict: bool = False, comma: bool = False
) -> tuple[np.ndarray, ColumnKind, str]:
    """Words (N,) that are in truth booleans, numbers or dates, as such; their kind; what was done.

    >>> reworded(np.array(["1,5", "2", None], dtype=object))
    (array([1.5, 2. , nan]), 'number', 'with decimal commas')
    >>> reworded(np.array(["a", "b"], dtype=object))[1]
    'category'
    """
    return understood(values, strict=strict, comma=comma)[:3]


def understood(values: np.ndarray, *, strict: bool = False, comma: bool = False) -> Understood:
    """What the words of a column (N,) mean, tried in this order: true and false; codes of digits with leading
    zeros, which stay words; numbers (`numerals`), clocks and durations among them; dates (ISO, or one of `FORMATS`,
    the first that fits all).

    If all words but marks (-, ..) and spellings of nothing are numbers, or at least 90 % of ten or more, the others
    are missing values, unless ``strict``. A decimal ``comma`` is likelier than one between thousands. Of words that
    are nearly numbers or dates it is said why they are not taken for these.

    >>> understood(np.array(["1,5", "2", None], dtype=object)).written
    '1234,5'
    """
    words = dict.fromkeys(values.tolist())
    words.pop(None, None)
    if not words:
        return Understood(values, "category")
    if {word.strip().casefold() for word in words} <= {"true", "false"}:
        return Understood(
            _mapped(values, lambda word: float(word.strip().casefold() == "true"), np.nan), "boolean"
        )
    if are_codes(words):
        return Understood(values, "category", "codes: they have leading zeros")
    style = style_of(words, comma=comma)
    known = {word: number for word in words if (number := style.parse(word)) is not None}
    if len(known) == len(words) and len(set(known.values())) < len(words) and _beyond_floats(words, known):
        return Understood(values, "category", f"whole numbers beyond {2**53}, which numbers can't tell apart")
    if len(known) == len(words):
        said = style.said or of_codes(list(words))
        return Understood(_mapped(values, known.__getitem__, np.nan), "number", said, style.example)
    present = sum(value is not None for value in values.tolist())
    parsed = sum(value in known for value in values.tolist()) if known else 0
    strange = [word for word in words if word not in known]
    marks = len(known) > 1 and all(map(_is_nothing, strange))
    if not strict and (marks or (present >= 10 and parsed >= MOSTLY * present)):
        note = f"{present - parsed} words such as {strange[0][:30]!r} taken for missing"
        note = f"{style.said}; {note}" if style.said else note
        return Understood(
            _mapped(values, lambda word: known.get(word, np.nan), np.nan), "number", note, style.example
        )
    for style in DURATIONS:
        if (seconds := _all(words, style.parse)) and any(map(style.is_sure, words)):
            return Understood(_mapped(values, seconds.__getitem__, np.nan), "number", style.said, style.example)
    for name, parse in DATES.items():
        if dates := _all(words, parse):
            short = name not in WITH_YEARS and not any(re.search(r"\d{4}", word.split(":")[0]) for word in words)
            said = f"dates, read as {name}" if name else ""
            if short:
                first = _first_year(dates.values())
                dates = {word: _from(first, date) for word, date in dates.items()}
                name, said = f"{name}{SINCE}{first}", f"{said}, years of two digits from {first} on"
            moments = _mapped(values, dates.__getitem__, np.datetime64("NaT"), "datetime64[us]")
            return Understood(moments, "date", said, name)
    if present >= 10 and parsed >= LIKELY * present:
        return Understood(
            values, "category", f"{parsed:,} of {present:,} values are numbers, but not {strange[0][:30]!r}"
        )
    if endings := endings_of(words):
        return Understood(values, "category", f"numbers with several endings: {listed(endings)}")
    said = _dates_of_several_kinds(list(words)) or _dates_of_named_zones(list(words)) or hint_of(list(words))
    return Understood(values, "category", said)


def _dates_of_several_kinds(words: list[str]) -> str:
    """What to say of words that are dates in part, or all of them, but not in one way of writing; "" of others."""
    few = words[:FEW_WORDS]
    ways = {name: [word for word in few if parse(word)] for name, parse in DATES.items()}
    dates = set().union(*ways.values())
    if len(dates) < LIKELY * len(few):
        return ""
    usual = max(ways, key=lambda name: len(ways[name]))
    other = next((word for word in words if DATES[usual](word) is None), "")
    return f"dates, but not in one way of writing: {ways[usual][0]!r}, {other[:30]!r}"


def _dates_of_named_zones(words: list[str]) -> str:
    """What to say of dates with the names of zones, which may mean several; "" of other words.

    >>> _dates_of_named_zones(["2023-03-01 10:00 CET", "2023-07-01 10:00 CEST"])
    "dates with names of zones, such as '2023-03-01 10:00 CET'; write their offsets, such as +01:00"
    """
    found = [NAMED_ZONE.fullmatch(word.strip()) for word in words[:FEW_WORDS]]
    if not all(one and any(parse(one[1]) for parse in DATES.values()) for one in found):
        return ""
    return f"dates with names of zones, such as {words[0][:60]!r}; write their offsets, such as +01:00"


def _is_nothing(word: str) -> bool:
    """Whether a word among numbers stands for no value: marks alone, a spelling of nothing, or .a to .z of Stata."""
    bare = word.strip().casefold()
    stata = len(bare) == 2 and bare[0] == "." and bare[1].isalpha()
    return bare in STANDS_FOR_NONE or stata or not any(letter.isalnum() for letter in word)


def as_written(values: np.ndarray, kind: ColumnKind, written: str) -> np.ndarray:
    """Words (N,) as numbers or dates in the way of `Understood.written` alone; other words are missing.

    >>> as_written(np.array(["1.234", "7,5", "?"], dtype=object), "number", "1.234,5")
    array([1234. ,    7.5,    nan])
    """
    parse = _dates_by(written) if kind == "date" else style_by(written).parse
    words = dict.fromkeys(value for value in values.tolist() if value is not None)
    known = {word: value for word in words if (value := parse(word)) is not None}
    if kind == "date":
        return _mapped(
            values, lambda word: known.get(word, np.datetime64("NaT")), np.datetime64("NaT"), "datetime64[us]"
        )
    return _mapped(values, lambda word: known.get(word, np.nan), np.nan)


def _dates_by(written: str) -> Callable[[str], datetime | None]:
    """The reader of dates in one way of writing."""
    name, _, first = written.partition(SINCE)
    parse = DATES.get(name, DATES[""])
    if not first:
        return parse
    return lambda word: None if (date := parse(word)) is None else _from(int(first), date)


def _first_year(dates: Iterable[datetime]) -> int:
    """The year from which on two digits count: 1969, or the one with which the dates lie closest together.

    >>> _first_year(datetime(year, 1, 1) for year in (2040, 2060, 1980, 2000))
    1940
    """
    years = {date.year for date in dates}
    digits = sorted(year % 100 for year in years)
    gap, first = max(
        (after - before, after % 100) for before, after in zip(digits, [*digits[1:], digits[0] + 100])
    )
    return 1900 + first if first < FIRST_YEAR % 100 and 100 - gap < max(years) - min(years) else FIRST_YEAR


def _from(first: int, date: datetime) -> datetime:
    """A date whose year has two digits, from a first year on."""
    year = first + (date.year - first) % 100
    leap = date.month == 2 and date.day == 29 and (year % 4 or year == 1900)
    return date.replace(year=year, day=28 if leap else date.day)


def _beyond_floats(words: Iterable[str], numbers: Mapping[str, float]) -> bool:
    """Whether these are whole numbers of which one is larger than the integers that a float64 holds."""
    return max(map(abs, numbers.values())) > 2**53 and all(
        re.fullmatch(r"[-+]?\d+", word.strip()) for word in words
    )


def _all(words: Iterable[str], parse: Callable[[str], T | None]) -> dict[str, T] | None:
    """What each word stands for, a date or a duration; None as soon as one is none."""
    found = {}
    for word in words:
        if (value := parse(word)) is None:
            return None
        found[word] = value
    return found


def are_codes(words: Iterable[str]) -> bool:
    """Whether these are codes such as 00501: digits alone, all as many, one of them with a leading zero.

    >>> are_codes(["00501", "10001"]), are_codes(["007", "42"]), are_codes(["0", "1"])
    (True, False, False)
    """
    stripped = [word.strip() for word in words]
    return (
        len({len(word) for word in stripped}) == 1
        and all(map(CODE.fullmatch, stripped))
        and any(word[0] == "0" for word in stripped)
    )


def _mapped(
    values: np.ndarray, function: Callable[[str], Any], absent: Any, dtype: str = "float64"
) -> np.ndarray:
    cells = values.tolist()
    meant = {word: absent if word is None else function(word) for word in dict.fromkeys(cells)}
    return np.array([meant[word] for word in cells], dtype=dtype)


def _iso(word: str) -> datetime | None:
    word = word.translate(INVISIBLE)
    if not ISO.match(word):
        return None
    text, behind = _zoned(word.strip())
    try:
        return datetime.fromisoformat(text) - behind
    except (ValueError, OverflowError, TypeError):
        return None


def _zoned(text: str) -> tuple[str, timedelta]:
    """A date without its zone, and how far this is before Greenwich.

    >>> _zoned("2024-05-01 9:12 AM GMT+2")
    ('2024-05-01 9:12 AM', datetime.timedelta(seconds=7200))
    """
    found = re.search(f"{ZONE.pattern}$", text) if ":" in text else None
    if found is None:
        return text, timedelta()
    offset = (found["after"] or found["offset"] or "+0").replace(":", "")
    sign, digits = offset[0], offset[1:]
    hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")
    behind = timedelta(hours=int(hours), minutes=int(minutes))
    return text[: found.start()], -behind if sign == "-" else behind


def _of(patterns: Sequence[str]) -> Callable[[str], datetime | None]:
    """A reader of dates in the first of these patterns that fits, with a clock behind or without one."""

    def parse(word: str) -> datetime | None:
        text, behind = _zoned(ORDINAL.sub("", in_english(" ".join(word.translate(INVISIBLE).split()))))
        for pattern in patterns:
            parts = text.split(" ")
            day = " ".join(parts[: pattern.count(" ") + 1])
            clock = " ".join(parts[pattern.count(" ") + 1 :])
            for shape in CLOCKS if clock else ("",):
                try:
                    return datetime.strptime(f"{day} {clock}".strip(), f"{pattern} {shape}".strip()) - behind
                except (ValueError, OverflowError):
                    continue
        return None

    return parse


def _printed(word: str) -> datetime | None:
    """A date such as Wed Mar  1 10:00:00 2023."""
    found = PRINTED.fullmatch(word.strip())
    if found is None:
        return None
    month, day, clock, zone, year = found.groups("")
    return _of(("%b %d %Y",))(f"{month} {day} {year} {clock} {zone}".strip())


def _week(word: str) -> datetime | None:
    """The Monday of a week such as 2020-W07, or a day of it such as 2020-W07-3."""
    found = re.fullmatch(r"\s*(\d{4})-?W(\d\d)(?:-?([1-7]))?\s*", word, re.ASCII)
    try:
        return datetime.fromisocalendar(int(found[1]), int(found[2]), int(found[3] or 1)) if found else None
    except ValueError:
        return None


def _quarter(word: str) -> datetime | None:
    """The first day of a quarter such as 2020Q3, 2020-Q3 or Q3 2020."""
    found = re.fullmatch(r"\s*(?:(\d{4})[- ]?Q([1-4])|Q([1-4])[- ](\d{4}))\s*", word, re.ASCII)
    return datetime(int(found[1] or found[4]), 3 * int(found[2] or found[3]) - 2, 1) if found else None


DATES: dict[str, Callable[[str], datetime | None]] = {
    "": _iso,
    **{name: _of(patterns) for name, patterns in FORMATS.items()},
    WITH_YEARS[1]: _printed,
    "year-week": _week,
    "year-quarter": _quarter,
}
"""How dates are written, by name; ISO dates have none."""


def spelled(values: np.ndarray, kind: str) -> np.ndarray | None:
    """Numbers and booleans as the words that a file would hold; None for dates; words as they are."""
    if kind in ("category", "text"):
        return values
    if kind == "date":
        return None
    if kind == "boolean":
        return as_objects(
            [None if value != value else ("true" if value else "false") for value in values.tolist()]
        )
    words = [
        None if value != value else str(int(value)) if value.is_integer() else repr(value)
        for value in values.tolist()
    ]
    return as_objects(words)
