"""The target as a network learns it, and its outputs as the user reads them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, get_args

import numpy as np

from fourfold.errors import DataError, FileError

from .fields import Fields
from .table import missing
from .task import Kind, LabelType, Loss, Output, Score, Task


@dataclass(frozen=True)
class Target:
    """y' = (y - center) / scale for numbers, the class's index for a label, 0 or 1 for each of several labels.

    ========  ==================================  =========================
    output    center                              scale
    ========  ==================================  =========================
    linear    mean of the training rows           their standard deviation
    softplus  0 (a positive target stays so)      their root mean square
    tanh      middle of the bounds                half their distance
    ========  ==================================  =========================

    Several columns have a center and a scale each, if they are not of one unit. Where the task is ``stepwise`` each
    step has a target, and one that has none (None, NaN) is -1 among class indices and NaN among numbers.

    Shapes: target (N,), or (N, K) of several columns; outputs of the network after its activation (N, units). Of a
    stepwise task (N, T) and (N, T, units).

    >>> from fourfold.preprocessing.task import classification
    >>> target = Target.fit(classification(np.array(["cat", "dog"])), np.array(["cat", "dog"]))
    >>> target.encode(np.array(["dog", "cat"])).tolist(), target.decode(np.array([[0.2], [0.9]])).tolist()
    ([1, 0], ['cat', 'dog'])
    """

    task: Task
    center: float | tuple[float, ...] = 0.0
    scale: float | tuple[float, ...] = 1.0

    @classmethod
    def fit(cls, task: Task, values: np.ndarray) -> Target:
        """``values``: the target of the training rows."""
        if task.kind != "regression":
            return cls(task)
        if task.output == "tanh" and task.bounds is not None:
            low, high = task.bounds
            return cls(task, low / 2 + high / 2, high / 2 - low / 2)
        if task.stepwise:
            values = values[~missing(values)]
        axis = 0 if task.several and not task.one_unit else None
        unit = _or_one(np.abs(values).max(axis))
        shrunk = values / unit
        if task.output == "softplus":
            return cls(task, 0.0, _plain(np.sqrt(np.mean(shrunk**2, axis)) * unit))
        return cls(task, _plain(shrunk.mean(axis) * unit), _plain(_or_one(shrunk.std(axis) * unit)))

    def encode(self, values: np.ndarray) -> np.ndarray:
        """int32 class indices or float32 numbers (N,); of several columns (N, K), labels as int32 0 and 1.

        Of a stepwise task (N, T), -1 or NaN at steps without a target.
        """
        if self.task.kind == "regression":
            scaled = (np.asarray(values, dtype=np.float64) - np.array(self.center)) / np.array(self.scale)
            return scaled.astype(np.float32)
        if self.task.kind == "multilabel":
            return np.asarray(values).astype(np.int32)
        if self.task.stepwise:
            return self._encoded_steps(values)
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

    def _encoded_steps(self, values: np.ndarray) -> np.ndarray:
        there = ~missing(values)
        indices = np.full(values.shape, -1, np.int32)
        indices[there] = replace(self, task=replace(self.task, stepwise=False)).encode(values[there])
        return indices

    def probabilities(self, outputs: np.ndarray) -> np.ndarray:
        """The probability of each class, or of each label (N, K), or of each class at each step (N, T, K)."""
        outputs = self._rows_of(outputs)
        if self.task.kind == "regression":
            raise DataError("no-probabilities", "a regression has no probabilities", do="use the predictions")
        if self.task.kind != "classification":
            return outputs
        if self.task.output == "sigmoid":
            return np.concatenate([1 - outputs, outputs], axis=-1)
        return outputs / outputs.sum(axis=-1, keepdims=True)  # 1 in double precision, too

    def _rows_of(self, outputs: np.ndarray) -> np.ndarray:
        """Outputs (N, units), or (N, T, units), in double precision."""
        leading = outputs.shape[: 1 + self.task.stepwise]
        units = -1 if outputs.size else outputs.shape[-1]
        return np.asarray(outputs, dtype=np.float64).reshape(*leading, units)

    def decode(self, outputs: np.ndarray) -> np.ndarray:
        """Predictions (N,): labels as the user wrote them, or numbers in the user's units.

        Of several columns (N, K): numbers, or 1 for each label whose probability is above one half. Of a stepwise task
        (N, T).
        """
        outputs = self._rows_of(outputs)
        if self.task.kind == "regression":
            found = outputs if self.task.several else outputs[..., 0]
            return found * np.array(self.scale) + np.array(self.center)
        if self.task.kind == "multilabel":
            return (outputs > 0.5).astype(int)
        return self.labels()[self.task.predicted_class(self.probabilities(outputs))]

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
        if self.task.class_weights:
            task["class_weights"] = list(self.task.class_weights)
        if self.task.names:
            task["names"] = list(self.task.names)
        center, scale = (
            list(part) if isinstance(part, tuple) else part for part in (self.center, self.scale)
        )
        return {"task": task, "center": center, "scale": scale}

    @classmethod
    def from_fields(cls, fields: Fields) -> Target:
        task = fields.object("task")
        bounds = task.floats("bounds", 2 if task.get("bounds", list) else 0).tolist()
        names = task.texts("names") if "names" in task.values else ()
        weighted = len(task.texts("classes")) if "class_weights" in task.values else 0
        each = isinstance(fields.values.get("center"), list)
        target = cls(
            Task(
                kind=task.text("kind", get_args(Kind)),  # pyright: ignore[reportArgumentType]
                classes=task.texts("classes"),
                output=task.text("output", get_args(Output)),  # pyright: ignore[reportArgumentType]
                loss=task.text("loss", get_args(Loss)),  # pyright: ignore[reportArgumentType]
                score=task.text("score", get_args(Score)),  # pyright: ignore[reportArgumentType]
                bounds=(bounds[0], bounds[1]) if bounds else None,
                label_type=task.text("label_type", get_args(LabelType)),  # pyright: ignore[reportArgumentType]
                names=names,
                one_unit="one_unit" in task.values and task.boolean("one_unit"),
                stepwise="stepwise" in task.values and task.boolean("stepwise"),
                class_weights=tuple(task.floats("class_weights", weighted).tolist()) if weighted else (),
            ),
            *(
                tuple(fields.floats(part, len(names)).tolist()) if each else fields.number(part)
                for part in ("center", "scale")
            ),
        )
        count, output, kind = len(target.task.classes), target.task.output, target.task.kind
        fits = {
            "classification": count == 2 if output == "sigmoid" else count > 2 and output == "softmax",
            "multilabel": count > 1 and output == "sigmoid" and names in ((), target.task.classes),
            "regression": count == 0 and output not in ("sigmoid", "softmax"),
        }[kind]
        fits = fits and not (target.task.stepwise and target.task.several)
        fits = fits and all(weight > 0 for weight in target.task.class_weights)
        each_has_its_own = kind == "regression" and bool(names) and not target.task.one_unit
        try:
            fits = fits and len(target.labels()) == count and bool(np.all(np.array(target.scale) > 0))
        except (ValueError, OverflowError):
            fits = False
        if not fits or each != each_has_its_own:
            raise FileError(
                "damaged-json",
                f"{task.where} can't be read",
                got="parts that don't fit each other",
                wanted="the file that Fourfold wrote",
            )
        return target


def _or_one(values: np.ndarray) -> np.ndarray:
    """1 where there is no spread to divide by."""
    return np.where(values > 0, values, 1.0)


def _plain(values: np.ndarray) -> float | tuple[float, ...]:
    """One number, or one a column."""
    return tuple(values.tolist()) if values.ndim else float(values)


def _some(values: tuple[str, ...]) -> str:
    more = f" and {len(values) - 10} more" if len(values) > 10 else ""
    return "one of " + ", ".join(values[:10]) + more
