"""Parallelism: work and span of one bare layer of each family, and of this study's candidates. Counted.

    work = floating-point operations,    span = the longest chain of operations of which each needs the one before

With p processors the time lies between max(work / p, span) and work / p + span. Of bare layers both are polynomials in
length and width, beside Table 1 of "Attention is all you need"; of the candidates they are counted for this input and
for one twice as long, at the same width. Seconds are in the timings only (`step_times`).

Source: Vaswani et al., "Attention is all you need" (NIPS 2017); Brent, "The parallel evaluation of general arithmetic
expressions" (Journal of the ACM, 1974).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from fourfold.evidence.evidence import Evidence
from fourfold.evidence.findings import title
from fourfold.evidence.measurement import Axis, Figure, Measurement
from fourfold.evidence.sentences import Cite, Facts, Sentence
from fourfold.study import cost, step_times
from fourfold.study.architecture import Architecture, at_length
from fourfold.study.bare_layers import LAYERS, BareLayer
from fourfold.study.candidates import candidate
from fourfold.study.candidates.own import SIZE as OWN_SIZE
from fourfold.study.measure import Inquiry, Measure
from fourfold.study.runner import Task
from fourfold.study.study import Study
from fourfold.study.trials import Trials

NAMES = ("parallelism", "Parallelism", "What can be done at the same time, and what has to wait?")
WORK, SPAN = "FLOPs", "sequential steps"
KERNEL, LENGTHS = 3, (2, 4, 8, 16, 32)
TWICE = {
    "flat": "twice as many columns",
    "sequence": "a series twice as long",
    "image": "an image of twice the height",
    "text": "a text twice as long",
}


def wants(study: Study, trials: Mapping[str, Trials]) -> list[Task]:
    return [*step_times.of_study(study, trials)]


def find(inquiry: Inquiry) -> Measurement:
    study = inquiry.study
    nets = {family: study.net(family, found.best()[0]) for family, found in inquiry.trials.items()}
    longer = {family: _twice(net) for family, net in nets.items()}
    evidence = [item for family, net in nets.items() for item in cost.evidence(family, net)]
    facts = Facts(evidence)
    for family, net in longer.items():
        for measure, count in zip((WORK, SPAN), net.cost if net else (None, None)):
            before = facts.find(Cite(measure, family))
            evidence.append(_growth(measure, family, None if count is None else count / before))
    twice = TWICE[study.problem.layout]
    figures = (_bare_layers(), _paths(nets), _candidates(nets, longer, twice), _growths(evidence, twice))
    return Measurement(*NAMES, _answer(evidence, twice), figures, tuple(evidence))


def _twice(net: Architecture) -> Architecture | None:
    return None if net.size == OWN_SIZE else at_length(net, 2 * net.problem.shape[0])


def _growth(measure: str, family: str, value: float | None) -> Evidence:
    return Evidence(
        f"growth of {measure}",
        family,
        value,
        "times",
        method="counted at twice the length over counted at this one, at the same width",
        reason="" if value is not None else "a candidate of one's own is built for one length",
    )


def _answer(evidence: list[Evidence], twice: str) -> Sentence:
    """Who waits longest and shortest, and what grows with the input."""
    facts = Facts(evidence)

    def ordered(measure: str) -> list[str]:
        known = [e for e in evidence if e.measure == measure and e.value is not None]
        return [e.subject for e in sorted(known, key=lambda e: e.value or 0.0)]

    spans, chains, work = (ordered(measure) for measure in (SPAN, f"growth of {SPAN}", f"growth of {WORK}"))
    most, fewest = Cite(SPAN, spans[-1]), Cite(SPAN, spans[0])
    ends = "Longest chain of sequential steps: {longest}, {most}; shortest: {shortest}, {fewest}."
    if facts.find(most) == facts.find(fewest):
        said = [facts.say("The longest chain has {most} sequential steps in each family.", most=most)]
    else:
        longest, shortest = title(spans[-1]), title(spans[0])
        said = [facts.say(ends, longest=longest, most=most, shortest=shortest, fewest=fewest)]
    if chains:
        more, longer = Cite(f"growth of {WORK}", work[-1]), Cite(f"growth of {SPAN}", chains[-1])
        waits = facts.find(longer) > 1
        said.append(
            facts.say(
                "For {twice}, FLOPs grow most in {family}, {more}; "
                + ("the chain in {other}, {longer}." if waits else "no chain grows."),
                twice=twice,
                family=title(work[-1]),
                more=more,
                **({"other": title(chains[-1]), "longer": longer} if waits else {}),
            )
        )
    return facts.join(" ", said)


# ---- figures -----------------------------------------------------------------------------------------------


def _bare_layers() -> Figure:
    far = f"path at n = {LENGTHS[-1]}, k = {KERNEL}"
    columns = (
        "layer",
        "FLOPs",
        "FLOPs of projections",
        "sequential steps",
        far,
        "O(FLOPs)",
        "O(steps)",
        "O(path)",
    )
    rows = []
    for layer in LAYERS:
        orders = layer.table_1
        projected = None if layer.projected is None else str(layer.projected)
        path = layer.paths(LENGTHS[-1], KERNEL)[-1]
        cells = (layer.title, str(layer.work), projected, str(layer.steps), path)
        cells = (*cells, orders.work, orders.steps, orders.path)
        rows.append(dict(zip(columns, map(_raised, cells), strict=True)))
    return Figure(
        "bare-layers",
        "table",
        "One bare layer on n positions of width d",
        tuple(rows),
        columns=columns,
        note="Counted on the textbook's formulation; k: kernel, m: units; 2 FLOPs a multiplication and addition. "
        "O(...): Table 1 of Attention Is All You Need, without constants, projections and restricted self-attention.",
    )


def _raised(cell: object) -> object:
    """A polynomial as it is printed: n^2 with a raised 2."""
    return cell.replace("^2", "²").replace("log_k", "logₖ") if isinstance(cell, str) else cell


def _paths(compared: Collection[str]) -> Figure:
    """A line a family, of its first layer in the table, and one of dilated convolutions.

    A family that is not ``compared`` stands under its title.
    """

    def called(layer: BareLayer) -> str:
        if layer.dilated:
            return layer.title
        return layer.family if layer.family in compared else title(layer.family)

    by_series = {called(layer): layer for layer in reversed(LAYERS)}
    rows = []
    for series, layer in by_series.items():
        paths = layer.paths(LENGTHS[-1], KERNEL)
        rows += [{"series": series, "x": length, "value": paths[length - 1]} for length in LENGTHS]
    return Figure(
        "paths",
        "lines",
        "Sequential steps from the first position to the last",
        tuple(rows),
        x=Axis("positions", "count", log=True),
        y=Axis("steps", "count", log=True),
        note="Layers until the last output depends on the first input, probed by changing it, times the steps of a "
        f"layer; kernels of {KERNEL}.",
    )


def _candidates(nets: dict[str, Architecture], longer: dict[str, Architecture | None], twice: str) -> Figure:
    columns = ("family", "input", "reads", WORK, SPAN)
    rows = []
    for family, net in nets.items():
        for words, one in (("this one", net), (twice, longer[family])):
            if one is not None:
                reads, count = candidate(family).reads(one.problem), one.cost
                rows.append(dict(zip(columns, (family, words, reads, count.flops, count.span), strict=True)))
    return Figure("candidates", "table", "This study's candidates", tuple(rows), columns=columns)


def _growths(evidence: list[Evidence], twice: str) -> Figure:
    rows = [
        {"series": e.subject, "group": measure, "value": e.value}
        for measure in (WORK, SPAN)
        for e in evidence
        if e.measure == f"growth of {measure}" and e.applicable
    ]
    return Figure(
        "growth",
        "bars",
        f"Growth with {twice}",
        tuple(rows),
        x=Axis("what"),
        y=Axis("growth", "times"),
        note="At the same width. Long inputs are read in frames, groups or larger patches: the work may even fall.",
    )


MEASURE = Measure("parallelism", find, wants)
