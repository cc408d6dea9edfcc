"""Sample efficiency: the score that a family reaches with fewer training rows, at equal steps.

Smaller samples lie inside larger ones and hold the classes in the same shares. Where two families change places
the number of rows is interpolated on the logarithm of the rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations, pairwise
from math import exp, log

from fourfold.evidence.evidence import Evidence
from fourfold.evidence.findings import title
from fourfold.evidence.measurement import Axis, Figure, Measurement
from fourfold.evidence.sentences import Cite, Facts, Sentence
from fourfold.study import probes
from fourfold.study.measure import Inquiry, Measure
from fourfold.study.runner import Task
from fourfold.study.study import Study
from fourfold.study.trials import Trials

FEWEST_ROWS = 8
"""Shares of the training rows that leave fewer are left out."""

FEWEST = "fewest training rows"
CROSSING = "rows from which it leads"
NAMES = (
    "sample_efficiency",
    "Sample efficiency",
    "How does the score grow with the number of training rows?",
)


def wants(study: Study, trials: Mapping[str, Trials]) -> list[Task]:
    return probes.blocks(study, trials, list(_variants(study).values()))


def find(inquiry: Inquiry) -> Measurement:
    study, task = inquiry.study, inquiry.study.dataset.task
    variants = _variants(study)
    if not variants:
        return Measurement(
            *NAMES, reason=f"{study.training_rows} training rows are too few to take a share of"
        )
    unit, _ = probes.units(study)
    evidence, rows = [], []
    curves: dict[str, dict[int, float]] = {}
    for family in inquiry.trials:
        analysis = probes.paired(inquiry, family, variants)
        if analysis is None:
            evidence.append(probes.missing(_measure(min(map(int, variants))), family))
            continue
        counts = {name: int(name) for name in variants} | {probes.PLAIN: study.training_rows}
        curves[family] = {}
        for name, count in sorted(counts.items(), key=lambda item: item[1]):
            found = analysis.mean(name)
            curves[family][count] = found.value
            row = {"series": family, "x": count, "value": found.value, "low": found.low, "high": found.high}
            rows.append(row)
            if name != probes.PLAIN:
                span = (found.low, found.high)
                method = "95 % interval of this score alone; crossed random effects; equal steps"
                evidence.append(
                    Evidence(_measure(count), family, found.value, unit, span, method, probes.source(study))
                )
    if curves:
        fewest = min(map(int, variants))
        evidence.append(
            Evidence(FEWEST, "study", fewest, "count", method="counted, the smallest training part")
        )
    evidence += _crossings(curves, lower=task.score == "rmse")
    score = task.score.replace("_", " ").replace("rmse", "RMSE")
    figure = Figure(
        "sample_efficiency",
        "lines",
        "Score by number of training rows",
        tuple(rows),
        x=Axis("training rows", "count", log=True),
        y=Axis(score, unit),
        note="Every point is trained for the same number of steps.",
    )
    return Measurement(*NAMES, _answer(evidence, curves, task.score == "rmse"), (figure,), tuple(evidence))


def _variants(study: Study) -> dict[str, str]:
    """Numbers of training rows, as text, and the variants of the data that have them."""
    counts = {round(share * study.training_rows): share for share in study.effort.shares}
    return {str(count): f"rows:{share}" for count, share in counts.items() if count >= FEWEST_ROWS}


def _measure(count: int) -> str:
    return f"score with {count:,} training rows"


def _crossings(curves: Mapping[str, Mapping[int, float]], lower: bool) -> list[Evidence]:
    """Where the better of two families changes, as a number of rows."""
    found = []
    for first, second in combinations(curves, 2):
        gaps = {n: curves[first][n] - curves[second][n] for n in curves[first] if n in curves[second]}
        for (n, here), (m, there) in pairwise(sorted(gaps.items())):
            if here * there < 0:
                rows = exp(log(n) + (log(m) - log(n)) * here / (here - there))
                ahead = second if (here > 0) != lower else first
                behind = first if ahead == second else second
                method = "linear between the measured sizes on a logarithmic scale; of the means, without an interval"
                found.append(
                    Evidence(
                        "rows from which it leads", f"{ahead} over {behind}", rows, "count", method=method
                    )
                )
    return found


def _answer(evidence: list[Evidence], curves: Mapping[str, Mapping[int, float]], lower: bool) -> str:
    """Who leads with the fewest rows, and where the lead changes."""
    if not curves:
        return ""
    facts = Facts(evidence)
    fewest = min(next(iter(curves.values())))
    sign = -1 if lower else 1
    ranked = sorted(curves, key=lambda family: -sign * curves[family][fewest])
    sentence = facts.say(
        "With {rows} training rows {family} reaches {value} ({low} to {high})",
        rows=Cite(FEWEST, "study"),
        family=title(ranked[0]),
        value=Cite(_measure(fewest), ranked[0]),
        low=Cite(_measure(fewest), ranked[0], "low", bare=True),
        high=Cite(_measure(fewest), ranked[0], "high"),
    )
    if len(ranked) > 1:
        last = facts.say(
            "{family} {value}", family=title(ranked[-1]), value=Cite(_measure(fewest), ranked[-1])
        )
        sentence = facts.join(", the most; ", [sentence, last])
    over = [e for e in evidence if e.measure == CROSSING]
    if over:
        ahead, _, behind = over[-1].subject.partition(" over ")
        crossing = facts.say(
            "{ahead} passes {behind} at about {rows} rows",
            ahead=title(ahead),
            behind=title(behind),
            rows=Cite(CROSSING, over[-1].subject),
        )
        sentence = facts.join(". ", [sentence, crossing])
    return Sentence(f"{sentence}.", sentence.numbers)


MEASURE = Measure("sample_efficiency", find, wants)
