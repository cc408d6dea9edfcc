"""What looks like a slip of the pen: numbers that stand for a missing value, classes that differ in spelling."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from .case import Case
from .dataset import Finding
from .messages import listed, percent
from .targets import listed_in

STANDS_FOR_MISSING = (9, 99, 999, 9999, 99999, 999999)
"""Numbers that people write where they have none, with either sign."""

FEWEST, FAR = 3, 2.0
"""Such a number has to occur so often, and to lie so many ranges of all other numbers from these."""

ID = re.compile(r"(?i:^|[_\W]|client|customer|patient|person|subject|user)(?i:id)$|[a-z](Id|ID)$")
"""Names of ids: not acid, or paid."""


def judge(case: Case) -> Iterator[Finding]:
    """Numbers that stand for a missing value, names of classes that differ in case or blanks, ids that repeat."""
    for name, kind, values in case.columns():
        if kind == "number" and (found := stands_for_missing(values)) is not None:
            number, share = found
            yield Finding(
                "stands-for-missing",
                f"column {name!r} is {number:g} in {percent(share, 1)} of the rows, far from all other values",
                "share of rows",
                share,
                "leave these cells empty, if the number stands for a missing value",
                important=True,
                columns=(name,),
            )
        if ID.search(name) and kind in ("number", "category") and _repeats(values):
            yield Finding(
                "repeated-ids",
                f"column {name!r} is called an id and repeats: rows are not independent",
                "different values",
                len(np.unique(values)),
                f"--group {name}, or --id {name} --time COLUMN if its rows are the steps of a series",
                important=True,
                columns=(name,),
            )
    if total := _sums_last(case):
        yield Finding(
            "total-row",
            f"the last row holds the sums of the rows above in {listed(total)}: it is a total, and no row",
            "columns",
            len(total),
            "remove the last row",
            important=True,
            columns=tuple(total),
        )
    if case.task.kind == "classification" and (labels := _lists_of_labels(case.task.classes)):
        yield Finding(
            "lists-of-labels",
            f"classes that look like lists of {len(labels)} labels: {listed(sorted(labels))}",
            "labels",
            len(labels),
            "--task multilabel, if a row can have several of them",
            important=True,
        )
    if case.task.kind == "classification":
        alike: dict[str, list[str]] = {}
        for label in case.task.classes:
            alike.setdefault("".join(label.split()).casefold(), []).append(label)
        twice = [label for labels in alike.values() if len(labels) > 1 for label in labels]
        if twice:
            yield Finding(
                "classes-alike",
                f"classes that differ in case or blanks alone: {listed(twice)}",
                "classes",
                len(twice),
                "write them alike, if they are one class",
                important=True,
            )


def _lists_of_labels(classes: Sequence[str]) -> set[str]:
    """The labels that classes such as "red|blue" list, if there are fewer of them than classes, and most of these occur
    in several; else none.

    >>> sorted(_lists_of_labels(["red", "red|blue", "blue", "green|red|blue", "green"]))
    ['blue', 'green', 'red']
    >>> _lists_of_labels(["Paris, France", "Rome, Italy"])
    set()
    """
    between, rows = listed_in(classes)
    labels = set().union(*rows)
    counts = [sum(label in row for row in rows) for label in labels]
    several = sum(count > 1 for count in counts)
    return labels if between and 1 < len(labels) < len(classes) and several > len(labels) / 2 else set()


def _sums_last(case: Case) -> list[str]:
    """The columns of numbers, a target of numbers among them, if the last row holds in each the sum of all others."""
    dataset = case.dataset
    if case.task.several or dataset.layout != "flat" or dataset.test_rows is not None:
        return []
    columns = {name: values for name, kind, values in case.columns() if kind == "number"}
    if case.task.kind == "regression":
        columns[dataset.target_name] = dataset.target
    present = {name: values for name, values in columns.items() if not np.isnan(values[-1])}
    fewest = 1 if case.task.kind == "regression" else 2
    return list(present) if len(present) >= fewest and all(map(_is_sum, present.values())) else []


def _is_sum(values: np.ndarray) -> bool:
    """Whether the last of the values (N,) is the sum of the others, several of which are not 0."""
    last, others = float(values[-1]), values[:-1]
    with np.errstate(all="ignore"):  # huge numbers
        total = float(np.nansum(others))
        close = total != 0 and abs(last - total) <= 1e-6 * abs(total) < np.inf
    return close and int(np.count_nonzero(np.nan_to_num(others))) >= FEWEST


def stands_for_missing(values: np.ndarray) -> tuple[float, float] | None:
    """The number among the values (N,) that stands for a missing one, and its share; None if there is none.

    >>> stands_for_missing(np.array([1.0, 2.0, 3.0, -999.0, -999.0, -999.0]))
    (-999.0, 0.5)
    """
    present = values[~np.isnan(values)]
    for number in (present.min(), present.max()) if present.size else ():
        if abs(number) not in STANDS_FOR_MISSING:
            continue
        others = present[present != number]
        if not others.size or not np.ptp(others):
            continue
        spread, distance = np.ptp(others), np.abs(others - number).min()
        if len(present) - len(others) >= FEWEST and distance > FAR * spread:
            return float(number), (len(present) - len(others)) / len(values)
    return None


def _repeats(values: np.ndarray) -> bool:
    """Whether most values occur several times, but none in a large part of the rows."""
    counts = np.unique(values, return_counts=True)[1]
    return len(counts) >= 3 and float(np.median(counts)) >= 2 and len(counts) > len(values) / 100
