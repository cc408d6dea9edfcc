"""What is asked of a model: the kind of target, its classes, and the output, loss and score that follow."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

Kind = Literal["classification", "regression"]
Output = Literal["softmax", "sigmoid", "linear", "softplus", "tanh"]
Loss = Literal["categorical crossentropy", "binary crossentropy", "mean squared error"]
Score = Literal["accuracy", "balanced_accuracy", "rmse"]
LabelType = Literal["text", "integer", "number", "boolean"]

IMBALANCED = 0.8
"""The share of one class above which plain accuracy says little."""


@dataclass(frozen=True)
class Task:
    """The task that a target sets.

    - classification of K > 2 classes: K outputs with softmax, categorical crossentropy;
    - classification of 2 classes: one output with sigmoid, binary crossentropy; it is the probability
      of ``classes[1]``;
    - regression: one output with mean squared error; linear, softplus for a positive target, tanh for a
      target within ``bounds``.

    ``classes`` are labels as text, in order; ``label_type`` says as what the user wrote them.

    >>> classification(np.array(["no", "yes", "no"])).output
    'sigmoid'
    >>> regression(np.array([-1.0, 2.5])).output, regression(np.array([1.0, 2.5])).output
    ('linear', 'softplus')
    """

    kind: Kind
    classes: tuple[str, ...]
    output: Output
    loss: Loss
    score: Score
    bounds: tuple[float, float] | None = None
    label_type: LabelType = "text"

    @property
    def units(self) -> int:
        """How many numbers the output layer gives."""
        return len(self.classes) if self.output == "softmax" else 1

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def classification(labels: np.ndarray, label_type: LabelType = "text") -> Task:
    """The task of labels (N,), all of them present."""
    found, counts = np.unique(np.asarray(labels, dtype=str), return_counts=True)
    share = counts.max() / counts.sum()
    classes = tuple(str(label) for label in found)
    if label_type in ("integer", "number"):
        classes = tuple(sorted(classes, key=float))
    binary = len(classes) == 2
    return Task(
        kind="classification",
        classes=classes,
        output="sigmoid" if binary else "softmax",
        loss="binary crossentropy" if binary else "categorical crossentropy",
        score="balanced_accuracy" if share > IMBALANCED else "accuracy",
        label_type=label_type,
    )


def regression(values: np.ndarray, bounds: tuple[float, float] | None = None) -> Task:
    """The task of finite numbers (N,)."""
    output: Output = "linear"
    if bounds is not None:
        output = "tanh"
    elif np.min(values) > 0:
        output = "softplus"
    return Task("regression", (), output, "mean squared error", "rmse", bounds, "number")
