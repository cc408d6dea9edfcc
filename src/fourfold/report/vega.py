"""What all Vega-Lite specs have in common: views, layers in a family's colour and shape, domains of axes.

A spec names no colours: a family's marks carry the style ``family-0`` ... ``family-7``, which the page
defines for light, dark and print, and a shape of their own, so that colour is never the only sign.
"""

from __future__ import annotations

import math
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


def round_numbers(low: float, high: float) -> list[float]:
    """1, 2 and 5 times the powers of ten between ``low`` and ``high``.

    >>> round_numbers(0.15, 6), round_numbers(20, 90)
    ([0.2, 0.5, 1.0, 2.0, 5.0], [20.0, 50.0])
    """
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    return [
        value
        for power in powers
        for value in (float(f"{n}e{power}") for n in (1, 2, 5))
        if low <= value <= high
    ]


def log_ticks(domain: list[float], ticks: int) -> dict[str, Any]:
    """The ticks of a logarithmic axis: round numbers, each with its label, or where they are too few all that fit.

    >>> log_ticks([0.15, 9], 5), log_ticks([0.01, 900], 5), log_ticks([0.5, 1.4], 5)
    ({'values': [0.2, 0.5, 1.0, 2.0, 5.0]}, {'values': [0.01, 0.1, 1.0, 10.0, 100.0]}, {'tickCount': 5})
    """
    found = round_numbers(*domain)
    if len(found) > ticks + 2:
        powers = range(math.ceil(math.log10(domain[0])), math.floor(math.log10(domain[1])) + 1)
        found = [float(f"1e{power}") for power in powers][:: -(-len(powers) // (ticks + 2))]
    return {"values": found} if len(found) > 2 else {"tickCount": ticks}
