"""One column of whatever type as one of the four raw kinds: number, boolean, date, category."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np

from fourfold.errors import DataError
from fourfold.preprocessing.table import ColumnKind

from .numerals import style_of

PLAIN = (str, bool, int, float, np.bool_, np.integer, np.floating, np.str_)


def typed(name: str, values: np.ndarray) -> tuple[np.ndarray, ColumnKind]:
    """A column as it is stored, and its kind; strings stay strings.

    >>> typed("open", np.array([True, None], dtype=object))
    (array([ 1., nan]), 'boolean')
    >>> typed("size", np.array([3, 4], dtype=np.int8))
    (array([3., 4.]), 'number')
    """
    if values.dtype.kind == "b":
        return values.astype(np.float64), "boolean"
    if values.dtype.kind in "iuf":
        return values.astype(np.float64), "number"
    if values.dtype.kind == "M":
        return values.astype("datetime64[us]"), "date"
    if values.dtype.kind == "S":
        values = np.char.decode(values, "utf-8", "replace")
    if values.dtype.kind == "U":
        return values.astype(object), "category"
    if values.dtype.kind == "O":
        return _objects(name, values.tolist())
    raise DataError(
        "column-type", f"column {name!r} can't be used", got=f"type {values.dtype}", wanted="numbers or text"
    )


def _objects(name: str, values: list[Any]) -> tuple[np.ndarray, ColumnKind]:
    cells = [None if _absent(value) else value for value in values]
    present = [value for value in cells if value is not None]
    strange = next((value for value in present if not isinstance(value, PLAIN)), None)
    if strange is not None:
        raise DataError(
            "object-column",
            f"column {name!r} holds objects",
            got=type(strange).__name__,
            wanted="numbers, text, booleans or dates",
            do="turn it into one of these, or leave the column out",
        )
    if all(isinstance(value, (bool, np.bool_)) for value in present) and present:
        return np.array([np.nan if value is None else float(value) for value in cells]), "boolean"
    if not any(isinstance(value, str) for value in present):
        return np.array([np.nan if value is None else float(value) for value in cells]), "number"
    return as_objects([None if value is None else str(value) for value in cells]), "category"


def as_objects(values: list[Any]) -> np.ndarray:
    """A list as an array of objects (N,), whatever the values are."""
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def _absent(value: Any) -> bool:
    """None, NaN, and what pandas writes for a missing value."""
    return (
        value is None
        or value is np.ma.masked
        or type(value).__name__ in ("NAType", "NaTType")
        or (isinstance(value, float) and value != value)
    )


MOSTLY = 0.9
"""From this share of numbers on, words in a column are taken for missing values."""

FORMATS = ("%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%Y/%m/%d")


def reworded(values: np.ndarray, *, strict: bool = False) -> tuple[np.ndarray, ColumnKind, str]:
    """Words (N,) that are in truth booleans, numbers or dates, as such; their kind; what was done.

    Tried in this order: true and false; numbers (`numerals`); dates (ISO, or day and
    month by points or slashes, month first where both would do). If at least 90 % of ten or more words are
    numbers the others are missing values, unless ``strict``.

    >>> reworded(np.array(["1,5", "2", None], dtype=object))
    (array([1.5, 2. , nan]), 'number', 'with decimal commas')
    >>> reworded(np.array(["a", "b"], dtype=object))[1]
    'category'
    """
    words = dict.fromkeys(value for value in values.tolist() if value is not None)
    if not words:
        return values, "category", ""
    if {word.casefold() for word in words} <= {"true", "false"}:
        return _mapped(values, lambda word: float(word.casefold() == "true"), np.nan), "boolean", ""
    style = style_of(words)
    numbers = {word: style.parse(word) for word in words}
    known = {word: number for word, number in numbers.items() if number is not None}
    if len(known) == len(words):
        return _mapped(values, known.__getitem__, np.nan), "number", style.said
    present = sum(value is not None for value in values.tolist())
    parsed = sum(value in known for value in values.tolist())
    if not strict and present >= 10 and parsed >= MOSTLY * present:
        strange = next(word for word in words if word not in known)
        note = f"{present - parsed} words such as {strange[:30]!r} taken for missing"
        note = f"{style.said}; {note}" if style.said else note
        return _mapped(values, lambda word: known.get(word, np.nan), np.nan), "number", note
    for parse, name in _date_parsers():
        try:
            dates = {word: parse(word) for word in words}
        except ValueError:
            continue
        moments = _mapped(values, dates.__getitem__, np.datetime64("NaT"), "datetime64[us]")
        return moments, "date", f"dates, read as {name}" if name else ""
    return values, "category", ""


def _mapped(
    values: np.ndarray, function: Callable[[str], Any], absent: Any, dtype: str = "float64"
) -> np.ndarray:
    return np.array([absent if value is None else function(value) for value in values.tolist()], dtype=dtype)


def _date_parsers() -> list[tuple[Callable[[str], datetime], str]]:
    def iso(word: str) -> datetime:
        if not re.match(r"\s*\d{4}-\d\d-\d\d", word):
            raise ValueError(word)
        moment = datetime.fromisoformat(word.strip())
        return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment

    def of(pattern: str) -> Callable[[str], datetime]:
        def parse(word: str) -> datetime:
            day, _, clock = word.strip().partition(" ")
            moment = datetime.strptime(day, pattern)
            if not clock:
                return moment
            time = datetime.strptime(clock, "%H:%M:%S" if clock.count(":") == 2 else "%H:%M")
            return moment.replace(hour=time.hour, minute=time.minute, second=time.second)

        return parse

    readable = {"%d": "day", "%m": "month", "%Y": "year"}
    named = [(of(pattern), re.sub("%.", lambda part: readable[part[0]], pattern)) for pattern in FORMATS]
    return [(iso, ""), *named]


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
