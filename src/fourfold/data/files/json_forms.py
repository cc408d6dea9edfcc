"""JSON that is one object, or one list of lists, as the lines of objects that it stands for; lines of lists as one."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

from fourfold.core.scratch import scratch_folder
from fourfold.data.dataset import Note
from fourfold.data.places import by_place
from fourfold.errors import DataError

from .content import HEAD, Content, unpacked
from .json_samples import of_samples

LARGEST = 2**28
"""Bytes of one value, which has to be read as a whole."""

DEEPEST = 3
"""Names within names under which rows are looked for."""

FEWEST_ROWS = 10
"""Objects a line, or in one list of several, from which on these are rows, whatever stands in them."""

BELOW_ABOUT = re.compile(rb"\[\s*\{[^{}\[\]]{0,2000}\}\s*,\s*\[\s*\{")
"""How an answer begins that is a list of two parts: what it is about, and its rows."""

NEXT = re.compile(
    r"@?(odata\.)?next(_?page)?(_?(link|token|cursor|url|uri|key))?|has_?(more|next(_?page)?)", re.IGNORECASE
)
"""What names the next page of an answer, or tells that there is one."""

ROW_NAME = "row_id"
"""The column of what rows are called that are the values of an object."""


Rows = list[dict[str, Any]]


@contextmanager
def in_lines(
    content: Content, lists: Collection[str] = (), wanted: Collection[str] = ()
) -> Iterator[tuple[Content, tuple[Note, ...]]]:
    """The content itself, or the rows of one value (as `records` finds them) as a file of one object a line; and what
    is said of the name under which they stood. Lines that are lists are one list; objects with one of the ``lists``,
    which are known to be columns, are rows themselves. What stands alone under one of the names that are ``wanted``
    is a column."""
    with scratch_folder() as folder:
        if _are_lists(content.head):
            content = _one_list(content, Path(folder).resolve() / "data.json")
        found = records(content, lists, wanted)
        if found is None:
            yield content, ()
            return
        rows, said = found
        notes = (Note(f"rows: the {len(rows):,} {said}", "what stands beside them is no row"),) if said else ()
        path = Path(folder).resolve() / "data.jsonl"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
        yield replace(content, path=path, head=_head(path), compressed=False), notes


def _are_lists(head: bytes) -> bool:
    """Whether the first two lines are a list each, of anything but objects."""
    lines = [line for line in head.removeprefix(b"\xef\xbb\xbf").split(b"\n", 3)[:3] if line.strip()]
    try:
        found = [json.loads(line) for line in lines[:2]]
    except (ValueError, RecursionError):
        return False
    return len(found) > 1 and _are(found, list) and not _holds(found, dict)


def _one_list(content: Content, path: Path) -> Content:
    """Lines as the parts of one list, in a file of their own."""
    with unpacked(content) as file, path.open("wb") as copy:
        lines = (line.removeprefix(b"\xef\xbb\xbf").strip() for line in file)
        copy.write(b"[" + next(filter(None, lines)))
        copy.writelines(b",\n" + line for line in lines if line)
        copy.write(b"]\n")
    size = path.stat().st_size
    return replace(content, path=path, head=_head(path), size=size, compressed=False, unpacked=size)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD)


def records(content: Content, lists: Collection[str] = (), wanted: Collection[str] = ()) -> tuple[Rows, str] | None:
    """The rows of one value, and what they are where they stand under a name beside other things, or "". None if the
    content is no single value, or none of these:

    - columns: ``{"v": [1, 2], "y": [3, 4]}``, also of lists, ``{"x": [[1, 2], [3, 4]], "y": [0, 1]}``, or by row as
      pandas writes them, ``{"v": {"0": 1, "1": 2}, ...}``;
    - names and rows: ``{"columns": ["v", "y"], "data": [[1, 3], [2, 4]]}``;
    - rows by their names: ``{"a": {"v": 1, "y": 3}, "b": ...}``, the names in a column ``row_id``, unless they
      are 0, 1, 2, ...;
    - rows under one name: ``{"rows": [{"v": 1, "y": 3}, ...]}``, also within others: ``{"data": {"items": [...]}}``,
      or beside lists that are too short to be rows: ``{"fields": [{"name": "v"}, ...], "features": [...]}``;
    - columns under one name: ``{"units": {...}, "hourly": {"time": [...], "rain": [...]}}``;
    - samples of series under their labels, as Prometheus answers;
    - what they are about, and rows: ``[{"page": 1, ...}, [{"v": 1, "y": 3}, ...]]``;
    - rows as lists, and a list of what their columns are called elsewhere;
    - rows as lists under one name, the names of the columns in the first one (Google Sheets);
    - several of these one behind the other, as the pages of an answer;
    - rows as lists, names in the first one: ``[["v", "y"], [1, 3], [2, 4]]``, or x0, x1, ... for lists of words.

    Errors: ``DataError`` for columns of unequal lengths.
    """
    start = content.head.removeprefix(b"\xef\xbb\xbf").lstrip()
    of_lists = re.match(rb"\[\s*\[", start) is not None or BELOW_ABOUT.match(start) is not None
    if (
        not (of_lists or start.startswith(b"{"))
        or content.unpacked > LARGEST
        or (not of_lists and _is_row(content.head))
    ):
        return None
    try:
        with unpacked(content) as file:
            value = json.loads(file.read().decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return _of_pages(content, lists, wanted)
    if BELOW_ABOUT.match(start):
        return (value[1], "objects of the second part") if len(value) == 2 and _are(value[1], dict) else None
    if of_lists:
        rows = _of_lists(value) if _are(value, list) else None
        return None if rows is None else (rows, "")
    if (samples := of_samples(value)) is not None:
        return samples, "samples of 'data.result', each with the labels of its series"
    if not isinstance(value, dict) or _is_known(value, lists):
        return None
    if len(value) == 1 and {*value} <= {*wanted} and _are([*value.values()], list):
        return [{name: cell} for name, cells in value.items() for cell in cells], ""
    found = _rows(value, content.name, wanted)
    if found is None or not found[1] or not (told := _further(value)):
        return found
    return found[0], f"{found[1]}, one page of several, as {told!r} tells"


def _further(value: dict[str, Any], depth: int = DEEPEST) -> str:
    """The name that tells of further pages of an answer, "" without one.

    >>> _further({"data": [], "paging": {"next": "?page=2"}}), _further({"data": [], "next": None, "hasMore": False})
    ('next', '')
    """
    inner = [part for part in value.values() if isinstance(part, dict)] if depth else []
    own = (name for name, part in value.items() if NEXT.fullmatch(name) and part and not isinstance(part, list))
    return next((name for name in (*own, *(_further(part, depth - 1) for part in inner)) if name), "")


def _of_pages(content: Content, lists: Collection[str], wanted: Collection[str]) -> tuple[Rows, str] | None:
    """The rows of a few objects a line, all with several of them under one name; None if these are rows themselves."""
    pages: list[Any] = []
    try:
        with unpacked(content) as file:
            for line in file:
                pages += [json.loads(line.decode("utf-8-sig"))] if line.strip() else []
                if len(pages) >= FEWEST_ROWS:
                    return None
    except (ValueError, RecursionError):
        return None
    if not all(isinstance(page, dict) and any(map(_is_page, page.values())) for page in pages):
        return None
    if any(_is_known(page, lists) for page in pages):
        return None
    found = [_rows(page, content.name, wanted) for page in pages]
    names = {one[1] for one in found if one}
    return ([row for one in found if one for row in one[0]], names.pop()) if len(names) == 1 and all(found) else None


def _is_known(value: dict[str, Any], lists: Collection[str]) -> bool:
    """Whether an object is a row that has one of the lists, a channel NAME.FIELD, NAME.0 or NAME[0]: a list under NAME
    of objects, or of lists of no lists, or one of these names within another."""
    names = {found[1] for name in lists if (found := re.fullmatch(r"(.*)(?:\.[^.]*|\[\d+\])", name))}
    cells = [value[name] for name in names if isinstance(value.get(name), list)]
    within = {f"{name}.{field}" for name, part in value.items() if isinstance(part, dict) for field in part}
    known = (_are(cell, dict) or (_are(cell, list) and not _holds(cell, (list, dict))) for cell in cells)
    return any(known) or not within.isdisjoint(lists)


def _is_page(value: Any) -> bool:
    return isinstance(value, list) and len(value) > 1 and _are(value, dict)


def _is_row(head: bytes) -> bool:
    """Whether the first line is an object whose values are no lists and no objects alone: one row of many."""
    try:
        row = json.loads(head.lstrip().split(b"\n", 1)[0])
    except ValueError:
        return False
    return not any(isinstance(value, (list, dict)) for value in row.values())


def _rows(value: dict[str, Any], name: str, wanted: Collection[str]) -> tuple[Rows, str] | None:
    lists = _lists(value)
    within = bool(lists) and _are(list(value.values()), dict)
    if not within and (rows := _as_columns(value, name, wanted)) is not None:
        return rows, ""
    if not lists:
        return _of_named_columns(value) or _of_named_lists(value)
    long = {name: rows for name, rows in lists.items() if len(rows) >= FEWEST_ROWS} if len(lists) > 1 else lists
    under, rows = next(iter(long.items()), ("", []))
    return (rows, "" if len(value) == 1 and under in value else f"objects of {under!r}") if len(long) == 1 else None


def _as_columns(value: dict[str, Any], name: str, wanted: Collection[str]) -> Rows | None:
    """Rows whose columns, or whose names, are the parts of an object: as the names tell that are ``wanted``, or
    by names where there are more parts than names in each."""
    data, names = value.get("data"), value.get("columns")
    if isinstance(data, list) and isinstance(names, list) and _are(data, list):
        return [dict(zip(map(str, names), row)) for row in data]
    parts = list(value.values())
    objects = [_are(part[:1], dict) for part in parts if isinstance(part, list)]
    alike = _are(parts, list) and 1 == len({*map(len, parts)}) < len(parts)
    beside = alike and len(parts[0]) > 1 and not all(objects)  # a column of objects beside others
    if _are(parts, list) and all(parts) and (beside or not any(objects)):
        if any(_are(part[:1], list) for part in parts) and not (alike or _is_one_column(parts)):
            return _with_names_apart(value)
        lengths = {name: len(part) for name, part in value.items()}
        if len(set(lengths.values())) > 1:
            raise DataError(
                "unequal-columns",
                f"the lists of {name} have different lengths",
                got=", ".join(f"{length} of {name!r}" for name, length in lengths.items())[:120],
                wanted="a list for each column, all as long as there are rows",
                do="write null where a list has no value",
            )
        return [dict(zip(value, cells)) for cells in zip(*parts)]
    if _are(parts, dict) and parts[0] and len({tuple(part) for part in parts}) == 1:
        inner = list(parts[0])
        known = {*wanted} & {*inner, *value}
        more = len(parts) > len(inner) and not all(key.isdigit() for key in inner)
        if known <= {*inner} if known else more:
            numbered = all(name == str(place) for place, name in enumerate(value))
            return parts if numbered else [{ROW_NAME: name, **part} for name, part in value.items()]
        return [{name: part[key] for name, part in value.items()} for key in inner]
    return _with_names_apart(value)


def _lists(value: dict[str, Any], within: tuple[str, ...] = ()) -> dict[str, Rows]:
    """The lists of objects under one name, or under a name within that, as answers of programs have them; those of
    several objects alone, where there are such."""
    found = {name: part for name, part in value.items() if isinstance(part, list) and _are(part, dict)}
    found = {name: part for name, part in found.items() if len(part) > 1} or found
    if found or len(within) == DEEPEST:
        return {".".join((*within, name)): part for name, part in found.items()}
    inner = [_lists(part, (*within, name)) for name, part in value.items() if isinstance(part, dict)]
    return {name: part for one in inner for name, part in one.items()}


def _with_names_apart(value: dict[str, Any]) -> Rows | None:
    """Rows that are lists, under "data" or "rows", whose columns are named in a list of objects elsewhere (Socrata,
    BigQuery, Google): as many as each row has cells."""
    rows = value.get("data", value.get("rows"))
    if not isinstance(rows, list) or not _are(rows, list) or len({len(row) for row in rows}) > 1:
        return None
    for fields in _lists({name: part for name, part in value.items() if isinstance(part, dict)}).values():
        names = [str(field.get("name", field.get("id"))) for field in fields]
        if len(names) == len(rows[0]) and len(set(names)) == len(names):
            return [dict(zip(names, row)) for row in rows]
    return None


def _of_named_columns(value: dict[str, Any]) -> tuple[Rows, str] | None:
    """The rows of the only columns under a name: two lists and more of one length, of no lists and no objects."""
    found = [(name, part) for name, part in value.items() if isinstance(part, dict) and _are([*part.values()], list)]
    if len(found) != 1:
        return None
    name, columns = found[0]
    alike = len({len(cells) for cells in columns.values()}) == 1 < len(columns)
    if not alike or _holds([*columns.values()], (list, dict)):
        return None
    rows = [dict(zip(columns, cells)) for cells in zip(*columns.values())]
    return (rows, f"values of each list in {name!r}") if len(rows) > 1 else None


def _of_named_lists(value: dict[str, Any]) -> tuple[Rows, str] | None:
    """The rows of the only list beside other values, itself of lists, empty cells at whose ends may be left out; or of
    columns, if that is said beside it."""
    lists = {name: part for name, part in value.items() if isinstance(part, list)}
    under, cells = next(iter(lists.items()), ("", []))
    if len(lists) != 1 or not _are(cells, list):
        return None
    columns = cells if value.get("majorDimension") == "COLUMNS" else zip_longest(*cells)
    table = [list(row) for row in zip_longest(*columns)]
    rows = _of_lists(table)
    header = rows is not None and len(rows) < len(table)
    return None if rows is None else (rows, f"lists of {under!r}" + " below the names in the first" * header)


def _of_lists(rows: list[list[Any]]) -> Rows | None:
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
    names = first if header else by_place(len(first))
    return [dict(zip(names, row)) for row in (rest if header else rows)]


def _is_one_column(parts: list[list[Any]]) -> bool:
    """Whether this is one column of lists: of lists, of numbers, or of words that differ in number and have no names
    of columns above them."""
    if len(parts) > 1:
        return False
    cells = [cell for cell in parts[0] if isinstance(cell, list)]
    values = [value for cell in cells for value in cell]
    if _are(values, str):
        rows = [list(row) for row in zip(*zip_longest(*cells))]
        return len({*map(len, cells)}) > 1 and len(_of_lists(rows) or ()) == len(rows)
    return _are(values, list) or _are([value for value in values if value is not None], (int, float))


def _holds(rows: list[list[Any]], kind: Any) -> bool:
    return any(isinstance(cell, kind) for row in rows for cell in row)


def _new(first: list[Any], rest: list[list[Any]]) -> bool:
    """Whether no cell of the first row is among those below it."""
    return not any(cell == row[place] for row in rest for place, cell in enumerate(first))


def _are(values: list[Any], kind: Any) -> bool:
    return bool(values) and all(isinstance(value, kind) for value in values)
