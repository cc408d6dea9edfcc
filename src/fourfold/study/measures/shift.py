"""Shift probe: what a trained network loses when the rows it is tested on are moved. Nothing is trained again.

    loss(s) = score as it is - score of rows moved by s places, mean over the directions

Images are moved along both axes, series and texts along time. The edge is
repeated behind what moves; in a text padding moves in.

Source: Azulay and Weiss, "Why do deep convolutional networks generalize so poorly to small image
transformations?" (JMLR 2019).
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from fourfold.evidence.evidence import Evidence
from fourfold.evidence.measurement import Axis, Figure, Measurement
from fourfold.evidence.sentences import Facts
from fourfold.evidence.statistics import Analysis
from fourfold.study import examination, probes, tested
from fourfold.study.examination import Arrays
from fourfold.study.measure import Inquiry, Measure
from fourfold.study.study import Study

LOSS = "loss when moved by {step}"
ONE = LOSS.format(step=1)
NAMES = ("shift", "Shift probe", "What does a trained family lose when its input is moved?")
METHOD = "paired on the same rows; 95 % intervals, all families at once, given these trained networks; Student's t"


def find(inquiry: Inquiry) -> Measurement:
    study = inquiry.study
    if study.problem.layout == "flat":
        return Measurement(*NAMES, reason="the columns of a table have no places to move to")
    if study.problem.stepwise:
        return Measurement(*NAMES, reason="the targets of the steps would move along")
    if study.problem.shape[0] < 2:
        return Measurement(*NAMES, reason="an input of one place can't be moved")
    _, unit = probes.units(study)
    examined = examination.found(study, inquiry.trials)
    evidence, rows = [], []
    for family in inquiry.trials:
        arrays = examined.get(family)
        if arrays is None:
            evidence.append(examination.missing(ONE, family))
            continue
        intervals = _analysis(study, arrays).pairs(probes.level(inquiry))[probes.PLAIN]
        for step in arrays["shift_steps"].tolist():
            found = intervals[str(step)]
            evidence.append(
                Evidence(
                    LOSS.format(step=step),
                    family,
                    found.value,
                    unit,
                    (found.low, found.high),
                    METHOD,
                    examination.source(arrays, "shift_rows"),
                )
            )
            rows.append(
                {"series": family, "x": step, "value": found.value, "low": found.low, "high": found.high}
            )
    figure = Figure(
        "shift",
        "lines",
        "What is lost when test rows are moved",
        tuple(rows),
        x=Axis(f"{_place(study)}s moved", "count", log=True),
        y=Axis("lost", unit),
        note=f"One trained network a family, not trained on moved rows; {_moves_in(study)}, "
        "and what moves out is lost to all.",
    )
    return Measurement(*NAMES, _answer(evidence, _place(study), inquiry.guessing), (figure,), tuple(evidence))


def _analysis(study: Study, arrays: Arrays) -> Analysis:
    """The losses of the same rows where they are and moved by each number of places."""
    task, rows = study.dataset.task, arrays["shift_rows"]
    preparation = study.repeat_of(int(arrays["seed"])).preparations[int(arrays["split"])]

    def losses(outputs: np.ndarray) -> np.ndarray:
        values = [
            tested.predicted(study.prepared, preparation, tested.activated(way, task.output), rows)
            for way in outputs
        ]
        return tested.losses_of(study, np.stack(values), rows).mean(0)[None]

    names = [probes.PLAIN, *map(str, arrays["shift_steps"].tolist())]
    one = np.zeros(len(rows), int)
    return Analysis(
        {name: losses(outputs) for name, outputs in zip(names, arrays["shift_outputs"])},
        one[None],
        one,
        task.score,
        **tested.examples(study, rows, one),
        deterministic=names,
    )


def _place(study: Study) -> str:
    return "pixel" if study.problem.layout == "image" else study.problem.place


def _moves_in(study: Study) -> str:
    return "padding moves in" if study.problem.layout == "text" else "the edge is repeated"


def _answer(evidence: list[Evidence], place: str, guessing: Collection[str]) -> str:
    """What is lost by a single place, with intervals."""
    single = list(Facts(evidence).about(ONE).values())
    if not single:
        return ""
    return probes.told(single, guessing, f"With test rows moved by one {place}, ")


MEASURE = Measure("shift", find, examination.wants)
