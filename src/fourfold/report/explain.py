"""A family explained: what it is, when to use it, what to tune; and what the last study measured of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fourfold.core.naming import several, worded
from fourfold.errors import FileError, MachineError, OptionError, closest
from fourfold.evidence.evidence import Evidence
from fourfold.evidence.findings import ALSO_CALLED
from fourfold.evidence.sentences import show
from fourfold.report.design import example, plural
from fourfold.report.escape import visible
from fourfold.report.files import load_study
from fourfold.report.format import flow

WIDTH = 80
NAMED_UNITS = ("kB", "nats", "tokens")
"""Units that a number alone does not show."""


@dataclass(frozen=True)
class Explanation:
    """A family in words. ``tune`` leads from a hyperparameter, the most important first, to what it decides."""

    title: str
    equation: str
    what: str
    use: str
    avoid: str
    ease: str
    cost: str
    tune: dict[str, str]
    layers: str


EXPLANATIONS = {
    "dense": Explanation(
        "Fully connected",
        "y = f(x W + b)",
        "Every output sees every input through a weight of its own. Nothing is assumed about neighbours or order: a "
        "fixed permutation of the inputs changes nothing that can be learnt.",
        "Tables, features without order, texts as the mean of their words' vectors, the head on top of the other "
        "families; whenever it is equivalent, since it is the cheapest and the simplest to run.",
        "Patterns that may stand anywhere: it must learn each place anew. Inputs of varying size.",
        "Easy: one to three layers, a wide band of learning rates. Normalise the inputs; on small tables use dropout.",
        "F U weights and 2 F U FLOPs for F inputs and U units, in one product: no waiting.",
        {
            "learning rate": "whether it trains at all",
            "width": "what it can represent, and how much it can memorise",
            "dropout, weight decay": "overfitting, above all below a thousand rows",
            "depth": "less than is believed, after two layers",
        },
        "Dense, Dropout, BatchNormalization",
    ),
    "convolution": Explanation(
        "Convolution",
        "y[t] = f(sum_j x[t + j] W[j] + b)",
        "The same small filter looks at every place. What is learnt in one place is known in all, and neighbours are "
        "assumed to belong together.",
        "Images, sound, sensor series: local patterns that may stand anywhere; few rows.",
        "Inputs whose neighbours mean nothing, such as the columns of a table; relations between places far apart, "
        "unless layers or dilation make the receptive field reach them.",
        "Easy with batch normalisation: learning rates over two orders of magnitude work.",
        "k C U weights whatever the length, 2 k C U T FLOPs over T places, all at once.",
        {
            "learning rate": "whether it trains at all",
            "kernel size, depth, pooling": "the receptive field: how far apart two places may be that matter together",
            "how it ends": "pooling over places (where does not matter) or flattening (where matters)",
            "filters": "how many patterns can be told apart",
        },
        "Conv1D, Conv2D, MaxPooling2D, GlobalAveragePooling1D",
    ),
    "recurrent": Explanation(
        "Recurrent",
        "h[t] = f(x[t] W + h[t - 1] U + b)",
        "Reads one step after the other and keeps what matters in a state. The same weights serve every step, so any "
        "length fits, and time has a direction.",
        "Sequences in which something must be remembered: states, counters, the last value written; streams, where "
        "each new step costs the same.",
        "Long inputs on parallel hardware: T steps wait for each other. Exact recall of many items: the state is "
        "small.",
        "Harder: needs the higher learning rates within a short budget, clipped gradients, a forget gate that starts "
        "open (a bias of 1; log(steps) where a unit is to hold for the whole series); gradients fade over long gaps.",
        "4 U (C + U) weights for an LSTM, T times as many products, one after the other.",
        {
            "learning rate": "the band that works is narrower than for the others",
            "units": "how much can be remembered",
            "what is read out": "the last state, or a maximum over all",
            "direction": "both, where the whole sequence is known before the answer",
        },
        "LSTM, GRU, SimpleRNN, Bidirectional",
    ),
    "attention": Explanation(
        "Attention",
        "y = softmax(Q K' / sqrt(d)) V,  Q = x W_q, K = x W_k, V = x W_v",
        "Every position asks a question, is compared with all others and takes a weighted mean of what they offer. The "
        "weights sum to one: more for one position is less for the others. It does not know the order unless "
        "positions are added.",
        "Relations between any two places, whatever the distance: look-up, matching, recall; many rows.",
        "Few rows: it assumes least after the fully connected layer. Long inputs: the work grows with T squared.",
        "Sensitive: normalise before each block, give positions from the first step on; a lower learning rate than the "
        "others, or it only solves the task in a narrow band.",
        "4 d^2 weights whatever the length, 2 T^2 d FLOPs each for comparing and for mixing, all at once.",
        {
            "learning rate": "whether the comparison is found at all",
            "positions": "without them the order is lost",
            "tokens": "what one position is: a patch, a frame, a column",
            "heads, width, depth": "how many questions can be asked, and in how many rounds",
        },
        "MultiHeadAttention, LayerNormalization, Embedding",
    ),
}


SIGNED = ("difference to the best other", "gain over the baseline")
"""Measures whose sign says which is better, whatever the score."""


def explain(family: str, results: dict[str, Any] | None = None) -> str:
    """A family's explanation as text of 80 columns; with the numbers of a study, where there is one.

    Raises:
        OptionError: ``unknown-family``.

    >>> print(explain("dense").splitlines()[0])
    Fully connected: y = f(x W + b)
    """
    if family not in EXPLANATIONS:
        raise OptionError(
            "unknown-family",
            "there is no such family",
            got=f"{family!r}{closest(ALSO_CALLED.get(family.casefold(), family), EXPLANATIONS)}",
            wanted=", ".join(EXPLANATIONS),
        )
    found = EXPLANATIONS[family]
    lines = [f"{found.title}: {found.equation}", "", *_wrapped(found.what), ""]
    for head, words in (
        ("Use it for", found.use),
        ("Not for", found.avoid),
        ("Training", found.ease),
        ("Cost", found.cost),
    ):
        lines += _wrapped(words, head)
    lines += ["", "Hyperparameters, the most important first:"]
    lines += [line for name, why in found.tune.items() for line in _wrapped(why, f"  {name}")]
    lines += ["", f"Layers: {found.layers} (fourfold.layers)"]
    return "\n".join([*lines, *_of_study(family, results)])


def last_study(place: Path) -> tuple[dict[str, Any] | None, list[str]]:
    """The results of the newest study in a folder, its own or those of a folder in it; and what can't be read.

    The second speaks of newer studies than the first. A results.json without a study.json beside it may be that of
    another program, unless it lies in the very folder.
    """
    paths = [place / "results.json", *place.glob("*/results.json")]
    unread = []
    for path in sorted((p for p in paths if p.is_file()), key=lambda p: p.stat().st_mtime, reverse=True):
        try:
            return load_study(path.parent)[0], unread
        except (FileError, MachineError) as error:
            if path.parent == place or (path.parent / "study.json").exists():
                unread.append(str(error))
    return None, unread


def _of_study(family: str, results: dict[str, Any] | None) -> Iterable[str]:
    """What a study measured of the family, and what its measures said."""
    row = next((row for row in (results or {}).get("families", ()) if row["family"] == family), None)
    if results is None or row is None:
        return ["", "No study in this folder yet: fourfold compare DATA measures all of this."]
    data, verdict = results["data"], results["verdict"]
    each = example(data)
    count = plural(data["rows"], each, several(each))
    lines = ["", visible(f"Measured on {data['name']} ({count}, {results['design']['effort']} effort):")]
    lines += _wrapped(visible(str(row["architecture"])), "  architecture")
    lines += _wrapped(visible(str(verdict["sentence"])), "  verdict")
    families = {found["family"] for found in results["families"]}
    for item in map(Evidence.from_dict, results.get("evidence") or ()):
        whole = item.subject in families
        name, part = (item.subject, "") if whole else item.subject.partition(": ")[::2]  # of one hyperparameter, say
        if name == family and item.value is not None:
            sign = "; above 0: better" if item.measure in SIGNED else ""
            head = f"{worded(item.measure, each)}{', ' * bool(part)}{visible(part)}"
            lines += _wrapped(visible(_shown(item) + sign), f"  {head}")
    return lines


def _shown(item: Evidence) -> str:
    """A value with its interval, in its unit; a bound alone has no other end."""
    value, unit = show(item.value or 0.0, item.unit, interval=item.interval), item.unit
    if unit in NAMED_UNITS:
        value = f"{value} {unit}"
    if item.interval is None:
        return value
    if item.one_sided:
        return f"{value} ({show(item.interval[0], unit, interval=item.interval)} or more)"
    low, high = (show(end, unit, bare=bare, interval=item.interval) for end, bare in zip(item.interval, (True, False)))
    return f"{value} ({low} to {high})"


def _wrapped(words: str, head: str = "") -> list[str]:
    first = f"{head}: " if head else ""
    return flow(first + words, WIDTH, "    " if head else "")
