"""Reach: where in the input lies what an answer depends on, and how far and how widely attention reads.

    J[p] = |d output of the predicted class / d input[p]|, summed over channels; of a table's column over what
           preparation made of it, each times its standard deviation

The share of the places that holds nine tenths of J says how much of an input an answer rests on. Attention's weights
are a softmax: they sum to one, so reading one token more is reading the others less. Their entropy over that of
reading all tokens alike says which of the two a block does.

Source: Luo et al., "Understanding the effective receptive field in deep convolutional neural networks" (NIPS 2016);
Dosovitskiy et al., "An image is worth 16x16 words" (ICLR 2021), section 4.5 (attention distance).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from scipy import stats

from fourfold.core.naming import several
from fourfold.evidence.evidence import Evidence
from fourfold.evidence.findings import title
from fourfold.evidence.measurement import Axis, Figure, Measurement
from fourfold.evidence.sentences import FRACTION, Cite, Facts, Sentence, enumerated, show
from fourfold.study import examination, maps
from fourfold.study.candidates import Problem
from fourfold.study.examination import Arrays
from fourfold.study.measure import Inquiry, Measure
from fourfold.study.study import Study

SHARE = "share of places that hold nine tenths of the Jacobian"
DISTANCE, UNIFORM = "attention distance, {block}", "distance if attention read all tokens alike"
ENTROPY = "entropy of attention, {block}"
NAMES = ("reach", "Reach", "How much of an input does an answer depend on, and where does it lie?")
PLACES = {"flat": "columns", "sequence": "time steps", "image": "pixels", "text": "tokens"}
"""What the positions of an input are called."""
MOST_POINTS = 64
"""Points of a line; longer series are drawn in bins."""

STEPWISE = " The answer is that of a series' last step."


def find(inquiry: Inquiry) -> Measurement:
    study = inquiry.study
    if math.prod(study.problem.shape) == 1:
        return Measurement(*NAMES, reason="an example is one number: there is nothing to look away from")
    if study.problem.layout == "flat" and len(study.dataset.columns) == 1:
        return Measurement(*NAMES, reason="an example is one column: there is nothing to look away from")
    examined = _by_column(study, examination.found(study, inquiry.trials))
    places = PLACES[study.problem.layout]
    evidence, bars, table = [], [], []
    for family in inquiry.trials:
        arrays = examined.get(family)
        if arrays is None:
            evidence.append(examination.missing(SHARE, family))
            continue
        share = _share(family, arrays)
        low, high = share.interval or (None, None)
        bars.append({"series": family, "group": places, "value": share.value, "low": low, "high": high})
        blocks = _attention(family, arrays)
        evidence += [share, *blocks]
        table += _blocks(family, arrays)
    held = Figure(
        "reach",
        "bars",
        f"Share of the {places} that holds nine tenths of what an answer depends on",
        tuple(bars),
        x=Axis(""),
        y=Axis(f"share of the {places}", FRACTION),
        note="One trained network a family; the interval is over test rows."
        + (STEPWISE if study.problem.stepwise else ""),
    )
    figures = [held, *_where(study.problem, examined)] + ([_of_attention(table)] if table else [])
    return Measurement(*NAMES, _answer(evidence, places, study.problem), tuple(figures), tuple(evidence))


def _by_column(study: Study, examined: dict[str, Arrays]) -> dict[str, Arrays]:
    """Maps of a table over its own columns, of which words and missing values make several."""
    if study.problem.layout != "flat":
        return examined
    owners = study.preparations[0].input_columns
    return {
        family: arrays | {"maps": maps.summed(arrays["maps"], owners)[1]}
        for family, arrays in examined.items()
    }


def _share(family: str, arrays: Arrays) -> Evidence:
    found, lengths = arrays["maps"], arrays.get("lengths")
    by_row = maps.places_holding(found, None if lengths is None else maps.within(lengths, found.shape[1]))
    mean, count = float(by_row.mean()), len(by_row)
    half = 0.0
    if count > 1:
        half = float(stats.t.ppf(0.975, count - 1) * by_row.std(ddof=1) / count**0.5)
    interval = (max(mean - half, 0.0), min(mean + half, 1.0))
    method = "mean over rows, 95 % interval by Student's t, given this trained network"
    return Evidence(SHARE, family, mean, FRACTION, interval, method, examination.source(arrays))


def _attention(family: str, arrays: Arrays) -> list[Evidence]:
    """Distances, where tokens have places, and entropies of each block."""
    if "attention" not in arrays:
        return []
    method, source = "mean over rows, heads and tokens", examination.source(arrays)
    found = []
    for number, (distance, entropy) in enumerate(
        zip(arrays["attention_distance"], arrays["attention_entropy"])
    ):
        block = _ordinal(number)
        if _in_places(arrays):
            found.append(
                Evidence(
                    DISTANCE.format(block=block), family, float(distance), "tokens", None, method, source
                )
            )
        found.append(
            Evidence(ENTROPY.format(block=block), family, float(entropy), FRACTION, None, method, source)
        )
    if _in_places(arrays):
        found.append(
            Evidence(
                UNIFORM, family, float(arrays["uniform_distance"]), "tokens", method="counted on the tokens"
            )
        )
    return found


def _in_places(arrays: Arrays) -> bool:
    """Whether tokens lie somewhere; those of a table are columns, whose order is arbitrary."""
    return arrays["maps"].ndim > 2 or "by_lag" in arrays


def _distances(distance: float, arrays: Arrays) -> dict[str, object]:
    return {"Distance": f"{distance:.2f}", "If all were read alike": f"{arrays['uniform_distance']:.2f}"}


def _blocks(family: str, arrays: Arrays) -> list[dict[str, object]]:
    if "attention" not in arrays:
        return []
    return [
        {
            "Family": title(family),
            "Block": number + 1,
            **(_distances(float(distance), arrays) if _in_places(arrays) else {}),
            "Entropy (share of the greatest)": show(float(entropy), FRACTION),
        }
        for number, (distance, entropy) in enumerate(
            zip(arrays["attention_distance"], arrays["attention_entropy"])
        )
    ]


def _of_attention(blocks: Sequence[dict[str, object]]) -> Figure:
    distances = "; distances in tokens" if "Distance" in blocks[0] else ""
    return Figure(
        "reach-attention",
        "table",
        "What attention reads, block by block",
        tuple(blocks),
        columns=tuple(blocks[0]),
        note=f"Mean over test rows, heads and tokens{distances}.",
    )


def _where(problem: Problem, examined: Mapping[str, Arrays]) -> list[Figure]:
    """Lines of shares: by distance from the centre of an image's map, by lag in a series or text."""
    name, axis = (
        ("by_distance", "pixels from the map's own centre")
        if problem.layout == "image"
        else ("by_lag", f"{several(problem.place)} before the last")
    )
    rows = [
        {"series": family, "x": place, "value": share}
        for family, arrays in examined.items()
        if name in arrays
        for place, share in _binned(arrays[name])
    ]
    if not rows:
        return []
    return [
        Figure(
            "reach-where",
            "lines",
            "Where what an answer depends on lies",
            tuple(rows),
            x=Axis(axis, "count"),
            y=Axis("share", FRACTION),
            note="The share of the Jacobian's absolute values; mean over test rows.",
        )
    ]


