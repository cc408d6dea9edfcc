"""Memorisation: how well a family fits its own training rows when their labels are shuffled.

With shuffled labels nothing can be learnt but the rows themselves: the score on them says how much a family can
store within the budget, not how well it predicts.

Source: Zhang et al., "Understanding deep learning requires rethinking generalization", 2017.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fourfold.evidence.evidence import Evidence
from fourfold.evidence.findings import title
from fourfold.evidence.measurement import Axis, Figure, Measurement
from fourfold.evidence.scoring import SCORE_WORDS
from fourfold.evidence.sentences import FRACTION, Cite, Facts, Sentence
from fourfold.study import probes
from fourfold.study.measure import Inquiry, Measure
from fourfold.study.runner import Task
from fourfold.study.study import Study
from fourfold.study.tested import guessed_errors, guessing
from fourfold.study.trials import Trials
from fourfold.study.variants import varied

SCORE = "training score on shuffled labels"
CHANCE = "score of guessing"
VARIANT = "labels:shuffled"
SKILL = "share of the naive error removed"
GUESSES = {
    "R2": "R2 of the mean",
    SKILL: "the naive forecast that errs less on training windows",
    "accuracy": "the most frequent class",
    SCORE_WORDS["balanced_accuracy"]: "one class for all rows",
    SCORE_WORDS["jaccard"]: "the labels that most rows have",
}
NAMES = ("memorisation", "Memorisation", "How well does a family fit labels that were shuffled?")


def wants(study: Study, trials: Mapping[str, Trials]) -> list[Task]:
    return probes.blocks(study, trials, [VARIANT]) if study.effort.memorisation else []


def find(inquiry: Inquiry) -> Measurement:
    study = inquiry.study
    if not study.effort.memorisation:
        return Measurement(*NAMES, reason="from standard effort on: fewer steps store little")
    task = study.dataset.task
    numbers = task.kind == "regression"
    score = {"rmse": "R2", "mase": SKILL}.get(task.score, SCORE_WORDS[task.score])
    guesses = {run: _guess(study, *run) for run in study.probe_runs() if numbers}
    chance = 0.0 if numbers else guessing(study.prepared, task)
    evidence = [Evidence(CHANCE, "study", chance, FRACTION, method=GUESSES[score])]
    rows = []
    for family, trials in inquiry.trials.items():
        found = study.probed(trials, VARIANT)
        trained = {run: t.validation_score for run, t in found.items() if not t.diverged}
        scores = list(trained.values())
        if numbers:  # minus an error, as the guess is; none where the scored rows do not vary
            scores = [1 - one / guesses[run] for run, one in trained.items() if guesses[run] < 0]
        if not scores:
            evidence.append(probes.missing(SCORE, family))
            continue
        value, low, high = float(np.mean(scores)), min(scores), max(scores)
        method = f"{score} on training rows; from the lowest to the highest run"
        evidence.append(Evidence(SCORE, family, value, FRACTION, (low, high), method, probes.source(study)))
        rows.append({"series": family, "group": "shuffled labels", "value": value, "low": low, "high": high})
    figure = Figure(
        "memorisation",
        "bars",
        "Fit of shuffled labels",
        tuple(rows),
        y=Axis(f"{score} on training rows", FRACTION),
        note="Bars reach from the lowest to the highest run.",
    )
    return Measurement(*NAMES, _answer(evidence, score), (figure,), tuple(evidence))


def _guess(study: Study, seed: int, split: int) -> float:
    """The score of a guess on the very training rows that a run is scored on."""
    data = varied(study.repeat_of(seed).prepared, VARIANT, seed)
    errors = guessed_errors(data, study.dataset.task, data.splits[split].validation)
    return -float(data.alike_scaled(errors[split], split))


def _answer(evidence: list[Evidence], score: str) -> str:
    facts = Facts(evidence)
    found = sorted(
        (e for e in evidence if e.measure == SCORE and e.applicable), key=lambda e: -(e.value or 0.0)
    )
    if not found:
        return ""
    listed = facts.join(
        ", ",
        [facts.say("{family} {value}", family=title(e.subject), value=Cite(SCORE, e.subject)) for e in found],
    )
    end = facts.say("guessing gives {chance}", chance=Cite(CHANCE, "study"))
    head = f"Shuffled labels can only be stored; {score} on the rows that were trained on"
    return Sentence(f"{head}: {listed}; {end}.", listed.numbers + end.numbers)


MEASURE = Measure("memorisation", find, wants)
