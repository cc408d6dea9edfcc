"""What can be said against a data set before anything is trained on it.

Each judgement is a function from a `Case` to findings; `JUDGES` lists them. All are cheap: the costly ones look at a
sample of at most 5,000 rows and 500 columns, which is the same each time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

import numpy as np

from fourfold.core.naming import STEP, noted
from fourfold.data.dataset import Dataset, Finding
from fourfold.data.messages import counted, listed, percent
from fourfold.data.series.cut import FEWEST_SERIES
from fourfold.data.series.steps import as_rows
from fourfold.preprocessing.table import level_counts
from fourfold.preprocessing.task import IMBALANCED, largest_share

from . import (
    dependent,
    frequencies,
    leaks,
    neighbours,
    oddities,
    of_forecasts,
    resolution,
    shift,
    uninformative,
    unlabelled,
)
from .case import Case
from .chance import are_expected, known_by_their_values, share_alike

FEW_VALUES, MANY_CLASSES, RARE = 20, 100, 10
TWINS = 0.01
"""The share of tested rows with a twin among the rows that are learnt from above which scores are too good."""

AT_ODDS, FEWEST_TWINS, FEWEST_FINE = 0.25, 3, 50
"""The share of the groups of twins with different targets from which on twins are no copies, if half of what unrelated
targets would show is not less; the rows with a twin below which they may be a coincidence; and the values from which on
a column may be measured finely."""

FEW_CHANGING = 0.1
"""Up to this share of the series a class that changes within them is more likely a slip of the pen."""

TEXTS = ("what", "measure", "do")
"""What of a finding is read: about rows, whatever they are called."""


def judge(dataset: Dataset, seed: int = 0) -> tuple[Finding, ...]:
    """All that was found, the important findings first.

    >>> from fourfold.data import read
    >>> [finding.slug for finding in judge(read("iris"))]
    ['few-rows', 'duplicates']
    """
    case = Case(dataset, seed)
    if dataset.task.stepwise:
        of_steps = Case(as_rows(dataset), seed, each=STEP)
        pairs = [(of_steps, one) for one in STEP_JUDGES] + [(case, one) for one in SERIES_JUDGES]
    else:
        # windows overlap, and the past tells of the future: the other judges would object to that
        judges = JUDGES if dataset.forecast is None else (of_forecasts.judge, oddities.of_channels, resolution.judge)
        pairs = [(case, one) for one in judges]
    found = [noted(finding, about.each, *TEXTS) for about, one in pairs for finding in one(about)]
    return tuple(sorted(found, key=lambda finding: not finding.important))


def as_lines(dataset: Dataset) -> Iterator[str]:
    """What was inferred and what was found, as lines of text."""
    shape = "x".join(map(str, dataset.inputs.shape[1:])) if isinstance(dataset.inputs, np.ndarray) else ""
    each = (
        f"of {shape}"
        if shape and not dataset.columns
        else f"of {counted(len(dataset.columns), 'used column')}"
    )
    yield f"{dataset.name}: {counted(dataset.rows, dataset.each)} {each}"
    yield from map(str, dataset.notes)
    important = sum(finding.important for finding in dataset.findings)
    yield ""
    yield f"findings: {len(dataset.findings)}, {important} of them important"
    for finding in dataset.findings:
        yield f"{'!' if finding.important else '-'} {finding}"


def as_plain(dataset: Dataset) -> dict[str, Any]:
    """The same as plain data."""
    return {
        "data": dataset.name,
        "rows": dataset.rows,
        "layout": dataset.layout,
        "task": dataset.task.to_dict(),
        "target": dataset.target_name,
        "columns": [asdict(column) for column in dataset.columns],
        "notes": [asdict(note) for note in dataset.notes],
        "fingerprint": dataset.fingerprint,
        "findings": [asdict(finding) for finding in dataset.findings],
    }


def _rare_labels(case: Case) -> Iterator[Finding]:
    if case.task.kind != "multilabel":
        return
    counts = case.dataset.target.sum(axis=0)
    fewest = np.minimum(counts, case.dataset.rows - counts)
    rare = [label for label, count in zip(case.task.classes, fewest) if count < RARE]
    if rare:
        yield Finding(
            "rare-labels",
            f"labels that fewer than {RARE} rows have, or lack: {listed(rare)}; how well they are told can't be "
            "measured",
            "rows of the rarest label",
            int(fewest.min()),
            "collect more of them, or leave them out",
            important=True,
        )


def _imbalance(case: Case) -> Iterator[Finding]:
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
        yield Finding(
            "rare-classes",
            f"classes with fewer than {RARE} rows: {listed(rare.tolist())}; how well they are told can't be "
            "measured",
            "rows of the smallest class",
            int(counts.min()),
            "collect more of them, join them, or leave them out",
            important=True,
        )


def _rare_in_series(case: Case) -> Iterator[Finding]:
    """Classes of steps that few series have, so that they can't be learnt in some and tested in others."""
    if case.task.kind != "classification":
        return
    series = {name: int((case.dataset.target == name).any(axis=1).sum()) for name in case.task.classes}
    rare = [name for name, count in series.items() if count < RARE]
    if rare:
        yield Finding(
            "rare-classes",
            f"classes that occur in fewer than {RARE} rows: {listed(rare)}; how well they are told can't be measured",
            "rows with the rarest class",
            min(series.values()),
            "collect more rows with them, join them, or leave them out",
            important=True,
        )


