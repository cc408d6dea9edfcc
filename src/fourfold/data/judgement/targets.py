"""What the target is: another task than it looks like, classes that are rare, one that most rows have."""

from __future__ import annotations

import itertools
import re
import shlex
from collections.abc import Iterator, Sequence

import numpy as np

from fourfold.data.columns.left_out import LeftOut
from fourfold.data.columns.target_choice import COORDINATE, WITH_VALUES
from fourfold.data.columns.wide import dated_before
from fourfold.data.dataset import Column, Finding
from fourfold.data.files.class_levels import TwoLevels
from fourfold.data.messages import listed, percent, to_drop
from fourfold.data.places import are_places
from fourfold.data.series.along_rows import FEWEST, are_counted, number_of
from fourfold.data.values.called import ID
from fourfold.preprocessing.table import level_counts
from fourfold.preprocessing.task import IMBALANCED, largest_share

from .case import Case
from .elsewhere import FEW_VALUES, MANY_CLASSES
from .guessed import is_number, was_guessed, was_last
from .one_hot import side_by_side

RARE = 10
FEWEST_LABELS, FEWEST_NAMED = 3, 5
"""Columns of labels that are called alike, and of those with names of their own, at least."""

FLAG = re.compile(r"(?P<column>.*\d)[_ .-]?[A-Za-z]{1,9}", re.ASCII)
CODE = re.compile(r"(?:^|[\W_])code$", re.IGNORECASE)
"""What flags of a column of a year, and columns of codes, are called."""

UNNAMED = re.compile(r"|column \d+|x\d+|Unnamed: \d+")
"""What the empty column behind the last separator of all lines is called."""

FEW_CHANGING = 0.1
"""Up to this share of the series a class that changes within them is more likely a slip of the pen."""


def kind(case: Case) -> Iterator[Finding]:
    if case.task.several:
        return
    distinct = len(case.task.classes) or len(np.unique(case.dataset.target))
    if case.task.kind == "regression":
        if distinct <= FEW_VALUES and case.dataset.rows >= 5 * distinct:
            yield Finding(
                "few-values",
                f"the target is taken for a number and has only {distinct} different values",
                "different values",
                distinct,
                "--task classification, if they are classes",
                important=True,
            )
    elif case.task.label_type in ("integer", "number") and distinct > FEW_VALUES:
        yield Finding(
            "numbers-as-classes",
            f"the target has {distinct} classes, all of them numbers",
            "classes",
            distinct,
            "--task regression, if they are amounts",
            important=True,
        )
    elif distinct >= MANY_CLASSES:
        yield Finding(
            "many-classes",
            f"the target has {distinct:,} classes, {case.dataset.rows / distinct:.0f} rows each on average",
            "classes",
            distinct,
            "join classes, or choose another target",
            important=case.dataset.rows < 20 * distinct,
        )


def before_an_empty_one(case: Case) -> Iterator[Finding]:
    """Where the last column with values was taken, and the last of all is empty: it may be what is asked for."""
    dataset = case.dataset
    last = dataset.source_columns[-1] if dataset.source_columns else ""
    if not UNNAMED.fullmatch(last) and was_guessed(case, WITH_VALUES):
        yield Finding(
            "target-before-empty-column",
            f"the last column, {last!r}, has no values, and {dataset.target_name!r} was taken for the target",
            "columns",
            1,
            f"fill {last!r} in, if it is the target; else --target {shlex.quote(dataset.target_name)}",
            important=True,
            columns=(last,),
        )


def among_coordinates(case: Case) -> Iterator[Finding]:
    """Where y was taken, which stands behind x, and before others."""
    target = case.dataset.target_name
    if was_guessed(case, COORDINATE):
        names = case.dataset.source_columns
        x = next(name for name in names if name.casefold() == "x")
        named = [name for name in names[names.index(x) + 1 :] if not UNNAMED.fullmatch(name)]
        yield Finding(
            "target-among-coordinates",
            f"{target!r} was taken for the target, for its name, and stands behind {x!r} and before other columns, as "
            "coordinates do",
            "columns",
            len(case.dataset.source_columns),
            f"--target {shlex.quote((named or names)[-1])}, or another column, if it is a coordinate",
            important=True,
        )


