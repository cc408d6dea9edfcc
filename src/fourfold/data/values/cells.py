"""Columns of whatever a program holds: their cells as plain values, each column in one of the four raw kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from numbers import Rational
from pathlib import PurePath
from types import NoneType
from typing import Any
from uuid import UUID

import numpy as np

from fourfold.data.dataset import Note, OfColumns
from fourfold.data.messages import listed
from fourfold.errors import DataError
from fourfold.preprocessing.table import ColumnKind

from .durations import IN_SECONDS
from .singles import decimals
from .stand_ins import bare, bare_words
from .word_lists import as_json, spelled_alike
from .words import as_objects

PLAIN = (str, bool, int, float, np.bool_, np.integer, np.floating, np.str_)
SETS = (set, frozenset)
WHOLE = 2**53
"""Above this whole numbers are no longer told apart in double precision."""

LONGEST_LIST = 4096
"""The most numbers of a list that become columns."""

MOST_IN_LISTS = 8 * LONGEST_LIST
"""The same of lists of lists, or of objects, together."""

FEWEST_STEPS = 5
"""Lists within lists that are series: with fewer, and as many in each row, they are numbers beside others."""

DEEPEST = 8
"""How deep objects within objects are looked into."""

OBJECTS, LISTS = "their fields are columns NAME.FIELD", "their numbers are columns NAME_0, NAME_1, ..."
"""What is said of columns of objects, and of columns of lists of equally many numbers."""

IN_LISTS = "lists of "
"""How a reason begins for which a column of lists is left out."""

RECTANGULAR = (
    "series as lists of equally many numbers a step, null where one is missing, or a column with a list of numbers for "
    "each channel"
)
"""What can be read of lists within lists."""

STEPS_WITHIN = "a list within is a step, its numbers are channels NAME.0, NAME.1, ..."
NUMBERS_WITHIN = "their numbers are columns NAME.0_0, NAME.0_1, ..."
CHANNELS_WITHIN = "a list within is a channel NAME[0], NAME[1], ..., its numbers are steps"
FIELDS_WITHIN = "an object is a step, its fields are channels"
"""What is said of columns of lists of lists, and of objects."""

EVENLY = 1e-6
"""By how much the distances of evenly spaced steps may differ, as a share of them."""


@dataclass(frozen=True)
class OfLists(Note):
    """Which columns are lists of numbers."""

    names: tuple[str, ...] = ()


def said_of_lists(names: Iterable[str]) -> tuple[Note, ...]:
    names = (*names,)
    return (OfLists(f"lists: {listed(names)}", LISTS, names=names),) if names else ()


def typed(name: str, values: np.ndarray) -> tuple[np.ndarray, ColumnKind]:
    """A column as it is stored, and its kind; strings stay strings, but for blanks around them and for the spellings of
    a missing value, and whole numbers that a float64 can't tell apart become strings.

    >>> typed("open", np.array([True, None], dtype=object))
    (array([ 1., nan]), 'boolean')
    >>> typed("share", np.array([0.1], dtype=np.float32))[0].tolist()
    [0.1]
    >>> typed("size", np.array([3, 4], dtype=np.int8))
    (array([3., 4.]), 'number')
    >>> typed("colour", np.array([" red", "NA"]))
    (array(['red', None], dtype=object), 'category')
    >>> typed("code", np.array([2**53, 2**53 + 1]))
    (array(['9007199254740992', '9007199254740993'], dtype=object), 'category')
    >>> typed("tags", as_objects([["red", "blue"], []]))[0].tolist()
    ['["red","blue"]', '[]']
    """
    if values.dtype.kind == "b":
        return values.astype(np.float64), "boolean"
    if values.dtype.kind in "iu" and are_indistinct(values):
        return values.astype(str).astype(object), "category"
    if values.dtype == np.float32:
        return decimals(values), "number"
    if values.dtype.kind in "iuf":
        return values.astype(np.float64), "number"
    if values.dtype.kind == "M":
        return values.astype("datetime64[us]"), "date"
    if values.dtype.kind == "m":
        return values / np.timedelta64(1, "s"), "number"
    if values.dtype.kind == "S":
        values = np.char.decode(values, "utf-8", "replace")
    if values.dtype.kind == "U":
        return as_objects(spelled_alike(bare_words(values.tolist()))), "category"
    if values.dtype.kind == "O":
        return _objects(name, values.tolist())
    raise DataError(
        "column-type", f"column {name!r} can't be used", got=f"type {values.dtype}", wanted="numbers or text"
    )


def _objects(name: str, values: list[Any]) -> tuple[np.ndarray, ColumnKind]:
    kinds = set(map(type, values))
    if str in kinds and kinds <= {str, NoneType}:
        return as_objects(spelled_alike(bare_words(values))), "category"
    cells = [None if is_absent(value) else _plain(value) for value in values]
    present = [value for value in cells if value is not None]
    if present and all(isinstance(value, date) for value in present):
        return dates(cells), "date"
    strange = next((value for value in present if not isinstance(value, PLAIN)), None)
    if strange is not None:
        raise DataError(
            "object-column",
            f"column {name!r} holds objects",
            got=type(strange).__name__,
            wanted="numbers, text, booleans or dates",
            do=f"write {RECTANGULAR}" if isinstance(strange, list) else "turn it into one of these, or leave it out",
        )
    if all(isinstance(value, (bool, np.bool_)) for value in present) and present:
        return np.array([np.nan if value is None else float(value) for value in cells]), "boolean"
    whole = all(isinstance(value, (int, np.integer)) for value in present)
    codes = whole and are_indistinct(np.array(present, object))
    if not codes and not any(isinstance(value, str) for value in present):
        return np.array([np.nan if value is None else number_of(value) for value in cells]), "number"
    return as_objects([None if value is None else str(value) for value in cells]), "category"


def number_of(value: Any) -> float:
    """A number, one in single precision as `decimals` has it."""
    return float(str(value) if getattr(value, "dtype", None) == np.float32 else value)


def are_indistinct(whole: np.ndarray) -> bool:
    """Whether some of these whole numbers (N,) differ, and are one as float64."""
    if not len(whole) or max(-int(whole.min()), int(whole.max())) <= WHOLE:
        return False
    different = {*map(int, whole.tolist())}
    return len({*map(float, different)}) < len(different)


def _plain(value: Any) -> Any:
    """What a file would hold: numbers, durations (in seconds), the starts of periods, names, lists of words as JSON; of
    spellings of a missing value None."""
    if isinstance(value, (np.datetime64, np.timedelta64)):
        unit = "M8[us]" if isinstance(value, np.datetime64) else "m8[us]"
        value = value.astype(unit).item()
    return next((become(value) for kind, become in KINDS if kind(value)), value)


def _kind(*types: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, types)


KINDS: tuple[tuple[Callable[[Any], bool], Callable[[Any], Any]], ...] = (
    (_kind(str), bare),
    (_kind(*PLAIN), lambda value: value),
    (_kind(Decimal, Rational), float),
    (_kind(timedelta), lambda value: value.total_seconds()),  # in pandas 2 that of a subclass alone is right
    (_kind(time), time.isoformat),
    (_kind(bytes), lambda value: value.decode("utf-8", "replace")),
    (_kind(Enum), lambda value: value.name),
    (_kind(UUID, PurePath), str),
    (lambda value: hasattr(value, "to_timestamp"), lambda value: value.to_timestamp()),  # a period of pandas
    (lambda value: all(hasattr(value, name) for name in ("left", "right", "closed")), str),  # an interval
    (lambda value: is_of_words(value), lambda value: _written(value)),
)
"""What objects are known by, and what they become."""


def is_of_words(value: Any) -> bool:
    """Whether this is a list (or a set, or an array) of words, some of which may be missing, or an empty one."""
    many = isinstance(value, (list, tuple, np.ndarray, *SETS)) and np.ndim(as_objects([value])) == 1
    words = [word for word in value if not is_absent(word)] if many else []
    return many and bool(words or not len(value)) and all(isinstance(word, str) for word in words)


def _written(words: Sequence[Any] | set[Any]) -> str:
    known = [None if is_absent(word) else str(word) for word in words]
    return as_json(sorted(word for word in known if word is not None) if isinstance(words, SETS) else known)


def dates(values: Sequence[Any]) -> np.ndarray:
    """Dates as an array, those with a zone in Greenwich time, NaT for whatever is none."""
    return np.array([_moment(value) for value in values], dtype="datetime64[us]")


def _moment(value: Any) -> Any:
    if not isinstance(value, date) or value != value:  # None, NaN, NaT
        return np.datetime64("NaT")
    if not isinstance(value, datetime):
        return value
    return (value.astimezone(UTC) if value.tzinfo else value).replace(tzinfo=None)


def is_absent(value: Any) -> bool:
    """None, NaN, and what pandas writes for a missing value."""
    return (
        value is None
        or value is np.ma.masked
        or type(value).__name__ in ("NAType", "NaTType")
        or (isinstance(value, float) and value != value)
    )


def are_channels(fewest: int, most: int, low: int, high: int) -> bool:
    """Whether lists within lists are channels, not steps: as many in each row, but of ``low`` to ``high`` numbers that
    differ from row to row; or few long ones.

    >>> are_channels(3, 3, 20, 30), are_channels(3, 3, 500, 500), are_channels(20, 30, 3, 3), are_channels(20, 20, 3, 3)
    (True, True, False, False)
    """
    return fewest == most and (low < high or (fewest < FEWEST_STEPS and low > 2 * fewest))


def left_out_within(name: str, counts: Sequence[str], times: Sequence[str]) -> list[Note]:
    """What is said of fields of a list of objects that are no channels."""
    why = ((counts, "evenly spaced: it counts the steps"), (times, "times of the steps"))
    found = [([f"{name}.{field}" for field in fields], because) for fields, because in why if fields]
    return [Note(f"left out: {listed(names)}", because) for names, because in found]


def said_of(name: str, values: np.ndarray, role: str = "column") -> tuple[Note, ...]:
    """What is said of a column of durations, periods or dates with a zone, or of a target."""
    first = values.dtype.kind == "O" and next((value for value in values if not is_absent(value)), None)
    if values.dtype.kind == "m" or isinstance(first, (timedelta, np.timedelta64)):
        return (OfColumns.of([name], "number", IN_SECONDS, role),)
    if hasattr(first, "to_timestamp"):
        return (OfColumns.of([name], "date", "periods, each by its start", role),)
    zoned = isinstance(first, datetime) and next((one for one in values if not is_absent(one) and _is_ahead(one)), None)
    if zoned:
        return (OfColumns.of([name], "date", f"'{zoned}' and the like turned to Greenwich time", role),)
    return ()


def _is_ahead(value: Any) -> bool:
    """Whether this is a date whose clock is not that of Greenwich."""
    return isinstance(value, datetime) and bool(value.utcoffset())
