"""The sections of the page: which charts and measures stand under which heading."""

from __future__ import annotations

from typing import Any

from fourfold.report import charts, curves, figures
from fourfold.report.parts import Chart, Fact, Group
from fourfold.report.scores import Study

ERRORS, FURTHER = "errors", "further"
SECTIONS = {
    "which": ("Difference", "Which family, and is the difference real?", ("quality", "calibration")),
    "bias": (
        "Inductive bias",
        "Inductive bias",
        ("order", "shift", "sample_efficiency", "memorisation", "reach"),
    ),
    "parallel": ("Cost", "Parallelism and cost", ("parallelism", "memory")),
    "ease": ("Ease", "Ease of training", ("longer", "ease", "gradients")),
    "settings": ("Hyperparameters", "Hyperparameters", ("hyperparameters",)),
    ERRORS: ("Errors", "Errors and what each family looks at", ("confusion", "targets", "mistakes", "looks")),
    FURTHER: ("Further", "Further measures", ()),
}
OF_THE_SWEEP = {
    "which": (charts.differences,),
    "parallel": (charts.cost,),
    "ease": (curves.learning_curves, curves.losses, charts.learning_rates),
}


def groups(results: dict[str, Any], study: Study, steps: Chart | None) -> tuple[Group, ...]:
    """All sections that have something to show, in the order in which people ask; ``steps`` are the times of steps."""
    timed = {"parallel": (steps,)} if steps else {}
    return tuple(
        Group(name, short, title, found)
        for name, (short, title, _) in SECTIONS.items()
        if (found := (*_charts(name, results, study), *timed.get(name, ())))
        or (name == ERRORS and results.get("examples"))
    )


def left_out(results: dict[str, Any]) -> tuple[Fact, ...]:
    """The measures that do not apply, and why."""
    alone = Fact(charts.OF_RATES, "one learning rate: there is none to compare it with")
    measured = [found for found in results.get("measures") or () if found.get("reason")]
    reasons = [Fact(found["title"], found["reason"]) for found in measured]
    return (*([alone] if charts.one_rate(results) else []), *reasons)


def _charts(section: str, results: dict[str, Any], study: Study) -> tuple[Chart, ...]:
    swept = [chart for make in OF_THE_SWEEP.get(section, ()) if (chart := make(results, study))]
    order = SECTIONS[section][2]
    here = [
        found
        for found in results.get("measures") or ()
        if not found.get("reason") and _section(found["name"]) == section
    ]
    if order:
        here.sort(key=lambda found: order.index(found["name"]))
    measured = [chart for found in here for chart in figures.charts(found, study)]
    return (*swept, *measured)


def _section(measure: str) -> str:
    return next((name for name, (_, _, measures) in SECTIONS.items() if measure in measures), FURTHER)
