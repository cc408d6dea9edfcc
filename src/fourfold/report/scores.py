"""The post's table, filled: a row for each family, the baselines below."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from fourfold.core.naming import STEP, called
from fourfold.evidence.measurement import NOISE_OF_RATES
from fourfold.report import format as fmt
from fourfold.report.parts import Bar, Cell, Column, Row, Table, Tick, colours

HALF_OF_THE_LAST_DIGIT = 0.05
"""Of a score in percent."""


@dataclass(frozen=True)
class Study:
    """What every part of the page looks up: names, colours, the score's scale, the seconds."""

    scale: fmt.ScoreScale
    titles: dict[str, str]
    colours: dict[str, int]
    chosen: str
    tags: dict[str, str]
    seconds: dict[str, dict[str, float]]
    total_seconds: float | None


def read(results: dict[str, Any], timings: dict[str, Any] | None) -> Study:
    """The study's look-ups, from ``results`` and ``timings`` (or ``None``)."""
    families = [row["family"] for row in results["families"]]
    rows = [*results["families"], *(results.get("baselines") or ())]
    values = [(row.get("score") or {}).get("value") for row in rows]
    timings, verdict = timings or {}, results["verdict"]
    chosen, saved = verdict.get("family") or "", (results.get("model") or {}).get("family")
    tags = {saved: "saved model"} if saved else {}
    if verdict["kind"] == "equivalent":
        tied = verdict.get("equivalents") or ()
        flops = {row["family"]: row.get("flops") or 0 for row in results["families"] if row["family"] in tied}
        cheapest = flops.get(chosen, 0) <= min(flops.values(), default=0)
        tags |= dict.fromkeys(tied, "tied") | {chosen: f"{'cheapest' if cheapest else 'chosen'} of the tie"}
    elif verdict["kind"] == "choose":
        tags |= {chosen: "chosen"}
    elif others := sum(map(trained, results["families"])) - 1:
        of_these = "better of these" if others == 1 else "best of these"
        tags |= {chosen: "best so far" if verdict["kind"] == "undecided" else of_these}
    return Study(
        scale=fmt.score_scale(results["data"].get("task") or {}, values),
        titles={row["family"]: row.get("title") or row["family"] for row in results["families"]},
        colours=colours(families),
        chosen=taken(verdict),
        tags=tags,
        seconds=timings.get("families") or {},
        total_seconds=timings.get("total_seconds"),
    )


def taken(verdict: dict[str, Any]) -> str:
    """The family that the verdict says to use; "" where it names but the best so far, or of those that are no use."""
    return verdict.get("family") or "" if verdict["kind"] in ("choose", "equivalent") else ""


def trained(row: dict[str, Any]) -> bool:
    """Whether a family has a score."""
    return fmt.is_number((row.get("score") or {}).get("value"))


def rank(row: dict[str, Any], lower_is_better: bool) -> float:
    """A sorting key that puts the best score first and rows without one last."""
    value = (row.get("score") or {}).get("value")
    if not fmt.is_number(value):
        return float("inf")
    return value if lower_is_better else -value


def to_beat(results: dict[str, Any], lower_is_better: bool) -> dict[str, Any] | None:
    """The baseline to beat: the one marked ``to_beat``, else the one with the best score."""
    known = [row for row in results.get("baselines") or () if trained(row)]
    known.sort(key=lambda row: (not row.get("to_beat"), rank(row, lower_is_better)))
    return known[0] if known else None


def works(row: dict[str, Any]) -> str:
    """The share of learning rates that work, as a count where it is one.

    >>> works({"learning_rate_share": 0.75, "learning_rates": [{}, {}, {}, {}]})
    '3 of 4'
    """
    share = row.get("learning_rate_share")
    total = row.get("learning_rate_base") or len(row.get("learning_rates") or ())
    if not fmt.is_number(share):
        return fmt.MISSING
    if total and abs(share * total - round(share * total)) < 1e-6:
        return f"{round(share * total)} of {total}"
    return f"{100 * share:.0f} %"


def about_rates(row: dict[str, Any]) -> str:
    """What is to be known of the learning rates that work, or do not."""
    if row.get("learns") is False:
        return "no rate is shown to beat a guess"
    return "best rate at the edge of the grid" if row.get("at_edge") else ""


