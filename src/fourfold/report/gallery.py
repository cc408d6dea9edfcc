"""The user's own rows: what each family looks at in them, and the worst mistakes.

``results["examples"]`` is ``None`` (nothing to show, or ``--no-examples``) or

    {"about":    how these rows were picked, in a sentence or two
     "families": [VIEW, ...]       in the order shown; a family may have several, or none
     "mistakes": [MISTAKE, ...]}   the worst first

    VIEW     {"family":  name of a family, as in results["families"]
              "kind":    "saliency", "attention" or "filters"
              "method":  what a map is and how it was made, in a sentence, with its source
              "check":   {"passed": bool, "value": number or None, "text": a sentence}
              "items":   [ITEM, ...]}
    ITEM     {"title":       which row, such as "row 1,203"; for a filter its place, such as "layer 1, filter 5"
              "true":        the label, or the target with its unit, as text ("" where it does not matter)
              "predicted":   the same for the prediction
              "probability": of the predicted class, 0 to 1, or None
              "input":       INPUT, or None where a map speaks alone
              "maps":        [{"title": such as "saliency" or "head 2", "values": MAP}, ...]}
    MISTAKE  {"title", "true", "input": as above
              "said":        [{"family", "predicted", "probability": as above}, ...]
              "note":        a sentence, or ""}

A view whose check is not passed is named, with the check's ``text``, but not drawn. The check is the
randomisation of Adebayo et al. (2018), *Sanity Checks for Saliency Maps*: a map that stays the same when the
network's weights are replaced by random ones says nothing about what was learnt. ``value`` is the rank
correlation of the two maps.

INPUT by layout:

    {"kind": "image",  "pixels": H rows of W, each a brightness or [red, green, blue], whole numbers 0 to 255}
    {"kind": "series", "channels": C names, "values": C rows of T numbers or None,
     "families": C names of families or None,      may be left out: whose forecast a channel is
     "ahead": how many of the T, the last ones, are what was forecast; 0 where it is left out
     "every": the steps from one of the T to the next; 1 where it is left out}
    {"kind": "table",  "columns": F names, "values": F texts, as the user wrote them}
    {"kind": "text",   "words": T texts, "joined": whether they stand without spaces, as characters; may be left out}

MAP has a sign (more than zero: speaks for the prediction; less: against it) or is nowhere below zero. It is
drawn on its own scale, so only its proportions count. How it is drawn follows from its number of axes:

    one axis    along the input: T numbers for series and text, F for a table; a series may have fewer (patches), and
                none of what is ahead
                several such maps: the input once with each
    two axes    a picture beside the input: H' rows of W' over the whole image (any H', W': pixels or patches);
                a filter (k rows of k; one row a channel for a series); queries by keys of attention

Inputs are drawn in full, so whoever fills this in keeps them small: images of at most 128 pixels a side,
at most 512 steps, 30 columns and 200 words, 8 items a view, 12 mistakes; numbers rounded to 4 digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fourfold.report import format as fmt
from fourfold.report import pictures, traces
from fourfold.report.design import plural
from fourfold.report.parts import (
    COLOURS,
    FAMILIES,
    Example,
    Fact,
    Gallery,
    Panel,
    Picture,
    Said,
    View,
    Word,
    Words,
)
from fourfold.report.scores import Study
from fourfold.report.vega import plain, view

TITLES = {"saliency": "saliency", "attention": "attention maps", "filters": "filters"}
LEVELS = 4  # strengths of a word's ground
OWN_COLOURS = COLOURS - len(FAMILIES)  # those that are no family's, and so channels of a series that are drawn
MOST_COLUMNS = 12  # bars of a table's map
SIGNED = "Orange speaks for the prediction, blue against it; the stronger the colour, the more."
WEIGHTS = "Orange weights are above zero, blue ones below; the stronger the colour, the larger."
UNSIGNED = "The stronger the colour, the more."


def gallery(examples: dict[str, Any] | None, study: Study) -> Gallery | None:
    """The parts of the page that show rows of the user; ``None`` where there are none."""
    if not examples:
        return None
    views = tuple(_view(i, found, study) for i, found in enumerate(examples.get("families") or ()))
    mistakes = tuple(_mistake(i, found, study) for i, found in enumerate(examples.get("mistakes") or ()))
    items = [item for found in examples.get("families") or () if _passed(found) for item in found["items"]]
    shown = {item["title"] for item in [*items, *(examples.get("mistakes") or ())] if item.get("input")}
    privacy = (
        f"This file holds some of your data: {plural(len(shown), 'example')} in this section. Look before you pass it "
        "on; --no-examples leaves them out."
    )
    return Gallery(privacy, _text(examples.get("about")), views, mistakes)


def _view(number: int, found: dict[str, Any], study: Study) -> View:
    name, check, items = f"view-{number}", found.get("check") or {}, found.get("items") or ()
    shown, filters = items if _passed(found) else (), found["kind"] == "filters"
    signed = any(_least(each["values"]) < 0 for item in items for each in item.get("maps") or ())
    return View(
        name,
        f"{_family(found, study)}: {TITLES.get(found['kind'], found['kind'])}",
        study.colours.get(found["family"]),
        _text(found.get("method")),
        _text(check.get("text")),
        (WEIGHTS if filters else SIGNED) if signed else UNSIGNED,
        _filters(name, shown) if filters else tuple(_item(f"{name}-{i}", x, study) for i, x in enumerate(shown)),
    )


def _passed(found: dict[str, Any]) -> bool:
    return bool((found.get("check") or {}).get("passed"))


def _filters(name: str, items: Sequence[dict[str, Any]]) -> tuple[Example, ...]:
    """All filters side by side: they are small, and no rows of the user."""
    drawn = [_heat(found | {"title": item["title"]}, None) for item in items for found in item["maps"]]
    return (Example(f"{name}-0", plural(len(drawn), "filter"), pictures=tuple(drawn)),) if drawn else ()


def _item(name: str, item: dict[str, Any], study: Study) -> Example:
    facts = (Fact("true", _text(item.get("true"))), Fact("predicted", _predicted(item)))
    maps = item.get("maps") or ()
    parts = _input(item.get("input"), [found for found in maps if not _is_picture(found["values"])], study)
    heats = tuple(_heat(found, item.get("input")) for found in maps if _is_picture(found["values"]))
    parts["pictures"] = parts.get("pictures", ()) + heats
    return Example(name, _text(item["title"]), tuple(fact for fact in facts if fact.value), **parts)


def _mistake(number: int, found: dict[str, Any], study: Study) -> Example:
    said = tuple(
        Said(_family(each, study), study.colours.get(each["family"]), _predicted(each))
        for each in found.get("said") or ()
    )
    facts = (Fact("true", _text(found.get("true"))),)
    parts = _input(found.get("input"), [], study)
    return Example(
        f"mistake-{number}", _text(found["title"]), facts, said, note=_text(found.get("note")), **parts
    )


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _family(found: dict[str, Any], study: Study) -> str:
    return study.titles.get(found["family"], str(found["family"]))


def _predicted(item: dict[str, Any]) -> str:
    sure = item.get("probability")
    return _text(item.get("predicted")) + (f" ({100 * sure:.0f} %)" if fmt.is_number(sure) else "")


def _input(given: dict[str, Any] | None, maps: list[dict[str, Any]], study: Study) -> dict[str, Any]:
    """The parts of an `Example` that show an input, once with each of the maps that lie along it."""
    if given is None:
        return {}
    if given["kind"] == "image":
        pixels = given["pixels"]
        label = f"the image, {len(pixels)} x {len(pixels[0])} pixels"
        return {"pictures": (Picture("input", pictures.image(pixels), label),)}
    if given["kind"] == "series":
        all_channels, given = len(given["channels"]), _told_apart(given)
        drawn = len(given["channels"])
        left = f"the {drawn} channels that vary most of the first {all_channels}" if drawn < all_channels else ""
        key = _key(given, study)
        panels = tuple(traces.panel(given, found, key, left) for found in maps or [None])
        return {"panels": panels, "key": tuple(key) if len(key) > 1 else ()}
    if given["kind"] == "table":
        if maps:
            return {"panels": tuple(_columns(given, found) for found in maps)}
        pairs = zip(given["columns"], given["values"])
        return {"values": tuple(Fact(_text(name), _text(value)) for name, value in pairs)}
    return {"texts": tuple(_words(given, found) for found in maps or [None])}


def _is_picture(values: list[Any]) -> bool:
    return bool(values) and isinstance(values[0], (list, tuple))


def _least(values: Sequence[Any]) -> float:
    return min(
        (_least(value) if isinstance(value, (list, tuple)) else value for value in values), default=0.0
    )


def _heat(found: dict[str, Any], given: dict[str, Any] | None) -> Picture:
    values, title = found["values"], str(found.get("title") or "map")
    peak, row, column = max(
        (abs(value), i, j) for i, line in enumerate(values) for j, value in enumerate(line)
    )
    size = f"{len(values)} x {len(values[0])}"
    over = "over the image" if given is not None and given["kind"] == "image" else f"of {size}"
    place = f"strongest in row {row + 1} of {len(values)}, column {column + 1} of {len(values[0])}"
    return Picture(title, pictures.heat(values), f"{title} {over}: {place if peak else 'zero everywhere'}")


def _key(given: dict[str, Any], study: Study) -> list[tuple[int, str]]:
    """The colour and the name of each channel of series: a family's own, or one of the others."""
    families = given.get("families") or [None] * len(given["channels"])
    return [
        (study.colours[family], study.titles[family])
        if family in study.colours
        else (len(FAMILIES) + i % OWN_COLOURS, _text(name))
        for i, (family, name) in enumerate(zip(families, given["channels"]))
    ]


