"""Cells that list words, as JSON, Python and NumPy write them: all in one spelling, that of JSON without blanks."""

from __future__ import annotations

import json
from collections.abc import Sequence

from fourfold.preprocessing.text import words_in

from .written import each, value_of

__all__ = ["as_json", "spelled_alike"]


def as_json(words: Sequence[str]) -> str:
    return json.dumps(list(words), ensure_ascii=False, separators=(",", ":"))


def spelled_alike(cells: list[str | None]) -> list[str | None]:
    """Cells, all of which list words or nothing, as JSON writes these; others as they are.

    >>> spelled_alike(["['red', 'blue']", '["red"]', None, "[]"]), spelled_alike(["['red']", "blue"])
    (['["red","blue"]', '["red"]', None, '[]'], ["['red']", 'blue'])
    """
    found = each(cells, _respelled)
    return cells if found is None else found


def _respelled(cell: str) -> str | None:
    """A list of words, or a tuple of Python, as JSON; None for any other cell."""
    if (words := words_in(cell)) is not None:
        return as_json(words)
    found = value_of(f"[{cell[1:-1]}]" if cell.startswith("(") and cell.endswith(")") else cell)
    return as_json(found) if isinstance(found, list) and all(isinstance(word, str) for word in found) else None
