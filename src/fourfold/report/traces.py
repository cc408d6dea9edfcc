"""A series as lines over its steps, on a ground as strong as a map; of a forecast what followed is shaded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fourfold.report import format as fmt
from fourfold.report.parts import Panel
from fourfold.report.vega import domain, layer, plain, view

HEIGHT = 110
MOST_POINTS = 12  # steps of a forecast that are marked one by one, and numbers of it that are told in words
SMALL = 36  # of a point, in square pixels


def panel(
    given: dict[str, Any], found: dict[str, Any] | None, key: Sequence[tuple[int, str]], left: str = ""
) -> Panel:
    """``key`` holds the colour and name of each line; ``left`` says which channels are drawn, if not all.

    Steps are counted from the start, of a forecast from its origin, so that the window lies below zero. Of lines in
    ``bands``, one above the other, the heights are no numbers to be read.
    """
    lines, ahead, every = given["values"], given.get("ahead") or 0, given.get("every") or 1
    past, steps = len(lines[0]) - ahead, len(lines[0])
    start = -past * every if ahead else 0
    x = {"type": "quantitative", "title": "steps from the start of the forecast" if ahead else "step",
         "axis": {"tickCount": 4},
         "scale": {"domain": [start, start + steps * every], "nice": False}}  # fmt: skip
    unread = {"labels": False, "ticks": False, "grid": False} if given.get("bands") else {}
    y = {"type": "quantitative", "title": None, "axis": {"tickCount": 3} | unread,
         "scale": {"domain": domain(v for line in lines for v in line if fmt.is_number(v)), "nice": False}}  # fmt: skip
    layers = []
    if ahead:
        ends = {"x": {"field": "from", **x}, "x2": {"field": "to"}}
        layers.append(plain([{"from": 0, "to": ahead * every}], "rect", "margin", ends))
    values = found["values"] if found else []
    layers += _ground(values, x, start, past * every)
    drawn = list(zip(key, lines))
    for (style, _), line in drawn[1:] + drawn[:1] if ahead else drawn:  # what is true above what was predicted
        points = [
            {"x": start + (i + 0.5) * every, "value": v if fmt.is_number(v) else None} for i, v in enumerate(line)
        ]
        at = {"x": {"field": "x", **x}, "y": {"field": "value", **y}}
        if len(lines) == 1:
            layers.append(plain(points, "line", "trace", at))
        else:
            layers.append(layer(points, "line", style, at))
            if 0 < ahead <= MOST_POINTS:
                marked = layer(points[past:], "point", style, at)
                marked["mark"]["size"] = SMALL
                layers.append(marked)
    names = [str(name) for name in given["channels"]]
    label = f"{', '.join(names[: 1 if ahead else 8])} over {past * every} steps{_strongest(values, past * every)}"
    if ahead:
        label += f"; {_in_words([name for _, name in key], lines, ahead, every)}"
    note = ", ".join(filter(None, [str(found.get("title") or "") if found else "", left]))
    return Panel("", view(layers, HEIGHT), label, note=note)


def _ground(values: Sequence[float], x: dict[str, Any], start: int, steps: int) -> list[dict[str, Any]]:
    """What speaks for and what against, as strong as the map."""
    if not values:
        return []
    largest, width = max(map(abs, values)) or 1.0, steps / len(values)
    ground = [
        {"from": round(start + i * width, 4), "to": round(start + (i + 1) * width, 4),
         "share": round(abs(v) / largest, 4), "for": v > 0}
        for i, v in enumerate(values)
        if v
    ]  # fmt: skip
    share = {"field": "share", "type": "quantitative", "legend": None,
             "scale": {"domain": [0, 1], "range": [0, 0.8]}}  # fmt: skip
    place = {"x": {"field": "from", **x}, "x2": {"field": "to"}, "opacity": share}
    return [
        plain([part for part in ground if part["for"] is speaks_for], "rect", style, place)
        for style, speaks_for in (("for", True), ("against", False))
    ]


def _strongest(values: Sequence[float], steps: int) -> str:
    if not values:
        return ""
    width, first = steps / len(values), max(range(len(values)), key=lambda i: abs(values[i]))
    begin, end = round(first * width) + 1, round((first + 1) * width)
    return f", strongest at steps {begin} to {end}" if end > begin else f", strongest at step {begin}"


def _in_words(names: Sequence[str], lines: Sequence[Sequence[float | None]], ahead: int, every: int) -> str:
    """The numbers of what followed and of the forecasts, of long ones some at even steps."""
    apart = -(-ahead // MOST_POINTS)
    some = f", every {apart * every} steps" if apart * every > 1 else ""
    told = [
        f"{name} {', '.join(fmt.plain(value) for value in line[len(line) - ahead :: apart])}"
        for name, line in zip(names, lines)
    ]
    return f"the {ahead * every} steps after them{some}: {'; '.join(told)}"
