"""Sample efficiency: the score that a family reaches with fewer training rows, at equal steps.

Smaller samples lie inside larger ones and hold the classes in the same shares. Two families change places where
one is shown to be ahead with fewer rows and the other with more; the number of rows is interpolated on its logarithm.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations, pairwise
from math import exp, log

import numpy as np

from fourfold.evidence import scoring
from fourfold.evidence.evidence import Evidence
from fourfold.evidence.findings import title
from fourfold.evidence.measurement import Axis, Figure, Measurement
from fourfold.evidence.scoring import SCORE_WORDS
from fourfold.evidence.sentences import Cite, Facts, Sentence
from fourfold.evidence.statistics import Analysis
from fourfold.study import probes, tested
from fourfold.study.measure import Inquiry, Measure
from fourfold.study.runner import Task
from fourfold.study.study import Study
from fourfold.study.trials import Trials

FEWEST_ROWS = 8
"""Shares of the training rows that leave fewer are left out."""

UNEQUAL = 1.1
"""How many times as large as the smallest training part the largest is for both to be told."""

FEWEST = "fewest training rows"
CROSSING = "rows from which it leads"
METHOD = "95 % interval of this score alone; crossed random effects; equal steps"
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
    parts = [len(study.splits[split].train) for _, split in study.probe_runs()]
    whole = round(float(np.mean(parts)))
    evidence, rows = [], []
    counts = {name: int(name) for name in variants} | {probes.PLAIN: whole}
    by_count: dict[int, dict[str, np.ndarray]] = {count: {} for count in counts.values()}
    design: tested.Predictions | None = None
    for family in inquiry.trials:
        found = probes.losses(inquiry, family, variants)
        if found is None:
            evidence.append(probes.missing(_measure(min(map(int, variants))), family))
            continue
        losses, design = found
        for name, count in counts.items():
            by_count[count][family] = losses[name]
    curves: dict[str, dict[int, float]] = {}
    shown = False
    if design is not None:
        analyses = {n: tested.analysis(study, each, design) for n, each in sorted(by_count.items())}
        for family in by_count[whole]:
            curves[family] = {}
            for count, analysis in analyses.items():
                score = analysis.mean(family)
                low, high = score.low, score.high
                curves[family][count] = score.value
                rows.append({"series": family, "x": count, "value": score.value, "low": low, "high": high})
                if count < whole:
                    about = _measure(count), family, score.value, unit, (low, high)
                    evidence.append(Evidence(*about, METHOD, probes.source(study)))
        fewest = min(map(int, variants))
        evidence.append(
            Evidence(FEWEST, "study", fewest, "count", method="counted, the smallest training part")
        )
        evidence += crossings(analyses)
        shown = any(found.low > 0 for found in analyses[fewest].all_pairs().values())
    figure = Figure(
        "sample_efficiency",
        "lines",
        "Score by number of training rows",
        tuple(rows),
        x=Axis("training rows", "count", log=True),
        y=Axis(SCORE_WORDS[task.score], unit),
        note=f"Every point is trained for the same number of steps. {_unequal(parts)}{probes.beside_the_table(study)}",
    )
    answer = _answer(evidence, curves, shown, scoring.is_error(task.score), inquiry.guessing)
    return Measurement(*NAMES, answer, (figure,), tuple(evidence))


def _variants(study: Study) -> dict[str, str]:
    """Numbers of training rows, as text, and the variants of the data that have them."""
    counts = {round(share * study.training_rows): share for share in study.effort.shares}
    return {str(count): f"rows:{share}" for count, share in counts.items() if count >= FEWEST_ROWS}


def _unequal(parts: Sequence[int]) -> str:
    """What is to be said of training parts of unequal size, such as those in order of time."""
    if max(parts) < UNEQUAL * min(parts):
        return ""
    return f"At the right end are all training rows of each split, {min(parts):,} to {max(parts):,}, at their mean. "


def _measure(count: int) -> str:
    return f"score with {count:,} training rows"


def crossings(analyses: Mapping[int, Analysis]) -> list[Evidence]:
    """Where the better of two families changes, as a number of rows, from the families' losses by number of rows.

    Only where it is shown: one is ahead with fewer rows and the other with more, each beyond its interval.
    """
    leads = {count: analysis.all_pairs() for count, analysis in sorted(analyses.items())}
    method = "linear between the measured sizes on a logarithmic scale; of the means, without an interval"
    found = []
    for pair in combinations(next(iter(analyses.values())).names, 2):
        gaps = [(count, lead[pair].value) for count, lead in leads.items()]
        for (n, here), (m, there) in pairwise(gaps):
            if here * there > 0 or there == 0:  # a tie is told with the size that follows
                continue
            ahead, behind = pair if there > 0 else pair[::-1]
            before = any(lead[behind, ahead].low > 0 for count, lead in leads.items() if count <= n)
            after = any(lead[ahead, behind].low > 0 for count, lead in leads.items() if count >= m)
            if before and after:
                rows = exp(log(n) + (log(m) - log(n)) * here / (here - there))
                found.append(Evidence(CROSSING, f"{ahead} over {behind}", rows, "count", method=method))
    return found


def _answer(
    evidence: list[Evidence],
    curves: Mapping[str, Mapping[int, float]],
    shown: bool,
    lower: bool,
    guessing: Collection[str] = (),
) -> str:
    """Who leads with the fewest rows, if two are ``shown`` to differ there, and where the lead changes.

    Where all are ``guessing``, with all rows, none leads.
    """
    if not curves:
        return ""
    facts = Facts(evidence)
    fewest = min(next(iter(curves.values())))
    sign = -1 if lower else 1
    ranked = sorted(curves, key=lambda family: -sign * curves[family][fewest])
    measure = _measure(fewest)

    def value(family: str) -> Sentence:
        return facts.say(
            "{value} ({low} to {high})",
            value=Cite(measure, family),
            low=Cite(measure, family, "low", bare=True),
            high=Cite(measure, family, "high"),
        )

    def one(family: str, words: str) -> Sentence:
        return facts.join(" ", [Sentence(f"{title(family)} {words}"), value(family)])

    def every(family: str, words: str) -> Sentence:
        """It and those that score the same."""
        same = [other for other in ranked if curves[other][fewest] == curves[family][fewest]]
        return facts.join(" and ", [one(other, words if other == same[0] else "at") for other in same])

    def ends() -> Sentence:
        least, most = sorted((ranked[0], ranked[-1]), key=lambda family: curves[family][fewest])
        return value(least) if alike else facts.join(" to ", [value(least), value(most)])

    words = "With {rows} training rows, "
    alike = curves[ranked[0]][fewest] == curves[ranked[-1]][fewest]
    if set(curves) <= set(guessing):
        words += "as with all, no family is shown to beat a guess: they score "
        parts = [ends()]
    elif alike:
        others = {1: "scores", 2: "scores as the other does,"}
        parts = [one(ranked[0], others.get(len(ranked), "scores as all others do,"))]
    elif shown:
        parts = [every(ranked[0], "scores best,"), every(ranked[-1], "worst,")]
    else:
        words += "no family is shown to differ from another: they score "
        parts = [ends()]
    head = facts.say(words, rows=Cite(FEWEST, "study"))
    sentence = facts.join("", [head, facts.join("; ", parts)])
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
