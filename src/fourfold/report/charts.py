"""The charts of the sweep: Vega-Lite specs that hold data and no transforms, each with its table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fourfold.report import format as fmt
from fourfold.report.parts import Cell, Chart, Column, Panel, Row, Table
from fourfold.report.scores import Study, trained
from fourfold.report.vega import layer, plain, round_numbers, view

OF_RATES = "How much the learning rate matters"
WIDE_RATIO = 30  # a positive score that varies more than this is drawn on a log axis


def differences(results: dict[str, Any], study: Study) -> Chart | None:
    """Each family against the best other one, with simultaneous intervals and the practical margin."""
    scale, margin = study.scale, results["design"].get("margin")
    rows = [row for row in results.get("comparisons") or () if fmt.is_number(row.get("difference"))]
    if not rows:
        return None
    values = [
        {
            "family": study.titles[row["family"]],
            "difference": scale.plotted(row["difference"]),
            "low": scale.plotted(row["low"]),
            "high": scale.plotted(row["high"]),
        }
        for row in rows
    ]
    unit = "points" if scale.percent else scale.unit
    title = f"better by ({unit})" if unit else "better by"
    ends = [value[key] for value in values for key in ("low", "difference", "high") if value[key] is not None]
    pad = 0.06 * (max(0.0, *ends) - min(0.0, *ends)) or 1.0
    domain = [float(f"{min(0.0, *ends) - pad:.3g}"), float(f"{max(0.0, *ends) + pad:.3g}")]
    y = {"field": "family", "type": "nominal", "title": None, "sort": None, "axis": {"labelLimit": 130}}
    x = {
        "type": "quantitative",
        "title": title,
        "scale": {"domain": domain, "nice": False},
        "axis": {"tickCount": 6},
    }
    layers: list[dict[str, Any]] = []
    if fmt.is_number(margin):
        half = scale.plotted(margin) or 0.0
        band = [{"from": max(-half, domain[0]), "to": min(half, domain[1])}]
        places = {"x": {"field": "from", **x}, "x2": {"field": "to"}}
        layers.append(plain(band, "rect", "margin", places))
    layers.append(plain([{"zero": 0}], "rule", "zero", {"x": {"field": "zero", **x}}))
    for row, value in zip(rows, values):
        colour = study.colours[row["family"]]
        layers.append(
            layer([value], "rule", colour, {"y": y, "x": {"field": "low", **x}, "x2": {"field": "high"}})
        )
        layers.append(layer([value], "point", colour, {"y": y, "x": {"field": "difference", **x}}))
    several = sum(map(trained, results["families"])) > 2
    other = "the best other" if several else "the other"
    columns = (
        Column("Family"),
        Column("Best other" if several else "Other"),
        Column("Better by", numeric=True),
        Column("Interval", numeric=True),
    )
    table = tuple(
        Row(
            (
                Cell(study.titles[row["family"]]),
                Cell(study.titles.get(row["against"], str(row["against"]))),
                Cell(scale.difference(row["difference"], ends)),
                Cell(" to ".join(scale.signed(end, ends) for end in ends)),
            ),
            colour=study.colours[row["family"]],
        )
        for row in rows
        for ends in ((row["low"], row["high"]),)
    )
    reading = (
        f"How much better each family’s {scale.name} is than {other} family’s; below zero it is "
        "worse: an interval wholly to the right of zero means better, one that ends at zero or left of it surely not "
        "the best. All intervals hold at once"
        + (", and each reaches as far as that against any of the others which may be the best." if several else ".")
    )
    if fmt.is_number(margin):
        within = scale.difference(margin).lstrip("+")
        reading += f" One wholly inside the shaded band (± {within}): no difference that matters in practice."
    label = f"By how much the {scale.name} is better: " + "; ".join(
        f"{row.cells[0].text} {row.cells[2].text}, interval {row.cells[3].text}" for row in table
    )
    panel = Panel("", view(layers, 34 * len(rows) + 12), label)
    return Chart(
        "differences", "Is the difference real?", reading, (panel,), Table("Differences", columns, table)
    )


def learning_rates(results: dict[str, Any], study: Study) -> Chart | None:
    """Validation score against learning rate; what diverged is drawn at the worse edge."""
    scale = study.scale
    grids = {row["family"]: row for row in results["families"] if row.get("learning_rates")}
    if not grids or one_rate(results):
        return None
    points = {
        family: [_rate_point(cell, scale) for cell in row["learning_rates"]] for family, row in grids.items()
    }
    y = score_axis(
        (p[key] for grid in points.values() for p in grid for key in ("mean", "low", "high")), scale
    )
    worst = y["scale"]["domain"][1 if scale.lower_is_better else 0]
    rates = sorted({point["rate"] for grid in points.values() for point in grid})
    domain = [float(f"{rates[0] / 1.6:.3g}"), float(f"{rates[-1] * 1.6:.3g}")]
    x = {
        "field": "rate",
        "type": "quantitative",
        "title": "Learning rate (log scale)",
        "scale": {"type": "log", "domain": domain, "nice": False},
        "axis": {"values": rates, "format": "~g"},
    }
    panels, rows = [], []
    for family, grid in points.items():
        colour, chosen = study.colours[family], grids[family].get("learning_rate")
        known = {other: [p for p in g if p["mean"] is not None] for other, g in points.items()}
        layers = [
            plain(values, "line", "context", {"x": x, "y": {"field": "mean", **y}})
            for other, values in known.items()
            if other != family and values
        ]
        mean = {"x": x, "y": {"field": "mean", **y}}
        layers.append(layer(known[family], "line", colour, mean))
        layers.append(
            layer(
                known[family], "rule", colour, {"x": x, "y": {"field": "low", **y}, "y2": {"field": "high"}}
            )
        )
        layers.append(layer(known[family], "point", colour, mean))
        picked = [p for p in known[family] if p["rate"] == chosen]
        layers.append(plain(picked, "point", "ring", mean))
        lost = [{"rate": p["rate"], "floor": worst} for p in grid if p["diverged"]]
        crosses = plain(lost, "point", "diverged", {"x": x, "y": {"field": "floor", **y}})
        crosses["mark"]["shape"] = "cross"
        layers.append(crosses)
        counts = [
            f"{p['diverged']} of {p['trained'] + p['diverged']} runs diverged at {fmt.rate(p['rate'])}"
            for p in grid
            if p["diverged"]
        ]
        note = "; ".join([f"chosen: {fmt.rate(chosen)}" if chosen is not None else "none chosen", *counts])
        panels.append(
            Panel(study.titles[family], view(layers, 170), f"{study.titles[family]}, {note}", note, colour)
        )
        rows += [_rate_row(study, family, p, p["rate"] == chosen) for p in grid]
    columns = (
        Column("Family"),
        Column("Learning rate", numeric=True),
        Column(f"Validation {scale.axis[:1].lower() + scale.axis[1:] if scale.percent else scale.axis}", numeric=True),
        Column("Lowest to highest run", numeric=True),
        Column("Runs trained", numeric=True),
        Column("Runs diverged", numeric=True),
    )
    reading = (
        "A flat curve is easy to train: most learning rates work. The ring marks the chosen rate; "
        f"a cross at the edge marks runs that diverged.{other_lines(len(points))}"
    )
    table = Table("Validation score by learning rate", columns, tuple(rows))
    return Chart("rates", OF_RATES, reading, tuple(panels), table)


def one_rate(results: dict[str, Any]) -> bool:
    """Whether there was but one learning rate, so that none was chosen and none is better than another."""
    return len(results["design"]["learning_rates"]) == 1


def other_lines(families: int) -> str:
    """What the grey lines of a panel are, of so many families with a panel each."""
    others = {1: "", 2: " The grey line is the other family."}
    return others.get(families, " Grey lines are the other families.")


def _rate_point(cell: dict[str, Any], scale: fmt.ScoreScale) -> dict[str, Any]:
    validation = cell.get("validation") or {}
    ends = {key: scale.plotted(validation.get(key)) for key in ("mean", "low", "high")}
    return {
        "rate": cell["rate"],
        **ends,
        "trained": cell.get("trained") or 0,
        "diverged": cell.get("diverged") or 0,
    }


def _rate_row(study: Study, family: str, point: dict[str, Any], chosen: bool) -> Row:
    scale = study.scale
    pair = point["low"] is not None and point["high"] is not None
    cells = (
        Cell(study.titles[family]),
        Cell(fmt.rate(point["rate"]), note="chosen" if chosen else ""),
        Cell(scale.drawn(point["mean"])),
        Cell(f"{scale.drawn(point['low'])} to {scale.drawn(point['high'])}" if pair else fmt.MISSING),
        Cell(fmt.integer(point["trained"])),
        Cell(fmt.integer(point["diverged"])),
    )
    return Row(cells, colour=study.colours[family], chosen=chosen)


def cost(results: dict[str, Any], study: Study) -> Chart | None:
    """Score against FLOPs of one prediction."""
    scale = study.scale
    rows = [row for row in results["families"] if trained(row) and (row.get("flops") or 0) > 0]
    if len(rows) < 2:
        return None
    points = {
        row["family"]: {
            "family": study.titles[row["family"]],
            "flops": row["flops"],
            **{key: scale.plotted(row["score"].get(key)) for key in ("value", "low", "high")},
        }
        for row in rows
    }
    y = score_axis((p[key] for p in points.values() for key in ("value", "low", "high")), scale)
    flops = [row["flops"] for row in rows]
    domain = [float(f"{min(flops) / 2:.3g}"), float(f"{max(flops) * 2:.3g}")]
    x = {
        "field": "flops",
        "type": "quantitative",
        "title": "FLOPs to predict one sample (log scale)",
        "scale": {"type": "log", "domain": domain, "nice": False},
        "axis": {"format": "~s", "values": round_numbers(*domain)},
    }
    layers = []
    for family, point in points.items():
        colour = study.colours[family]
        layers.append(
            layer([point], "rule", colour, {"x": x, "y": {"field": "low", **y}, "y2": {"field": "high"}})
        )
        layers.append(layer([point], "point", colour, {"x": x, "y": {"field": "value", **y}}))
    columns = (
        Column("Family"),
        Column("FLOPs a sample", numeric=True),
        Column("Parameters", numeric=True),
        Column("Sequential steps", numeric=True),
        Column(scale.axis, numeric=True),
    )
    table = tuple(
        Row(
            (
                Cell(study.titles[row["family"]]),
                Cell(fmt.integer(row["flops"])),
                Cell(fmt.integer(row.get("parameters"))),
                Cell(fmt.integer(row.get("sequential_steps"))),
                Cell(
                    scale.number(row["score"]["value"]),
                    note=scale.span(row["score"]["low"], row["score"]["high"]),
                ),
            ),
            colour=study.colours[row["family"]],
        )
        for row in rows
    )
    label = f"{scale.name} against FLOPs: " + "; ".join(f"{r.cells[0].text} {r.cells[1].text}" for r in table)
    corner = "bottom" if scale.lower_is_better else "top"
    reading = f"Cheap and good is at the {corner} left. Bars are the intervals of the table above."
    key = tuple((study.colours[row["family"]], study.titles[row["family"]]) for row in rows)
    panel = Panel("", view(layers, 240), label)
    return Chart(
        "cost", "What a better score costs", reading, (panel,), Table("Score and cost", columns, table), key
    )


def score_axis(values: Iterable[float | None], scale: fmt.ScoreScale) -> dict[str, Any]:
    """One y axis for all panels of a chart: spans the values, log where a positive score varies widely."""
    known = [value for value in values if value is not None] or [0.0, 1.0]
    low, high = min(known), max(known)
    if not scale.percent and low > 0 and high > WIDE_RATIO * low:
        domain = [float(f"{low / 1.2:.3g}"), float(f"{high * 1.2:.3g}")]
        return {
            "type": "quantitative",
            "title": f"{scale.axis}, log scale",
            "scale": {"type": "log", "domain": domain, "nice": False},
            "axis": {"tickCount": 4},
        }
    pad = 0.05 * (high - low) or abs(high) * 0.05 or 0.5
    top = min(high + pad, 100.0) if scale.percent else high + pad
    domain = [float(f"{max(low - pad, 0.0) if low >= 0 else low - pad:.4g}"), float(f"{top:.4g}")]
    return {
        "type": "quantitative",
        "title": scale.axis,
        "scale": {"domain": domain, "nice": False},
        "axis": {"tickCount": 4},
    }
