"""What is said of columns that are left out where the pictures or the texts beside them are read alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fourfold.data.dataset import Note, Table
from fourfold.data.messages import listed
from fourfold.data.values.called import are_parts
from fourfold.preprocessing.table import missing

__all__ = ["LeftOut", "left_out_beside"]

BOX = re.compile(
    r"(?:(?:roi|bbox|box)[._ ]?)?[xy][._ ]?(?:min|max|[12])|bbox[._ ]?(?:[xywh]|left|top|width|height)", re.IGNORECASE
)
"""What the sides of boxes are called."""


CLASS = re.compile("label|class|categor|species", re.IGNORECASE)
"""What is in the names of columns of classes that are numbers."""

EACH = 5
"""Rows that each class has on average."""


@dataclass(frozen=True)
class LeftOut(Note):
    """The note that columns are left out beside pictures or texts.

    - ``dates``: those among them that tell an order: the name of each, how many times it goes back from row to row, and
      how many times on.
    - ``alike``: those that have the two values that the target has, and no other; ``one_each``: these are numbers, and
      each row has the higher one in one of them or in the target.
    - ``parts``: those that say which rows train and which test, each with its words; ``boxes``: those that are called
      as the sides of boxes, all four of them; ``classes``: those whose values may be classes, and how many these are.
    """

    dates: tuple[tuple[str, int, int], ...] = ()
    alike: tuple[str, ...] = ()
    one_each: bool = False
    parts: tuple[tuple[str, tuple[str, ...]], ...] = ()
    boxes: tuple[str, ...] = ()
    classes: tuple[tuple[str, int], ...] = ()


def left_out_beside(table: Table, names: Sequence[str], target: np.ndarray | None, because: str) -> Note:
    """What is said of some columns of a table whose pictures or texts are read, and have this target (N,), if any.

    >>> table = Table({"a": np.array([0.0, 1.0]), "b": np.array([1.0, 0.0]), "c": np.array([2.0, 3.0])})
    >>> note = left_out_beside(table, ["a", "c"], table["b"], "")
    >>> note.alike, note.one_each
    (('a',), True)
    """
    dates = []
    for name in names:
        if table[name].dtype.kind == "M":
            steps = np.diff(table[name][~missing(table[name])]).astype(np.int64)
            dates.append((name, int((steps < 0).sum()), int((steps > 0).sum())))
    two = {*target.tolist()} if target is not None and target.ndim == 1 else set()
    alike = [name for name in names if len(two) == 2 and {*table[name].tolist()} == two]
    words = {name: {*table[name].tolist()} - {None} for name in names if table[name].dtype.kind == "O"}
    parts = tuple((name, tuple(sorted(own))) for name, own in words.items() if are_parts(own))
    what, boxes = f"left out: {listed(names)}", _boxes(names)
    apart = {*alike, *(name for name, _ in parts), *boxes}
    classes = tuple((name, count) for name in names if name not in apart and (count := _classes(name, table[name])))
    if not (dates or alike or parts or boxes or classes):
        return Note(what, because)
    one_each = bool(alike) and _one_each([*(table[name] for name in alike), target])
    return LeftOut(
        what, because, dates=(*dates,), alike=(*alike,), one_each=one_each, parts=parts, boxes=boxes, classes=classes
    )


def _classes(name: str, values: np.ndarray) -> int:
    """How many classes the values (N,) of a column may be, words in each row, or whole numbers that are called as
    classes are; 0 if they are none: each of them occurs five times and more on average.

    >>> _classes("animal", np.array(["cat", "dog"] * 5, dtype=object)), _classes("age", np.array([1.0, 2.0] * 5))
    (2, 0)
    """
    if missing(values).any() or not (values.dtype.kind == "O" or (values.dtype.kind == "f" and CLASS.search(name))):
        return 0
    found = {*values.tolist()}
    whole = values.dtype.kind == "O" or all(value == round(value) for value in found)
    return len(found) if whole and 2 <= len(found) <= len(values) / EACH else 0


def _boxes(names: Sequence[str]) -> tuple[str, ...]:
    """The names that are those of the sides of boxes, () if there are not four.

    >>> _boxes(["width", "xmin", "ymin", "xmax", "ymax"]), _boxes(["Roi.X1", "Roi.Y1", "Roi.X2"])
    (('xmin', 'ymin', 'xmax', 'ymax'), ())
    """
    found = tuple(name for name in names if BOX.fullmatch(name))
    return found if len(found) == 4 else ()


def _one_each(columns: Sequence[np.ndarray | None]) -> bool:
    """Whether these are numbers (N,), the same two in each, and the higher one stands in one of them in each row."""
    numbers = [values for values in columns if values is not None and values.dtype.kind == "f"]
    if len(numbers) < len(columns):
        return False
    stacked = np.stack(numbers)
    return bool(((stacked == stacked.max()).sum(axis=0) == 1).all())
