"""What looks like a slip of the pen: numbers that stand for a missing value, classes that differ in spelling."""

from __future__ import annotations

import shlex
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence

import numpy as np

from fourfold.data.columns.alike import are_blank
from fourfold.data.columns.free_texts import LeftOutTexts
from fourfold.data.columns.named_files import SoundsLeftOut, features_of_sounds
from fourfold.data.columns.targets import listed_in
from fourfold.data.columns.totals import MARGIN, LeftOutLabels, ends_in_margin, totals_among
from fourfold.data.dataset import Dataset, Finding
from fourfold.data.messages import counted, listed, percent
from fourfold.data.values.amounts import INVISIBLE
from fourfold.data.values.called import ID, YEAR_NAMES, YEARS, are_parts
from fourfold.data.values.stamps import named
from fourfold.data.values.stand_ins import StandIn, shared_stand_ins, stands_for_missing
from fourfold.preprocessing.table import Table

from .case import MOST_COLUMNS, Case

FEWEST = 3
"""Numbers other than 0 that a total is the sum of, and groups that are named once, at least."""

FEWEST_NUMBERED = 20
"""Rows below which a target that numbers them may be chance."""

FEWEST_OF_SENTENCES = 5
"""Words on average from which on texts are more than names and addresses."""

FAR, AS_OTHERS = "far from all other values", "as several columns are, apart from all other values"
"""How numbers that stand for a missing one lie."""

CALLED_YEARS = YEAR_NAMES | {"years", "jahre"}
"""Words in the names of years."""

RANKS = frozenset({"rank", "ranks", "ranking", "rang", "platz", "platzierung", "placement", "position", "classement"})
"""Words in the names of ranks: they differ as the numbers of rows do, and may be what is asked for."""


def judge(case: Case) -> Iterator[Finding]:
    """Numbers that stand for a missing value, names of classes that differ in case or blanks."""
    numbers = (values for _, kind, values in case.columns() if kind == "number")
    shared = shared_stand_ins([*numbers, *_numbers_of_target(case)])
    for name, kind, values in case.columns():
        dates = kind == "date"
        found = stands_for_missing(values, dates, () if dates else shared) if kind in ("number", "date") else None
        if found is not None:
            yield _stands_in(name, found, "rows", "number" if kind == "number" else "date")
    yield from _of_target(case, shared)
    yield from _of_words(case)
    yield from _names_parts(case)
    yield from _of_texts(case)
    yield from _of_sounds(case.dataset)
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
    if case.task.kind == "classification" and (twice := _alike(case.task.classes)):
        yield Finding(
            "classes-alike",
            f"classes that differ in case, blanks or unseen marks alone: {listed(twice)}",
            "classes",
            len(twice),
            "write them alike, if they are one class",
            important=True,
        )


def of_channels(case: Case) -> Iterator[Finding]:
    """Numbers that stand for a missing value in the channels of series, each step counted once."""
    shared = shared_stand_ins(values for _, values in case.channels())
    for name, values in case.channels():
        if (found := stands_for_missing(values, shared=shared)) is not None:
            yield _stands_in(name, found, "steps", "number")


def _stands_in(name: str, found: StandIn, where: str, what: str) -> Finding:
    value, share, as_others = found
    return Finding(
        "stands-for-missing",
        f"column {name!r} is {value} in {percent(share, 1)} of the {where}, {AS_OTHERS if as_others else FAR}",
        f"share of {where}",
        share,
        f"leave these cells empty, if the {what} stands for a missing value",
        important=True,
        columns=(name,),
    )


def _numbers_of_target(case: Case) -> list[np.ndarray]:
    """The target (N,), if it is one number, or classes of whole numbers."""
    task = case.task
    numbers = not task.several and (task.kind == "regression" or task.label_type == "integer")
    return [case.dataset.target.astype(np.float64)] if numbers else []


