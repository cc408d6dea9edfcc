"""Longer training: what a family gains when its chosen setting trains for twice the steps.

    gain = score after twice the steps - score after the steps of the comparison

A learning rate that falls to nothing ends every learning curve flat, whether or not the family has learnt what it can;
only a longer training tells. Families that still gain are compared by how fast they learn, not by how far they come.

Source: Li et al., "Budgeted training: rethinking deep neural network training under resource constraints", 2020.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fourfold.evidence.evidence import Evidence
from fourfold.evidence.measurement import Axis, Figure, Measurement
from fourfold.evidence.names import LONGER_BEFORE, LONGER_GAIN, LONGER_SCORE
from fourfold.evidence.scoring import SCORE_WORDS
from fourfold.evidence.sentences import Cite, Facts, Sentence
from fourfold.study import probes, tested
from fourfold.study.efforts import LONGER
from fourfold.study.measure import Inquiry, Measure
from fourfold.study.runner import Task
from fourfold.study.study import Study
from fourfold.study.trials import Trials

STEPS = "steps of a longer training"
TWICE = "twice the steps"
AS_IT_IS = ""
"""The variant of the data that is none."""
NAMES = ("longer", "Longer training", "What would a family gain by twice the training steps?")


def wants(study: Study, trials: Mapping[str, Trials]) -> list[Task]:
    return probes.blocks(study, trials, [AS_IT_IS], LONGER)


def find(inquiry: Inquiry) -> Measurement:
    study, task = inquiry.study, inquiry.study.dataset.task
    unit, gap = probes.units(study)
    steps = {probes.PLAIN: study.effort.steps, TWICE: LONGER * study.effort.steps}
    evidence = [Evidence(STEPS, "study", steps[TWICE], "count", method="counted")]
    by_family: dict[str, dict[str, np.ndarray]] = {}
    design: tested.Predictions | None = None
    for family in inquiry.trials:
        found = probes.losses(inquiry, family, {TWICE: AS_IT_IS}, LONGER)
        if found is None:
            evidence.append(probes.missing(LONGER_GAIN, family))
            continue
        by_family[family], design = found
    rows = []
    if design is not None:
        scores = {
            name: tested.analysis(study, {family: each[name] for family, each in by_family.items()}, design)
            for name in steps
        }
        source = probes.source(study)
        for family, each in by_family.items():
            gain = tested.analysis(study, each, design).pairs(probes.level(inquiry))[TWICE][probes.PLAIN]
            method = "paired on the same rows; 95 % intervals, all families at once; crossed random effects"
            evidence.append(
                Evidence(LONGER_GAIN, family, gain.value, gap, (gain.low, gain.high), method, source)
            )
            for name, analysis in scores.items():
                score = analysis.mean(family)
                sides = {"value": score.value, "low": score.low, "high": score.high}
                rows.append({"series": family, "x": steps[name], **sides})
                method = "95 % interval of this score alone; crossed random effects"
                span, of = (score.low, score.high), LONGER_SCORE if name == TWICE else LONGER_BEFORE
                evidence.append(Evidence(of, family, score.value, unit, span, method, source))
    figure = Figure(
        "longer",
        "lines",
        "Score by number of training steps",
        tuple(rows),
        x=Axis("training steps", "count"),
        y=Axis(SCORE_WORDS[task.score], unit),
        note="Twice the steps at the size and the learning rate that were chosen for the steps of the comparison. "
        + probes.beside_the_table(study),
    )
    return Measurement(*NAMES, _answer(evidence), (figure,), tuple(evidence))


def _answer(evidence: list[Evidence]) -> str:
    """What is shown to be gained, the most first; the others have no order, and stand with their intervals."""
    facts = Facts(evidence)
    gains = list(facts.about(LONGER_GAIN).values())
    if not gains:
        return ""
    shown = sorted(filter(probes.is_change, gains), key=lambda gain: gain.value or 0.0, reverse=True)
    others = [gain for gain in gains if gain not in shown]
    parts = [probes.changed(gain, probes.GAINS, probes.LOSES) for gain in shown]
    if others:
        listed = probes.intervals(others)
        parts.append(Sentence(f"{'not' if shown else 'none is'} shown to gain: {listed}", listed.numbers))
    head = facts.say("With {steps} steps, twice as many, ", steps=Cite(STEPS, "study"))
    return facts.join("", [head, facts.join("; ", parts), Sentence(".")])


MEASURE = Measure("longer", find, wants)
