"""The target as a network learns it, and its outputs as the user reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_args

import numpy as np

from fourfold.errors import DataError, FileError

from .fields import Fields
from .task import Kind, LabelType, Loss, Output, Score, Task


@dataclass(frozen=True)
class Target:
    """y' = (y - center) / scale for numbers, the class's index for labels.

    ========  ==================================  =========================
    output    center                              scale
    ========  ==================================  =========================
    linear    mean of the training rows           their standard deviation
    softplus  0 (a positive target stays so)      their root mean square
    tanh      middle of the bounds                half their distance
    ========  ==================================  =========================

    Shapes: target (N,); outputs of the network after its activation (N, units).

    >>> from fourfold.preprocessing.task import classification
    >>> target = Target.fit(classification(np.array(["cat", "dog"])), np.array(["cat", "dog"]))
    >>> target.encode(np.array(["dog", "cat"])).tolist(), target.decode(np.array([[0.2], [0.9]])).tolist()
    ([1, 0], ['cat', 'dog'])
    """

    task: Task
    center: float = 0.0
    scale: float = 1.0

    @classmethod
    def fit(cls, task: Task, values: np.ndarray) -> Target:
        """``values``: the target of the training rows."""
        if task.kind == "classification":
            return cls(task)
        if task.output == "tanh" and task.bounds is not None:
            low, high = task.bounds
            return cls(task, low / 2 + high / 2, high / 2 - low / 2)
        unit = float(np.abs(values).max()) or 1.0
        shrunk = values / unit
        if task.output == "softplus":
            return cls(task, 0.0, float(np.sqrt(np.mean(shrunk**2))) * unit)
        deviation = float(shrunk.std()) * unit
        return cls(task, float(shrunk.mean()) * unit, deviation if deviation > 0 else 1.0)

    def encode(self, values: np.ndarray) -> np.ndarray:
        """int32 class indices or float32 numbers (N,)."""
        if self.task.kind == "regression":
            return ((np.asarray(values, dtype=np.float64) - self.center) / self.scale).astype(np.float32)
        labels, inverse = np.unique(np.asarray(values, dtype=str), return_inverse=True)
        index = {label: i for i, label in enumerate(self.task.classes)}
        unknown = [str(label) for label in labels if str(label) not in index]
        if unknown:
            raise DataError(
                "unknown-class",
                "the target holds a class that was not there when the preparation was learnt",
                got=", ".join(map(repr, unknown[:5])),
                wanted=_some(self.task.classes),
            )
        return np.array([index[str(label)] for label in labels], dtype=np.int32)[inverse]

    def probabilities(self, outputs: np.ndarray) -> np.ndarray:
        """The probability of each class (N, K)."""
        outputs = np.asarray(outputs, dtype=np.float64).reshape(len(outputs), -1)
        if self.task.kind == "regression":
            raise DataError("no-probabilities", "a regression has no probabilities", do="use the predictions")
        return np.concatenate([1 - outputs, outputs], axis=1) if self.task.output == "sigmoid" else outputs

    def decode(self, outputs: np.ndarray) -> np.ndarray:
        """Predictions (N,): labels as the user wrote them, or numbers in the user's units."""
        outputs = np.asarray(outputs, dtype=np.float64).reshape(len(outputs), -1)
        if self.task.kind == "regression":
            return outputs[:, 0] * self.scale + self.center
        best = np.argmax(self.probabilities(outputs), axis=1)
        return self.labels()[best]

    def labels(self) -> np.ndarray:
        """The classes in the type that the user's target had (K,)."""
        classes = self.task.classes
        if self.task.label_type == "integer":
            return np.array([int(label) for label in classes])
        if self.task.label_type == "number":
            return np.array([float(label) for label in classes])
        if self.task.label_type == "boolean":
            return np.array([label == "true" for label in classes])
        return np.array(classes, dtype=object)

    def to_dict(self) -> dict[str, Any]:
        task = self.task.to_dict()
        task["classes"] = list(self.task.classes)
        task["bounds"] = list(self.task.bounds) if self.task.bounds is not None else []
        return {"task": task, "center": self.center, "scale": self.scale}

    @classmethod
    def from_fields(cls, fields: Fields) -> Target:
        task = fields.object("task")
        bounds = task.floats("bounds", 2 if task.get("bounds", list) else 0).tolist()
        target = cls(
            Task(
                kind=task.text("kind", get_args(Kind)),  # pyright: ignore[reportArgumentType]
                classes=task.texts("classes"),
                output=task.text("output", get_args(Output)),  # pyright: ignore[reportArgumentType]
                loss=task.text("loss", get_args(Loss)),  # pyright: ignore[reportArgumentType]
                score=task.text("score", get_args(Score)),  # pyright: ignore[reportArgumentType]
                bounds=(bounds[0], bounds[1]) if bounds else None,
                label_type=task.text("label_type", get_args(LabelType)),  # pyright: ignore[reportArgumentType]
            ),
            fields.number("center"),
            fields.number("scale"),
        )
        count, output = len(target.task.classes), target.task.output
        fits = count == 2 if output == "sigmoid" else count > 2 if output == "softmax" else count == 0
        try:
            fits = fits and len(target.labels()) == count and target.scale > 0
        except (ValueError, OverflowError):
            fits = False
        if not fits or (output in ("sigmoid", "softmax")) != (target.task.kind == "classification"):
            raise FileError(
                "damaged-json",
                f"{task.where} can't be read",
                got="parts that don't fit each other",
                wanted="the file that Fourfold wrote",
            )
        return target


def _some(values: tuple[str, ...]) -> str:
    more = f" and {len(values) - 10} more" if len(values) > 10 else ""
    return "one of " + ", ".join(values[:10]) + more
