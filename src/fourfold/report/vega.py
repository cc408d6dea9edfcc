"""What all Vega-Lite specs have in common: views, layers in a family's colour and shape, domains of axes.

A spec names no colours: a family's marks carry the style ``family-0`` ... ``family-7``, which the page
defines for light, dark and print, and a shape of their own, so that colour is never the only sign.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
SHAPES = (
    "circle",
    "square",
    "triangle-up",
    "diamond",
    "triangle-down",
    "cross",
    "triangle-right",
    "triangle-left",
)


def view(layers: list[dict[str, Any]], height: int) -> dict[str, Any]:
    """Layers on top of each other, as wide as the page."""
    fit = {"type": "fit-x", "contains": "padding"}
    return {"$schema": SCHEMA, "width": "container", "height": height, "autosize": fit, "layer": layers}


def plain(values: list[dict[str, Any]], mark: str, style: str, encoding: dict[str, Any]) -> dict[str, Any]:
    """A layer in a style of the page."""
    return {"data": {"values": values}, "mark": {"type": mark, "style": style}, "encoding": encoding}


def layer(values: list[dict[str, Any]], mark: str, colour: int, encoding: dict[str, Any]) -> dict[str, Any]:
    """A layer in the colour of a family, its points in the family's shape."""
    found = plain(values, mark, f"family-{colour}", encoding)
    if mark == "point":
        found["mark"] |= {"shape": SHAPES[colour], "filled": True}
    return found


def domain(values: Iterable[float | None], log: bool = False) -> list[float]:
    """The span of what is drawn, with some room at both ends.

    >>> domain([0.0, 10.0]), domain([1.0, 100.0], log=True)
    ([-0.5, 10.5], [0.833, 120.0])
    """
    known = [value for value in values if value is not None and (value > 0 or not log)]
    low, high = (min(known), max(known)) if known else (1.0, 10.0) if log else (0.0, 1.0)
    if log:
        return [float(f"{low / 1.2:.3g}"), float(f"{high * 1.2:.3g}")]
    room = 0.05 * (high - low) or 0.05 * abs(high) or 0.5
    return [float(f"{low - room:.4g}"), float(f"{high + room:.4g}")]
