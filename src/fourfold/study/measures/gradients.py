"""Gradients: how the loss's gradient fades or grows on its way to the first layer, and to the first steps of an input.

    layer l      |d loss / d weights of l|                              at the initial and at the final weights
    lag k        sqrt(mean over rows of |d loss / d input[T - k]|^2)    T the last step

Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks" (AISTATS
2010); Bengio, Simard and Frasconi, "Learning long-term dependencies with gradient descent is difficult" (1994).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fourfold.core.naming import several
from fourfold.evidence.evidence import Evidence
from fourfold.evidence.findings import title
from fourfold.evidence.measurement import Axis, Figure, Measurement
from fourfold.evidence.sentences import RATIO, Cite, Facts, Sentence
from fourfold.study import examination
from fourfold.study.examination import Arrays
from fourfold.study.measure import Inquiry, Measure

MOMENTS = {"start": "at the start", "end": "at the end"}
LAYERS = "gradient of the first layer over the last, {moment}"
LAGS = "gradient by the first {place} over the last, {moment}"
NAMES = ("gradients", "Gradients")
QUESTION = "Does the loss reach the first layer{steps}?"
MOST_POINTS = 64
"""Points of a line; longer series are drawn in bins."""


def find(inquiry: Inquiry) -> Measurement:
    examined, problem = examination.found(inquiry.study, inquiry.trials), inquiry.study.problem
    evidence: list[Evidence] = []
    for family in inquiry.trials:
        if family in examined:
            evidence += _ratios(family, examined[family], problem.place)
        else:
            evidence.append(examination.missing(LAYERS.format(moment=MOMENTS["start"]), family))
    figures = [_by_layer(family, arrays) for family, arrays in examined.items()]
    steps = several(problem.place)
    lags = "rows of pixels" if problem.layout == "image" else steps
    figures += [_by_lag(examined, moment, lags) for moment in MOMENTS if _lags(examined)]
    question = QUESTION.format(steps=f", and the first {steps} of an input" if _lags(examined) else "")
    return Measurement(*NAMES, question, _answer(evidence, problem.place), tuple(figures), tuple(evidence))


def _ratios(family: str, arrays: Arrays, place: str) -> list[Evidence]:
    """First over last: layers and, where an input has steps, steps."""
    method = "ratio of norms; dropout off, running statistics as for predictions"
    source = f"one network, {len(arrays['rows'])} training rows"
    found = []
    for moment, words in MOMENTS.items():
        norms = arrays[f"gradient_{moment}"]
        pairs = [(LAYERS, norms[0], norms[-1])]
        if f"lag_{moment}" in arrays:
            lags = arrays[f"lag_{moment}"]
            lags = lags[np.isfinite(lags)]
            pairs.append((LAGS, lags[-1], lags[0]))
        for name, first, last in pairs:
            name = name.format(moment=words, place=place)
            if last > 0 and np.isfinite(first):
                found.append(Evidence(name, family, float(first / last), RATIO, None, method, source))
            else:
                found.append(Evidence(name, family, None, reason="the last gradient is zero or not a number"))
    return found


def _by_layer(family: str, arrays: Arrays) -> Figure:
    rows = [
        {"series": words, "group": str(layer), "value": float(norm) if np.isfinite(norm) else None}
        for moment, words in MOMENTS.items()
        for layer, norm in zip(arrays["layers"], arrays[f"gradient_{moment}"])
    ]
    return Figure(
        "gradients-by-layer",
        "bars",
        f"Gradient by layer: {title(family)}",
        tuple(rows),
        x=Axis("layer, from the input on"),
        y=Axis("norm of the gradient", log=True),
        note="Of the mean loss of the same training rows, by all weights of a layer.",
    )


def _lags(examined: Mapping[str, Arrays]) -> bool:
    return any("lag_start" in arrays for arrays in examined.values())


def _by_lag(examined: Mapping[str, Arrays], moment: str, steps: str) -> Figure:
    rows = [
        {"series": family, "x": lag, "value": value}
        for family, arrays in examined.items()
        for lag, value in _relative(arrays[f"lag_{moment}"])
    ]
    return Figure(
        "gradients-by-lag",
        "lines",
        f"Gradient by lag: {MOMENTS[moment]}",
        tuple(rows),
        x=Axis(f"{steps} before the last", "count"),
        y=Axis(f"norm over that of all {steps}", log=True),
        note=f"Relative to the root mean square over the {steps}, so 1 everywhere is an even reach.",
    )


def _relative(norms: np.ndarray) -> list[tuple[int, float]]:
    """Lags, and norms over their root mean square; of many lags, bins by their first lag. Zeros are left out."""
    scale = float(np.sqrt(np.nanmean(norms**2))) if np.isfinite(norms).any() else 0.0
    if not scale > 0:
        return []
    width = -(-len(norms) // MOST_POINTS)
    bins = [(start, norms[start : start + width] / scale) for start in range(0, len(norms), width)]
    means = [
        (start, float(np.sqrt(np.mean(b[np.isfinite(b)] ** 2)))) for start, b in bins if np.isfinite(b).any()
    ]
    return [(start, value) for start, value in means if value > 0]


def _answer(evidence: list[Evidence], place: str) -> str:
    """The family whose first layer, and whose first step, gets the least at the start."""
    facts = Facts(evidence)
    sentences: list[Sentence] = []
    for name, template in (
        (
            LAYERS,
            "Before training, the first layer's gradient is smallest beside the last layer's in {family}: {value} "
            "times as large; {end} after training.",
        ),
        (
            LAGS,
            f"The gradient by an input's first {place} is smallest beside that by its last in {{family}}: {{value}} "
            "times as large; {end} after training.",
        ),
    ):
        start, end = (name.format(moment=words, place=place) for words in MOMENTS.values())
        both = [e for e in facts.about(start).values() if e.subject in facts.about(end)]
        if both:
            least = min(both, key=lambda e: e.value or 0.0).subject
            found = {"value": Cite(start, least), "end": Cite(end, least)}
            sentences.append(facts.say(template, family=title(least), **found))
    return facts.join(" ", sentences)


MEASURE = Measure("gradients", find, examination.wants)
