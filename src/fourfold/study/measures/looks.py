"""What a family looks at: which maps of its answers may be trusted, and which columns of a table it heeds.

A map of a trained network is held against the maps of the same architecture with weights drawn anew, row by row, by
rank correlation. A map that looks alike shows the architecture or the input, not what was learnt, and is left out.

    saliency     |d output of the predicted class / d input|, summed over channels; shown of a table's column times its
                 standard deviation
    attention    rollout: attention followed through the blocks, mean over the tokens of the last one
    filters      the first convolution's kernel, held against the random numbers that its training started from

Source: Adebayo et al., "Sanity checks for saliency maps" (NeurIPS 2018); Simonyan, Vedaldi and Zisserman, "Deep
inside convolutional networks" (2014); Abnar and Zuidema, "Quantifying attention flow in transformers" (ACL 2020).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fourfold.evidence.evidence import Evidence
from fourfold.evidence.findings import title
from fourfold.evidence.measurement import Axis, Figure, Measurement
from fourfold.evidence.sentences import CORRELATION, FRACTION, Cite, Facts, Sentence, show
from fourfold.study import examination, maps
from fourfold.study.examination import ALIKE, REDRAWS, Arrays
from fourfold.study.measure import Inquiry, Measure
from fourfold.study.study import Study

LIKENESS = "likeness of {kind} to random weights"
CHECKED, PASSED, BOUND = "maps checked", "maps that pass", "likeness that fails"
KINDS = {"saliency": "maps_alike", "attention": "attention_alike", "filters": "filters_alike"}
NAMES = ("looks", "What it looks at", "What does each family look at, and can such maps be trusted?")
DIFFER = "differ from those of random weights, as they should."
MOST_COLUMNS = 12
STEPWISE = " Of the answer for the last step of each series."


def find(inquiry: Inquiry) -> Measurement:
    examined = examination.found(inquiry.study, inquiry.trials)
    evidence: list[Evidence] = []
    for family in inquiry.trials:
        if family in examined:
            evidence += _checks(family, examined[family])
        else:
            evidence.append(examination.missing(LIKENESS.format(kind="saliency"), family))
    checked = [e for e in evidence if e.value is not None]
    passed = [e for e in checked if e.value is not None and e.value <= ALIKE]
    table = Figure(
        "looks",
        "table",
        "Do the maps pass the check with random weights?",
        tuple(_row(e) for e in checked),
        columns=("Family", "Map", "Correlation", "Passes"),
        note="Mean rank correlation with the maps of random weights; a map that they explain is left out: above "
        f"{ALIKE:g}." + (STEPWISE if inquiry.study.problem.stepwise else ""),
    )
    evidence += [
        Evidence(CHECKED, "study", len(checked), "count"),
        Evidence(PASSED, "study", len(passed), "count"),
        Evidence(BOUND, "study", ALIKE, CORRELATION),
    ]
    figures = [table, *_columns(inquiry.study, examined)]
    return Measurement(*NAMES, _answer(evidence, checked), tuple(figures), tuple(evidence))


def _checks(family: str, arrays: Arrays) -> list[Evidence]:
    found = []
    for kind, name in KINDS.items():
        if name in arrays:
            method = f"mean Spearman correlation over rows and {REDRAWS} draws of the weights"
            if kind == "filters":
                method = "Spearman correlation of the kernel's numbers with those it started from"
            value, measure = float(arrays[name]), LIKENESS.format(kind=kind)
            found.append(
                Evidence(measure, family, value, CORRELATION, None, method, examination.source(arrays))
            )
    return found


def _kind(found: Evidence) -> str:
    return next(kind for kind in KINDS if found.measure == LIKENESS.format(kind=kind))


def _row(found: Evidence) -> dict[str, object]:
    value = found.value or 0.0
    return {
        "Family": title(found.subject),
        "Map": _kind(found),
        "Correlation": show(value, CORRELATION),
        "Passes": "yes" if value <= ALIKE else "no",
    }


def _columns(study: Study, examined: Mapping[str, Arrays]) -> list[Figure]:
    """The columns of a table that the families' answers depend on the most, by maps that pass."""
    if study.problem.layout != "flat":
        return []
    shares = {
        family: maps.normalised(arrays["maps"]).mean(axis=0)
        for family, arrays in examined.items()
        if float(arrays["maps_alike"]) <= ALIKE
    }
    if not shares:
        return []
    names = study.preparations[0].input_names
    most = np.argsort(-np.mean(list(shares.values()), axis=0), kind="stable")[:MOST_COLUMNS]
    rows = [
        {"series": family, "group": names[column], "value": float(share[column])}
        for column in most
        for family, share in shares.items()
    ]
    return [
        Figure(
            "looks-columns",
            "bars",
            "Which columns answers depend on",
            tuple(rows),
            x=Axis("column, as prepared"),
            y=Axis("share of the gradient", FRACTION),
            note="Mean over test rows of |d answer / d column| times the column's standard deviation. Not a cause.",
        )
    ]


def _answer(evidence: list[Evidence], checked: list[Evidence]) -> str:
    if not checked:
        return ""
    facts = Facts(evidence)
    failed = [e for e in checked if e.value is not None and e.value > ALIKE]
    one = len(checked) - len(failed) == 1
    sentence = facts.say(
        "{passed} of {checked} kinds of maps "
        + ("differs from those of random weights, as it should." if one else DIFFER),
        passed=Cite(PASSED, "study"),
        checked=Cite(CHECKED, "study"),
    )
    if not failed:
        return sentence
    listed = facts.join(
        ", ",
        [
            facts.say(
                "{kind} of {family} ({value})",
                kind=_kind(e),
                family=title(e.subject),
                value=Cite(e.measure, e.subject),
            )
            for e in failed
        ],
    )
    head = facts.say(" Left out, with a rank correlation above {bound}: ", bound=Cite(BOUND, "study"))
    return Sentence(f"{sentence}{head}{listed}.", (*sentence.numbers, *head.numbers, *listed.numbers))


MEASURE = Measure("looks", find, examination.wants)
