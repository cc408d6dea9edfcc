"""What the words of a column stand for: booleans, numbers, dates, or categories."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import time
from typing import Any, NamedTuple, TypeVar

import numpy as np

from fourfold.data.messages import counted, listed
from fourfold.preprocessing.table import ColumnKind

from .amounts import MOSTLY, is_number
from .dates import (
    FORMATS,
    SINCE,
    USUAL,
    are_months,
    by_name,
    is_no_date,
    is_untold,
    of_offsets,
    way_of,
    years_from,
    zones_in,
)
from .durations import OF_CLOCKS, durations_of
from .flags import flags_said, is_mark
from .hints import hint_of, of_codes, of_labels, of_limit, of_objects
from .numerals import About, endings_of, style_by, style_of
from .spans import halves_of
from .stand_ins import MISSING_WORDS
from .unread_dates import of_named_zones, of_no_way, of_several_kinds

T = TypeVar("T")


def as_objects(values: Sequence[Any]) -> np.ndarray:
    """A list as an array of objects (N,), whatever the values are."""
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


TRUE_AND_FALSE = (
    ("true", "false"), ("wahr", "falsch"), ("vrai", "faux"), ("verdadero", "falso"), ("vero", "falso"),
    ("verdadeiro", "falso"), ("waar", "onwaar"),
)  # fmt: skip
"""What spreadsheets call them, in small letters: in English, German, French, Spanish, Italian, Portuguese and Dutch."""

STANDS_FOR_NONE = (
    "none", "nil", "na", "nan", "n.a", "n. a.", "n/d", "n.d.", "nd", "missing", "unknown", "not available", "no data",
    "not applicable", "not reported", "prefer not to say", "n.m.", "(blank)", "blank", "tbd", "k. a.", "keine angabe",
    "unbekannt", "nicht bekannt", "weiss nicht", "fehlt", "(leer)", "s/d",
    "null", "inf", "+inf", "-inf", "infinity", "+infinity", "-infinity",
)  # fmt: skip
"""Words, in small letters, that are taken for missing values among numbers, however many of them."""

LIKELY = 0.5
"""From this share of numbers on it is said of a column of words that it has them."""

MOST_SHOWN = 3
"""Words among numbers that are shown where some of them are limits."""

FEW_WORDS = 100
"""Words by which it is told that a column holds no durations."""

CODE = re.compile(r"\d{2,}")
"""Words of digits alone; with a leading zero in one of them and one length in all, they are codes."""

LETTERED = re.compile(r"([A-Za-z]?)\d+([A-Za-z]?)")
"""The same with a letter before them, or behind."""


class Understood(NamedTuple):
    """A column as what its words mean, what was done, an example of how they are written ("" for plain), and of dates
    whether they have zones (None where some have)."""

    values: np.ndarray
    kind: ColumnKind
    said: str = ""
    written: str = ""
    zoned: bool | None = None


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


def understood(
    values: np.ndarray, *, strict: bool = False, comma: bool = False, day_first: bool | None = None
) -> Understood:
    """What the words of a column (N,) mean, tried in this order: true and false; codes of digits with leading
    zeros, which stay words; numbers (`numerals`), clocks and durations among them; dates (`dates`), in the first way
    that fits all.

    If all words but marks (-, ..) and spellings of nothing are numbers, durations or dates in one way, or at least 90 %
    of ten or more, the others are missing values, unless ``strict``. A decimal ``comma`` is likelier than one between
    thousands; ``day_first``: of 1/2/2020 and 1-2-2020 the day is likelier to be the first, or the month; without it
    that depends on the mark. Of words that are nearly numbers or dates
    it is said why they are not taken for these.

    >>> understood(np.array(["1,5", "2", None], dtype=object)).written
    '1234,5'
    """
    words = dict.fromkeys(values.tolist())
    words.pop(None, None)
    if not words:
        return Understood(values, "category")
    folded = {word.strip().casefold() for word in words}
    if pair := next((pair for pair in TRUE_AND_FALSE if folded <= {*pair}), None):
        return Understood(_mapped(values, lambda word: float(word.strip().casefold() == pair[0]), np.nan), "boolean")
    if are_codes(words):
        return Understood(values, "category", "codes: they have leading zeros")
    style = style_of(words, comma=comma)
    known = {} if are_months(words) else {w: number for w in words if (number := style.parse(w)) is not None}
    if len(known) == len(words) and len(set(known.values())) < len(words) and _beyond_floats(words, known):
        return Understood(values, "category", f"whole numbers beyond {2**53}, which numbers can't tell apart")
    way = _joined(style.said, flags_said(values) if isinstance(style, About) and style.flagged else "")
    if len(known) == len(words) and style.unit != OF_CLOCKS:
        said = _joined(way, of_codes(list(words)))
        return Understood(_mapped(values, known.__getitem__, np.nan), "number", said, style.example)
    if lettered := _codes_among(words, known):
        return Understood(values, "category", f"codes: among plain numbers stands {lettered[:30]!r}")
    near, what = known, "numbers"
    for span in durations_of(words):
        if (seconds := _mostly(words, span.parse)) and any(map(span.is_sure, seconds)):
            left = _left_out(values, words, seconds, strict)
            if left is not None:
                return _numbers(values, seconds, _joined(span.said, left), span.example)
            near, what = max((near, what), (seconds, "clocks or durations"), key=lambda one: len(one[0]))
    left = _left_out(values, words, known, strict, style.unit)
    if left is not None:
        return _numbers(values, known, _joined(way, left), style.example)
    if dates := _dates(values, list(words), strict, day_first):
        return dates
    endings = endings_of(words)
    if endings:
        near, what = known, "numbers"
    said = _nearly(values, near, what) or _in_several_ways(words, known, endings)
    return Understood(values, "category", said or _hint(list(words), listing=not strict and not (comma and known)))


def _nearly(values: np.ndarray, near: Mapping[str, Any], what: str) -> str:
    """What is said of a column half of which or more is ``near``, as they mean ``what``; "" of others."""
    present = [value for value in values.tolist() if value is not None]
    parsed = sum(value in near for value in present)
    if not near or len(present) < 10 or parsed < LIKELY * len(present):
        return ""
    strange = Counter(value for value in present if value not in near).most_common()
    limits = [word for word, _ in strange if of_limit(word)]
    said = f"{parsed:,} of {len(present):,} values are {what}, but not "
    if not limits:
        return said + repr(next(value for value in present if value not in near)[:30])
    strange.sort(key=lambda one: one[0] not in limits)  # limits first, of which it is known what to do
    others = sum(often for _, often in strange[MOST_SHOWN:])
    said += ", ".join(f"{word[:30]!r} ({often:,})" for word, often in strange[:MOST_SHOWN])
    return _joined(said + f", and {others:,} others" * bool(others), of_limit(limits[0]))


def _in_several_ways(words: Collection[str], known: Mapping[str, Any], endings: list[str]) -> str:
    """What is said of numbers that are written in several ways, or have several ``endings``; "" of other words."""
    if endings:
        return f"numbers with several endings: {listed(endings)}"
    if known and len(words) >= 10 and all(map(is_number, words)):
        one, other = (next(word for word in words if (word in known) == way) for way in (True, False))
        return f"numbers in several ways of writing: {one[:30]!r}, {other[:30]!r}"
    return ""


def _hint(words: list[str], *, listing: bool) -> str:
    """What words look like that are taken for none of these; ``listing``: they may be lists of labels."""
    hints = (of_objects, of_several_kinds, of_named_zones, of_no_way, hint_of, *(of_labels,) * listing)
    return next(filter(None, (hint(words) for hint in hints)), "")


def _numbers(values: np.ndarray, known: Mapping[str, float], said: str, written: str) -> Understood:
    numbers = _mapped(values, lambda word: known.get(word, np.nan), np.nan)
    return Understood(numbers, "number", said, written)


def _joined(*said: str) -> str:
    return "; ".join(filter(None, said))


def _left_out(
    values: np.ndarray, words: Iterable[str], known: Mapping[str, Any], strict: bool, unit: str = ""
) -> str | None:
    """What to say of the words that are not ``known``, if they can be missing values, "" if all are known; else None.
    There may be a ``unit`` behind words for none, too."""
    strange = [word for word in words if word not in known]
    if not strange:
        return ""
    if strict or not known:
        return None
    present = sum(value is not None for value in values.tolist())
    parsed = sum(value in known for value in values.tolist())
    marks = len(known) > 1 and all(_is_nothing(word.removesuffix(unit), len(known)) for word in strange)
    if not marks and (present < 10 or parsed < MOSTLY * present):
        return None
    example = next(filter(of_limit, strange), strange[0])
    said = f"{counted(present - parsed, 'word')} such as {example[:30]!r} taken for missing"
    return _joined(said, of_limit(example))


def _mostly(words: Iterable[str], parse: Callable[[str], T | None]) -> dict[str, T]:
    """What words stand for; {} where most of the first ones stand for nothing."""
    found: dict[str, T] = {}
    for count, word in enumerate(words, start=1):
        if (value := parse(word)) is not None:
            found[word] = value
        if count == FEW_WORDS and len(found) < LIKELY * count:
            return {}
    return found


def _dates(values: np.ndarray, words: list[str], strict: bool, day_first: bool | None) -> Understood | None:
    """Words (N,) that are dates, or are so but for some that are missing; None for all others."""
    found = way_of(words, day_first)
    if found is None:
        return None
    way, dates = found
    left = _left_out(values, words, dates, strict)
    if left is None:
        return None
    untold = "no day above 12 tells this, as 2020-01-31 would" if is_untold(dates, way) else ""
    dates, first = years_from(dates, way)
    spans = any(halves and all(map(by_name(way), halves)) for halves in map(halves_of, words))
    said = f"dates, read as {way}" if way else "dates" * spans
    said += ", the first of the two of each span" * spans
    said += "" if first is None else f", years of two digits from {first} on"
    absent = np.datetime64("NaT")
    moments = _mapped(values, lambda word: dates.get(word, absent), absent, "datetime64[us]")
    said = _joined(said, untold, of_offsets(dates), left)
    return Understood(moments, "date", said, way if first is None else f"{way}{SINCE}{first}", zones_in(dates))


def _is_nothing(word: str, numbers: int) -> bool:
    """Whether a word among so many different numbers stands for no value: marks alone, a spelling of nothing, or what
    statistical offices write."""
    bare = word.strip().casefold()
    spelled_so = bare in STANDS_FOR_NONE or word.strip() in MISSING_WORDS or is_no_date(bare)
    return spelled_so or is_sign(word, numbers)


def is_sign(word: str, numbers: int) -> bool:
    """Whether a word among so many different numbers is no word: marks alone, or what statistical offices write."""
    return is_mark(word, numbers) or not any(map(str.isalnum, word))


def as_written(values: np.ndarray, kind: ColumnKind, written: str) -> np.ndarray:
    """Words (N,) as numbers or dates in the way of `Understood.written` alone; other words are missing.

    >>> as_written(np.array(["1.234", "7,5", "?"], dtype=object), "number", "1.234,5")
    array([1234. ,    7.5,    nan])
    """
    parse = by_name(written) if kind == "date" else style_by(written).parse
    words = dict.fromkeys(value for value in values.tolist() if value is not None)
    known = {word: value for word in words if (value := parse(word)) is not None}
    if kind == "date":
        return _mapped(
            values, lambda word: known.get(word, np.datetime64("NaT")), np.datetime64("NaT"), "datetime64[us]"
        )
    return _mapped(values, lambda word: known.get(word, np.nan), np.nan)


def _beyond_floats(words: Iterable[str], numbers: Mapping[str, float]) -> bool:
    """Whether these are whole numbers of which one is larger than the integers that a float64 holds."""
    return max(map(abs, numbers.values())) > 2**53 and all(
        re.fullmatch(r"[-+]?\d+", word.strip()) for word in words
    )


def _codes_among(words: Iterable[str], known: Mapping[str, Any]) -> str:
    """The first of the words that are no numbers, if these are digits with a letter, as houses or families are
    numbered; else "". It stands before them, or several do behind them, or there are numbers with leading zeros, as a
    single letter behind may be a unit.

    >>> _codes_among(["6", "7", "7a", "8", "8b"], dict.fromkeys("678"))
    '7a'
    >>> _codes_among(["6", "7", "8C"], dict.fromkeys("67"))
    ''
    """
    strange = [word.strip() for word in words if word not in known]
    found = [LETTERED.fullmatch(word) for word in strange]
    plain = all(word.strip().isdecimal() for word in known)
    if not 0 < len(strange) < len(known) or not all(found) or not plain:
        return ""
    letters = {(match[1], match[2]) for match in found if match}
    zeros = any(re.match("0[0-9]", word.strip()) for word in known)
    return strange[0] if zeros or len(letters) > 1 or all(before for before, _ in letters) else ""


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


def spelled_dates(dates: np.ndarray, way: str) -> list[str | None]:
    """Dates (N,) as words in the first pattern of a way, with clocks behind the days unless all are at midnight.

    >>> spelled_dates(np.array(["2021-03-04", "NaT"], "M8[us]"), "day.month.year")
    ['04.03.2021', None]
    >>> spelled_dates(np.array(["2021-03-04T05:06"], "M8[us]"), "")
    ['2021-03-04 05:06:00']
    """
    pattern = FORMATS.get(way, FORMATS[USUAL])[0]
    moments = dates.astype("M8[us]").tolist()
    days = all(moment is None or moment.time() == time() for moment in moments)
    return [moment and moment.strftime(pattern if days else f"{pattern} %H:%M:%S") for moment in moments]
