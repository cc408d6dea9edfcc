"""Order probe: what a family loses when the positions of its input are permuted, and it is trained again.

    loss = score as it is - score when every row's positions are permuted alike

A family that ignores where things stand (fully connected) loses nothing; one that counts on neighbours
(convolution) loses what its neighbours were worth.

Source: Zhang et al., "Understanding deep learning requires rethinking generalization", 2017 (random pixels);
Tolstikhin et al., "MLP-Mixer", 2021, appendix (one fixed permutation).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from fourfold.evidence import scoring
from fourfold.evidence.evidence import Evidence
from fourfold.evidence.measurement import Axis, Figure, Measurement
from fourfold.study import probes, tested
from fourfold.study.measure import Inquiry, Measure
from fourfold.study.runner import Task
from fourfold.study.study import Study
from fourfold.study.trials import Trials

LOSS = "loss when positions are permuted"
KINDS = {"whole": "all positions", "block": "pieces as wholes", "local": "inside pieces"}
NAMES = ("order", "Order probe", "What does a family lose when the input's positions are permuted?")


def wants(study: Study, trials: Mapping[str, Trials]) -> list[Task]:
    return (
        probes.blocks(study, trials, [f"order:{kind}" for kind in study.effort.orders])
        if _has_order(study)
        else []
    )


def find(inquiry: Inquiry) -> Measurement:
    study = inquiry.study
    if not _has_order(study):
        return Measurement(*NAMES, reason="the columns of a table have no order")
    _, unit = probes.units(study)
    evidence, rows, scattered = [], [], set()
    for family in inquiry.trials:
        kinds = {KINDS[kind]: f"order:{kind}" for kind in study.effort.orders}
        analysis = probes.paired(inquiry, family, kinds)
        if analysis is None:
            evidence.append(probes.missing(LOSS, family))
            continue
        intervals = analysis.pairs(probes.level(inquiry))[probes.PLAIN]
        whole = intervals[KINDS["whole"]]
        to_lose = abs(analysis.values[probes.PLAIN] - _guess(study))
        if family not in inquiry.guessing and whole.high - whole.low > 2 * to_lose:
            scattered.add(family)
        for group in kinds:
            found = intervals[group]
            subject = family if group == KINDS["whole"] else f"{family}, {group}"
            method = "paired on the same rows; 95 % intervals, all families at once; crossed random effects"
            span = (found.low, found.high)
            evidence.append(Evidence(LOSS, subject, found.value, unit, span, method, probes.source(study)))
            row = {"series": family, "group": group, "value": found.value, "low": found.low, "high": found.high}
            rows.append(row | {"known": family not in scattered, "guesses": family in inquiry.guessing})
    figure = Figure(
        "order",
        "bars",
        "What is lost when positions are permuted",
        tuple(rows),
        x=Axis("what is permuted"),
        y=Axis("lost", unit),
        note="Trained again on the permuted data, at the setting that was chosen for the data as they are.",
    )
    return Measurement(*NAMES, _answer(evidence, inquiry.guessing, scattered), (figure,), tuple(evidence))


def _has_order(study: Study) -> bool:
    return study.problem.layout != "flat"


def _guess(study: Study) -> float:
    """The score of a guess that reads no input: who does no better when permuted has lost all that there is."""
    task = study.dataset.task
    return scoring.of_validation(task.score, tested.guessing(study.prepared, task), study.deviation)


def _answer(evidence: list[Evidence], guessing: Collection[str], scattered: Collection[str] = ()) -> str:
    """What is lost, with intervals."""
    whole = [e for e in evidence if e.applicable and "," not in e.subject]
    when = "With all positions permuted, "
    return probes.told(whole, guessing, when, scattered) if whole else ""


MEASURE = Measure("order", find, wants)