def _binned(shares: np.ndarray) -> list[tuple[int, float]]:
    """Places and shares; of many places, the sums of bins by their first place."""
    width = -(-len(shares) // MOST_POINTS)
    starts = range(0, len(shares), width)
    return [(start, float(np.nansum(shares[start : start + width]))) for start in starts]


def _ordinal(number: int) -> str:
    """A block's name in words."""
    return f"{('first', 'second', 'third', 'fourth')[number] if number < 4 else f'{number + 1}th'} block"


def _answer(evidence: list[Evidence], places: str, problem: Problem) -> str:
    facts = Facts(evidence)
    shares = sorted(facts.about(SHARE).values(), key=lambda found: found.value or 0.0)
    if not shares:
        return ""
    answer = "the answer for the last step" if problem.stepwise else "an answer"
    held = f"{{value}} of the {places} hold nine tenths of what {answer} depends on in {{family}}"
    said = [
        (held + ", the fewest", shares[0].subject, title(shares[0].subject)),
        ("{value} in {family}, the most", shares[-1].subject, title(shares[-1].subject)),
    ]
    if len({show(e.value or 0.0, FRACTION) for e in (shares[0], shares[-1])}) == 1:
        said = [(held, shares[0].subject, enumerated([title(e.subject) for e in shares]))]
    ends = [facts.say(words, value=Cite(SHARE, subject), family=family) for words, subject, family in said]
    listed = facts.join("; ", ends)
    sentence = Sentence(f"{listed}.", listed.numbers)
    block = _ordinal(0)
    for family in facts.about(ENTROPY.format(block=block)):
        template = "In {family}'s first block the weights have {entropy} of the entropy of reading all tokens alike"
        parts: dict[str, str | Cite] = {
            "family": title(family),
            "entropy": Cite(ENTROPY.format(block=block), family),
        }
        if family in facts.about(UNIFORM):
            template += " and lie {distance} tokens away on average ({uniform} if all were read alike)"
            parts |= {
                "distance": Cite(DISTANCE.format(block=block), family),
                "uniform": Cite(UNIFORM, family),
            }
        return facts.join(" ", [sentence, facts.say(template + ".", **parts)])
    return sentence


MEASURE = Measure("reach", find, examination.wants)
