"""Which task a target sets: inferred from its values, checked, and said."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence

import numpy as np

from fourfold.data.dataset import Note
from fourfold.data.messages import ends, in_line, listed, percent, unknown
from fourfold.data.values.words import as_objects
from fourfold.errors import DataError, OptionError
from fourfold.preprocessing.table import missing
from fourfold.preprocessing.task import IMBALANCED, Task, classification, largest_share, regression

from .labels import AS_NUMBERS, another, check_labels, check_weights, labels_of, written_alike

TASKS = ("classification", "regression", "multilabel")
PLAIN = re.compile(r"[-+]?(\d{1,15}(\.(\d{1,2}|\d{4,15}))?|0\.\d{3})", re.ASCII)
"""A number that is read in one way: 1.234 may be 1234."""

CLASS_NAMES = frozenset(["label", "labels", "class"])
"""What columns are called, in small letters, whose whole numbers are classes, also where some of these are left out."""

SPELLED = "words such as NA, None and ? count as missing: a class of such a name needs another one, such as nothing"
"""What is said of classes that are missing."""

FEWEST_ROWS = 10
"""Below this number of rows nothing can be compared."""

LARGEST = 1e100
"""The largest target whose squares can still be summed."""


def settle_target(
    name: str,
    values: np.ndarray,
    kind: str,
    *,
    task: str | None = None,
    bounds: Sequence[float] | None = None,
    test_rows: int = 0,
    places: np.ndarray | None = None,
    weights: np.ndarray | None = None,
    instead: Callable[[], str] = str,
    of_one: str = "",
    guess: str = "",
) -> tuple[np.ndarray, Task, tuple[Note, ...]]:
    """Labels as text (N,) or float64 numbers (N,), their task, and what was inferred;
    ``places`` (N,): those of the rows in the data, where these are not all; ``weights`` (N,): what they count;
    ``instead`` finds a column that may be the target, or ""; ``of_one``: what to do about one class;
    ``guess``: why the column was taken for the target, "" where it was named.

    Errors: an infinite target, one class, a class with one example, a constant number, a date,
    bounds that don't hold, a class that only the test rows have.
    """
    if task is not None and task not in TASKS:
        raise unknown("task", task, TASKS, option="--task")
    name = in_line(name)
    values = without_blanks(values) if kind == "category" else values
    check_values(name, values, kind)
    check_rows(len(values))
    chosen, because = (task, "as asked") if task else _infer(name, values, kind)
    if chosen == "classification":
        if bounds is not None:
            raise OptionError(
                "bounds-of-classes",
                "bounds belong to a regression",
                got=f"the target {name!r}, a classification",
                do="leave out --bounds, or add --task regression",
            )
        labels, label_type = labels_of(values, kind)
        labels, alike = written_alike(labels, test_rows)
        alone = check_labels(name, labels, test_rows, kind == "category", places, instead, of_one, guess)
        if weights is not None:
            check_weights(name, labels[: len(labels) - test_rows], weights[: len(labels) - test_rows])
        settled = classification(labels, label_type, test_rows, weights)
        said = _said(name, settled, because, labels, weights, asked=task is not None)
        return labels, settled, (*alike, *said, *alone)
    numbers = _numbers(name, values, kind)
    check_varies(name, numbers)
    settled = regression(numbers, _bounds(numbers, bounds))
    return numbers, settled, _said(name, settled, because, numbers, weights, asked=task is not None)


def without_blanks(words: np.ndarray) -> np.ndarray:
    """Words (N,) with None for those of blanks alone, which are no class, as they are none in text."""
    return as_objects([word if word is not None and str(word).strip() else None for word in words.tolist()])


def _infer(name: str, values: np.ndarray, kind: str) -> tuple[str, str]:
    if kind == "category":
        numbers = all(PLAIN.fullmatch(str(value)) for value in dict.fromkeys(values.tolist()))
        return "classification", "its values are numbers that name classes" if numbers else "its values are words"
    if kind == "boolean":
        return "classification", "its values are true and false"
    distinct, rows = np.unique(values, return_counts=True)
    if np.any(distinct != np.round(distinct)):
        return "regression", "its values are fractions"
    count = len(distinct)
    few = count <= 2 or (count <= 20 and len(values) >= 5 * count)
    consecutive = distinct[0] in (0, 1) and distinct[-1] - distinct[0] == count - 1
    named = name.casefold() in CLASS_NAMES and distinct[0] >= 0
    if not few and not ((consecutive or named) and count <= 1000 and len(values) >= 10 * count):
        return "regression", f"its values are {count} different numbers"
    if count > 2 and rows.min() == 1:  # no class, which could not be learnt and tested
        return "regression", f"its values are {count} different numbers, {distinct[rows == 1][0]:g} in one row alone"
    which = f"the whole numbers {distinct[0]:g} to {distinct[-1]:g}"
    if few or not consecutive:
        which = f"{count} different whole numbers" + ", and it is called as classes are" * (not few)
    return "classification", f"its values are {which}"


def check_values(
    name: str, values: np.ndarray, kind: str, instead: Callable[[], str] = str, guess: str = ""
) -> None:
    """Refuses dates and infinite values; ``instead``, ``guess``: see `settle_target`."""
    if kind == "date":
        raise DataError(
            "date-target",
            f"the target {name!r} is a date",
            wanted="classes or numbers",
            do=another(instead()) + guess,
        )
    if kind == "number" and (infinite := np.isinf(values)).any():
        raise DataError(
            "infinite-target",
            f"the target {name!r} is infinite in some rows",
            got=f"{infinite.sum()} of {len(values)} rows, the first is row {np.argmax(infinite) + 1}",
            do="remove these rows or correct the target",
        )
    if kind == "number" and (far := np.abs(values) > LARGEST).any():
        raise DataError(
            "large-target",
            f"the target {name!r} is too large to square its errors",
            got=f"{values[np.argmax(far)]:g} in row {np.argmax(far) + 1}",
            wanted=f"at most {LARGEST:g}",
            do="divide it, take its logarithm, or leave out rows in which it is no measurement",
        )


def check_rows(rows: int) -> None:
    """Refuses fewer than ten rows."""
    if rows < FEWEST_ROWS:
        raise DataError(
            "too-few-rows",
            "too few rows",
            got=str(rows),
            wanted=f"at least {FEWEST_ROWS}",
            do="add rows that have a target; a difference takes hundreds to show",
        )


def are_marks(values: np.ndarray) -> bool:
    """Whether the values (N,) that are there are all alike, as marks of a cross are.

    >>> are_marks(np.array(["x", None, "x"], dtype=object)), are_marks(np.array([1.0, 2.0, np.nan]))
    (True, False)
    """
    return len(set(values[~missing(values)].tolist())) == 1


def check_varies(name: str, numbers: np.ndarray, do: str = "") -> None:
    if numbers.min() == numbers.max():
        raise DataError(
            "constant-target",
            f"the target {name!r} has the same value in all rows",
            got=f"{numbers[0]:g}",
            wanted="a target that varies",
            do=do,
        )


def _numbers(name: str, values: np.ndarray, kind: str) -> np.ndarray:
    """The values (N,) as numbers; also words that are plain numbers each, as names of folders are."""
    if kind == "category":
        words = values.astype(str)
        if all(map(PLAIN.fullmatch, words.tolist())):
            return words.astype(np.float64)
        raise OptionError(
            "regression-of-words",
            f"the target {name!r} can't be a regression",
            got=f"words such as {str(values[0])[:40]!r}",
            wanted="numbers",
            do=f"--task classification, or {AS_NUMBERS}, if they are amounts",
        )
    return np.asarray(values, dtype=np.float64)


def _bounds(numbers: np.ndarray, bounds: Sequence[float] | None) -> tuple[float, float] | None:
    if bounds is None:
        return None
    if len(bounds) != 2 or not all(map(math.isfinite, bounds)) or not bounds[0] < bounds[1]:
        raise OptionError(
            "bounds",
            "bounds can't be used",
            got=", ".join(map(str, bounds)),
            wanted="two numbers, the lower one first",
            do="--bounds 0 1, say",
        )
    low, high = float(bounds[0]), float(bounds[1])
    if numbers.min() < low or numbers.max() > high:
        raise OptionError(
            "bounds-too-narrow",
            "the target goes beyond its bounds",
            got=f"values from {numbers.min():g} to {numbers.max():g}",
            wanted=f"values within {low:g} and {high:g}",
            do=f"--bounds {min(low, numbers.min()):g} {max(high, numbers.max()):g}",
        )
    return low, high


def _said(
    name: str, task: Task, because: str, values: np.ndarray, weights: np.ndarray | None, asked: bool
) -> tuple[Note, ...]:
    other = "regression" if task.kind == "classification" else "classification"
    if task.kind == "classification":
        share = largest_share(values, weights)
        what = f"task: classification into {len(task.classes)} classes ({listed(list(task.classes))})"
        score = f"score: {task.score.replace('_', ' ')}"
        side = "above" if share > IMBALANCED else "not above"
        weighted = " of the rows' weight" if weights is not None else " of the rows"
        reason = f"the largest class holds {percent(share)}{weighted}, {side} 80 %"
        if task.class_weights:
            reason += "; a row is given the class whose probability is the largest multiple of its share"
    else:
        what = f"task: regression, {ends(values.min(), values.max())}"
        score, reason = "score: root mean squared error", "the target is a number"
    outputs = {
        "softmax": "one output a class",
        "sigmoid": f"one output, the probability of {task.classes[-1] if task.classes else ''!r}",
        "linear": "the target has values of 0 or below"
        if task.kind != "regression" or values.min() <= 0
        else "the target is positive, and so far from 0 that its spread is small beside it",
        "softplus": "the target is positive in all rows",
        "tanh": f"the target is bounded by {task.bounds}",
    }
    output = Note(
        f"output: {task.output}",
        outputs[task.output],
        "--bounds LOW HIGH" if other == "classification" else "",
    )
    return (
        Note(
            what,
            because,
            ""
            if asked or (other == "regression" and because == "its values are words")
            else f"--task {other}",
        ),
        Note(score, reason),
        output,
    )
