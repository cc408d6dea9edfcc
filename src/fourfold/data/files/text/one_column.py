"""Text of one column, whose name is known: no mark or blank within its cells cuts it."""

from __future__ import annotations

import csv

from fourfold.data.files.content import Content

from .dialect import LOOKED_AT, Dialect

__all__ = ["one_column"]

NO_MARK = "\x1f"
"""What stands between cells, and in none of them."""

ANY = "text"
"""What a column of texts may be called whatever it was called in training."""


def one_column(content: Content, encoding: str, name: str) -> Dialect | None:
    """How to read a text whose first line is this name and nothing else, in any case, or `ANY`; None if it is not, or
    if cells are quoted in another way than csv quotes them."""
    text = content.head.decode(encoding, "replace").removeprefix("\ufeff")
    lines = text.splitlines(keepends=True)[: LOOKED_AT + 1]
    first = lines[0].strip(" \r\n").removeprefix('"').removesuffix('"') if lines else ""
    cut = len(content.head) < content.unpacked
    if not name or first.casefold() not in (name.casefold(), ANY) or not _is_csv(lines, cut):
        return None
    return Dialect(NO_MARK, 0, True, (first,))


def _is_csv(lines: list[str], cut: bool) -> bool:
    """Whether each record has one cell; the last one may be ``cut``.

    >>> _is_csv(['name', 'John "Jo" Smith', '"Ann, Mary"'], False), _is_csv(['name', '"1" "John"'], False)
    (True, False)
    """
    reader = csv.reader(lines, delimiter=NO_MARK, strict=True)
    try:
        return all(len(record) <= 1 for record in reader)
    except csv.Error:
        return (cut or len(lines) > LOOKED_AT) and reader.line_num == len(lines)