def _names_parts(case: Case) -> Iterator[Finding]:
    """A column that says of each row whether it is one to train on or to test."""
    table = case.dataset.inputs
    words = {column.name for column in case.dataset.columns if column.kind == "category"}
    for name, values in table.items() if isinstance(table, Table) else ():
        parts = {*values.tolist()} - {None} if name in words else set()
        if are_parts(parts):
            yield Finding(
                "names-parts",
                f"column {name!r} says which rows train and which test ({listed(sorted(parts))}), and is an input here",
                "parts",
                len(parts),
                f"--test FILE with the test rows in a file of their own, and --drop {shlex.quote(name)}",
                important=True,
                columns=(name,),
            )


def _of_target(case: Case, shared: Collection[float]) -> Iterator[Finding]:
    """A number among targets that stands for a missing one; a target that numbers the rows."""
    dataset, task = case.dataset, case.task
    if task.several:
        return
    for numbers in _numbers_of_target(case):
        if (found := stands_for_missing(numbers, shared=shared)) is None:
            continue
        value, share, as_others = found
        yield Finding(
            "target-stands-for-missing",
            f"the target is {value} in {percent(share, 1)} of the rows, {AS_OTHERS if as_others else FAR}",
            "share of rows",
            share,
            "leave these rows out, if the number stands for a missing value",
            important=True,
        )
    ranks = not RANKS.isdisjoint(named(dataset.target_name))
    if task.kind == "regression" and _names_rows(dataset.target_name, dataset.target):
        steps = np.diff(dataset.target)
        if not ranks or (steps > 0).all() or (steps < 0).all():
            yield Finding(
                "target-numbers-rows",
                f"the target {dataset.target_name!r} numbers the rows: its values are whole numbers, and all different",
                "different values",
                dataset.rows,
                "--target NAME, the column to predict",
                important=not ranks,
            )


def _names_rows(name: str, values: np.ndarray) -> bool:
    """Whether numbers (N,) are whole and all different, and without a gap between them, if they are not years that are
    called so, or called an id."""
    whole = np.sort(values[values == np.round(values)])
    if len(whole) < max(len(values), FEWEST_NUMBERED) or not (whole[1:] > whole[:-1]).all():
        return False
    years = YEARS[0] <= whole[0] and whole[-1] <= YEARS[1] and not CALLED_YEARS.isdisjoint(named(name))
    return (whole[-1] - whole[0] == len(whole) - 1 and not years) or ID.search(name) is not None


def _left_blank(words: np.ndarray) -> int:
    """How many groups words (N,) name that stand in the first row of each alone, as exports of pivot tables have them:
    each once, the first in the first row, none in the row below another; 0 of other words.

    >>> _left_blank(np.array(["a", None, "b", None, None, "c", None], object)), _left_blank(np.array(["a", "b", None]))
    (3, 0)
    """
    places = np.flatnonzero([word is not None for word in words.tolist()])
    once = len({*words[places].tolist()}) == len(places) >= FEWEST
    return len(places) if once and not places[0] and np.diff(places).min() > 1 and places[-1] + 1 < len(words) else 0


def _of_words(case: Case) -> Iterator[Finding]:
    """Words of a column that differ in case, blanks or marks without width; rows that are called totals."""
    dataset, table = case.dataset, case.dataset.inputs
    if not isinstance(table, Table) or dataset.layout != "flat":
        return
    numbers = [table[column.name] for column in dataset.columns if column.kind == "number"]
    numbers += [dataset.target] if dataset.task.kind == "regression" and not dataset.task.several else []
    left_out = [note for note in dataset.notes if isinstance(note, LeftOutLabels)]
    totals = {note.column: list(note.words) for note in left_out if note.words}
    margins = [note.column for note in left_out if note.margin]
    for column in dataset.columns[:MOST_COLUMNS]:
        if column.kind != "category":
            continue
        if groups := _left_blank(table[column.name]):
            yield Finding(
                "labels-left-blank",
                f"column {column.name!r} names {groups} groups in the first row of each, and is empty below it",
                "groups",
                groups,
                f"fill in the empty cells, as frame[{column.name!r}].ffill() of pandas does",
                important=True,
                columns=(column.name,),
            )
        levels = {word for word in table[column.name][case.sample].tolist() if word is not None}
        if twice := _alike(sorted(levels)):
            yield Finding(
                "levels-alike",
                f"column {column.name!r} has words that differ in case, blanks or unseen marks alone: {listed(twice)}",
                "words",
                len(twice),
                "write them alike, if they mean the same",
                important=False,
                columns=(column.name,),
            )
        if called := totals_among(table[column.name], numbers):
            totals[column.name] = called
        elif ends_in_margin(table[column.name], numbers):
            margins.append(column.name)
    if margins:
        yield _of_margins(dataset, margins[0])
    for name, words in totals.items():
        yield Finding(
            "total-rows",
            f"rows in which {name!r} is {listed(words)} hold larger numbers than nearly all others: sums, "
            "by their name",
            "words",
            len(words),
            "remove these rows",
            important=True,
        )