def table(results: dict[str, Any], study: Study) -> Table:
    """The table of results: a row for each family, then a row for each baseline."""
    scale, baselines = study.scale, results.get("baselines") or []
    place, ticks, reference = _axis(results["families"], to_beat(results, scale.lower_is_better), scale)
    score = scale.name[:1].upper() + scale.name[1:]
    unit = f" ({scale.unit})" if scale.unit else ""
    columns = (
        Column("Family"),
        Column(
            score + unit,
            short="\n".join([*score.split(), *unit.split()]),
            interval="95 %\ninterval",
            numeric=True,
        ),
        Column("Parameters", "Params", "trained numbers in the network", numeric=True),
        Column("FLOPs a sample", "FLOPs a\nsample", "operations to predict one example", numeric=True),
        Column(
            "Sequential steps",
            "Seq.\nsteps",
            "longest chain of operations that wait for each other",
            numeric=True,
        ),
        Column(
            "Rates that work",
            "Rates\nOK",
            "learning rates of the base grid that beat a guess and come near the best one",
            numeric=True,
        ),
        Column("Training time", "Train\ntime", "all runs of the family, compiling included", numeric=True),
    )
    families = tuple(_family_row(row, study, place) for row in results["families"])
    below = tuple(
        Row(
            (Cell(row["name"], note=_reads(row)), _score_cell(row, scale, place), *_blank(5)),
            kind="baseline",
            tag="baseline",
        )
        for row in baselines
    )
    caption = "A mark is a score, its line the 95 % interval"
    if reference:
        caption += f"; the dashed line is the {reference.label}"
    return Table(caption, columns, families + below, _notes(results, scale), ticks, reference)


def _reads(baseline: dict[str, Any]) -> str:
    """What a baseline makes of inputs that are no row of numbers."""
    return str(baseline.get("reads") or "").removeprefix("x: ")


def _blank(count: int) -> tuple[Cell, ...]:
    return (Cell(""),) * count


def _family_row(row: dict[str, Any], study: Study, place) -> Row:
    family = row["family"]
    if not trained(row):
        cells = (Cell(study.titles[family], note=str(row["status"])), Cell("no score"), *_blank(5))
        return Row(cells, kind="failed", colour=study.colours[family])
    clock = study.seconds.get(family) or {}
    spent = [clock[part] for part in ("compile", "train") if fmt.is_number(clock.get(part))]
    compiled = (
        f"{fmt.seconds(clock['compile'])} of it compiling" if fmt.is_number(clock.get("compile")) else ""
    )
    cells = (
        Cell(study.titles[family], note=str(row.get("reads") or "")),
        _score_cell(row, study.scale, place),
        Cell(fmt.compact(row.get("parameters"))),
        Cell(fmt.compact(row.get("flops"))),
        Cell(fmt.integer(row.get("sequential_steps"))),
        Cell(works(row), note=about_rates(row)),
        Cell(fmt.seconds(sum(spent)) if spent else fmt.MISSING, note=compiled),
    )
    return Row(
        cells,
        kind="family",
        colour=study.colours[family],
        chosen=family == study.chosen,
        tag=study.tags.get(family, ""),
    )


def _score_cell(row: dict[str, Any], scale: fmt.ScoreScale, place) -> Cell:
    score = row.get("score") or {}
    value, low, high = (score.get(key) for key in ("value", "low", "high"))
    if not fmt.is_number(value):
        return Cell(fmt.MISSING)
    return Cell(scale.cell(value), note=scale.span(low, high), bar=place(low, value, high))


def _notes(results: dict[str, Any], scale: fmt.ScoreScale) -> tuple[str, ...]:
    """The estimand and the method of the intervals, in words."""
    estimand = results["design"].get("estimand") or ""
    methods = _methods(results["families"])
    others = [method for method in _methods(results.get("baselines") or ()) if method not in methods]
    better = "lower is better" if scale.lower_is_better else "higher is better"
    notes = [f"What is estimated: {estimand} ({better})." if estimand else f"{scale.axis}: {better}."]
    data = results["data"]
    if data["task"].get("score") == "rmse" and not scale.unit:
        notes.append(f"{scale.name} and its differences are in the target's unit.")
    if data["task"].get("class_weights"):
        one = data.get("each") or called(str(data.get("layout") or ""))
        one = STEP if data["task"].get("stepwise") else one
        notes.append(f"Each {one} is given the class whose probability is the largest multiple of its share.")
    if _rounded_apart(results, scale):
        notes.append("Differences are those of scores before they are rounded.")
    notes += _uncounted(results, scale)
    notes += [f"Intervals: {method}." for method in methods]
    notes += [f"Intervals of baselines: {method.rpartition(', ')[0]}." for method in others]
    return tuple(note.replace("..", ".") for note in notes)


