"""Quotes in a text: whether lines break within them, and whether one is not closed."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from itertools import islice

import numpy as np

from fourfold.data.files.content import Content, unpacked

__all__ = ["breaks_within_quotes", "cells_of_any_length", "line_of_open_quote"]

PART_OF_TEXT = 2**20
"""Bytes whose quotes are counted at once."""


def breaks_within_quotes(content: Content) -> tuple[bool, int]:
    """Whether a text may have line breaks within quotes, and how many quotes it has. DuckDB, which begins to read in
    several places, may take the lines there for rows, and finds a quote that is not closed; all in one go it keeps what
    it has read, so that other texts are better read in parts, but leaves out a last row whose quote is not closed."""
    quotes, breaks = 0, False
    with unpacked(content) as file:
        while part := file.read(PART_OF_TEXT):
            if b'"' not in part and (breaks or quotes % 2 == 0):
                continue
            letters = np.frombuffer(part, np.uint8)
            marks = letters == ord('"')
            if not breaks:
                before = np.cumsum(marks, dtype=np.uint8) + np.uint8(quotes % 2)  # modulo 256, an even number
                breaks = bool((before[(letters == ord("\n")) | (letters == ord("\r"))] % 2).any())
            quotes += int(marks.sum())
    return breaks, quotes


def line_of_open_quote(content: Content, separator: str, skip: int) -> int:
    """The line, below ``skip`` others, in which the row begins whose quoted cell ends nowhere; 0 if there is none."""
    if len(separator) != 1:
        return 0
    line = skip
    try:
        with (
            cells_of_any_length(),
            unpacked(content) as file,
            TextIOWrapper(file, "utf-8", "replace", newline="") as text,
        ):
            rows = csv.reader(islice(text, skip, None), delimiter=separator, strict=True)
            for _ in rows:
                line = skip + rows.line_num
    except csv.Error as error:
        return line + 1 if "unexpected end of data" in str(error) else 0
    return 0


@contextmanager
def cells_of_any_length() -> Iterator[None]:
    """While Python's csv reads cells that may have more than 131,072 characters."""
    longest = csv.field_size_limit(sys.maxsize)
    try:
        yield
    finally:
        csv.field_size_limit(longest)