def called_like_inputs(case: Case) -> Iterator[Finding]:
    """Where the last column, or the last with values, was taken, a number, and all inputs are called by numbers as it
    is, and have no more values: nothing tells that it is another thing than they are. Flags, called as the columns
    that they belong to and more, are no such inputs, nor are codes and words that together name the rows."""
    dataset, target = case.dataset, case.dataset.target_name
    flags = _flags((*dataset.source_columns, target))
    columns = [column for column in dataset.columns if column.name in dataset.source_columns]
    labels = _names_of_rows(case, [column for column in columns if column.name not in flags])
    used = [column.name for column in columns if column.name not in {*flags, *labels}]
    if not was_guessed(case) or not is_number(case) or not used:
        return
    different = [len(np.unique(values)) for name, _, values in case.columns() if name in used]
    if not different or np.median(different) > 2 * len(np.unique(dataset.target)):
        return
    first, end = (dataset.source_columns.index(name) for name in (used[0], used[-1]))
    inputs = tuple(name for name in dataset.source_columns[first : end + 1] if name not in flags)
    numbered = sorted([*inputs, target], key=number_of)
    nameless = are_places((*dataset.source_columns, target))
    called = f"the last column, {target!r}," if numbered[-1] == target else f"column {target!r}"
    dated = dated_before((*dataset.source_columns, target))
    by_dates = len(dated) >= FEWEST
    if by_dates or (len(inputs) >= FEWEST and not nameless and are_counted(numbered)):
        inputs, alike = (dated, "by a date, as those before it are") if by_dates else (inputs, "as all inputs are")
        series = "if each row is a series and its next values are asked for"
        yield Finding(
            "target-called-like-inputs",
            f"{called} was taken for the target, and is called {alike}, {inputs[0]!r} to {inputs[-1]!r}",
            "columns",
            len(inputs),
            f"--forecast HORIZON, {series}; else --target NAME, the column to predict"
            if by_dates
            else f"--target NAME, the column to predict; {series}, --forecast HORIZON says how to turn the table",
            important=True,
            columns=inputs,
        )


def of_flags(case: Case) -> Iterator[Finding]:
    """Where the target was guessed, and is called as one of several columns of flags."""
    target = case.dataset.target_name
    names = (*case.dataset.source_columns, target)
    flags = _flags(names)
    if not was_guessed(case) or target not in flags:
        return
    column = flags[target]
    alike = [name for name, other in flags.items() if name.removeprefix(other) == target.removeprefix(column)]
    if len(alike) >= FEWEST_LABELS:
        yield Finding(
            "flags-as-target",
            f"column {target!r} was taken for the target, and is called as the flags of {column!r} are, one of "
            f"{len(alike)} such columns",
            "columns",
            len(alike),
            f"--target {shlex.quote(column)}, or another column",
            important=True,
            columns=(column,),
        )


def _flags(names: Sequence[str]) -> dict[str, str]:
    """The names that are one of the others, which ends in a number, and a word or letter more, as those of columns of
    flags beside years are; and these others.

    >>> _flags(["Y2000", "Y2000F", "Y2001", "Y2001F", "F"]), _flags(["a", "ab"])
    ({'Y2000F': 'Y2000', 'Y2001F': 'Y2001'}, {})
    """
    known, found = set(names), {name: FLAG.fullmatch(name) for name in names}
    return {name: one["column"] for name, one in found.items() if one and one["column"] in known}


def _names_of_rows(case: Case, columns: Sequence[Column]) -> set[str]:
    """The columns of words, and of numbers that are called codes, if no two rows have the same of all of them."""
    words = {column.name for column in columns if column.kind == "category"}
    numbers = {column.name for column in columns if column.kind == "number"}
    called = words | {name for name in numbers if CODE.search(name) or ID.search(name)}
    values = [codes for name, _, codes in case.columns() if name in called]
    return called if values and len(np.unique(np.stack(values, axis=1), axis=0)) == case.dataset.rows else set()


