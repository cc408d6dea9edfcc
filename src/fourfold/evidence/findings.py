"""What a study hands to the verdict, and what the verdict says: plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from fourfold.evidence.design import Examples
from fourfold.evidence.evidence import Evidence
from fourfold.evidence.names import IN_TIME

TITLES = {
    "dense": "Fully connected",
    "convolution": "Convolution",
    "recurrent": "Recurrent",
    "attention": "Attention",
}

ALSO_CALLED = {
    **dict.fromkeys(("mlp", "ann", "fc", "fully connected", "feedforward"), "dense"),
    **dict.fromkeys(("cnn", "convnet", "conv", "conv1d", "conv2d", "tcn", "resnet"), "convolution"),
    **dict.fromkeys(("rnn", "lstm", "gru"), "recurrent"),
    **dict.fromkeys(("transformer", "self-attention", "mha", "vit"), "attention"),
}
"""Families, and networks of them, by other names than those of this table."""

Kind = Literal["choose", "equivalent", "undecided", "none"]


def title(name: str) -> str:
    """How a family or a baseline is called in a sentence.

    >>> title("dense"), title("boosted trees"), title("MLP")
    ('Fully connected', 'Boosted trees', 'MLP')
    """
    return TITLES.get(name, name[:1].upper() + name[1:])


@dataclass(frozen=True)
class FamilyFindings:
    """One family: `losses` (S, n) as `statistics.Analysis` takes them, or None and in `status` why not."""

    losses: np.ndarray | None
    parameters: int
    flops: float
    sequential_steps: int = 1
    status: str = "trained"


@dataclass(frozen=True)
class BaselineFindings:
    """One baseline: its losses (1, n) on the test examples, its score on validation data, whether it reads no input."""

    losses: np.ndarray
    validation: float
    guess: bool = False


@dataclass(frozen=True)
class Findings:
    """All that the verdict reads.

    Attributes:
        score: ``accuracy``, ``balanced_accuracy`` or ``rmse``; `validation` scores are in it, too.
        families: name -> findings.
        runs: (S, n), the number of the trained model that predicted the entry.
        fold: (n,), the fold that holds example i out; (S, n) where the cross-validation is repeated.
        baselines: name -> findings; the one that is best on validation data is the one to beat, of equals the one
            that tests best. One whose losses or validation score are not finite is left out.
        margin: the difference that matters, in the score's unit; None is 0.01 of accuracy, or 2 % of the
            RMSE of the baseline to beat (without baselines: of the best family).
        protocol: ``cross-validation`` or ``hold-out``.
        level: of the simultaneous intervals.
        groups: (n,), which examples depend on each other; None if each stands alone.
        strata: (n,), the classes that a balanced accuracy is the mean over; else None.
        weights: (n,), the loss of a wrong example, to a factor; None if all are alike.
        one_rate: whether there was one learning rate, the same for all families: which of them it suits says nothing
            of which is better.
        further: what else the study measured, for the doubts (`doubts` names the measures); decides nothing.
    """

    score: str
    families: Mapping[str, FamilyFindings]
    runs: np.ndarray
    fold: np.ndarray
    baselines: Mapping[str, BaselineFindings] = field(default_factory=dict)
    margin: float | None = None
    protocol: Literal["cross-validation", "hold-out"] = "cross-validation"
    level: float = 0.95
    groups: np.ndarray | None = None
    strata: np.ndarray | None = None
    weights: np.ndarray | None = None
    one_rate: bool = False
    further: tuple[Evidence, ...] = ()

    @property
    def examples(self) -> Examples:
        return {"groups": self.groups, "strata": self.strata, "weights": self.weights}

    @property
    def in_time(self) -> bool:
        """Whether the examples stand in order of time: their groups are blocks of neighbours."""
        return any(item.measure == IN_TIME for item in self.further)


@dataclass(frozen=True)
class Verdict:
    """Which family to use, in words whose numbers are all in `evidence`.

    Attributes:
        kind: ``choose``, ``equivalent``, ``undecided`` or ``none``.
        family: the one to use; the best so far where undecided, the best family where none is warranted,
            None where all failed.
        equivalents: the families within the margin of the best, cheapest first (only for ``equivalent``).
        sentence: the answer in a line.
        why: two or three sentences, each citing numbers of this study.
        runner_up: the family that came closest to `family`.
        price: what `family` costs or saves against each other family, one line each.
        change: what would change the answer.
        doubts: what to keep in mind.
        settle: ``{"seeds": 12}`` and/or ``{"more rows": 900}``, about what would settle it, or None.
        evidence: scores, differences, gains, costs.
    """

    kind: Kind
    family: str | None
    sentence: str
    equivalents: tuple[str, ...] = ()
    why: tuple[str, ...] = ()
    runner_up: str | None = None
    price: tuple[str, ...] = ()
    change: str = ""
    doubts: tuple[str, ...] = ()
    settle: dict[str, int] | None = None
    evidence: tuple[Evidence, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain data for a JSON file, without the evidence (which a study writes once, with all other)."""
        return {
            "kind": self.kind,
            "family": self.family,
            "sentence": str(self.sentence),
            "equivalents": list(self.equivalents),
            "why": [str(s) for s in self.why],
            "runner_up": self.runner_up,
            "price": [str(s) for s in self.price],
            "change": str(self.change),
            "doubts": [str(s) for s in self.doubts],
            "settle": self.settle,
        }