def _rounded_apart(results: dict[str, Any], scale: fmt.ScoreScale) -> bool:
    """Whether the difference of some score from that of the verdict's family, or from that of the baseline to beat, is
    told as another number than the rounded scores differ by."""
    rows = [row for row in [*results["families"], to_beat(results, scale.lower_is_better)] if row and trained(row)]
    values = {row.get("family") or "": 100 * row["score"]["value"] for row in rows}
    own = values.get(results["verdict"].get("family") or "")
    if own is None or not scale.percent:
        return False
    apart = [abs(round(own, 1) - round(value, 1)) - round(abs(own - value), 1) for value in values.values()]
    return any(abs(each) > HALF_OF_THE_LAST_DIGIT for each in apart)


def _uncounted(results: dict[str, Any], scale: fmt.ScoreScale) -> list[str]:
    """Why a family has no count of the learning rates that work."""
    missing = {row["family"]: row for row in results["families"] if trained(row) and works(row) == fmt.MISSING}
    noise = [
        f"{row.get('title') or family} {scale.difference(found['value']).lstrip('+')}"
        for family, row in missing.items()
        for found in results.get("evidence") or ()
        if found["measure"] == NOISE_OF_RATES and found["subject"] == family
    ]
    why = "Learning rates that work are not counted where noise between two rates is at least twice the margin"
    return [f"{why}: {', '.join(noise)}."] if noise else []


def _methods(rows: Iterable[dict[str, Any]]) -> list[str]:
    methods = [str((row.get("score") or {}).get("method") or "").rstrip(".") for row in rows]
    return list(dict.fromkeys(method for method in methods if method))


def _axis(families, baseline, scale: fmt.ScoreScale):
    """The axis of the bars: it spans the families and the baseline to beat; the rest is off its side."""
    shown = [row["score"] for row in [*filter(trained, families), *([baseline] if baseline else [])]]
    ends = [
        score[key] for score in shown for key in ("value", "low", "high") if fmt.is_number(score.get(key))
    ]
    first, last = (min(ends), max(ends)) if ends else (0.0, 1.0)
    least = 0.05 if first == last else 1e-6
    margin = max(0.06 * (last - first), least * abs(last)) or 0.5
    first, last = first - margin, last + margin

    def fraction(value: float) -> float:
        return round((value - first) / (last - first), 4)

    def place(low, value, high) -> Bar | None:
        if not fmt.is_number(value):
            return None
        if not first <= value <= last:
            side = "left" if value < first else "right"
            return Bar(*(3 * (0.0 if side == "left" else 1.0,)), beyond=side)
        low_at, high_at = (fraction(x) if fmt.is_number(x) else fraction(value) for x in (low, high))
        return Bar(max(low_at, 0.0), fraction(value), min(high_at, 1.0), cut=(low_at < 0, high_at > 1))

    ticks = tuple(Tick(fraction(value), scale.number(value)) for value in _round_values(first, last))
    reference = None
    if baseline:
        reference = Tick(fraction(baseline["score"]["value"]), f"baseline to beat, {baseline['name']}")
    return place, ticks, reference


def _round_values(first: float, last: float) -> list[float]:
    """Two to five round numbers between ``first`` and ``last``.

    >>> _round_values(0.913, 0.994)
    [0.92, 0.94, 0.96, 0.98]
    """
    span = last - first
    unit = 10.0 ** math.floor(math.log10(span))
    step = next(unit * factor for factor in (0.2, 0.5, 1, 2, 5) if span / (unit * factor) < 5)
    start = int(first // step) + 1
    values = [round(start * step + i * step, 12) for i in range(6)]
    return [value for value in values if value < last]
