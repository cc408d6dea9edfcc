"""What is asked of a model: the kind of target, its classes, and the output, loss and score that follow."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np

from .table import levels_of

Kind = Literal["classification", "regression", "multilabel"]
Output = Literal["softmax", "sigmoid", "linear", "softplus", "tanh"]
Loss = Literal["categorical crossentropy", "binary crossentropy", "mean squared error", "mean absolute error"]
Score = Literal["accuracy", "balanced_accuracy", "jaccard", "rmse", "mase"]
LabelType = Literal["text", "integer", "number", "boolean"]

NUMBER = re.compile(r"[-+]?\d{1,15}(\.\d{1,15})?", re.ASCII)
"""A class that is a number, as words write it."""

NEAR = 3.0
"""How many standard deviations the mean of a positive target may be from zero that a network keeps positive."""

IMBALANCED = 0.8
"""The share of one class above which plain accuracy says little."""


@dataclass(frozen=True)
class Task:
    """The task that a target sets.

    - classification of K > 2 classes: K outputs with softmax, categorical crossentropy;
    - classification of 2 classes: one output with sigmoid, binary crossentropy; it is the probability
      of ``classes[1]``;
    - regression: one output with mean squared error; linear, softplus for a positive target near 0, tanh for a
      target within ``bounds``;
    - regression of K columns: K linear outputs, mean squared error of the standardised columns;
    - multilabel, K labels of which a row may have any number: K outputs with sigmoid, binary crossentropy;
    - a classification or regression ``stepwise``: the same for each step of a series, whose target is (T,).

    ``classes`` are labels as text, in order; ``label_type`` says as what the user wrote them. Where the score is
    balanced accuracy each class has one of the ``class_weights``, else there are none. ``names`` are the
    target's columns where there are several; ``one_unit`` says that all of them have one unit, as the steps of one
    forecast have, so that they are standardised together and errors keep that unit.

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
    names: tuple[str, ...] = ()
    one_unit: bool = False
    stepwise: bool = False
    class_weights: tuple[float, ...] = ()

    @property
    def several(self) -> bool:
        """Whether a row's target is a vector (K,) and not one value."""
        return self.kind == "multilabel" or bool(self.names)

    @property
    def units(self) -> int:
        """How many numbers the output layer gives."""
        if self.kind == "classification":
            return len(self.classes) if self.output == "softmax" else 1
        return len(self.classes or self.names) or 1

    def predicted_class(self, probabilities: np.ndarray) -> np.ndarray:
        """The numbers (...) of the classes that are predicted from probabilities (..., K), see `predicted_class`."""
        return predicted_class(probabilities, self.class_weights)

    def to_dict(self) -> dict[str, Any]:
        """Plain data; what one target a row does not have is left out."""
        return {name: value for name, value in asdict(self).items() if value or name not in _SELDOM}


_SELDOM = ("names", "one_unit", "stepwise", "class_weights")


def classification(
    labels: np.ndarray,
    label_type: LabelType = "text",
    test_rows: int = 0,
    weights: np.ndarray | None = None,
) -> Task:
    """The task of labels (N,), all of them present, which count as ``weights`` (N,) say.

    The last ``test_rows`` teach no class weights. Numbers stand in their order, also those that words write.

    >>> classification(np.array(["10", "9"])).classes, classification(np.array(["10", "9", "b"])).classes
    (('9', '10'), ('10', '9', 'b'))
    """
    labels = np.asarray(labels, dtype=str)
    weights = np.ones(len(labels)) if weights is None else weights
    share = largest_share(labels, weights)
    classes = tuple(str(label) for label in levels_of(labels)[0])
    if label_type in ("integer", "number") or all(map(NUMBER.fullmatch, classes)):
        classes = tuple(sorted(classes, key=float))
    binary, imbalanced, learnt = len(classes) == 2, share > IMBALANCED, slice(len(labels) - test_rows)
    return Task(
        kind="classification",
        classes=classes,
        output="sigmoid" if binary else "softmax",
        loss="binary crossentropy" if binary else "categorical crossentropy",
        score="balanced_accuracy" if imbalanced else "accuracy",
        label_type=label_type,
        class_weights=class_weights(labels[learnt], classes, weights[learnt]) if imbalanced else (),
    )


