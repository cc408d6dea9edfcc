"""Small pictures as PNG data URIs: pixels of an image, and maps of numbers in two hues on clear ground.

A map's alpha carries its strength, so that it reads on light and on dark paper; orange speaks for, blue against.
"""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence

Colour = tuple[int, int, int, int]
FOR, AGAINST = (213, 94, 0), (0, 114, 178)


def image(pixels: Sequence[Sequence[int | Sequence[int]]]) -> str:
    """Rows of brightness, or of red, green and blue, 0 to 255."""
    return _png([[_colour(pixel) for pixel in row] for row in pixels])


def heat(values: Sequence[Sequence[float]]) -> str:
    """Numbers on their own scale: the largest size is opaque, zero is clear."""
    largest = max((abs(value) for row in values for value in row), default=0.0) or 1.0
    return _png([[_strength(value / largest) for value in row] for row in values])


def _colour(pixel: int | Sequence[int]) -> Colour:
    parts = [pixel] * 3 if isinstance(pixel, (int, float)) else list(pixel) * (3 if len(pixel) == 1 else 1)
    red, green, blue = (min(max(int(part), 0), 255) for part in parts[:3])
    return red, green, blue, 255


def _strength(share: float) -> Colour:
    return (*(FOR if share > 0 else AGAINST), round(255 * min(abs(share), 1.0)))


def _png(rows: list[list[Colour]]) -> str:
    """A PNG of 8-bit red, green, blue and alpha."""
    height, width = len(rows), len(rows[0])
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    lines = b"".join(b"\0" + bytes(part for colour in row for part in colour) for row in rows)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + body).decode()
