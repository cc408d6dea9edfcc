"""Another column than the last one that may as well be the target, where that was taken for its place alone."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator
from typing import NamedTuple

import numpy as np

from fourfold.data.dataset import Finding
from fourfold.data.places import are_places
from fourfold.data.values.stamps import named
from fourfold.data.values.word_channels import column_of

from .case import Case
from .dependent import unit_of_panel
from .guessed import is_number, was_guessed, was_last
from .in_time import parts_in_order

__all__ = ["judge"]

FEW_VALUES, MANY_CLASSES = 20, 100
FEWEST_OF_A_WORD = 20
"""Rows for each of more words than these that may be classes, such as letters; codes and towns have fewer."""

AMOUNTS = frozenset((
    "price", "prices", "value", "sales", "revenue", "salary", "wage", "wages", "charges", "tip", "quality", "preis",
    "umsatz", "prix", "precio", "pre\u00e7o", "prezzo", "prijs",
))  # fmt: skip
CLASSES = frozenset(("species", "variety", "breed", "sentiment", "fraud", "attack", "genre", "disease", "quality"))
"""Last words in the names of columns that are seldom inputs: of numbers, and of classes."""


class Few(NamedTuple):
    """A column of few values: words, or whole numbers."""

    name: str
    different: int
    what: str


def judge(case: Case) -> Iterator[Finding]:
    """One column at most: in a table without names the only one of few words or whole numbers, or such words right
    before whole numbers, or the first one, if no other has fewer values; in a table with names one that is called as
    targets often are."""
    if case.dataset.layout != "flat" or not was_guessed(case) or case.task.several:
        return
    if are_places((*case.dataset.source_columns, case.dataset.target_name)):
        yield from _without_names(case)
    elif was_last(case):
        yield from _called_so(case)


def _without_names(case: Case) -> Iterator[Finding]:
    few = list(_few(case))
    words = [one for one in few if one.what == "words"]
    alone = words or (few if case.task.kind == "regression" else [])
    last = "the last column was taken for the target"
    if is_number(case) and len(alone) == 1:
        one = alone[0]
        yield _found(one, f"{last}, a number, and {one.name!r} is the only one of few {one.what}")
    elif _is_whole(case) and words and words[-1].name == case.dataset.source_columns[-1]:
        one = words[-1]
        what = f"{last}, whole numbers, and {one.name!r} before it holds {one.different} different words"
        yield _found(one, what)
    elif few and _may_stand_first(case, few):
        one = few[0]
        held = f"{one.different} different {one.what}"
        what = f"{last}, and the first, {one.name!r}, of {held}, may hold the classes as well"
        yield _found(one, what, important=False)


def _few(case: Case) -> Iterator[Few]:
    """The columns of few words or whole numbers, which are no parts of a time, don't name units that are measured
    several times, and are no indicators of words in lists."""
    no_classes = {*parts_in_order(case), unit_of_panel(case)}
    for name, column, values in case.columns():
        if name in no_classes or column_of(name) != name:
            continue
        present = values[~np.isnan(values)]
        different = len(np.unique(present))
        few_words = column == "category" and 1 < different <= min(MANY_CLASSES, len(present) / FEWEST_OF_A_WORD)
        few_values = 1 < different <= min(FEW_VALUES, len(present) / 5)
        if few_words or (few_values and bool((present == np.round(present)).all())):
            yield Few(name, different, "words" if column == "category" else "whole numbers")


def _is_whole(case: Case) -> bool:
    numbers = case.dataset.target
    of_classes = case.task.kind == "classification" and case.task.label_type == "integer" and len(case.task.classes) > 2
    return of_classes or (case.task.kind == "regression" and bool((numbers == np.round(numbers)).all()))


def _may_stand_first(case: Case, few: list[Few]) -> bool:
    """Whether the first column has as few values as any, and no more than the classes that were taken, and is not these
    classes."""
    first, classes = few[0], len(case.task.classes)
    if case.task.kind != "classification" or first.name != case.dataset.source_columns[0]:
        return False
    values = next(values for name, _, values in case.columns() if name == first.name)
    pairs = len(np.unique(np.stack([values, case.codes.astype(np.float64)]), axis=1).T)
    return first.different == min(one.different for one in few) <= classes < pairs


def _called_so(case: Case) -> Iterator[Finding]:
    """Where the last column holds classes and is called nothing of this."""
    target = case.dataset.target_name
    if case.task.kind != "classification" or _is_called(target, AMOUNTS | CLASSES):
        return
    counts = {name: (column, len(np.unique(values))) for name, column, values in case.columns()}
    amounts = [
        Few(name, different, "numbers")
        for name, (column, different) in counts.items()
        if column == "number" and different > FEW_VALUES and _is_called(name, AMOUNTS)
    ]
    classes = [one for one in _few(case) if _is_called(one.name, CLASSES)]
    if len(called := amounts + classes) == 1:
        one = called[0]
        held = f"{one.different:,} different {one.what}"
        what = f"the last column, {target!r}, was taken for the target, and {one.name!r}, of {held}, is called as "
        yield _found(one, what + "targets often are")


def _is_called(name: str, words: Collection[str]) -> bool:
    return bool(own := named(name)) and own[-1] in words


def _found(one: Few, what: str, *, important: bool = True) -> Finding:
    asked = "this is what is asked for" if one.what == "numbers" else "these are the classes"
    return Finding(
        "classes-elsewhere",
        what,
        "different values",
        one.different,
        f"--target {shlex.quote(one.name)}, if {asked}",
        important=important,
        columns=(one.name,),
    )