def largest_share(labels: np.ndarray, weights: np.ndarray | None = None) -> float:
    """The share of the largest class of labels (N,), which count as ``weights`` (N,) say.

    >>> labels = np.array(["no", "no", "no", "yes"])
    >>> largest_share(labels), largest_share(labels, np.array([1.0, 1.0, 1.0, 9.0]))
    (0.75, 0.75)
    """
    sums = np.bincount(levels_of(labels)[1], weights)
    return float(sums.max() / sums.sum())


def class_weights(
    labels: np.ndarray, classes: Sequence[str], weights: np.ndarray | None = None
) -> tuple[float, ...]:
    r"""The weights by which classes of labels (N,) count alike: :math:`w_k = 1 / (K s_k)`, s_k the class's share.

    ``weights`` (N,) are those of the labels in the shares. A class that no label has counts as if one had it.

    >>> class_weights(np.array(["no", "no", "no", "yes"]), ["no", "yes"])
    (0.6666666666666666, 2.0)
    """
    weights = np.ones(len(labels)) if weights is None else weights
    one = float(weights[weights > 0].min())
    sums = [max(float(weights[labels == label].sum()), one) for label in classes]
    return tuple(float(weights.sum()) / (len(classes) * one) for one in sums)


def predicted_class(
    probabilities: np.ndarray, class_weights: Sequence[float] | np.ndarray | None
) -> np.ndarray:
    r"""The numbers (...) of the classes that are predicted from probabilities (..., K): the argmax of w_k p_k.

    No other decision rule has a higher expected score: for the accuracy, without weights, it gives the most probable
    class; for the balanced accuracy the one whose probability is the largest multiple of its share.

    >>> rare = classification(np.array(["no"] * 9 + ["yes"]))
    >>> predicted_class(np.array([[0.95, 0.05], [0.8, 0.2]]), rare.class_weights).tolist()
    [0, 1]

    Source: Menon, Narasimhan, Agarwal and Chawla, "On the statistical consistency of algorithms for binary
    classification under class imbalance" (ICML 2013).
    """
    weights = np.ones(1) if class_weights is None or not len(class_weights) else np.asarray(class_weights)
    return np.argmax(probabilities * weights, axis=-1)


def regression(values: np.ndarray, bounds: tuple[float, float] | None = None) -> Task:
    """The task of finite numbers (N,). A positive target is kept so where zero is near for its spread; far from it what
    is to be learnt would be a small part of what a network puts out.

    >>> regression(np.array([1.0, 2.0, 9.0])).output, regression(np.array([50.01, 50.02, 49.99])).output
    ('softplus', 'linear')
    """
    output: Output = "linear"
    if bounds is not None:
        output = "tanh"
    elif np.min(values) > 0 and np.mean(values) <= NEAR * np.std(values):
        output = "softplus"
    return Task("regression", (), output, "mean squared error", "rmse", bounds, "number")


def regression_of(names: Sequence[str], one_unit: bool = False) -> Task:
    """The task of several columns of numbers.

    >>> regression_of(["height", "weight"]).units
    2
    """
    linear = Task("regression", (), "linear", "mean squared error", "rmse", None, "number")
    return replace(linear, names=tuple(names), one_unit=one_unit)


def multilabel(labels: Sequence[str], names: Sequence[str] = ()) -> Task:
    """The task of labels that a row may have or not; ``names`` where each is a column of its own.

    >>> task = multilabel(["blue", "red"])
    >>> task.output, task.units, task.score
    ('sigmoid', 2, 'jaccard')
    """
    classes = tuple(labels)
    return Task("multilabel", classes, "sigmoid", "binary crossentropy", "jaccard", names=tuple(names))


def jaccard(told: Any, true: Any) -> Any:
    """The Jaccard index of each row (N,): labels told and true over labels told or true; 1 where there are neither.

    Shapes: booleans (..., K), of NumPy or JAX. Of one label it is whether it is told right.

    >>> jaccard(np.array([[True, True], [False, False]]), np.array([[True, False], [False, False]])).tolist()
    [0.5, 1.0]

    Source: Jaccard, "The distribution of the flora in the alpine zone", 1912.
    """
    both, either = (told & true).sum(-1), (told | true).sum(-1)
    none = either == 0
    return (both + none) / (either + none)
