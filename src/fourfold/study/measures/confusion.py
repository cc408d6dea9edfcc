"""Confusion: which classes are taken for which, on the test rows, for the settings chosen on validation data."""

from __future__ import annotations

import numpy as np

from fourfold.evidence.evidence import Evidence
from fourfold.evidence.findings import title
from fourfold.evidence.measurement import Axis, Figure, Measurement
from fourfold.evidence.sentences import FRACTION, MEAN_COUNT, Cite, Facts, Sentence, show
from fourfold.study import tested
from fourfold.study.measure import Inquiry, Measure
from fourfold.study.stepwise import counted

PAIR = "share of a class taken for another"
MANY = {each: f"{each}s of a class taken for another" for each in ("row", "step")}
NAMES = ("confusion", "Confusion", "Which classes are taken for which?")


def find(inquiry: Inquiry) -> Measurement:
    study, task = inquiry.study, inquiry.study.dataset.task
    if task.kind == "regression":
        return Measurement(*NAMES, reason=f"the target{'s are numbers' if task.several else ' is a number'}")
    if task.kind == "multilabel":
        return Measurement(*NAMES, reason="a row has any number of labels, and none in the place of another")
    names, each = [str(name) for name in task.classes], "step" if task.stepwise else "row"
    source = _tested(each) + ", each counted as one" * (study.dataset.weights is not None)
    truth = tested.truth(study.dataset, study.preparations, tested.tested(study.prepared))
    there = counted(truth)
    evidence, figures = [], []
    for family, trials in inquiry.trials.items():
        predicted = tested.told_class(task, tested.of_trials(study, trials.answers()).values)
        counts = confusion(truth[there], predicted[:, there], len(names))
        evidence += _worst_pair(family, counts, names, each, source)
        rows = tuple(
            {"row": names[i], "column": names[j], "value": float(counts[i, j])}
            for i in range(len(names))
            for j in range(len(names))
        )
        figures.append(
            Figure(
                f"confusion-{family}",
                "matrix",
                title(family),
                rows,
                x=Axis("predicted"),
                y=Axis("true"),
                note=f"{source.capitalize()}; where several seeds predict a {each}, their mean.",
            )
        )
    return Measurement(*NAMES, _answer(evidence, each), tuple(figures), tuple(evidence))


def _tested(each: str) -> str:
    return "steps of test rows" if each == "step" else "test rows"


def confusion(truth: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """Rows of true class i that are predicted as j, the mean over the lines of ``predicted`` (S, n); none of a
    prediction of -1, which tells no class.

    >>> confusion(np.array([0, 0, 1]), np.array([[0, 1, 1]]), 2).tolist()
    [[1.0, 1.0], [0.0, 1.0]]
    """
    counts = np.zeros((classes, classes))
    told = predicted >= 0
    np.add.at(counts, (np.broadcast_to(truth, predicted.shape)[told], predicted[told]), 1 / len(predicted))
    return counts


def _worst_pair(family: str, counts: np.ndarray, names: list[str], each: str, source: str) -> list[Evidence]:
    """The pair of classes with the most errors, also as a share of the true class; of equals the larger share."""
    wrong = counts - np.diag(np.diag(counts))
    shares = wrong / np.maximum(counts.sum(1, keepdims=True), 1)
    i, j = max(np.ndindex(wrong.shape), key=lambda pair: (round(float(wrong[pair]), 9), float(shares[pair])))
    if not wrong[i, j]:
        return []
    subject, method = f"{family}: “{names[i]}” for “{names[j]}”", "the pair with the most errors"
    return [
        Evidence(PAIR, subject, float(shares[i, j]), FRACTION, method=method, source=source),
        Evidence(MANY[each], subject, float(wrong[i, j]), MEAN_COUNT, method=f"{method}; mean over seeds"),
    ]


def _answer(evidence: list[Evidence], each: str) -> str:
    facts = Facts(evidence)
    sentences = []
    for subject in facts.about(PAIR):
        family, _, pair = subject.partition(": ")
        rows = Cite(MANY[each], subject)
        parts = {"family": title(family), "share": Cite(PAIR, subject), "pair": pair, "rows": rows}
        count = facts.find(rows)  # a mean over seeds
        many = "{rows} " + each + ("" if show(count, MEAN_COUNT) == "1" else "s")
        if count < 0.95:
            many, parts = (
                f"less than one {each} a seed",
                {name: parts[name] for name in ("family", "share", "pair")},
            )
        sentences.append(facts.say(f"{{family}} takes {{share}} of {{pair}} ({many})", **parts))
    if not sentences:
        return (
            "No step of a test row is predicted wrong."
            if each == "step"
            else "No test row is predicted wrong."
        )
    joined = facts.join("; ", sentences)
    return Sentence(f"The most frequent confusions: {joined}.", joined.numbers)


MEASURE = Measure("confusion", find)