def _labels_that_change(case: Case) -> Iterator[Finding]:
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


def _task(case: Case) -> Iterator[Finding]:
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


def _twins(case: Case) -> Iterator[Finding]:
    """Rows with equal inputs: how many, how many of them lie across a split, how many contradict each other."""
    order = np.lexsort((case.codes, case.row_keys))
    new = np.diff(case.row_keys[order], prepend=~case.row_keys[order[:1]]) != 0
    first = np.flatnonzero(new)
    counts = np.diff(first, append=len(order))
    repeated = int(case.dataset.rows - len(counts))
    if not repeated:
        return
    key = np.empty_like(order)
    key[order] = np.cumsum(new) - 1
    tested = crossing = 0
    for split in case.splits:
        learnt = np.zeros(len(counts), dtype=bool)
        learnt[key[split.train]] = learnt[key[split.validation]] = True
        tested += len(split.test)
        crossing += int(learnt[key[split.test]].sum())
    share = crossing / max(tested, 1)
    most_differ = len(counts) > case.dataset.rows / 2  # else few combinations of values: targets differ by their nature
    codes = case.codes[order]
    differ = np.minimum.reduceat(codes, first) != np.maximum.reduceat(codes, first)
    specific = _written_again(np.flatnonzero(new | (np.diff(codes, prepend=codes[:1]) != 0)), len(order)) or (
        _are_copies(case, order[first], counts, differ)
        and (
            known_by_their_values(case, order[first], counts) >= max(FEWEST_TWINS, TWINS * case.dataset.rows)
            or not are_expected(case)
        )
    )
    yield Finding(
        "duplicates",
        f"{counted(repeated, 'row')} with the inputs of an earlier row; {percent(share, 1)} of the tested rows have "
        "a twin among the rows that are learnt from",
        "share of tested rows with a twin",
        share,
        "remove the copies, or --group COLUMN to keep them together" if specific else "",
        important=specific and share >= TWINS,
    )
    if case.task.kind != "regression" and (at_odds := int(counts[differ].sum())):
        yield Finding(
            "contradictions",
            f"{counted(at_odds, 'row')} with equal inputs and different targets: no model can tell all of them",
            "share of rows",
            at_odds / case.dataset.rows,
            "add columns that tell them apart" + ", or correct the targets" * most_differ,
            important=at_odds > 0.05 * case.dataset.rows and most_differ,
        )


def _written_again(first: np.ndarray, rows: int) -> bool:
    """Whether all of the rows, target included, occur so many times or a multiple of it, as in a file written twice;
    ``first``: where in their order other ones begin."""
    return len(first) >= FEW_VALUES and int(np.gcd.reduce(np.diff(first, append=rows))) > 1


def _are_copies(case: Case, different: np.ndarray, counts: np.ndarray, differ: np.ndarray) -> bool:
    """Whether twins have equal targets, as copies have, or are of rows that are measured finely; by the first of each
    group, the groups' sizes and whether targets differ there."""
    most_differ, fine = 2 * len(counts) > case.dataset.rows, _are_fine(case, different)
    if counts.sum() - len(counts) < FEWEST_TWINS and case.dataset.layout == "flat" and not fine:
        return False
    usual = (1 - share_alike(case.codes)) / 2
    most = usual if case.task.kind == "regression" else min(AT_ODDS, usual)
    at_odds = differ.any() and differ[counts > 1].mean() >= most
    if most_differ and not at_odds:
        return True
    return fine and bool(most_differ or not differ.any())


