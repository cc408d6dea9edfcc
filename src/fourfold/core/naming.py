"""What one independent example of the data is called: a row of a table, a series, an image, a text, a window.

Everything says "row" for an example until a user reads it; `worded` then says what it is. So there is one place where
kinds of data have names, and no sentence has to know them.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

__all__ = ["ROW", "STEP", "WINDOW", "as_read", "called", "noted", "several", "worded"]

ROW, WINDOW, STEP = "row", "window", "step"
CALLED = {"flat": ROW, "sequence": "series", "image": "image", "text": "text"}

QUOTED = r"“[^”]*”|(?<!\w)'[^']*'(?!\w)|\"[^\"]*\""
"""What a user called something; it is left as it is."""

OF_AN_IMAGE = r"(?! of (?:the image|pixels))"


def called(layout: str, windows: bool = False) -> str:
    """The word for one example of a layout; ``windows``: it is cut from a longer series.

    >>> called("flat"), called("sequence"), called("image"), called("text"), called("sequence", windows=True)
    ('row', 'series', 'image', 'text', 'window')
    """
    return WINDOW if windows else CALLED.get(layout, ROW)


def several(each: str) -> str:
    """
    >>> several("row"), several("series")
    ('rows', 'series')
    """
    return each if each.endswith("s") else f"{each}s"


def worded(text: str, each: str) -> str:
    """A sentence about rows as one about what the rows are; rows of an image, and what is quoted, stay.

    >>> worded("Rows: 40 test rows, 1 row more than “a row” or 'rows'.", "series")
    "Series: 40 test series, 1 series more than “a row” or 'rows'."
    >>> worded("8 rows of the image", "image"), worded("two rows", "row")
    ('8 rows of the image', 'two rows')
    """
    if each == ROW:
        return text

    def word(found: re.Match[str]) -> str:
        what = found[0]
        if what.lower() not in ("row", "rows"):
            return what
        new = several(each) if what.lower() == "rows" else each
        return new.capitalize() if what[0] == "R" else new

    text = re.sub(rf"{QUOTED}|\b[Rr]ows?\b{OF_AN_IMAGE}", word, text)
    return re.sub(r"\b([Aa]) image\b", r"\1n image", text)


SENTENCES, AROUND = (
    "sentence why price change doubts answer reason",
    "title question note method source about",
)
READ = frozenset([*SENTENCES.split(), *AROUND.split()])
"""What of a study's results is a sentence of ours; all else are keys, numbers, and names that the user gave."""


def as_read(found: Any, each: str, text: bool = False) -> Any:
    """Plain data with all sentences worded.

    >>> as_read({"doubts": ["A small test set: 40 rows."], "measure": "test rows"}, "series")
    {'doubts': ['A small test set: 40 series.'], 'measure': 'test rows'}
    """
    if isinstance(found, dict):
        return {name: as_read(value, each, name in READ) for name, value in found.items()}
    if isinstance(found, (list, tuple)):
        return [as_read(value, each, text) for value in found]
    return worded(found, each) if text and isinstance(found, str) else found


def noted(found: Any, each: str, *texts: str) -> Any:
    """A note or a finding, a dataclass, with some of its texts worded."""
    return replace(found, **{name: worded(getattr(found, name), each) for name in texts})