def _told_apart(given: dict[str, Any]) -> dict[str, Any]:
    """A series with no more channels than there are colours for them; families have their own."""
    if given.get("families") or len(given["channels"]) <= OWN_COLOURS:
        return given
    known = [[v for v in line if fmt.is_number(v)] for line in given["values"]]
    ranges = [max(line, default=0.0) - min(line, default=0.0) for line in known]
    kept = sorted(sorted(range(len(ranges)), key=lambda i: -ranges[i])[:OWN_COLOURS])
    return given | {part: [given[part][i] for i in kept] for part in ("channels", "values")}


def _columns(given: dict[str, Any], found: dict[str, Any]) -> Panel:
    """A bar for each column, the strongest first."""
    values = found["values"]
    cells = zip(given["columns"], given["values"])
    names = [f"{name} = {value}" if value else f"{name} is missing" for name, value in cells]
    kept = sorted(range(len(names)), key=lambda i: -abs(values[i]))[:MOST_COLUMNS]
    rows = [{"column": names[i], "value": float(f"{values[i]:.4g}"), "for": values[i] > 0} for i in kept]
    y = {"field": "column", "type": "nominal", "title": None, "sort": None,
         "scale": {"domain": [row["column"] for row in rows]},
         "axis": {"labelLimit": 170, "domain": False, "ticks": False}}  # fmt: skip
    largest = max((abs(row["value"]) for row in rows), default=0.0) or 1.0
    low = -largest if any(row["value"] < 0 for row in rows) else 0.0
    x = {
        "type": "quantitative",
        "title": None,
        "axis": None,
        "scale": {"domain": [low, largest], "nice": False},
    }
    ends = {"x": {"field": "value", **x}, "x2": {"datum": 0}, "y": y}
    layers = [
        plain([row for row in rows if row["for"] is speaks_for], "bar", style, ends)
        for style, speaks_for in (("for", True), ("against", False))
    ]
    left = len(names) - len(kept)
    note = ", ".join(
        filter(None, [_text(found.get("title")), f"the strongest {len(kept)} of {len(names)}" * bool(left)])
    )
    strongest = "; ".join(f"{row['column']}: {row['value']:g}" for row in rows[:5])
    return Panel("", view(layers, 20 * len(rows) + 4), f"Strongest first: {strongest}", note)


def _words(given: dict[str, Any], found: dict[str, Any] | None) -> Words:
    words = given["words"]
    values = found["values"] if found else [0.0] * len(words)
    largest = max(map(abs, values), default=0.0) or 1.0
    levels = [round(LEVELS * value / largest) for value in values]
    title = _text(found.get("title")) if found else ""
    return Words(title, tuple(map(Word, map(_text, words), levels)), bool(given.get("joined")))
