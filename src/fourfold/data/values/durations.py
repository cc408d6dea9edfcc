"""What counts in sixtieths: clocks and durations, in seconds, and angles, in degrees."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

__all__ = ["IN_SECONDS", "OF_CLOCKS", "Angles", "Duration", "duration_by", "durations_of"]

OF_CLOCKS = "Uhr"
"""What stands behind clocks in German, whose hours and minutes may have a point between them."""

SIXTIETHS = re.compile(
    r"(?P<sign>-)?(?:(?P<days>\d{1,6}) days?,?\s+(?P<plus>\+)?)?(?P<hours>\d{1,4})"
    r"(?:(?:[:h]|\.(?=\d\d Uhr$))(?P<minutes>[0-5]\d)(?::(?P<seconds>[0-5]\d(?:[.,]\d{1,9})?))?"
    r"|(?=\s*[AaPp]\.?\s?[Mm]))"
    r"(?:\s*(?P<half>[AaPp]\.?\s?[Mm])\.?| (?:Uhr|h|hrs?))?",
    re.ASCII,
)

UNITS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
"""The seconds of a unit, by the first letter of its name."""

PART = r"(\d+(?:[.,]\d+)?)\s*(w|d|h|m|s|wk|wks|weeks?|days?|hrs?|hours?|std|mins?|minutes?|secs?|seconds?)\b\.?"
SPAN = re.compile(rf"(-)?((?:{PART}[\s,]*(?:and|und)?\s*)+)".replace(r"\b", r"(?![a-z])"), re.IGNORECASE | re.ASCII)
ISO = re.compile(
    r"(-)?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:[.,]\d+)?)S)?)?", re.IGNORECASE | re.ASCII
)


@dataclass(frozen=True)
class Sixtieths:
    """Clocks and durations in seconds: hours and minutes between colons, of three ``parts`` seconds, too; days before
    them, AM or PM behind them, or behind hours alone. Of two parts the seconds may be written if they are 0,
    as databases do.

    >>> Sixtieths(3).parse("1:02:03.5"), Sixtieths(2).parse("1:30 PM"), Sixtieths(2).parse("1:30:05")
    (3723.5, 48600.0, None)
    >>> Sixtieths(2).parse("9.30 Uhr"), Sixtieths(2).parse("9.30")
    (34200.0, None)
    >>> [Sixtieths(2).parse(word) for word in ("12am", "1 p.m.", "13 pm")]
    [0.0, 46800.0, None]
    """

    parts: int

    def parse(self, word: str) -> float | None:
        found = SIXTIETHS.fullmatch(word.strip())
        if found is None:
            return None
        hours, half = int(found["hours"]), (found["half"] or "")[:1].upper()
        seconds = float((found["seconds"] or "0").replace(",", "."))
        if (found["seconds"] is None) if self.parts == 3 else seconds:
            return None
        if found["minutes"] is None and not 1 <= hours <= 12:
            return None
        if half:
            hours = hours % 12 + 12 * (half == "P")
        days, number = 86_400 * int(found["days"] or 0), 3600 * hours + 60 * int(found["minutes"] or 0) + seconds
        if found["plus"]:  # -1 days +23:59:00, as pandas writes one minute less than nothing
            return number - days if found["sign"] else number + days
        return -days - number if found["sign"] else days + number

    def is_sure(self, word: str) -> bool:
        return True

    @property
    def example(self) -> str:
        return ":".join(["1", "23", "45"][: self.parts])

    @property
    def said(self) -> str:
        return f"in seconds: {self.example} is {self.parse(self.example):g}"


IN_SECONDS = Sixtieths(3).said
"""What is said of durations, however a form holds them."""


@dataclass(frozen=True)
class Spans:
    """Durations in units, such as 1h 30m or PT1H30M, in seconds; months and years have no fixed length.

    >>> [Spans().parse(word) for word in ("1h 30m", "PT45M", "2 hours", "90")]
    [5400.0, 2700.0, 7200.0, None]
    """

    example = "1h 30m"
    said = "durations in seconds: 1h 30m is 5400"

    def parse(self, word: str) -> float | None:
        text = word.strip()
        if (iso := ISO.fullmatch(text)) and any(iso.groups()[1:]):
            parts = zip(UNITS.values(), iso.groups("0")[1:])
            seconds = sum(size * float(count.replace(",", ".")) for size, count in parts)
            return -seconds if iso[1] else seconds
        if len(text) > LONGEST or not (found := SPAN.fullmatch(text)):
            return None
        parts = re.findall(PART.replace(r"\b", r"(?![a-z])"), found[2], re.IGNORECASE | re.ASCII)
        seconds = sum(UNITS[unit[0].lower()] * float(count.replace(",", ".")) for count, unit in parts)
        return -seconds if found[1] else seconds


    def is_sure(self, word: str) -> bool:
        """Whether a word can be nothing else: 2D may be a code, and 5 m a length."""
        units = re.findall(r"[a-z]+", word.strip(), re.IGNORECASE)
        return word.strip().upper().startswith(("P", "-P")) or len(units) > 1 or any(len(unit) > 2 for unit in units)


@dataclass(frozen=True)
class Laps:
    """Times of races, in seconds: minutes before a colon, where there are any, and fractions of seconds.

    >>> [Laps().parse(word) for word in ("1:02.31", "58.5", "1:02")]
    [62.31, 58.5, None]
    """

    example = "1:23.4"
    said = "in seconds: 1:23.4 is 83.4"

    def parse(self, word: str) -> float | None:
        found = LAP.fullmatch(word.strip())
        return 60 * int(found[1] or 0) + float(found[2].replace(",", ".")) if found else None

    def is_sure(self, word: str) -> bool:
        return ":" in word


LAP = re.compile(r"(?:(\d{1,3}):(?=\d\d))?(\d{1,2}[.,]\d{1,6})", re.ASCII)


@dataclass(frozen=True)
class Elapsed:
    """Times of races some of which take an hour and more, in seconds: the others have minutes and seconds alone.

    >>> [Elapsed().parse(word) for word in ("1:02:03", "59:30", "59")]
    [3723.0, 3570.0, None]
    """

    example = "1:02:03 59:30"
    said = "in seconds: 1:02:03 is 3723, and 59:30, which has no hours, 3570"

    def parse(self, word: str) -> float | None:
        found = ELAPSED.fullmatch(word.strip())
        if found is None:
            return None
        return 3600 * int(found[1] or 0) + 60 * int(found[2]) + float(found[3].replace(",", "."))

    def is_sure(self, word: str) -> bool:
        return True


ELAPSED = re.compile(r"(?:(\d{1,3}):)?([0-5]?\d):([0-5]\d(?:[.,]\d{1,6})?)", re.ASCII)
HOURS_OF_A_DAY, LOOKED_AT = 24, 100
"""And how many words are looked at before all of them are."""


def _are_elapsed(words: Iterable[str]) -> bool:
    """Whether some of these have hours, and others more minutes before their seconds than a clock has hours.

    >>> _are_elapsed(["1:02:03", "59:30"]), _are_elapsed(["1:02:03", "12:30"])
    (True, False)
    """
    if not any(ELAPSED.fullmatch(word.strip()) for word in islice(words, LOOKED_AT)):
        return False
    found = [one for word in words if (one := ELAPSED.fullmatch(word.strip()))]
    short = [int(one[2]) for one in found if one[1] is None]
    return len(short) < len(found) and max(short, default=0) > HOURS_OF_A_DAY


@dataclass(frozen=True)
class Dotted:
    """Clocks of three parts with dots between them, in seconds. 10.05.12 may be a date: it takes a word that is none.

    >>> [Dotted().parse(word) for word in ("18.30.05", "18.30", "18.75.00")]
    [66605.0, None, None]
    """

    example = "01.23.45"
    said = "in seconds: 01.23.45 is 5025"

    def parse(self, word: str) -> float | None:
        found = DOTTED.fullmatch(word.strip())
        return sum(size * float(part) for size, part in zip((3600, 60, 1), found.groups())) if found else None

    def is_sure(self, word: str) -> bool:
        return not 1 <= int(word.strip()[3:5]) <= 12


DOTTED = re.compile(r"([01]\d|2[0-4])\.([0-5]\d)\.([0-5]\d)", re.ASCII)


@dataclass(frozen=True)
class Angles:
    """Degrees, minutes and seconds with their marks, as degrees; those of south and west are negative.

    >>> [Angles().parse(word) for word in ("48\u00b030'0\\"N", "12.5\u00b0 W", "N 7\u00b0 15.6", "12\u00b0C")]
    [48.5, -12.5, 7.26, None]
    """

    example = "1\u00b030'"
    said = "in degrees: 1\u00b030' is 1.5, south and west are negative"

    def parse(self, word: str) -> float | None:
        found = ANGLE.fullmatch(word.strip())
        if found is None or (found["before"] and found["after"]):
            return None
        degrees, minutes, seconds = (
            float((found[part] or "0").replace(",", ".")) for part in ("degrees", "minutes", "seconds")
        )
        negative = (found["sign"] == "-") != ((found["before"] or found["after"]) in ("S", "W"))
        number = degrees + minutes / 60 + seconds / 3600
        return -number if negative else number

    def is_sure(self, word: str) -> bool:
        return True


DECIMAL = r"\d+(?:[.,]\d+)?"
ANGLE = re.compile(
    rf"(?P<before>[NSEW])?\s*(?P<sign>[-+])?(?P<degrees>{DECIMAL})\s*[\u00b0\u00ba]\s*(?:(?P<minutes>{DECIMAL})\s*"
    rf"(?:['\u2032\u2019]\s*(?:(?P<seconds>{DECIMAL})\s*(?:\"|\u2033|\u201d|''|\u2032\u2032)\s*)?)?)?(?P<after>[NSEW])?",
    re.ASCII,
)



@dataclass(frozen=True)
class Halves:
    """Degrees with the ``letters`` of one half of the earth, and of the other, behind them.

    >>> [Halves("NS").parse(word) for word in ("48.25N", "12.5 S", "12.50W", "98.12N")]
    [48.25, -12.5, None, None]
    """

    letters: str

    @property
    def example(self) -> str:
        return f"1.25{self.letters[1]}"

    @property
    def said(self) -> str:
        return f"in degrees: {self.example} is -1.25"

    def parse(self, word: str) -> float | None:
        found = HALF.fullmatch(word.strip())
        if found is None or found[2] not in self.letters:
            return None
        number = float(found[1].replace(",", "."))
        if number > (90 if "N" in self.letters else 180):
            return None
        return -number if found[2] == self.letters[1] else number

    def is_sure(self, word: str) -> bool:
        """Whether a word can be nothing else: 12W may be a size, and 3.2S one of a catalogue."""
        return re.search(r"[.,]\d\d", word) is not None


HALF = re.compile(rf"({DECIMAL})\s?([NSEW])", re.ASCII)

LONGEST = 60
Duration = Sixtieths | Laps | Elapsed | Dotted | Spans | Angles | Halves
DURATIONS: tuple[Duration, ...] = (
    Sixtieths(2), Sixtieths(3), Laps(), Dotted(), Spans(), Angles(), Halves("NS"), Halves("EW"),
)  # fmt: skip
"""Tried in this order, where the words of a column are no plain numbers with one unit."""


def durations_of(words: Iterable[str]) -> tuple[Duration, ...]:
    """The ways in which words may be written that count in sixtieths, in the order in which they are tried."""
    return (Elapsed(), *DURATIONS) if _are_elapsed(words) else DURATIONS


def duration_by(example: str) -> Duration | None:
    """The style of an example; None if it is none of a clock, a duration or an angle."""
    for style in (Elapsed(), *DURATIONS[2:]):
        if example == style.example:
            return style
    return Sixtieths(max(example.count(":") + 1, 2)) if SIXTIETHS.fullmatch(example) else None
