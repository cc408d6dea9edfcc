"""Each target: where there are several, how well each one is predicted, as `quality` measured it.

Numbers by R2, labels by F1, the steps of a forecast by their scaled error.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fourfold.evidence.evidence import Evidence
from fourfold.evidence.findings import title
from fourfold.evidence.measurement import Axis, Figure, Measurement
from fourfold.evidence.names import AUC, UNTOLD_LABEL, UNTOLD_NUMBER
from fourfold.evidence.sentences import FRACTION, Cite, Facts, Sentence
from fourfold.preprocessing.task import Task

Names = tuple[str, str, str]
NUMBERS: Names = ("targets", "Each target", "Which targets are predicted well, and which are not?")
LABELS: Names = ("targets", "Each label", "Which labels are told well, and which are not?")


def of_each(task: Task, families: Sequence[str], evidence: Iterable[Evidence]) -> Measurement:
    """The families' scores of each target that was measured alone, side by side.

    >>> from fourfold.preprocessing.task import regression_of
    >>> scores = [Evidence(f"R2 of {name}", "dense", r2, "fraction") for name, r2 in (("a", 0.9), ("b", 0.2))]
    >>> of_each(regression_of(["a", "b"]), ["dense"], scores).answer
    'Fully connected predicts “a” best, with R2 90.0 %, “b” worst, with 20.0 %.'
    """
    labels = task.kind == "multilabel"
    word = "MASE" if task.score == "mase" else "F1" if labels else "R2"
    each, about, names = ("label", LABELS, task.classes) if labels else ("target", NUMBERS, task.names)
    measures = {f"{word} of {name}": name for name in names}
    asked = [e for e in evidence if e.measure in measures and e.subject in families]
    found = [e for e in asked if e.applicable]
    if not found:
        return Measurement(*about, reason=asked[0].reason if asked else "there is one target")
    rows = [{"series": e.subject, "group": measures[e.measure], "value": e.value} for e in found]
    shown = len({row["group"] for row in rows})
    part = f"{shown} of {len(names)} {each}s" if shown < len(names) else ""
    figure = Figure(
        "targets",
        "bars",
        f"{word} of each {each}",
        tuple(rows),
        x=Axis(each),
        y=Axis(word, found[0].unit),
        note="; ".join(filter(None, ("Test rows, mean over seeds", part))) + ".",
    )
    told = _told(word, found, measures, "tells" if labels else "predicts")
    answer = Sentence(f"Of {part}, {told}" if part else told, told.numbers)
    return Measurement(*about, answer, (figure,), tuple(found))


def untold(task: Task, families: Sequence[str], evidence: Iterable[Evidence]) -> list[Evidence]:
    """The targets that no family is shown to predict better than a guess, where another one is: the best R2, or AUC.

    >>> from fourfold.preprocessing.task import regression_of
    >>> spans = {"a": (0.8, 0.95), "b": (-0.1, 0.05)}
    >>> scores = [Evidence(f"R2 of {name}", "dense", sum(span) / 2, "fraction", span) for name, span in spans.items()]
    >>> [found.subject for found in untold(regression_of(["a", "b"]), ["dense"], scores)]
    ['b']
    """
    if task.score == "mase":  # a forecast's error is one of the naive one's, not of a guess's
        return []
    word, guess, measure = (AUC, 0.5, UNTOLD_LABEL) if task.kind == "multilabel" else ("R2", 0.0, UNTOLD_NUMBER)
    names = {f"{word} of {name}": name for name in (task.classes if task.kind == "multilabel" else task.names)}
    scores: dict[str, list[Evidence]] = {}
    for e in evidence:
        if e.measure in names and e.subject in families and e.applicable:
            scores.setdefault(names[e.measure], []).append(e)
    shown = {name: any(_least(e) > guess for e in mine) for name, mine in scores.items()}
    if not any(shown.values()):  # as the verdict says of all of them
        return []
    method = "the best family's, where no family's interval is above a guess"
    best = {name: max(mine, key=lambda e: e.value or 0.0) for name, mine in scores.items() if not shown[name]}
    return [Evidence(measure, name, e.value, FRACTION, e.interval, method, e.source) for name, e in best.items()]


def _least(found: Evidence) -> float:
    """What a score is at least: its interval's end, or itself where no interval is known."""
    return (found.value or 0.0) if found.interval is None else found.interval[0]


def _told(word: str, found: list[Evidence], measures: dict[str, str], verb: str) -> Sentence:
    """Each family's best and worst of the targets that were measured alone."""
    facts, sentences = Facts(found), []
    for family in dict.fromkeys(e.subject for e in found):
        mine = sorted((e for e in found if e.subject == family), key=lambda e: e.value or 0.0)
        worst, best = (mine[-1], mine[0]) if word == "MASE" else (mine[0], mine[-1])
        if best is worst:
            one = Cite(best.measure, family)
            words = f"{{family}} {verb} “{{name}}” with {{word}} {{value}}"
            name = measures[best.measure]
            sentences.append(facts.say(words, family=title(family), name=name, word=word, value=one))
            continue
        sentences.append(
            facts.say(
                f"{{family}} {verb} “{{best}}” best, with {{word}} {{high}}, “{{worst}}” worst, with {{low}}",
                family=title(family),
                word=word,
                best=measures[best.measure],
                high=Cite(best.measure, family),
                worst=measures[worst.measure],
                low=Cite(worst.measure, family),
            )
        )
    joined = facts.join("; ", sentences)
    return Sentence(f"{joined}.", joined.numbers)
