"""Reading JSON that somebody else may have written: every field is checked before it is used."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from fourfold.errors import FileError

LIMIT = 64 * 2**20
"""Characters in one JSON document."""


def parse(text: str, what: str) -> Fields:
    """A JSON object without duplicate keys, NaN, Infinity or integers beyond 64 bits.

    >>> parse('{"rows": 3}', "example").integer("rows")
    3
    """
    if len(text) > LIMIT:
        _refuse(what, f"{len(text)} characters", f"at most {LIMIT}")
    try:
        value = json.loads(
            text, object_pairs_hook=_pairs, parse_constant=_constant, parse_int=_integer, parse_float=_float
        )
    except (ValueError, RecursionError) as error:
        _refuse(what, f"{type(error).__name__}: {str(error)[:100]}", "valid JSON")
    return (
        Fields(what, value) if isinstance(value, dict) else _refuse(what, type(value).__name__, "an object")
    )


@dataclass(frozen=True)
class Fields:
    """One JSON object and where it stands; each method gives one field of a known type."""

    where: str
    values: dict[str, Any]

    def get(self, name: str, *types: type) -> Any:
        value = self.values.get(name, _ABSENT)
        if value is _ABSENT:
            _refuse(f"{self.where}: {name}", "nothing", "a field")
        good = isinstance(value, types) and not (isinstance(value, bool) and bool not in types)
        if not good:
            wanted = " or ".join("null" if kind is type(None) else kind.__name__ for kind in types)
            _refuse(f"{self.where}: {name}", type(value).__name__, wanted)
        return value

    def text(self, name: str, among: Iterable[str] | None = None) -> str:
        value = self.get(name, str)
        if among is not None and value not in (choices := tuple(among)):
            _refuse(f"{self.where}: {name}", repr(value[:50]), f"one of {', '.join(choices)}")
        return value

    def boolean(self, name: str) -> bool:
        return self.get(name, bool)

    def integer(self, name: str, low: int = 0, high: int = 2**31) -> int:
        value = self.get(name, int)
        if not low <= value <= high:
            _refuse(f"{self.where}: {name}", str(value), f"a number from {low} to {high}")
        return value

    def number(self, name: str) -> float:
        return float(self.get(name, int, float))

    def texts(self, name: str, distinct: bool = True) -> tuple[str, ...]:
        values = self._list(name, str)
        if distinct and len(set(values)) != len(values):
            _refuse(f"{self.where}: {name}", "repeated values", "distinct ones")
        return tuple(values)

    def integers(self, name: str, low: int = -(2**63), high: int = 2**63 - 1) -> tuple[int, ...]:
        values = self._list(name, int)
        if any(not low <= value <= high for value in values):
            _refuse(f"{self.where}: {name}", "a number out of range", f"numbers from {low} to {high}")
        return tuple(values)

    def floats(self, name: str, length: int) -> np.ndarray:
        values = self._list(name, int, float)
        if len(values) != length:
            _refuse(f"{self.where}: {name}", f"{len(values)} numbers", str(length))
        return np.array(values, dtype=np.float64)

    def object(self, name: str) -> Fields:
        return Fields(f"{self.where}: {name}", self.get(name, dict))

    def objects(self, name: str) -> tuple[Fields, ...]:
        values = self._list(name, dict)
        return tuple(Fields(f"{self.where}: {name}[{i}]", value) for i, value in enumerate(values))

    def _list(self, name: str, *types: type) -> list[Any]:
        values = self.get(name, list)
        if not all(isinstance(value, types) and not isinstance(value, bool) for value in values):
            _refuse(f"{self.where}: {name}", "another type", f"a list of {types[0].__name__}")
        return values


_ABSENT = object()


def _refuse(what: str, got: str, wanted: str) -> NoReturn:
    raise FileError("damaged-json", f"{what} can't be read", got=got, wanted=wanted)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a key that occurs twice")
    return values


def _constant(text: str) -> NoReturn:
    raise ValueError(f"the number {text}")


def _integer(text: str) -> int:
    if len(text) > 20 or not -(2**63) <= int(text) < 2**63:
        raise ValueError("an integer of more than 64 bits")
    return int(text)


def _float(text: str) -> float:
    if not math.isfinite(value := float(text)):
        raise ValueError("a number that is not finite")
    return value
