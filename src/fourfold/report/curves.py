"""The charts over the steps of a training: its score, and its loss on the rows it learns and on others."""

from __future__ import annotations

from typing import Any

from fourfold.core.naming import worded
from fourfold.evidence.overfitting import NOTICED, RISEN
from fourfold.evidence.sentences import enumerated
from fourfold.report import format as fmt
from fourfold.report.charts import one_rate, other_lines, score_axis
from fourfold.report.design import example
from fourfold.report.parts import Cell, Chart, Column, Panel, Row, Table
from fourfold.report.scores import Study
from fourfold.report.vega import layer, plain, view

STEPS = {"field": "step", "type": "quantitative", "title": "Training step", "axis": {"tickCount": 5}}
DASHES = [4, 3]


def learning_curves(results: dict[str, Any], study: Study) -> Chart | None:
    """Validation score against steps at the chosen rate, with the band of all runs; one panel a family."""
    scale = study.scale
    curves = {row["family"]: _curve(row["curve"], scale) for row in results["families"] if _has_curve(row)}
    if not curves:
        return None
    y = score_axis(
        (v[key] for points in curves.values() for v in points for key in ("mean", "low", "high")), scale
    )
    x = STEPS
    panels = []
    for family, points in curves.items():
        colour, others = study.colours[family], [p for other, p in curves.items() if other != family]
        layers = [plain(other, "line", "context", {"x": x, "y": {"field": "mean", **y}}) for other in others]
        layers.append(
            layer(points, "area", colour, {"x": x, "y": {"field": "low", **y}, "y2": {"field": "high"}})
        )
        layers.append(layer(points, "line", colour, {"x": x, "y": {"field": "mean", **y}}))
        last = points[-1]
        end = (
            "" if last["mean"] is None else f"{scale.name} {scale.drawn(last['mean'])}{' %' * scale.percent}"
        )
        label = f"{study.titles[family]}: validation {end} after {fmt.integer(last['step'])} steps"
        panels.append(Panel(study.titles[family], view(layers, 170), label, colour=colour))
    line, head = ("RMSE over all runs", "All runs") if scale.name == "RMSE" else ("mean of the runs", "Mean")
    reading = (
        f"Validation score while training, at {_rate(results)}: the line is the {line}, the band reaches from the "
        f"worst run to the best.{other_lines(len(curves))}"
    )
    caption = f"{head} (lowest–highest run), {scale.axis}"
    cells = {family: {p["step"]: _curve_cell(p, scale) for p in points} for family, points in curves.items()}
    return Chart("curves", "How they learn", reading, tuple(panels), _by_step(caption, cells, study))


def losses(results: dict[str, Any], study: Study) -> Chart | None:
    """The loss in validation and in training against steps; one panel a family."""
    found = {row["family"]: row["curve"] for row in results["families"] if _has_curve(row)}
    curves = {family: points for family, curve in found.items() if (points := _losses(curve))}
    if not curves:
        return None
    top = max(p[key] for points in curves.values() for p in points for key in ("training", "validation"))
    scale = study.scale
    y = {
        "type": "quantitative",
        "title": "Loss",
        "scale": {"domain": [0, float(f"{1.05 * top:.3g}")], "nice": False},
        "axis": {"tickCount": 4},
    }
    panels = []
    for family, points in curves.items():
        colour, note = study.colours[family], _lowest(points, found[family]["lowest_loss_step"])
        learnt = layer(points, "line", colour, {"x": STEPS, "y": {"field": "training", **y}})
        learnt["mark"]["strokeDash"] = DASHES
        others = layer(points, "line", colour, {"x": STEPS, "y": {"field": "validation", **y}})
        label = f"{study.titles[family]}, {note}; in training {_loss(points[-1]['training'])} at the end"
        panels.append(Panel(study.titles[family], view([learnt, others], 170), label, note, colour))
    risen = [study.titles[family] for family in curves if found[family]["overfits"]]
    matters = (
        f"and the {scale.name} by more than the margin"
        if results["data"]["task"]["kind"] == "regression"
        else f"and by more than {100 * NOTICED:g} % of a guess's loss"
    )
    reading = (
        f"Mean loss of the runs at {_rate(results)}: solid on validation rows, dashed on training rows (mean of the "
        "batches since the check before, with dropout). Where the validation loss ends more than "
        f"{100 * RISEN:g} % above its lowest value, {matters}, while the training loss falls, a family overfits: "
        f"here {enumerated(risen) or 'none'}."
    )
    reading = worded(reading, example(results["data"]))
    cells = {family: {p["step"]: _loss_cell(p) for p in points} for family, points in curves.items()}
    table = _by_step("Validation loss (training loss)", cells, study)
    return Chart("losses", "Training and validation loss", reading, tuple(panels), table)


def _lowest(points: list[dict[str, Any]], lowest: int) -> str:
    last, least = points[-1], next(point for point in points if point["step"] == lowest)
    if least is last:
        return f"validation: {_loss(last['validation'])}, its lowest"
    step = fmt.integer(lowest)
    return f"validation: {_loss(least['validation'])} at step {step}, then {_loss(last['validation'])}"


def _losses(curve: dict[str, list]) -> list[dict[str, Any]]:
    keys = ("steps", "training_loss", "validation_loss")
    return [
        {"step": step, "training": learnt, "validation": other}
        for step, learnt, other in zip(*(curve.get(key) or () for key in keys))
    ]


def _loss(value: float) -> str:
    return f"{value:#.3g}" if value else "0"


def _loss_cell(point: dict[str, Any]) -> Cell:
    return Cell(_loss(point["validation"]), note=_loss(point["training"]))


def _rate(results: dict[str, Any]) -> str:
    return "the one learning rate" if one_rate(results) else "each family’s chosen learning rate"


def _by_step(title: str, cells: dict[str, dict[int, Cell]], study: Study) -> Table:
    """A row for each step at which there is anything, a column a family."""
    columns = (Column("Step", numeric=True), *(Column(study.titles[family], numeric=True) for family in cells))
    steps = sorted({step for found in cells.values() for step in found})
    missing = Cell(fmt.MISSING)
    rows = (
        Row((Cell(fmt.integer(step)), *(found.get(step, missing) for found in cells.values()))) for step in steps
    )
    return Table(title, columns, tuple(rows))


def _has_curve(row: dict[str, Any]) -> bool:
    return bool((row.get("curve") or {}).get("steps"))


def _curve(curve: dict[str, list], scale: fmt.ScoreScale) -> list[dict[str, Any]]:
    return [
        {"step": step, "mean": scale.plotted(mean), "low": scale.plotted(low), "high": scale.plotted(high)}
        for step, mean, low, high in zip(curve["steps"], curve["mean"], curve["low"], curve["high"])
    ]


def _curve_cell(point: dict[str, Any], scale: fmt.ScoreScale) -> Cell:
    if point["mean"] is None:
        return Cell(fmt.MISSING)
    return Cell(scale.drawn(point["mean"]), note=f"{scale.drawn(point['low'])}–{scale.drawn(point['high'])}")


