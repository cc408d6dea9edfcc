"""The labels of a classification: as text, written alike in training and test, and fit to be learnt and tested."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from fourfold.data.columns.free_texts import are_free
from fourfold.data.dataset import Note
from fourfold.data.messages import listed, quoted
from fourfold.data.values.flags import unflagged
from fourfold.data.values.hints import SEVERAL, hint_of, may_be_lists, of_limit
from fourfold.data.values.numerals import style_of
from fourfold.data.values.words import LIKELY
from fourfold.errors import DataError
from fourfold.preprocessing.table import level_counts, levels_of
from fourfold.preprocessing.task import LabelType

NUMBER = re.compile(r"-?\d+(\.\d+)?(e[-+]\d+)?")
FEWEST_ALONE = 5  # whole numbers, of one example each among words, from which on they are no classes
FRACTION = re.compile(r"-?\d+[.,]\d+")
NUMBERS = re.compile(r"[-+.\d]+(?:[ ,;|]+[-+.\d]+){7,}", re.ASCII)
"""Eight numbers and more in a cell, such as pixels."""

AS_NUMBERS = "write plain numbers such as 1234.5 (y.astype(float) in Python)"
"""What to do with words that are meant as amounts."""

MULTILABEL = "--task multilabel, if a row can have several of the labels that its cell lists"


def another(instead: str) -> str:
    """What to do about a target that can't be one; ``instead``: a column that may be."""
    return f"--target {quoted(instead)}, or another column" if instead else "choose another target"


def labels_of(values: np.ndarray, kind: str) -> tuple[np.ndarray, LabelType]:
    """The values (N,) as words, and what they were."""
    if kind == "boolean":
        return np.where(values == 1, "true", "false"), "boolean"
    if kind == "number":
        whole = bool(np.all(values == np.round(values)) and np.all(np.abs(values) < 2**53))
        levels, places = np.unique(values, return_inverse=True)
        words = [str(int(level)) if whole else repr(float(level)) for level in levels]
        return np.array(words)[places], "integer" if whole else "number"
    return np.array(values.tolist(), dtype=str), "text"


def written_alike(labels: np.ndarray, test_rows: int) -> tuple[np.ndarray, tuple[Note, ...]]:
    """Labels, classes of the test rows that training rows don't have written as the one class of these that differs in
    case, blanks or a dot at the end alone; and what is said of them.

    >>> labels, notes = written_alike(np.array(["no", "yes", "Yes", "no."]), 2)
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


def check_labels(
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
    beside a test file. ``instead``, ``of_one``, ``guess``: see `target.settle_target`."""
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
            else f"{MULTILABEL}; else {another(instead())}{guess}"
            if may_be_lists(train.tolist())
            else f"{another(instead())}: texts are no classes, and to write them is no task here{guess}"
            if words and are_free(train.tolist())
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


def check_weights(name: str, labels: np.ndarray, weights: np.ndarray) -> None:
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