def _of_margins(dataset: Dataset, name: str) -> Finding:
    """The last row of a pivot table that sums up the others, and its last column, if that is called so, too."""
    beside = MARGIN in (dataset.target_name, *(column.name for column in dataset.columns))
    column = f", and the column {MARGIN!r} those beside it" * beside
    return Finding(
        "margin-row",
        f"the last row, {MARGIN!r} in {name!r}, sums up the rows above{column}, as the margins of a pivot table do",
        "rows",
        1,
        "pivot_table without margins=True; or remove this row" + f", and --drop {MARGIN}" * beside
        + " with --target NAME" * (beside and dataset.target_name == MARGIN),
        important=True,
        columns=(name,),
    )


def _of_texts(case: Case) -> Iterator[Finding]:
    """Texts of nothing, and those that are left out."""
    table, dataset = case.dataset.inputs, case.dataset
    for note in dataset.notes:
        if isinstance(note, LeftOutTexts):
            yield Finding(
                "texts-left-out",
                f"free text in {listed(note.columns)}, {note.size:.0f} {note.unit}s on average, is left out: other "
                "columns are read",
                f"{note.unit}s on average",
                note.size,
                "--layout text, which reads it alone; or --drop " + shlex.quote(",".join(note.columns)),
                important=note.size >= FEWEST_OF_SENTENCES,
                columns=note.columns,
            )
    if not isinstance(table, Table) or dataset.layout != "text":
        return
    for column in dataset.columns:
        if blank := int(are_blank(table[column.name]).sum()):
            yield Finding(
                "missing-texts",
                f"column {column.name!r} is empty in {blank:,} of {counted(dataset.rows, 'row')}: nothing tells their "
                "target",
                "rows",
                blank,
                "leave these rows out",
                columns=(column.name,),
            )


def _of_sounds(dataset: Dataset) -> Iterator[Finding]:
    """Names of sounds that are left out."""
    for note in dataset.notes:
        if not isinstance(note, SoundsLeftOut):
            continue
        name, several = note.columns[0], len(note.columns) > 1
        yield Finding(
            "sounds-left-out",
            f"column{'s' * several} {listed(note.columns)} name{'s' * (not several)} sounds, which are not read: the "
            "other columns are",
            "rows",
            dataset.rows,
            f"if the sounds are the data, table = pandas.read_csv({dataset.name!r}); "
            + features_of_sounds(f"table[{name!r}]", f"list(table[{dataset.target_name!r}])"),
            columns=note.columns,
            important=True,
        )


def _alike(words: Iterable[str]) -> list[str]:
    """The words that another one equals but for what readers don't see: case, blanks, marks without width, how accents
    are put together.

    >>> _alike(["Bern", "bern ", "Basel"])
    ['Bern', 'bern ']
    """
    alike: dict[str, list[str]] = {}
    for word in words:
        bare = unicodedata.normalize("NFKC", "".join(word.translate(INVISIBLE).split())).casefold()
        alike.setdefault(bare, []).append(word)
    return [word for same in alike.values() if len(same) > 1 for word in same]


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
