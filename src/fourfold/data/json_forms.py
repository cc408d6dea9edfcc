"""JSON that is one object, or one list of lists, as the lines of objects that it stands for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fourfold.errors import DataError

from .content import Content
from .text_file import unpacked

LARGEST = 2**28
"""Bytes of one value, which has to be read as a whole."""

ROW_NAME = "row_id"
"""The column of what rows are called that are the values of an object."""


@contextmanager
def in_lines(content: Content) -> Iterator[Content]:
    """The content itself, or the rows of one value (as `records` finds them) as a file of one object a line."""
    rows = records(content)
    if rows is None:
        yield content
        return
    with TemporaryDirectory(prefix="fourfold-") as folder:
        path = Path(folder).resolve() / "data.jsonl"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
        yield replace(content, path=path, compressed=False)


def records(content: Content) -> list[dict[str, Any]] | None:
    """The rows of one value; None if the content is no single value, or none of these:

    - columns: ``{"v": [1, 2], "y": [3, 4]}``, or by row as pandas writes them, ``{"v": {"0": 1, "1": 2}, ...}``;
    - names and rows: ``{"columns": ["v", "y"], "data": [[1, 3], [2, 4]]}``;
    - rows by their names: ``{"a": {"v": 1, "y": 3}, "b": ...}``, the names in a column ``row_id``;
    - rows under one name: ``{"rows": [{"v": 1, "y": 3}, ...]}``;
    - rows as lists, names in the first one: ``[["v", "y"], [1, 3], [2, 4]]``, or x0, x1, ... for lists of words.

    Errors: ``DataError`` for columns of unequal lengths.
    """
    start = content.head.removeprefix(b"\xef\xbb\xbf").lstrip()
    lists = re.match(rb"\[\s*\[", start) is not None
    if (
        not (lists or start.startswith(b"{"))
        or content.unpacked > LARGEST
        or (not lists and _is_row(content.head))
    ):
        return None
    try:
        with unpacked(content) as file:
            value = json.loads(file.read().decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    if lists:
        return _of_lists(value) if _are(value, list) else None
    return _rows(value, content.name) if isinstance(value, dict) else None


def _is_row(head: bytes) -> bool:
    """Whether the first line is an object whose values are no lists and no objects alone: one row of many."""
    try:
        row = json.loads(head.lstrip().split(b"\n", 1)[0])
    except ValueError:
        return False
    return not any(isinstance(value, (list, dict)) for value in row.values())


def _rows(value: dict[str, Any], name: str) -> list[dict[str, Any]] | None:
    data, names = value.get("data"), value.get("columns")
    if isinstance(data, list) and isinstance(names, list) and _are(data, list):
        return [dict(zip(map(str, names), row)) for row in data]
    parts = list(value.values())
    if _are(parts, list) and all(parts) and not any(_are(part[:1], (list, dict)) for part in parts):
        lengths = {name: len(part) for name, part in value.items()}
        if len(set(lengths.values())) > 1:
            raise DataError(
                "unequal-columns",
                f"the lists of {name} have different lengths",
                got=", ".join(f"{length} of {name!r}" for name, length in lengths.items())[:120],
                wanted="a list for each column, all as long as there are rows",
            )
        return [dict(zip(value, cells)) for cells in zip(*parts)]
    if _are(parts, dict) and parts[0] and len({tuple(part) for part in parts}) == 1:
        inner = list(parts[0])
        if len(parts) > len(inner) and not all(key.isdigit() for key in inner):
            return [{ROW_NAME: name, **part} for name, part in value.items()]
        return [{name: part[key] for name, part in value.items()} for key in inner]
    lists = [part for part in parts if isinstance(part, list) and part and _are(part, dict)]
    return lists[0] if len(lists) == 1 else None


def _of_lists(rows: list[list[Any]]) -> list[dict[str, Any]] | None:
    """Rows of equally many single values, words among them; lists of numbers alone are read as such."""
    first, *rest = rows
    words = any(isinstance(cell, str) for row in rows for cell in row)
    if not words or len({len(row) for row in rows}) > 1 or _holds(rows, (list, dict)):
        return None
    header = (
        _are(first, str)
        and len(set(first)) == len(first)
        and (_holds(rest, (int, float)) or _new(first, rest))
    )
    names = first if header else [f"x{place}" for place in range(len(first))]
    return [dict(zip(names, row)) for row in (rest if header else rows)]


def _holds(rows: list[list[Any]], kind: Any) -> bool:
    return any(isinstance(cell, kind) for row in rows for cell in row)


def _new(first: list[Any], rest: list[list[Any]]) -> bool:
    """Whether no cell of the first row is among those below it."""
    return not any(cell == row[place] for row in rest for place, cell in enumerate(first))


def _are(values: list[Any], kind: Any) -> bool:
    return bool(values) and all(isinstance(value, kind) for value in values)
