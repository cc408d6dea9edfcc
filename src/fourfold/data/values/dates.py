"""How people write dates: each way has a name, by which new rows are read as those of training."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from .amounts import INVISIBLE
from .months import in_english
from .short_years import SHORT, years_lead
from .spans import or_start
from .year_parts import COUNTED_YEARS, FIRST_YEAR, IN_A_ROW, fiscal_year, in_a_row, parts_of_years, week_of

__all__ = [
    "DATES", "FEW_WORDS", "FORMATS", "LIKELY", "LONGEST", "ORDERS", "SINCE", "TURNED", "USUAL", "are_months", "by_name",
    "has_zone", "is_no_date", "is_untold", "of_offsets", "way_of", "years_from", "zones_in",
]  # fmt: skip

FEW_WORDS = 100
"""Words by which it is told that dates are written in several ways."""

LIKELY = 0.5
"""From this share of dates on it is said of words that they are such."""

ZONE = re.compile(
    r"(?<=[\dMm])\s*(?:(?:UTC|GMT)(?P<after>[-+]\d{1,2}(?::?\d\d)?)?|Z|(?P<offset>[-+]\d\d(?::?\d\d)?))", re.ASCII
)
"""What stands behind a clock that is not a local one; of whole hours databases write +02."""

A_CLOCK = re.compile(r":|\dT\d")
"""What clocks behind a day have within: of the marks that ISO needs not write the T stays."""

ISO = re.compile(r"\s*\d{4}-\d\d-\d\d(?!.\d\d\.)|\s*\d{8}(?:T\d{2,6}|_\d{6}$)", re.ASCII)
"""How dates begin in ISO form; without marks only those with a clock, as 20200131 is a number. Behind hours alone
Python takes a point for that of seconds."""

PRINTED = re.compile(
    r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) +(\d{1,2}) (\d\d:\d\d:\d\d)"
    r"(?: ((?:UTC|GMT)(?:[-+]\d\d:?\d\d)?|[-+]\d{4}))? (\d{4})",
    re.ASCII,
)
"""A date as programs print it: Wed Mar  1 10:00:00 2023."""

WITH_YEARS = ("", "weekday month day clock year")
"""Ways of writing dates whose years have four digits: ISO, and that of `PRINTED`."""

ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)(?=[ ,])")
MORNING, EVENING = "\u4e0a\u5348|\u5348\u524d|\uc624\uc804", "\u4e0b\u5348|\u5348\u5f8c|\uc624\ud6c4"
HALF_BEFORE = re.compile(rf"(?P<am>{MORNING})?(?P<pm>{EVENING})? ?(?P<clock>\d{{1,2}}:\d\d(?::\d\d)?)")
"""A clock of twelve hours as Chinese, Japanese and Korean write it."""

HALF_BEHIND = re.compile(r"(?<=\d) ?([ap])\. ?m\.?$", re.IGNORECASE)
"""a.m. and p.m. with points."""

BEFORE_COLON = re.compile(r"(\d\d/?[A-Za-z]{3}/?\d{2,4}):(?=\d)", re.ASCII)
"""A day before the clock that SAS and web servers write behind a colon."""

MIDNIGHT = re.compile(r"(?<=[ T])24:00(?=(?::00(?:\.0+)?)?$)")
"""The end of a day, as ISO and the markets of energy write it."""

ZONE_IN_WORDS = re.compile(r"(?<=GMT[-+]\d{4}) \([^()]*\)$", re.ASCII)
"""The name of a zone that JavaScript writes behind its offset."""

CLOCK_FORMS = (
    (re.compile(r"(?<=\d)(?:,|,? (?:at|um|\u00e0|a las|om|kl\.?)) (?=\d{1,2}[:.]\d\d)"), " "),
    (re.compile(r"(?<=\d)[ T_](\d\d)-(\d\d)-(\d\d)$", re.ASCII), r" \1:\2:\3"),
    (re.compile(r"(?<=\d )(\d{1,2})\.(\d\d)(?= ?[AaPp]\.? ?[Mm]|$)", re.ASCII), r"\1:\2"),
    (re.compile(r"(?<=:\d\d),(?=\d)", re.ASCII), "."),
)
"""Clocks behind a day as browsers, names of files, Windows and logs have them (, 14:05; at 14:05; 14-05-09; 14.05;
14:05:09,000), with colons and a decimal point."""

WEEK_OF = re.compile(r"(?:week (?:of|commencing|beginning|starting|ending)|w/[ce]):? ", re.IGNORECASE)
"""What English puts before a day of a week."""

YEAR_BEHIND = re.compile(r"(?<=\d{4}) \u0433\.?$")
"""What Russian puts behind a year."""

ZEROS = re.compile(r"0{1,4}[-./]0{1,2}[-./]0{1,4}(?:[ T]00?:00(?::00(?:\.0+)?)?)?", re.ASCII)
"""What databases and SAP write where there is no date."""

DOTTED_MONTH = re.compile(r"(?:0[1-9]|1[0-2])\.(?:19|20)\d\d", re.ASCII)
BEFORE_YEAR = re.compile(r"\D*(\d{1,2})([-/])(\d{1,2})\2", re.ASCII)
"""Two numbers before a year, which are a day and a month."""

SINCE = " since "
"""How another first year of two digits than `FIRST_YEAR` is remembered."""

CLOCKS = {
    ":": ("%H:%M:%S", "%H:%M", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p"),
    ".": ("%H.%M.%S", "%I.%M.%S.%f %p", "%I.%M.%S %p"),
}
"""How clocks behind a day are written, by the mark behind the hours; Oracle and Windows have points there."""

LONGEST = 60
"""Characters of the longest date."""

ORDERS = {"/": ("month/day/year", "day/month/year"), "-": ("day-month-year", "month-day-year")}
"""The two ways of writing dates with numbers before the year, by the mark between them, the likelier one first."""

TURNED = {way: other for ways in ORDERS.values() for way, other in (ways, ways[::-1])}
"""Of each of these the other one."""

USUAL = "year-month-day"
"""The way of dates of which nothing else is said."""

YEAR_FIRST = "year-month-day with short years"
"""Where numbers of two digits begin with the year: 23-01-02."""

FORMATS = {
    USUAL: ("%Y-%m-%d",),
    "day.month.year": ("%d.%m.%Y", "%d.%m.%y", "%d. %b %Y", "%d. %B %Y"),
    "month/day/year": ("%m/%d/%Y", "%m/%d/%y"),
    "day/month/year": ("%d/%m/%Y", "%d/%m/%y", "%d/%b/%Y", "%d/%b/%y", "%d/%B/%Y"),
    "year/month/day": ("%Y/%m/%d", "%Y.%m.%d", "%Y. %m. %d.", "%Y.%m.%d."),
    "day-month-year": ("%d-%m-%Y", "%d-%m-%y", "%d-%b-%Y", "%d-%b-%y", "%d-%B-%Y"),
    "month-day-year": ("%m-%d-%Y", "%m-%d-%y", "%b-%d-%Y", "%B-%d-%Y"),
    "day month year": ("%d %b %Y", "%d %B %Y", "%d%b%Y", "%d%b%y", "%d %b, %Y", "%d %B, %Y"),
    "year\u5e74month\u6708day\u65e5": ("%Y\u5e74%m\u6708%d\u65e5",),
    "month day, year": ("%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y"),
    "weekday, day month year": ("%a, %d %b %Y", "%A, %d %B %Y", "%A, %d %b %Y"),
    "weekday, month day, year": ("%a, %b %d, %Y", "%A, %B %d, %Y", "%a, %b %d %Y", "%A, %B %d %Y"),
    "year month day": ("%Y %b %d", "%Y %B %d", "%Y-%b-%d", "%Y-%B-%d", "%Y. %b %d.", "%Y. %B %d."),
    "year month": ("%Y %b", "%Y %B", "%Y-%b", "%Y-%B", "%Y. %b", "%Y. %B"),
    "year-month": ("%Y-%m", "%YM%m", "%Y-M%m", "%Y/%m", "%Y\u5e74%m\u6708"),
    "month year": (
        *("%b %Y", "%B %Y", "%m/%Y", "%m.%Y", "%b '%y", "%B '%y"),
        *("%b, %Y", "%B, %Y", "%b/%Y", "%B/%Y", "%b%Y", "%B%Y"),
    ),
    "month-year": ("%b-%Y", "%b-%y", "%B-%Y", "%B-%y"),
}
"""Dates by what is said of them: of each word the first pattern that fits."""

Parse = Callable[[str], "datetime | None"]


def _iso(word: str) -> datetime | None:
    word = word.translate(INVISIBLE)
    if not ISO.match(word):
        return None
    text, behind = _zoned(word.strip())
    try:
        if MIDNIGHT.search(text):
            text, behind = MIDNIGHT.sub("00:00", text), behind - timedelta(days=1)
        moment = datetime.fromisoformat(text)
        return None if moment.tzinfo else moment - behind
    except (ValueError, OverflowError):
        return None


def _zoned(text: str) -> tuple[str, timedelta]:
    """A date without its zone, and how far this is before Greenwich.

    >>> _zoned("2024-05-01 9:12 AM GMT+2")
    ('2024-05-01 9:12 AM', datetime.timedelta(seconds=7200))
    >>> _zoned("20240501T0912Z")[0], _zoned("2024-05-01 09:12:00-07")[0], _zoned("2024-05-01")[0]
    ('20240501T0912', '2024-05-01 09:12:00', '2024-05-01')
    """
    found = re.search(f"{ZONE.pattern}$", text) if A_CLOCK.search(text) else None
    if found is None:
        return text, timedelta()
    offset = (found["after"] or found["offset"] or "+0").replace(":", "")
    sign, digits = offset[0], offset[1:]
    hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")
    behind = timedelta(hours=int(hours), minutes=int(minutes))
    return text[: found.start()], -behind if sign == "-" else behind


def zones_in(words: Iterable[str]) -> bool | None:
    """Whether all dates have a zone behind them, or none has; None where some have.

    >>> zones_in(["2024-01-01 10:00Z"]), zones_in(["2024-01-01"]), zones_in(["2024-01-01", "2024-01-01 10:00 UTC"])
    (True, False, None)
    """
    found = {*map(has_zone, words)}
    return found.pop() if len(found) == 1 else None


def has_zone(word: str) -> bool:
    """Whether there is a zone, or an offset from Greenwich, behind a date."""
    bare = ZONE_IN_WORDS.sub("", word.strip())
    return _zoned(bare)[0] != bare


def of_offsets(words: Iterable[str]) -> str:
    """What to say of dates some of which have an offset from Greenwich behind them; "" where none has.

    >>> of_offsets(["2024-01-01 10:00+01:00", "2024-07-01 10:00+02:00"]), of_offsets(["2024-01-01 10:00Z"])
    ("'2024-01-01 10:00+01:00' and the like turned to Greenwich time", '')
    >>> of_offsets(["2024-01-01 10:00Z", "2024-01-01 11:00"])
    "'2024-01-01 11:00' and others without an offset taken for Greenwich time"
    """
    bare = {word: _zoned(word) for word in (ZONE_IN_WORDS.sub("", word.strip()) for word in words)}
    without = [word for word, (text, _) in bare.items() if text == word]
    turned = next((word for word, (_, behind) in bare.items() if behind), "")
    if 0 < len(without) < len(bare):
        return f"{without[0][:LONGEST]!r} and others without an offset taken for Greenwich time"
    return f"{turned[:LONGEST]!r} and the like turned to Greenwich time" if turned else ""


def _plainly(word: str) -> str:
    """A date with the name of its month in English, and its clock as English programs write it.

    >>> _plainly("5  ao\u00fbt 2022"), _plainly("01JAN2023:10:00:00"), _plainly("2023/1/5 \u4e0b\u5348 2:30")
    ('5 Aug 2022', '01Jan2023 10:00:00', '2023/1/5 2:30 PM')
    """
    text = " ".join(word.translate(INVISIBLE).split())
    text = ORDINAL.sub("", in_english(WEEK_OF.sub("", text, count=1) if text[:1] in "wW" else text))
    for form, plain in CLOCK_FORMS:
        text = form.sub(plain, text)
    if ":" in text:
        text = HALF_BEHIND.sub(lambda found: f" {found[1].upper()}M", BEFORE_COLON.sub(r"\1 ", text.strip("[]")))
        text = text if text.isascii() else HALF_BEFORE.sub(_half_behind, text)
    return text if text.isascii() else YEAR_BEHIND.sub("", text)


def _half_behind(found: re.Match[str]) -> str:
    return found["clock"] + (" AM" if found["am"] else " PM" if found["pm"] else "")


def _of(patterns: Sequence[str]) -> Parse:
    """A reader of dates in the first of these patterns that fits, with a clock behind or without one."""

    def parse(word: str) -> datetime | None:
        word = ZONE_IN_WORDS.sub("", word)
        if len(word) > LONGEST:
            return None
        text, behind = _zoned(_plainly(word))
        if MIDNIGHT.search(text):
            text, behind = MIDNIGHT.sub("00:00", text), behind - timedelta(days=1)
        for pattern in patterns:
            parts = text.split(" ")
            day = " ".join(parts[: pattern.count(" ") + 1])
            clock = " ".join(parts[pattern.count(" ") + 1 :])
            mark = clock.lstrip("0123456789")[:1] if clock[:1].isdigit() else "none"
            for shape in CLOCKS.get(mark, ()) if clock else ("",):
                try:
                    return datetime.strptime(f"{day} {clock}".strip(), f"{pattern} {shape}".strip()) - behind
                except (ValueError, OverflowError):
                    continue
        return None

    return parse


def _short(word: str) -> datetime | None:
    """A date such as 23-01-02, which begins with the year."""
    return _of(("%y-%m-%d", "%y/%m/%d", "%y.%m.%d"))(word) if SHORT.match(word) else None


def _printed(word: str) -> datetime | None:
    """A date such as Wed Mar  1 10:00:00 2023."""
    found = PRINTED.fullmatch(word.strip())
    if found is None:
        return None
    month, day, clock, zone, year = found.groups("")
    return _of(("%b %d %Y",))(f"{month} {day} {year} {clock} {zone}".strip())


NET = re.compile(r"\s*\\?/Date\((-?\d{1,14})(?:[-+]\d{4})?\)\\?/\s*", re.ASCII)
"""How JSON of .NET writes a date: milliseconds since 1970 in Greenwich, and perhaps the offset of a zone behind them,
which does not change these."""


def _of_net(word: str) -> datetime | None:
    """A date such as /Date(1577836800000)/.

    >>> _of_net("/Date(1577836800000+0100)/"), _of_net("/Date(today)/")
    (datetime.datetime(2020, 1, 1, 0, 0), None)
    """
    found = NET.fullmatch(word)
    try:
        return datetime(1970, 1, 1) + timedelta(milliseconds=int(found[1])) if found else None
    except OverflowError:
        return None


DATES: dict[str, Parse] = {
    name: or_start(parse)
    for name, parse in {
        "": _iso,
        **{name: _of(patterns) for name, patterns in FORMATS.items()},
        YEAR_FIRST: _short,
        WITH_YEARS[1]: _printed,
        "year-week": week_of,
        "year-quarter": parts_of_years("(?:Q|Quartal|Quarter|Trim)", 3),
        "year-half": parts_of_years("(?:H|Halbjahr|Half)", 6),
        "milliseconds since 1970, as of .NET": _of_net,
        "fiscal year, taken for the calendar's": fiscal_year,
    }.items()
}
"""How dates are written, by name; ISO dates have none. Of spans the first date counts."""


def _ways_of(words: Iterable[str], day_first: bool | None) -> list[str]:
    """The names of the ways of writing dates, in the order in which they are tried: the likelier one of `ORDERS` goes
    before the other, unless ``day_first`` tells that this is likelier here, or all dates are then firsts of months.

    >>> _ways_of(["01/02/2023", "01/03/2023"], None)[3], _ways_of(["02-01-2023", "03-01-2023"], None)[6]
    ('day/month/year', 'month-day-year')
    """
    ways = [way for way in DATES if way != YEAR_FIRST]
    found = [one for word in words if (one := BEFORE_YEAR.match(word))]
    for mark, (way, other) in ORDERS.items():
        numbers = {(one[1].lstrip("0"), one[3].lstrip("0")) for one in found if one[2] == mark}
        days = {pair[other.startswith("month")] for pair in numbers}
        if day_first is other.startswith("day") or (len(numbers) > 1 and days == {"1"}):
            place = ways.index(way)
            ways[place : place + 2] = [other, way]
    return ways


def way_of(words: Sequence[str], day_first: bool | None) -> tuple[str, dict[str, datetime]] | None:
    """The first way of writing in which all of these are dates, or else the one in which the most of the first ones
    are, if half of these; and what the words stand for that are so written."""
    few = words[:FEW_WORDS]
    if sum(any(map(str.isdigit, word)) for word in few) < LIKELY * len(few):
        return None
    if found := in_a_row(words):
        return found
    ways = _ways_of(words, day_first)
    for way in (YEAR_FIRST, *ways) if years_lead(words) else ways:
        if len(dates := _written(words, way, all_of_them=True)) == len(words):
            return way, dates
    counts = {way: len(_written(few, way)) for way in ways}
    way = max(ways, key=counts.__getitem__)
    return (way, _written(words, way)) if counts[way] >= LIKELY * len(few) else None


def _written(words: Iterable[str], way: str, all_of_them: bool = False) -> dict[str, datetime]:
    """The dates among words, or those before the first one that is none."""
    found = {}
    for word in words:
        if (date := DATES[way](word)) is not None:
            found[word] = date
        elif all_of_them:
            break
    return found


def is_untold(words: Iterable[str], way: str) -> bool:
    """Whether dates may be read with the day first, and with the month first."""
    return way in TURNED and all(
        (found := BEFORE_YEAR.match(word)) and int(found[1]) <= 12 and int(found[3]) <= 12 for word in words
    )


def are_months(words: Iterable[str]) -> bool:
    """Whether these are months such as 01.2023, one of them with a zero before it, and no numbers.

    >>> are_months(["01.2023", "12.2022"]), are_months(["1.2023", "12.2022"])
    (True, False)
    """
    words = [word.strip() for word in words]
    return len(words) > 1 and all(map(DOTTED_MONTH.fullmatch, words)) and any(word[0] == "0" for word in words)


def is_no_date(word: str) -> bool:
    """Whether a word is what programs write for no date: zeros, or the hashes of a cell that is too narrow."""
    return ZEROS.fullmatch(word.strip()) is not None or not word.strip().strip("#")


def years_from(dates: dict[str, datetime], way: str) -> tuple[dict[str, datetime], int | None]:
    """Dates with their years as they are most likely meant, and the first year, if they are of two digits."""
    if way in (*WITH_YEARS, COUNTED_YEARS) or any(re.search(r"\d{4}", word.split(":")[0]) for word in dates):
        return dates, None
    first = _first_year(dates.values())
    return {word: _from(first, date) for word, date in dates.items()}, first


def by_name(written: str) -> Parse:
    """The reader of dates in one way of writing."""
    name, _, first = written.partition(SINCE)
    parse = IN_A_ROW[name][0] if name in IN_A_ROW else DATES.get(name, DATES[""])
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
