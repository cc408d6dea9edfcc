"""Which task a target sets: inferred from its values, checked, and said."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence

import numpy as np

from fourfold.data.dataset import Note
from fourfold.data.messages import ends, in_line, listed, percent, quoted, unknown
from fourfold.data.values.flags import unflagged
from fourfold.data.values.hints import SEVERAL, hint_of, may_be_lists, of_limit
from fourfold.data.values.numerals import style_of
from fourfold.data.values.words import LIKELY, as_objects
from fourfold.errors import DataError, OptionError
from fourfold.preprocessing.table import level_counts, levels_of, missing
from fourfold.preprocessing.task import IMBALANCED, LabelType, Task, classification, largest_share, regression

TASKS = ("classification", "regression", "multilabel")
NUMBER = re.compile(r"-?\d+(\.\d+)?(e[-+]\d+)?")
FEWEST_ALONE = 5  # whole numbers, of one example each among words, from which on they are no classes
FRACTION = re.compile(r"-?\d+[.,]\d+")
NUMBERS = re.compile(r"[-+.\d]+(?:[ ,;|]+[-+.\d]+){7,}", re.ASCII)
"""Eight numbers and more in a cell, such as pixels."""

PLAIN = re.compile(r"[-+]?(\d{1,15}(\.(\d{1,2}|\d{4,15}))?|0\.\d{3})", re.ASCII)
"""A number that is read in one way: 1.234 may be 1234."""

AS_NUMBERS = "write plain numbers such as 1234.5 (y.astype(float) in Python)"
"""What to do with words that are meant as amounts."""

CLASS_NAMES = frozenset(["label", "labels", "class"])
"""What columns are called, in small letters, whose whole numbers are classes, also where some of these are left out."""

MULTILABEL = "--task multilabel, if a row can have several of the labels that its cell lists"
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
        labels, label_type = _labels(values, kind)
        labels, alike = _alike(labels, test_rows)
        alone = _check_labels(name, labels, test_rows, kind == "category", places, instead, of_one, guess)
        if weights is not None:
            _check_weights(name, labels[: len(labels) - test_rows], weights[: len(labels) - test_rows])
        settled = classification(labels, label_type, test_rows, weights)
        said = _said(name, settled, because, labels, weights, asked=task is not None)
        return labels, settled, (*alike, *said, *alone)
    numbers = _numbers(name, values, kind)
    check_varies(name, numbers)
    settled = regression(numbers, _bounds(numbers, bounds))
    return numbers, settled, _said(name, settled, because, numbers, weights, asked=task is not None)


def another(instead: str) -> str:
    """What to do about a target that can't be one; ``instead``: a column that may be."""
    return f"--target {quoted(instead)}, or another column" if instead else "choose another target"


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


def _labels(values: np.ndarray, kind: str) -> tuple[np.ndarray, LabelType]:
    if kind == "boolean":
        return np.where(values == 1, "true", "false"), "boolean"
    if kind == "number":
        whole = bool(np.all(values == np.round(values)) and np.all(np.abs(values) < 2**53))
        levels, places = np.unique(values, return_inverse=True)
        words = [str(int(level)) if whole else repr(float(level)) for level in levels]
        return np.array(words)[places], "integer" if whole else "number"
    return np.array(values.tolist(), dtype=str), "text"


def _alike(labels: np.ndarray, test_rows: int) -> tuple[np.ndarray, tuple[Note, ...]]:
    """Labels, classes of the test rows that training rows don't have written as the one class of these that differs in
    case, blanks or a dot at the end alone; and what is said of them.

    >>> labels, notes = _alike(np.array(["no", "yes", "Yes", "no."]), 2)
    >>> print(labels, *notes)
    ['no' 'yes' 'yes' 'no'] test classes 'Yes', 'no.' taken for 'yes', 'no' (case, blanks or a dot at the end differ)
    """
    if not test_rows:
        return labels, ()
    train = labels[: len(labels) - test_rows]
    folded: dict[str, set[str]] = {}
    for label in set(train.tolist()):
        folded.setdefault(_folded(label), set()).add(label)
    strange = sorted(set(labels[len(train) :].tolist()) - set(train.tolist()))
    meant = {
        label: min(folded[_folded(label)]) for label in strange if len(folded.get(_folded(label), ())) == 1
    }
    if not meant:
        return labels, ()
    changed = np.array([meant.get(label, label) for label in labels.tolist()])
    what = f"test classes {listed([*meant])} taken for {listed([*meant.values()])}"
    return changed, (Note(what, "case, blanks or a dot at the end differ"),)


