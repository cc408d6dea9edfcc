"""Cells that list words, as JSON, Python and NumPy write them, or with marks between them: all in one spelling, that
of JSON without blanks."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from fourfold.preprocessing.text import words_in

from .amounts import is_number
from .hints import SEPARATORS, cut_at, labels_in
from .written import each, value_of

__all__ = ["as_json", "joined_labels", "lists_by", "spelled_alike"]

EMPTY_SET = "set()"
"""How Python prints it."""


def as_json(words: Sequence[str | None]) -> str:
    return json.dumps(list(words), ensure_ascii=False, separators=(",", ":"))


def spelled_alike(cells: list[str | None]) -> list[str | None]:
    """Cells, all of which list words or nothing, as JSON writes these, null in the place of a missing word; others as
    they are.

    >>> spelled_alike(["['red', 'blue']", '["red"]', None, "[]"]), spelled_alike(["['red']", "blue"])
    (['["red","blue"]', '["red"]', None, '[]'], ["['red']", 'blue'])
    >>> spelled_alike(["{'red', 'blue'}", "set()", "('red',)"]), spelled_alike(["{'red': 'blue'}", "{}"])
    (['["red","blue"]', '[]', '["red"]'], ["{'red': 'blue'}", '{}'])
    >>> spelled_alike(["['red', None, 'blue']", "['red']"])
    ['["red",null,"blue"]', '["red"]']
    """
    found = each(cells, _respelled)
    return cells if found is None else found


def _respelled(cell: str) -> str | None:
    """A list of words, some of which may be missing, a tuple or a set of Python, as JSON; None for any other cell."""
    around = cell[:1] + cell[-1:]
    inner = "" if cell == EMPTY_SET else cell[1:-1] if around in ("()", "{}") and cell != "{}" else None
    found = value_of(cell if inner is None else f"[{inner}]")
    return as_json(found) if isinstance(found, list) and all(isinstance(word, str | None) for word in found) else None


def joined_labels(cells: Sequence[str | None], most: int) -> list[str | None] | None:
    """Cells that list labels with marks between them, as `labels_in` tells, as JSON; None of others, and of more labels
    than ``most``: where a label stands twice in a cell, or is a number, its place may mean something.

    >>> joined_labels(["red; blue", None, "blue", "red;green", "blue;green"], 3)
    ['["red","blue"]', None, '["blue"]', '["red","green"]', '["blue","green"]']
    >>> joined_labels(["A|G", "G|A", "A|A"], 9), joined_labels(["1;0", "0;1", "2;0", "1"], 9)
    (None, None)
    """
    different = [*dict.fromkeys(cell for cell in cells if cell is not None)]
    found = labels_in(different)
    if found is None or found[1] > most:
        return None
    parts = {cell: [*filter(None, cut_at(cell, found[0]))] for cell in different}
    if any(len({*own}) < len(own) or any(map(is_number, own)) for own in parts.values()):
        return None
    return [None if cell is None else as_json(parts[cell]) for cell in cells]


def lists_by(cells: Sequence[str | None], levels: Collection[str]) -> list[str | None]:
    """Cells as JSON lists of labels, cut at the first mark that stands in some of them, but in none of the levels.

    >>> lists_by(["red;blue", None, "blue"], ["blue", "red"]), lists_by(["salt, pepper"], ["salt, pepper"])
    (['["red","blue"]', None, '["blue"]'], ['salt, pepper'])
    >>> lists_by(["<red>"], ["blue", "red"]), lists_by(["<red>"], ["<red>"])
    (['["red"]'], ['<red>'])
    """
    words = [cell for cell in cells if cell is not None and words_in(cell) is None]
    within = [mark for mark in SEPARATORS if any(_is_cut(cell, mark) for cell in words)]
    mark = next((mark for mark in within if not any(_is_cut(level, mark) for level in levels)), None)
    if mark is None:
        return list(cells)
    cut = {cell: as_json([*filter(None, cut_at(cell, mark))]) for cell in words}
    return [cell if cell is None else cut.get(cell, cell) for cell in cells]


def _is_cut(cell: str, mark: str) -> bool:
    return cut_at(cell, mark) != [cell.strip()]