def _are_fine(case: Case, different: np.ndarray) -> bool:
    """Whether two columns have another value in most of the rows that are different, as measurements have: rows with
    few combinations of values agree by chance."""
    fewest = max(len(different) / 2, FEWEST_FINE)
    return sum(len(np.unique(values)) > fewest for *_, values in case.columns(different)) > 1


def _one_target_each(ids: np.ndarray, target: np.ndarray) -> bool:
    """Whether all rows of an id have the same target."""
    of_id = dict(zip(ids.tolist(), target.tolist())) if target.ndim == 1 else {}
    return bool(of_id) and all(of_id[id] == value for id, value in zip(ids.tolist(), target.tolist()))


def _groups(case: Case) -> Iterator[Finding]:
    ids, groups = case.dataset.ids, case.dataset.groups
    if ids is not None and groups is None:
        repeated = len(ids) - len(set(ids.tolist()))
        if repeated:
            series = case.dataset.layout == "flat" and _one_target_each(ids, case.dataset.target)
            steps = "; --target-per series, if those of each id are the steps of one series" if series else ""
            yield Finding(
                "repeated-ids",
                f"{counted(repeated, 'row')} with the id of an earlier row: rows are not independent",
                "rows",
                repeated,
                f"--group with the same column{steps}",
                important=True,
            )
    tests = case.dataset.test_rows
    if groups is not None and tests is not None:
        tested = set(groups[tests].tolist())
        shared = tested & set(np.delete(groups, tests).tolist())
        if shared:
            yield Finding(
                "groups-in-test-and-training",
                f"{len(shared):,} of {counted(len(tested), 'group')} with test rows have other rows, too, from which "
                "models learn",
                "groups",
                len(shared),
                "choose test rows of other groups",
                important=True,
            )
    if groups is not None and case.task.kind != "regression":
        target = case.dataset.target
        has = {
            label: target[:, place] > 0 if case.task.several else target == label
            for place, label in enumerate(case.task.classes)
        }
        alone = [label for label, rows in has.items() if len(set(groups[rows].tolist())) == 1]
        if alone:
            yield Finding(
                "class-in-one-group",
                f"classes that occur in one group alone: {listed(alone)}; they can't be learnt and tested",
                "classes",
                len(alone),
                "leave out --group, or collect these classes in more groups",
                important=True,
            )


def _windows(case: Case) -> Iterator[Finding]:
    """Windows of so few series that these can't be divided."""
    cut = case.dataset.cut
    if cut is not None and cut.in_time:
        count = len(cut.labels)
        which, these = ("one series", "this series") if count == 1 else (f"{count} series", "these")
        yield Finding(
            "windows-of-few-series",
            f"windows of {which} depend on each other: intervals may be too short, and what is found holds for {these}",
            "series",
            count,
            f"add series, {FEWEST_SERIES} or more with an --id each, if it is to hold for others",
            important=True,
        )


JUDGES: tuple[Callable[[Case], Iterator[Finding]], ...] = (
    leaks.judge,
    shift.judge,
    unlabelled.judge,
    unlabelled.of_classes,
    oddities.judge,
    oddities.of_channels,
    dependent.judge,
    frequencies.judge,
    neighbours.judge,
    _task,
    _twins,
    _groups,
    uninformative.judge,
    _imbalance,
    _rare_labels,
    resolution.judge,
)

STEP_JUDGES: tuple[Callable[[Case], Iterator[Finding]], ...] = (
    leaks.judge,
    unlabelled.of_classes,
    oddities.judge,
    dependent.judge,
    _task,
    _imbalance,
)
"""What is judged of steps that have targets, each taken for a row."""

SERIES_JUDGES: tuple[Callable[[Case], Iterator[Finding]], ...] = (
    _windows,
    _twins,
    _rare_in_series,
    _labels_that_change,
    resolution.judge,
)
"""What is judged of series whose steps have targets."""
