"""Columns that are the pixels of square pictures, as their names or their values tell."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

__all__ = ["are_numbered", "beside_pixels", "called_pixels", "hold_bytes", "make_a_square", "pictures_in"]

CALLED = re.compile(r"(?:pixels?|px|pix)[ _.-]?\d+(?:[ _.x-]\d+)?|\d+x\d+", re.IGNORECASE)
NUMBERED = re.compile(r"(\D*)\d+")
FEWEST = 64
"""The fewest pixels that make a picture."""
BRIGHTEST, BRIGHT = 255, 128
"""What no pixel of a byte is above, and one of all is at least."""


def called_pixels(names: Sequence[str]) -> list[str]:
    """The columns that are called pixels, if as many as a square picture has; else [].

    >>> len(called_pixels(["label", *(f"{row}x{column}" for row in range(8) for column in range(8))]))
    64
    >>> called_pixels(["pixel1", "pixel2"])
    []
    """
    called = [name for name in names if CALLED.fullmatch(name)]
    return called if make_a_square(len(called)) else []


def beside_pixels(names: Sequence[str]) -> list[str]:
    """The columns that are none of those, called by one word and numbers, which alone are as many as a square picture
    has; [] if no such are.

    >>> beside_pixels(["eye_x", *(f"Image_{place}" for place in range(64))]), beside_pixels(["v1", "v2", "w"])
    (['eye_x'], [])
    """
    words = {name: found[1] for name in names if (found := NUMBERED.fullmatch(name))}
    often = Counter(words.values()).most_common(1)
    if not often or not make_a_square(often[0][1]):
        return []
    return [name for name in names if words.get(name) != often[0][0]]


def pictures_in(name: str, cells: Sequence[str | None]) -> str:
    """What to do with a column of words that are the pixels of square pictures, with blanks between them, each more
    than a list has that is read; "" for any other.

    >>> pictures_in("Image", [" ".join(map(str, range(64)))])[:46], pictures_in("name", ["a b"])
    ("x = numpy.stack([numpy.array(one.split(), 'uin", '')
    """
    pixels = next((cell.split() for cell in cells if cell), [])
    if not (make_a_square(len(pixels)) and all(map(str.isdecimal, pixels))):
        return ""
    side = math.isqrt(len(pixels))
    stacked = f"numpy.stack([numpy.array(one.split(), 'uint8') for one in table[{name!r}]])"
    return f"x = {stacked}.reshape(-1, {side}, {side}), then numpy.savez('data.npz', x=x, y=table[TARGET])"


def hold_bytes(columns: Iterable[np.ndarray]) -> bool:
    """Whether columns of numbers, (N,) each, hold whole ones of 0 to 255, and not only small ones."""
    brightest = 0.0
    for values in columns:
        if not ((values >= 0) & (values <= BRIGHTEST) & (values == np.round(values))).all():
            return False
        brightest = max(brightest, float(values.max()))
    return brightest >= BRIGHT


def are_numbered(names: Sequence[str]) -> bool:
    """Whether names are one word, or none, before a number each.

    >>> are_numbered(["x1", "x2"]), are_numbered(["x1", "y2"])
    (True, False)
    """
    words = {found[1] if (found := NUMBERED.fullmatch(name)) else None for name in names}
    return len(words) == 1 and None not in words


def make_a_square(count: int) -> bool:
    """Whether so many pixels are a square picture's."""
    return count >= FEWEST and math.isqrt(count) ** 2 == count