def one_of_labels(case: Case) -> Iterator[Finding]:
    """Where the last column was taken, of ones and zeros, and those before it are such, and are called by the numbers
    before its own, as not all inputs are: they may be labels of which a row can have several. Of other names, if they
    are five and more and no other column is such."""
    dataset, last = case.dataset, case.dataset.target_name
    two = case.task.kind == "classification" and len(case.task.classes) == 2
    if not (two and was_guessed(case) and case.task.label_type in ("integer", "boolean")):
        return
    columns = {name: values for name, kind, values in case.columns() if kind in ("number", "boolean")}
    binary = {name for name, values in columns.items() if set(np.unique(values)) == {0, 1}}
    run = [*reversed([*itertools.takewhile(binary.__contains__, reversed(dataset.source_columns))])]
    counted = next((run[place:] for place in range(len(run)) if are_counted([*run[place:], last])), [])
    alike = len(counted) + 1 >= FEWEST_LABELS
    named = len(run) + 1 >= FEWEST_NAMED and len(run) == len(binary)
    named = named and side_by_side([*(columns[name] for name in run), case.codes]) is None
    others = counted if alike else run * named
    together = any((case.codes + sum(columns[name] for name in others)) > 1)  # no class in one-hot form
    enough = FEWEST_LABELS - 1 <= len(others) < len(dataset.source_columns)
    if together and enough and not are_places(labels := [*others, last]):
        yield Finding(
            "one-of-labels",
            f"the target {last!r} is {'called ' * alike}as the columns before it are, {others[0]!r} to {others[-1]!r}, "
            "all of ones and zeros: they may be labels of which a row can have several",
            "columns",
            len(labels),
            f"--target {shlex.quote(','.join(labels))}, if they are; else {to_drop(others)}, if they are not known "
            "before the target is",
            important=alike,
            columns=tuple(others),
        )


def left_out_alike(case: Case) -> Iterator[Finding]:
    """Where the last column was taken, and several that are left out beside pictures or texts have its two values."""
    for note in case.dataset.notes:
        if not isinstance(note, LeftOut) or len(note.alike) + 1 < FEWEST_LABELS or not was_last(case):
            continue
        labels = [*note.alike, case.dataset.target_name]
        several = "one class in several columns" if note.one_each else "labels of which a row can have several"
        yield Finding(
            "labels-left-out",
            f"the last column, {labels[-1]!r}, was taken for the target, and {listed(note.alike)}, of the same two "
            f"values, are left out: they may be {several}",
            "columns",
            len(labels),
            f"one column of classes, in pandas table[{labels!r}].idxmax(axis=1)"
            if note.one_each
            else f"--target {shlex.quote(','.join(labels))}, if they are",
            important=True,
            columns=note.alike,
        )


def left_out_classes(case: Case) -> Iterator[Finding]:
    """Where the last column was taken, and others that are left out beside pictures may be the target as well."""
    for note in case.dataset.notes:
        if not isinstance(note, LeftOut) or case.dataset.layout != "image" or not was_last(case):
            continue
        labels = [name for name, _ in note.classes]
        if labels:
            said = ", ".join(f"{name!r}, {count:,} classes," for name, count in note.classes)
            yield Finding(
                "classes-left-out",
                f"the last column, {case.dataset.target_name!r}, was taken for the target, and {said} "
                f"{'is' if len(labels) == 1 else 'are'} left out beside the pictures",
                "columns",
                len(labels),
                f"--target {shlex.quote(labels[0])}, if this is what is asked for",
                important=True,
                columns=tuple(labels),
            )


def left_out_beside(case: Case) -> Iterator[Finding]:
    """Columns beside pictures or texts that say which rows test, and those of boxes."""
    found = [note for note in case.dataset.notes if isinstance(note, LeftOut)]
    for name, words in (part for note in found for part in note.parts):
        yield Finding(
            "names-parts",
            f"column {name!r} says which rows train and which test ({listed(words)}), and is left out",
            "parts",
            len(words),
            f"--test FILE with the test rows in a file of their own, and --drop {shlex.quote(name)}",
            important=True,
            columns=(name,),
        )
    for note in found:
        if note.boxes and case.dataset.layout == "image":
            yield Finding(
                "boxes-left-out",
                f"columns {listed(note.boxes)} say where in a picture something is: they are left out, and whole "
                "pictures are read",
                "columns",
                len(note.boxes),
                "cut what is in the boxes out of the pictures, and name these, if classes belong to boxes",
                important=True,
                columns=note.boxes,
            )


