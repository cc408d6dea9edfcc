"""Cells of text that are lists or objects, as JSON, Python and NumPy write them: what they stand for."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

import numpy as np

__all__ = ["are_bracketed", "are_cut_off", "each", "hold_numbers", "may_differ", "value_of", "values_of"]

T = TypeVar("T")

QUOTED = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
NUMBER = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
MARK = r"[\[\](){},:;]"
TOKEN = re.compile(rf"\s*(?:(?P<quoted>{QUOTED})|(?P<number>{NUMBER})|(?P<word>\w+)|(?P<mark>{MARK}))\s*", re.DOTALL)
WORDS = {"true": "true", "false": "false", "none": "null", "null": "null", "nan": "null"}
MARKS = {"(": "[", ")": "]", ";": ","}
"""What Python and NumPy write in another way than JSON, and what this is there."""

MARKS_BETWEEN = (r"\s*;\s*", r"\s*,\s*", r"\s*\|\s*")
"""What stands between numbers without brackets around them, beside blanks."""

SCALAR = re.compile(
    r"\b(?:np|numpy)\.(?:(?:float|int|uint|bool|str)[\d_]*\(([^()]*)\)|(True|False)_\b)", re.ASCII
)
"""A value of NumPy within a list, as Python prints it."""

BLANKS = re.compile(r"[\d.]\s+[-+.\d]", re.ASCII)
"""Two numbers with blanks alone between them."""

ESCAPED = re.compile(r'\\.|"', re.DOTALL)
OPENING, CLOSING = ("[", "{"), ("]", "}")
BRACKETED = (*OPENING, "(", "array(", "tensor(", "np.", "numpy.", "torch.")
TUPLE = re.compile(rf"\(\s*{NUMBER}(?:,\s+{NUMBER})+,?\s*\)", re.ASCII)
"""Numbers as Python writes a tuple, a blank behind each comma: (1,234) is a number."""

BETWEEN = re.compile("|".join(rf"{NUMBER}(?:{mark}{NUMBER}){{7,}}" for mark in (r"\s+", *MARKS_BETWEEN)), re.ASCII)
"""Numbers that are a list without brackets: eight and more."""

AROUND = re.compile(
    r"(?:(?:np|numpy|torch)\.)?(?:array|tensor)\(\s*(\[.*\])(?:,\s*(?:dtype|device|requires_grad|grad_fn)=[^=\[\]]*)*\)",
    re.ASCII | re.DOTALL,
)
"""A list as NumPy and torch print it with its kind."""

CUT_OFF = re.compile(r"[\d.\]]\s*,?\s+\.\.\.,?\s+[-+\d.\[]", re.ASCII)
"""What NumPy and torch print in the place of most numbers of a long list."""


def value_of(cell: str) -> list[Any] | dict[str, Any] | None:
    """The list or the object that a cell writes; None for any other.

    >>> value_of("[1. 2.5 nan]"), value_of("{'a': [True, None], 'b': (1.5,)}"), value_of("[red]"), value_of("[1,,2]")
    ([1.0, 2.5, None], {'a': [True, None], 'b': [1.5]}, None, None)
    >>> value_of("[np.float64(1.5), np.float64(nan)]"), value_of("[np.str_('up')]"), value_of("[np.True_, np.False_]")
    ([1.5, None], ['up'], [True, False])
    >>> value_of("(48.1, -14.5)"), value_of("(1,234)"), value_of("1;2;3;4;5;6;7;8"), value_of("1;2")
    ([48.1, -14.5], None, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], None)
    >>> value_of("tensor([1., 2.], device='cuda:0')"), value_of("array([[1, 2]], dtype=int8)")
    ([1.0, 2.0], [[1, 2]])
    """
    cell = cell.strip()
    cell = found[1] if cell.endswith(")") and (found := AROUND.fullmatch(cell)) else cell
    if TUPLE.fullmatch(cell):
        return [float(number) for number in cell.strip("(), ").split(",")]
    if not cell.startswith(OPENING):
        return [float(number) for number in re.split(r"[\s;,|]+", cell)] if BETWEEN.fullmatch(cell) else None
    if not cell.endswith(CLOSING):
        return None
    try:
        return _loaded(cell)
    except (ValueError, RecursionError):
        pass
    try:
        return _loaded("".join(_in_json(SCALAR.sub(r"\1\2", cell))))
    except (ValueError, RecursionError):
        return None


def _loaded(text: str) -> Any:
    return json.loads(text, parse_constant=_null)


def values_of(cells: Sequence[str | None] | np.ndarray) -> list[list[Any] | dict[str, Any] | None] | None:
    """What cells stand for, if all of them write lists, or all of them objects; else None.

    >>> values_of(["[1, 2]", None]), values_of(["[1]", "one"])
    ([[1, 2], None], None)
    """
    found = each(cells, value_of)
    return found if found is not None and len({type(value) for value in found if value is not None}) == 1 else None


def each(cells: Iterable[str | None], parse: Callable[[str], T | None]) -> list[T | None] | None:
    """What cells stand for, the missing ones for None; None where one that is there stands for nothing."""
    cells, known = [*cells], dict[str, T]()
    for cell in cells:
        if cell is None or (isinstance(cell, str) and cell in known):
            continue
        value = parse(cell) if isinstance(cell, str) else None  # a picture, say
        if value is None:
            return None
        known[cell] = value
    return [None if cell is None else known[cell] for cell in cells]


def are_bracketed(cells: Iterable[str | None]) -> bool:
    """Whether cells that write lists have brackets."""
    return next((cell for cell in cells if cell is not None), "[").strip().startswith(BRACKETED)


def may_differ(cells: Iterable[str | None]) -> bool:
    """Whether numbers without brackets of which some cells hold more than others are no words: some are fractions, and
    marks other than blanks stand between them.

    >>> may_differ(["1.5;2;3", "1;2"]), may_differ(["1;2;3", "1;2"]), may_differ(["1.5 2", "1"])
    (True, False, False)
    """
    present = [cell for cell in cells if cell is not None]
    return any("." in cell for cell in present) and not any(map(BLANKS.search, present))


def hold_numbers(cells: Sequence[str]) -> bool:
    """Whether all cells write lists or objects between brackets that hold nothing but numbers.

    >>> hold_numbers(["[[1, 2], [3]]", "[]"]), hold_numbers(["[{'a': 1}]"]), hold_numbers(["[{'a': 'b'}]"])
    (True, True, False)
    >>> hold_numbers(["1 2 3 4 5 6 7 8"]), hold_numbers(["[1] so it is"])
    (False, False)
    """
    return are_bracketed(cells) and (found := values_of(cells)) is not None and all(map(_holds_numbers, found))


def _holds_numbers(value: Any) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return not isinstance(value, str) and all(map(_holds_numbers, inner))


def are_cut_off(cells: Iterable[str | None]) -> bool:
    """Whether cells are lists, in some of which dots stand for numbers that were not written.

    >>> are_cut_off(["[0.1 0.2 ... 0.8 0.9]", "[1, 2, 3]"]), are_cut_off(["[0.1, 0.2]"]), are_cut_off(["wait ... 5"])
    (True, False, False)
    """
    present = [cell.strip() for cell in cells if isinstance(cell, str)]
    lists = all(cell.endswith(("]", ")")) and "[" in cell[:20] for cell in present)
    return lists and any(map(CUT_OFF.search, present))


def _null(name: str) -> None:
    """What a word outside of quotes stands for that is no truth: nothing.

    Errors: ``ValueError`` for any other.
    """
    if WORDS.get(name.lower()) != "null":
        raise ValueError(name)


def _in_json(cell: str) -> Iterator[str]:
    """The tokens of a cell as JSON writes them, with commas where blanks alone stand between two values, and none
    behind the last one.

    Errors: ``ValueError`` for anything else.
    """
    place, behind_value, behind_comma = 0, False, False
    while place < len(cell):
        found = TOKEN.match(cell, place)
        if found is None or (found["word"] or "null").lower() not in WORDS:
            raise ValueError(cell[place : place + 30])
        place, mark = found.end(), MARKS.get(found["mark"], found["mark"])
        if (behind_value and mark in (None, *OPENING)) or (behind_comma and mark not in CLOSING):
            yield ","
        if behind_comma := mark == ",":
            behind_value = False
            continue
        if found["quoted"]:
            yield '"' + ESCAPED.sub(_escaped, found["quoted"][1:-1]) + '"'
        elif found["number"]:
            yield repr(float(found["number"]))
        else:
            yield mark or WORDS[found["word"].lower()]
        behind_value = mark is None or mark in CLOSING


def _escaped(found: re.Match[str]) -> str:
    return {'"': '\\"', "\\'": "'", "\\x": "\\u00"}.get(found[0], found[0])
