"""JSON that is one object, as the lines of objects that it stands for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from .content import Content
from .text_file import unpacked

LARGEST = 2**28
"""Bytes of one object, which has to be read as a whole."""


@contextmanager
def in_lines(content: Content) -> Iterator[Content]:
    """The content itself, or the rows of an object (as `records` finds them) as a file of one object a line."""
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
    """The rows of one object; None if the content is no single object, or none of these:

    - columns: ``{"v": [1, 2], "y": [3, 4]}``, or by row as pandas writes them, ``{"v": {"0": 1, "1": 2}, ...}``;
    - names and rows: ``{"columns": ["v", "y"], "data": [[1, 3], [2, 4]]}``;
    - rows under one name: ``{"rows": [{"v": 1, "y": 3}, ...]}``.
    """
    if not content.head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{") or content.unpacked > LARGEST:
        return None
    if _is_row(content.head):
        return None
    try:
        with unpacked(content) as file:
            value = json.loads(file.read().decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    return _rows(value) if isinstance(value, dict) else None


def _is_row(head: bytes) -> bool:
    """Whether the first line is an object whose values are no lists and no objects alone: one row of many."""
    try:
        row = json.loads(head.lstrip().split(b"\n", 1)[0])
    except ValueError:
        return False
    return not any(isinstance(value, (list, dict)) for value in row.values())


def _rows(value: dict[str, Any]) -> list[dict[str, Any]] | None:
    parts = list(value.values())
    if (
        _are(parts, list)
        and parts[0]
        and len({len(part) for part in parts}) == 1
        and not _are(parts[0], (list, dict))
    ):
        return [dict(zip(value, cells)) for cells in zip(*parts)]
    if _are(parts, dict) and parts[0] and len({tuple(part) for part in parts}) == 1:
        return [{name: part[key] for name, part in value.items()} for key in parts[0]]
    data, names = value.get("data"), value.get("columns")
    if isinstance(data, list) and isinstance(names, list) and _are(data, list):
        return [dict(zip(map(str, names), row)) for row in data]
    lists = [part for part in parts if isinstance(part, list) and part and _are(part, dict)]
    return lists[0] if len(lists) == 1 else None


def _are(values: list[Any], kind: Any) -> bool:
    return bool(values) and all(isinstance(value, kind) for value in values)
