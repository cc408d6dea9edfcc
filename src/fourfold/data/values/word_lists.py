"""Cells that list words, as JSON, Python and NumPy write them: all in one spelling, that of JSON without blanks."""

from __future__ import annotations

import json
from collections.abc import Sequence

from fourfold.preprocessing.text import words_in

from .written import value_of

__all__ = ["as_json", "spelled_alike"]

def as_json(words: Sequence[str]) -> str:
    return json.dumps(list(words), ensure_ascii=False, separators=(",", ":"))


def spelled_alike(cells: list[str | None]) -> list[str | None]:
    """Cells, all of which list words or nothing, as JSON writes these; others as they are.

    >>> spelled_alike(["['red', 'blue']", '["red"]', None, "[]"]), spelled_alike(["['red']", "blue"])
    (['["red","blue"]', '["red"]', None, '[]'], ["['red']", 'blue'])
    """
    first = next((cell for cell in cells if cell is not None), "")
    if _listed(first) is None:
        return cells
    known: dict[str | None, str | None] = {None: None}
    for cell in dict.fromkeys(cells):
        if cell is not None:
            if (words := _listed(cell)) is None:
                return cells
            known[cell] = as_json(words)
    return [known[cell] for cell in cells]


def _listed(cell: str) -> list[str] | None:
    """The words of a list, or of a tuple of Python; None of any other cell."""
    if (words := words_in(cell)) is not None:
        return words
    found = value_of(f"[{cell[1:-1]}]" if cell.startswith("(") and cell.endswith(")") else cell)
    return found if isinstance(found, list) and all(isinstance(word, str) for word in found) else None