def of_folders(case: Case) -> Iterator[Finding]:
    """Where the classes are folders, and the same ones lie in each."""
    for note in case.dataset.notes:
        if isinstance(note, TwoLevels):
            yield Finding(
                "classes-within-classes",
                f"the classes are the folders {listed(note.outer)}; in each lie {listed(note.inner)}, which may be the "
                "classes instead",
                "folders",
                len(note.inner),
                f"if {note.inner[0]!r} is a class, copy the files to {note.file} and the like",
                important=True,
            )


def of_classes(case: Case) -> Iterator[Finding]:
    if case.task.kind != "classification":
        return
    labels, counts = level_counts(case.dataset.target)
    weights = case.dataset.weights
    share = largest_share(case.dataset.target, weights)
    if share > IMBALANCED:
        whole = np.bincount(case.codes, weights)
        weighted = " of the rows' weight" if weights is not None else " of the rows"
        yield Finding(
            "imbalance",
            f"class {str(labels[whole.argmax()])!r} holds {percent(share, 1)}{weighted}: "
            "always saying it is right as often",
            "share of the largest class",
            share,
            "read the balanced accuracy, and collect more of the other classes",
        )
    rare = labels[counts < RARE]
    if len(rare):
        yield _rare(
            "rare-classes",
            f"classes with fewer than {RARE} rows: {listed(rare.tolist())}",
            "rows of the smallest class",
            int(counts.min()),
            "collect more of them, join them, or leave them out",
        )


def of_labels(case: Case) -> Iterator[Finding]:
    if case.task.kind != "multilabel":
        return
    counts = case.dataset.target.sum(axis=0)
    fewest = np.minimum(counts, case.dataset.rows - counts)
    rare = [label for label, count in zip(case.task.classes, fewest) if count < RARE]
    if rare:
        yield _rare(
            "rare-labels",
            f"labels that fewer than {RARE} rows have, or lack: {listed(rare)}",
            "rows of the rarest label",
            int(fewest.min()),
            "collect more of them, or leave them out",
        )


def rare_in_series(case: Case) -> Iterator[Finding]:
    """Classes of steps that few series have, so that they can't be learnt in some and tested in others."""
    if case.task.kind != "classification":
        return
    series = {name: int((case.dataset.target == name).any(axis=1).sum()) for name in case.task.classes}
    rare = [name for name, count in series.items() if count < RARE]
    if rare:
        yield _rare(
            "rare-classes",
            f"classes that occur in fewer than {RARE} rows: {listed(rare)}",
            "rows with the rarest class",
            min(series.values()),
            "collect more rows with them, join them, or leave them out",
        )


def _rare(slug: str, which: str, measure: str, fewest: int, do: str) -> Finding:
    return Finding(slug, f"{which}; how well they are told can't be measured", measure, fewest, do, important=True)


def that_changes(case: Case) -> Iterator[Finding]:
    """A class of steps that changes within few series: a slip of the pen makes one label a label of each step."""
    dataset = case.dataset
    if case.task.kind != "classification" or dataset.cut is not None:
        return
    kinds = sum((dataset.target == name).any(axis=1).astype(int) for name in case.task.classes)
    changing = np.flatnonzero(kinds > 1)
    if 0 < len(changing) <= FEW_CHANGING * dataset.rows:
        names = [] if dataset.ids is None else [str(dataset.ids[place]) for place in changing[:3]]
        yield Finding(
            "changing-labels",
            f"the target changes within {len(changing)} of {dataset.rows} rows alone"
            + f" (the first: {listed(names)})" * bool(names),
            "share of rows",
            len(changing) / dataset.rows,
            "if each of them has one class, correct these; --target-per series",
            important=True,
        )
