"""Dates that are not read as they stand: in several ways of writing, in no known one, or with the names of zones."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .dates import DATES, FEW_WORDS, LIKELY, LONGEST
from .months import is_of_dates

__all__ = ["of_named_zones", "of_no_way", "of_several_kinds", "of_several_zones", "without_zone"]

NAMED_ZONE = re.compile(
    r"(.*\d:\d\d(?::\d\d(?:\.\d+)?)?(?: \d{4}| ?[AaPp]\.?[Mm]\.?)?) ?\[?([A-Z]{3,5}|[A-Z][A-Za-z]+/[A-Za-z_/]+)\]?"
)
"""A date with the name of its zone behind it: CET, Europe/Berlin."""

ZONE_WITHIN = re.compile(r"(:\d\d) ([A-Z]{3,5}) (\d{4})$", re.ASCII)
"""The name of a zone before the year, as programs print it."""

NEAR_DATES = re.compile(r"(?:19|20)\d\d([-./ ])\d\d?\1\d\d?(?!\d)|(?<!\d)\d\d?([-./ ])\d\d?\2(?:19|20)\d\d", re.ASCII)
"""What dates have within, whatever else there is."""


def of_several_kinds(words: list[str]) -> str:
    """What to say of words that are dates in part, or all of them, but not in one way of writing; "" of others."""
    few = words[:FEW_WORDS]
    ways = {name: [word for word in few if parse(word)] for name, parse in DATES.items()}
    dates = set().union(*ways.values())
    if len(dates) < LIKELY * len(few):
        return ""
    usual = max(ways, key=lambda name: len(ways[name]))
    other = next((word for word in words if DATES[usual](word) is None), "")
    return f"dates, but not in one way of writing: {ways[usual][0]!r}, {other[:30]!r}"


def of_no_way(words: list[str]) -> str:
    """What to say of words most of which are made as dates are, of numbers, names of months and days, and are none; ""
    of others.

    >>> of_no_way(["14:05 01/08/2023", "09:30 02/08/2023"])
    "words that look like dates, such as '14:05 01/08/2023', in no way of writing that is read; write 2020-01-31 14:05"
    """
    few = words[:FEW_WORDS]
    made_so = [word for word in few if _is_near_date(word)]
    if len(made_so) < max(LIKELY * len(few), 1):
        return ""
    example = repr(made_so[0][:30])
    return f"words that look like dates, such as {example}, in no way of writing that is read; write 2020-01-31 14:05"


def _is_near_date(word: str) -> bool:
    letters = re.findall(r"[^\W\d_]+", word)
    numbers = NEAR_DATES.search(word) or (letters and re.search(r"(?<!\d)(?:19|20)\d\d(?!\d)", word))
    return len(word) <= LONGEST and bool(numbers) and all(map(is_of_dates, letters))


def _with_zone(word: str) -> re.Match[str] | None:
    """A date, and the name of the zone behind it or before its year.

    >>> _with_zone("Wed Mar  1 10:00:00 CET 2023").groups()
    ('Wed Mar  1 10:00:00 2023', 'CET')
    """
    return NAMED_ZONE.fullmatch(ZONE_WITHIN.sub(r"\1 \3 \2", word.strip()))


def of_named_zones(words: list[str]) -> str:
    """What to say of dates with the names of zones, which may mean several; "" of other words.

    >>> of_named_zones(["2023-03-01 10:00 CET", "2023-07-01 10:00 CEST"])
    "dates with names of zones, such as '2023-03-01 10:00 CET'; write their offsets, such as +01:00"
    >>> of_named_zones(["3/1/2023 10:00 PM EST", "7/1/2023 9:30 am EST"])[:53]
    "dates with names of zones, such as '3/1/2023 10:00 PM"
    """
    found = [_with_zone(word) for word in words[:FEW_WORDS]]
    if not all(one and any(parse(one[1]) for parse in DATES.values()) for one in found):
        return ""
    return f"dates with names of zones, such as {words[0][:60]!r}; write their offsets, such as +01:00"


def without_zone(words: Iterable[str | None]) -> tuple[dict[str, str], str]:
    """Words without the name of the zone behind them, by the whole words, and this name; "" where they differ in it.

    >>> without_zone(["2023-03-01 10:00 CET", None]), without_zone(["2023-03-01 10:00 CET", "2023-07-01 10:00 CEST"])
    (({'2023-03-01 10:00 CET': '2023-03-01 10:00'}, 'CET'), ({}, ''))
    """
    found: dict[str, str] = {}
    zone = ""
    for word in words:
        if word is not None and word not in found:
            one = _with_zone(word)
            if one is None or (zone and one[2] != zone):
                return {}, ""
            found[word], zone = one[1], one[2]
    return found, zone


def of_several_zones(words: Iterable[str | None]) -> list[str]:
    """The first date of each zone, if these have names, and there are several; else []."""
    different = [word for word in dict.fromkeys(words) if word is not None]
    zones: dict[str, str] = {}
    for word in different if different and of_named_zones(different) else ():
        zones.setdefault(without_zone([word])[1], word)
    return list(zones.values()) if len(zones) > 1 and "" not in zones else []
