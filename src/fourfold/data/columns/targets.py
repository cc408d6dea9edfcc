"""Targets of several columns: numbers, or labels of which a row may have any number."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from fourfold.data.dataset import Note
from fourfold.data.messages import as_called, close, counted, listed, quoted, unknown
from fourfold.data.values.flags import MOST_FACES
from fourfold.data.values.hints import BLANK, SEPARATORS, cut_at, list_by_blanks
from fourfold.data.values.words import as_objects, is_sign, reworded
from fourfold.errors import DataError, OptionError
from fourfold.preprocessing.task import Task, multilabel, regression_of

from .target import TASKS, check_rows, check_values, check_varies

YES_AND_NO = {"yes": 1.0, "no": 0.0}
MOST_IN_A_LIST = 10_000
"""Characters of the longest cell that is read as a list of words."""

LIST = re.compile(r"\s*\[.*\]\s*|\s*", re.DOTALL)
"""A list between brackets, or nothing."""

MOST_LABELS = 1_000


def chosen(target: str | Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """The columns that a target names: one, several, or several in one text with commas between them.

    >>> chosen("a,b", ["a", "b", "c"]), chosen("a,b", ["a,b", "c"]), chosen(["c"], ["a", "b", "c"])
    (('a', 'b'), ('a,b',), ('c',))

    Errors: ``OptionError`` for a name that is no column, or is named twice.
    """
    names = parted(target, known)
    for name in names:
        if name not in known:
            meant = close(name, known) or _by_place(name, known)
            raise OptionError(
                "no-such-target",
                "the target is not a column",
                got=repr(name[:60]),
                wanted=f"one of {listed(list(known))}",
                do=f"--target {quoted(meant or known[-1])}",
            )
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise OptionError(
            "target-twice",
            "a column is named twice as a target",
            got=repr(twice),
            wanted="each column once",
            do="leave out one of them",
        )
    return tuple(names)


def _by_place(name: str, known: Sequence[str]) -> str | None:
    """The column that a number counts, from 0 or from the end as Python does, or nothing stands for: the first one that
    has no name.

    >>> _by_place("-1", ["a", "b"]), _by_place("0", ["a", "b"]), _by_place("", ["a", "column 2"]), _by_place("c", ["a"])
    ('b', 'a', 'column 2', None)
    """
    if re.fullmatch(r"-?\d{1,6}", name.strip()) and -len(known) <= int(name) < len(known):
        return known[int(name)]
    unnamed = (one for place, one in enumerate(known, start=1) if one == f"column {place}")
    return next(unnamed, None) if not name.strip() else None


def parted(given: str | Sequence[str], known: Collection[str]) -> list[str]:
    """Names, each by itself or several in one text with commas between them, which is no name that is ``known``. One
    that differs from a known name in white space alone is this.

    >>> parted("a,b", ["a", "b"]), parted(["a,b", "c"], ["a,b"]), parted("a b", ["a\\nb"])
    (['a', 'b'], ['a,b', 'c'], ['a\\nb'])
    """
    names = [given] if isinstance(given, str) else list(given)
    called = [as_called(name, known) for name in names]
    return [
        part
        for name in called
        for part in ([name] if name in known else [as_called(one, known) for one in _parts(name)])
    ]


def mentioned(target: str | Sequence[str] | None) -> set[str]:
    """All names that a target may mean, before the columns are known."""
    given = [target] if isinstance(target, str) else list(target or ())
    return {*given, *(part for name in given for part in _parts(name))}


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()] or [text]


def together(
    columns: Mapping[str, tuple[np.ndarray, str]], *, comma: bool = False
) -> tuple[np.ndarray, str, tuple[Note, ...]]:
    """The target that columns (N,) with their kinds make, and its kind: (N,) of one, (N, K) float64 of several.

    And how words were read as numbers, a decimal ``comma`` being likelier than one between thousands.

    Several are all numbers, or all yes or no (true and false, yes and no, 1 and 0), which become 1 and 0.

    >>> columns = {"a": (np.array([1.0, 0.0]), "number"), "b": (np.array(["yes", "no"], dtype=object), "category")}
    >>> values, kind, notes = together(columns)
    >>> values.tolist(), kind, notes
    ([[1.0, 1.0], [0.0, 0.0]], 'boolean', ())

    Errors: ``DataError`` for a column of words or dates among several, or for numbers beside yes and no.
    """
    words = {name: _read(values, kind, len(columns) > 1, comma) for name, (values, kind) in columns.items()}
    read = {name: (values, kind) for name, (values, kind, _) in words.items()}
    notes = tuple(Note(f"target {name}: {kind}", said) for name, (_, kind, said) in words.items() if said)
    if len(read) == 1:
        ((values, kind),) = read.values()
        return values, kind, notes
    kinds = {kind for _, kind in read.values()}
    strange = [name for name, (_, kind) in read.items() if kind not in ("number", "boolean")]
    if strange:
        raise DataError(
            "targets-of-words",
            "several targets have to be numbers, or yes or no",
            got=f"{read[strange[0]][1]} values in {listed(strange)}",
            wanted="numbers in all of them, or true and false, yes and no, or 1 and 0 in all of them",
            do=f"--target {quoted(strange[0])}, alone",
        )
    if len(kinds) > 1:
        amounts = [name for name, (values, kind) in read.items() if kind == "number" and not _is_01(values)]
        if amounts:
            raise DataError(
                "mixed-targets",
                "several targets have to be of one kind",
                got=f"numbers in {listed(amounts)}, yes or no in "
                + listed([name for name, (_, kind) in read.items() if kind == "boolean"]),
                wanted="numbers in all of them, or yes or no in all of them",
                do="compare them apart, with one --target each",
            )
    stacked = np.stack([values for values, _ in read.values()], axis=1)
    return stacked, "boolean" if "boolean" in kinds else "number", notes


def _read(values: np.ndarray, kind: str, several: bool, comma: bool) -> tuple[np.ndarray, str, str]:
    if kind != "category":
        return values, kind, ""
    words = {value.casefold() for value in set(values.tolist()) if value is not None}
    if several and words and words <= YES_AND_NO.keys():
        found = [np.nan if value is None else YES_AND_NO[value.casefold()] for value in values.tolist()]
        return np.array(found), "boolean", ""
    return _without_signs(values, comma) or reworded(values, strict=True, comma=comma)


def _without_signs(values: np.ndarray, comma: bool) -> tuple[np.ndarray, str, str] | None:
    """Words (N,) as numbers, with marks that stand for none among so many different ones that these are no classes;
    None for all other words."""
    signs = {word for word in set(values.tolist()) - {None} if is_sign(word, MOST_FACES)}
    if not signs:
        return None
    bare = [None if word in signs else word for word in values.tolist()]
    numbers, kind, said = reworded(as_objects(bare), strict=True, comma=comma)
    if kind != "number" or len(np.unique(numbers[~np.isnan(numbers)])) <= MOST_FACES:
        return None
    absent = [word for word in values.tolist() if word in signs]
    left_out = f"{counted(len(absent), 'word')} such as {absent[0]!r} taken for missing"
    return numbers, kind, "; ".join(filter(None, [said, left_out]))


def _is_01(values: np.ndarray) -> bool:
    return set(np.unique(values[~np.isnan(values)]).tolist()) <= {0.0, 1.0}


def settle_targets(
    names: Sequence[str],
    values: np.ndarray,
    *,
    task: str | None = None,
    test_rows: int = 0,
) -> tuple[np.ndarray, Task, tuple[Note, ...]]:
    """Targets (N, K) as float64 numbers, or as labels 0 and 1, also of -1 and 1, their task, and what was inferred.

    Errors: values that are missing or infinite, a column that never varies, one-hot classes, labels that are
    neither 0 nor 1.
    """
    if task is not None and task not in TASKS:
        raise unknown("task", task, TASKS, option="--task")
    _check(names, values, test_rows)
    signs = task != "regression" and {*np.unique(values).tolist()} == {-1.0, 1.0}
    values = (values > 0).astype(np.float64) if signs else values
    binary, of_labels = _is_01(values), f"each target is {'-1 or 1, which count as 0 and 1' if signs else '0 or 1'}"
    because = "as asked" if task and not signs else of_labels if binary else "the targets are numbers"
    if (task or ("multilabel" if binary else "regression")) == "regression":
        settled = regression_of(names)
        return values, settled, _said_of_numbers(settled, because)
    if not binary:
        place = next(k for k in range(len(names)) if not _is_01(values[:, k]))
        raise OptionError(
            "labels-of-numbers",
            "labels are 0 or 1 in each row",
            got=f"{np.unique(values[:, place]).size} different values in {names[place]!r}",
            wanted="1 where a row has the label, 0 where not",
            do="--task regression, or one --target",
        )
    if task != "multilabel" and (values.sum(axis=1) == 1).all():
        raise DataError(
            "one-hot",
            "the targets are one class in one-hot form: each row has a single 1",
            got=f"{len(names)} columns",
            wanted="one column of classes",
            do="y.argmax(axis=1), for a table idxmax(axis=1) in pandas, or --task multilabel if the labels may occur "
            "together",
        )
    settled = multilabel(names, names)
    return values, settled, _said_of_labels(settled, because, values)


def are_lists(cells: np.ndarray) -> bool:
    """Whether all cells are lists of words as JSON writes them, some of them with none or several; or of whole numbers,
    not all with as many.

    >>> [are_lists(np.array(cells)) for cells in (['["red","blue"]', '["red"]'], ['["red"]', '["blue"]'], ["[1, 2]"])]
    [True, False, False]
    """
    words = dict.fromkeys(cell for cell in cells.tolist() if cell is not None)
    found = [_list_of(word) for word in words]
    counts = {-1 if one is None else len(one) for one in found}
    quoted = any('"' in word for word in words)
    return -1 not in counts and bool(counts - {1}) and (quoted or len(counts) > 1)


def _list_of(word: str) -> list[str] | None:
    """The words or whole numbers that a cell lists as JSON writes them, but for missing ones; None for all else."""
    if not word.startswith("[") or not word.endswith("]") or len(word) > MOST_IN_A_LIST:
        return None
    try:
        found = json.loads(word)
    except (ValueError, RecursionError):
        return None
    known = [one for one in found if one is not None]
    return [str(one) for one in known] if all(type(one) in (str, int) for one in known) else None


def settle_lists(
    name: str, cells: np.ndarray, *, asked: bool = True, test_rows: int = 0
) -> tuple[np.ndarray, Task, tuple[Note, ...]]:
    """Labels (N, K) as 0 and 1 from cells that list them, as in "red;blue"; an empty cell lists none.

    >>> values, task, _ = settle_lists("colour", np.array(["red;blue", "red", "", "blue"] * 4, dtype=object))
    >>> task.classes, values[:3].tolist()
    (('blue', 'red'), [[1.0, 1.0], [0.0, 1.0], [0.0, 0.0]])

    Errors: ``DataError`` for fewer than two labels or more than 1,000, or a label that all rows have.
    """
    words = ["" if cell is None else str(cell) for cell in cells.tolist()]
    between, rows = listed_in(words)
    labels = sorted(set().union(*rows))
    learnt = set().union(*rows[: len(rows) - test_rows])
    if strange := [label for label in labels if label not in learnt]:
        raise DataError(
            "label-only-in-test",
            "the test rows have labels that the training rows don't have",
            got=listed(strange),
            wanted=listed(sorted(learnt)),
            do="leave these labels out of the test rows, or add rows that have them",
        )
    if between is None or not 2 <= len(labels) <= MOST_LABELS:
        raise DataError(
            "no-lists-of-labels",
            f"the target {name!r} does not list labels",
            got=f"{counted(len(labels), 'label')}, and {f'{between!r}' if between else 'nothing'} between them",
            wanted=f"2 to {MOST_LABELS:,} labels, with one of {' '.join(SEPARATORS)} between those of a row",
            do="--task classification, if each row has one class",
        )
    places = {label: place for place, label in enumerate(labels)}
    values = np.zeros((len(rows), len(labels)))
    for row, mine in enumerate(rows):
        values[row, [places[label] for label in mine]] = 1.0
    _check(labels, values, test_rows)
    settled = multilabel(labels)
    mark = "blanks" if between == BLANK else repr(between)
    because = "as asked" if are_lists(cells) else f"as asked, {mark} between them"
    because = because if asked else "its values are lists of words"
    said = _said_of_labels(settled, because, values, "" if asked else "classification")
    if none := int((values.sum(axis=1) == 0).sum()):
        said += (Note(f"without a label: {counted(none, 'row')}", "an empty cell lists none, and is not missing"),)
    return values, settled, said


def listed_in(words: Sequence[str]) -> tuple[str | None, list[set[str]]]:
    """What stands between the labels of cells, None if nothing does, and the labels of each; brackets and quotes of
    lists as Python and JSON write them are no part of these.

    >>> between, rows = listed_in(["red|blue", "red"])
    >>> between, [sorted(row) for row in rows], [sorted(row) for row in listed_in(["['red', 'blue']", "[]"])[1]]
    ('|', [['blue', 'red'], ['red']], [['blue', 'red'], []])
    >>> listed_in(["red", "blue", "red blue", "blue red"])[0]
    ' '
    """
    found = [_list_of(word) for word in words]
    others = [word for word, one in zip(words, found) if one is None]
    lists = all(LIST.fullmatch(word) for word in others)
    between = next((mark for mark in SEPARATORS if any(len(cut_at(word, mark)) > 1 for word in others)), None)
    between = BLANK if between is None and list_by_blanks(others) else between
    around = " []'\"" if lists else " "
    rows = [
        {part.strip(around) for part in (cut_at(word, between or ",") if one is None else one)} - {""}
        for word, one in zip(words, found)
    ]
    return between or ("," if len(others) < len(words) else None), rows


def _check(names: Sequence[str], values: np.ndarray, test_rows: int) -> None:
    for name, column in zip(names, values.T):
        check_values(name, column, "number")
        check_rows(len(column))
        check_varies(name, column[: len(column) - test_rows], f"leave {name!r} out of the targets")


def _said_of_numbers(task: Task, because: str) -> tuple[Note, ...]:
    return (
        Note(f"task: regression of {len(task.names)} targets ({listed(list(task.names))})", because),
        Note(
            "score: root mean squared error of standardised targets",
            "in standard deviations, so that each target counts alike",
        ),
        Note("output: linear", "one output a target"),
    )


def _said_of_labels(task: Task, because: str, values: np.ndarray, other: str = "") -> tuple[Note, ...]:
    each = values.sum(axis=1).mean()
    other = "regression" if task.names and because != "as asked" else other
    return (
        Note(
            f"task: multilabel, {len(task.classes)} labels ({listed(list(task.classes))}), {each:.2g} a row",
            because,
            f"--task {other}" if other else "",
        ),
        Note(
            "score: Jaccard index", "labels told and true over labels told or true, so that rare labels count"
        ),
        Note("output: sigmoid", "one output a label, its probability"),
    )