def _folded(label: str) -> str:
    return "".join(label.casefold().split()).rstrip(".")


def _check_labels(
    name: str,
    labels: np.ndarray,
    test_rows: int,
    words: bool,
    places: np.ndarray | None,
    instead: Callable[[], str],
    of_one: str,
    guess: str,
) -> tuple[Note, ...]:
    """Refuse labels, of ``words`` or numbers, that can't be learnt and tested; the note names classes of one example
    beside a test file. ``instead``, ``of_one``, ``guess``: see `settle_target`."""
    train = labels[: len(labels) - test_rows]
    classes, counts = level_counts(train)
    if len(classes) < 2:
        raise DataError(
            "one-class",
            f"the target {name!r} has only one class",
            got=", ".join(map(repr, classes[:1].tolist())),
            wanted="at least 2 classes",
            do=of_one or another(instead()) + guess,
        )
    if np.mean(counts == 1) > 0.5 and len(classes) > 20:
        _check_words(name, train, places)
        raise DataError(
            "too-many-classes",
            f"the target {name!r} has nearly as many classes as rows",
            got=f"{len(classes)} classes in {len(train)} rows, such as {str(classes[0])[:40]!r}",
            wanted="classes with several examples each",
            do=f"--target NAME, or several with commas between them: the numbers of {name!r} are inputs then{guess}"
            if all(map(NUMBERS.fullmatch, train.tolist()))
            else MULTILABEL
            if may_be_lists(train.tolist())
            else f"{another(instead())}, or {AS_NUMBERS if words else '--task regression'}, if it is an amount{guess}",
        )
    alone = classes[counts == 1].tolist()
    if alone and not test_rows:
        whole = len(alone) >= FEWEST_ALONE and all(map(NUMBER.fullmatch, alone))
        if words and (whole or any(FRACTION.fullmatch(unflagged(word)) for word in alone)):
            _check_words(name, train, places)
        raise DataError(
            "class-of-one",
            f"a class of the target {name!r} has only one example, which can't be in training and test",
            got=listed(alone),
            wanted="at least 2 examples of each class",
            do=(
                "--task regression, if the target is an amount; else "
                if not words and all(map(NUMBER.fullmatch, classes))
                else f"{MULTILABEL}; else "
                if may_be_lists(train.tolist())
                else "a column for each number, with several targets (--target A,B), if these are quantities; else "
                if words and hint_of(alone).startswith(SEVERAL)
                else f"{another(other)}; else "
                if (other := instead())
                else ""
            )
            + "remove these rows, or join classes",
        )
    strange = sorted(set(labels[len(train) :].tolist()) - set(classes.tolist()))
    if strange:
        raise DataError(
            "class-only-in-test",
            "the test file has classes that the training data don't have",
            got=listed(strange),
            wanted=listed(classes.tolist()),
            do="write them alike in both, or leave these rows out",
        )
    what = f"classes with one example beside the test file: {listed(alone)}"
    return (Note(what, "one example can't both train and validate"),) if alone else ()


def _check_weights(name: str, labels: np.ndarray, weights: np.ndarray) -> None:
    """Refuse classes none of whose rows counts."""
    classes, numbers = levels_of(labels)
    if (none := classes[np.bincount(numbers, weights) == 0].tolist()):
        raise DataError(
            "class-without-weight",
            f"no row of some classes of the target {name!r} counts",
            got=f"weights of 0 in all rows of {listed(none)}",
            wanted="a weight above 0 in each class",
            do="leave these rows out, or weight them",
        )


def _check_words(name: str, labels: np.ndarray, places: np.ndarray | None) -> None:
    """Refuse a target of numbers among which there are some words, and name them."""
    style = style_of(labels.tolist())
    words = np.array([style.parse(label) is None for label in labels.tolist()])
    if 0 < words.mean() <= LIKELY:
        first = int(words.argmax())
        row = first + 1 if places is None else places[first] + 1
        raise DataError(
            "words-among-numbers",
            f"the target {name!r} holds numbers, and words among them",
            got=f"{words.sum()} of {len(labels)}, such as {labels[first][:40]!r} in row {row}",
            wanted="numbers in all rows, or classes with several examples each",
            do=of_limit(labels[first]) or "remove these rows, or correct them",
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
