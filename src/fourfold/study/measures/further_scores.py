"""The further scores of the families side by side, as `quality` measured them, and which family is best by each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fourfold.evidence.evidence import Evidence
from fourfold.evidence.findings import title
from fourfold.evidence.measurement import Axis, Figure, Measurement
from fourfold.evidence.names import AUC
from fourfold.evidence.scoring import SCORE_WORDS
from fourfold.evidence.sentences import Cite, Facts, Sentence, enumerated
from fourfold.preprocessing.task import Task

NAMES = ("quality", "Further scores", "Which family is best by other scores?")
OF_SHARES = (SCORE_WORDS["balanced_accuracy"], AUC, "R2", "micro F1", "macro F1", "subset accuracy")
CALIBRATION = "calibration error"
OF_ERRORS = ("log loss", "Brier score", CALIBRATION, "RMSE", "MAE")
"""The scores that are drawn, of which more is better, and less; those of single targets and labels are not."""

BOTH_CLASSES = "The Brier score sums over both classes, as Brier's does: twice scikit-learn's, which takes one of them."
NO_MORE_THAN_CHANCE = "A calibration error of 0 is one that so few rows can't show: chance alone gives as much."


def side_by_side(task: Task, families: Sequence[str], evidence: Sequence[Evidence]) -> Measurement:
    """The families' further scores side by side, but the one that decides, and which family is best by each.

    >>> found = [Evidence("log loss", name, value, "nats") for name, value in (("dense", 0.2), ("recurrent", 0.3))]
    >>> task = Task("classification", ("a", "b"), "sigmoid", "binary crossentropy", "accuracy")
    >>> side_by_side(task, ["dense", "recurrent"], found).answer
    'Best by log loss (0.200) is Fully connected.'
    """
    drawn = [measure for measure in (*OF_SHARES, *OF_ERRORS) if measure != SCORE_WORDS[task.score]]
    by_score = {
        measure: [e for e in evidence if e.measure == measure and e.subject in families and e.applicable]
        for measure in drawn
    }
    by_score = {measure: found for measure, found in by_score.items() if found}
    if not by_score:
        return Measurement(*NAMES, reason="no further score is known of these predictions")
    note = "They decide nothing: with so many scores some family is the best by one of them by luck."
    errors = [measure for measure in by_score if measure in OF_ERRORS]
    note += f" Of {enumerated(errors)} less is better." if errors else ""
    note += f" {BOTH_CLASSES}" if "Brier score" in by_score and len(task.classes) == 2 else ""
    spans = "Intervals: 95 %, all families at once."
    figures = []
    for measure, found in by_score.items():
        rows = [{"series": e.subject, "group": measure, "value": e.value} for e in found]
        for row, e in zip(rows, found):
            row |= {} if e.interval is None else {"low": e.interval[0], "high": e.interval[1]}
        said = [note] * (not figures) + [spans] * any(e.interval for e in found)
        said += [NO_MORE_THAN_CHANCE] * (measure == CALIBRATION and any(e.value == 0 for e in found))
        name = measure[:1].upper() + measure[1:]
        axis = Axis(measure, found[0].unit)
        figures.append(Figure("quality", "bars", name, tuple(rows), x=Axis("score"), y=axis, note=" ".join(said)))
    shown = tuple(e for found in by_score.values() for e in found)
    return Measurement(*NAMES, _answer(by_score), tuple(figures), shown)


def _answer(by_score: Mapping[str, Sequence[Evidence]]) -> Sentence:
    """By which scores which family is best."""
    facts = Facts([e for found in by_score.values() for e in found])
    best: dict[tuple[str, ...], list[Sentence]] = {}
    for measure, found in by_score.items():
        values = [e.value or 0.0 for e in found]
        top = max(values) if measure in OF_SHARES else min(values)
        ahead = [e for e in found if e.value == top]
        shown = facts.say("{measure} ({value})", measure=measure, value=Cite(measure, ahead[0].subject))
        best.setdefault(tuple(e.subject for e in ahead), []).append(shown)
    parts = []
    for names, sentences in best.items():
        words = Sentence(enumerated(sentences), [number for one in sentences for number in one.numbers])
        verb = "is" if len(names) == 1 else "are"
        head = "best" if parts else "Best"
        families = enumerated([title(name) for name in names])
        parts.append(Sentence(f"{head} by {words} {verb} {families}", words.numbers))
    joined = facts.join("; ", parts)
    return Sentence(f"{joined}.", joined.numbers)
