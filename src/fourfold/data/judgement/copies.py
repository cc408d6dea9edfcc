"""Copies: rows with equal inputs, across a split or with targets that contradict each other; columns that are equal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import chain

import numpy as np

from fourfold.data.dataset import Finding
from fourfold.data.messages import MOST_NAMED, counted, listed, percent, to_drop

from .case import Case
from .chance import known_by_their_values, of_equal_rows, share_alike

TWINS = 0.01
"""The share of tested rows with a twin among the rows that are learnt from above which scores are too good."""

AT_ODDS, FEWEST_TWINS, FEWEST_FINE = 0.25, 3, 50
"""The share of the groups of twins with different targets from which on twins are no copies, if half of what unrelated
targets would show is not less; the rows with a twin below which they may be a coincidence; and the values from which on
a column may be measured finely."""

FEWEST_KINDS = 0.25
"""The share of the rows that are different below which their number does not tell copies from rows of few kinds, of
which almost all have a twin, copied or not."""

FEWEST_WRITTEN = 20
"""So many different rows at least are in a file that was written twice, so many groups of twins where one column alone
is measured finely, and so many rows in columns that are equal."""


def judge(case: Case) -> Iterator[Finding]:
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
    alike = np.flatnonzero(new | (np.diff(codes, prepend=codes[:1]) != 0))  # where rows of other targets begin
    again = _written_again(alike, len(order))
    enough = max(FEWEST_TWINS, TWINS * case.dataset.rows)
    by_chance = of_equal_rows(case)
    chance = by_chance == "chance" and not again and known_by_their_values(case, order[first], counts) < enough
    in_full = case.dataset.rows - len(alike)  # rows that equal another one, target included, as copies do
    copied = by_chance == "copies" and in_full >= enough and len(counts) >= FEWEST_KINDS * case.dataset.rows
    specific = again or copied or (not chance and _are_copies(case, order[first], counts, differ))
    yield Finding(
        "duplicates",
        f"{counted(repeated, 'row')} with the inputs of an earlier row; {percent(share, 1)} of the tested rows have "
        "a twin among the rows that are learnt from" + ", as chance makes of values like these" * chance,
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


def of_columns(case: Case) -> Iterator[Finding]:
    """Columns of one kind that say the same in every row, as joins of tables leave them."""
    if case.dataset.rows < FEWEST_WRITTEN:
        return
    likely = set(chain(*_equal(case, case.sample, None)))
    for names in _equal(case, slice(None), likely) if likely else ():
        yield Finding(
            "equal-columns",
            f"columns {listed(names)} say the same in every row",
            "columns",
            len(names),
            f"{_all_but_one(names)}: {'it says' if len(names) == 2 else 'they say'} nothing new",
            columns=tuple(names),
        )


def _all_but_one(names: list[str]) -> str:
    """How columns that say the same are left out but for the first."""
    few = len(names) - 1 <= MOST_NAMED
    return to_drop(names[1:]) if few else f"{to_drop(names)}, but one of them"


def _equal(case: Case, rows: np.ndarray | slice, among: set[str] | None) -> list[list[str]]:
    """Names of the columns, ``among`` some or all, that are equal in these rows and not the same in all of them."""
    found: dict[tuple[str, bytes], list[str]] = defaultdict(list)
    for name, kind, values in case.columns(rows):
        if (among is None or name in among) and not (values == values[0]).all():
            found[kind, np.where(np.isnan(values), np.nan, values + 0.0).tobytes()].append(name)
    return [names for names in found.values() if len(names) > 1]


def _written_again(first: np.ndarray, rows: int) -> bool:
    """Whether all of the rows, target included, occur so many times or a multiple of it, as in a file written twice;
    ``first``: where in their order other ones begin."""
    return len(first) >= FEWEST_WRITTEN and int(np.gcd.reduce(np.diff(first, append=rows))) > 1


def _are_copies(case: Case, different: np.ndarray, counts: np.ndarray, differ: np.ndarray) -> bool:
    """Whether twins have equal targets, as copies have, or are of rows that are measured finely; by the first of each
    group, the groups' sizes and whether targets differ there."""
    most_differ, measured = 2 * len(counts) > case.dataset.rows, _measured_finely(case, different)
    fine = measured > 1
    if counts.sum() - len(counts) < FEWEST_TWINS and case.dataset.layout == "flat" and not fine:
        return False
    usual = (1 - share_alike(case.codes)) / 2
    most = usual if case.task.kind == "regression" else min(AT_ODDS, usual)
    at_odds = differ.any() and differ[counts > 1].mean() >= most
    if most_differ and not at_odds:
        return True
    if fine:
        return bool(most_differ or not differ.any())
    return bool(measured and not differ.any() and (counts > 1).sum() >= FEWEST_WRITTEN)


def _measured_finely(case: Case, different: np.ndarray) -> int:
    """How many columns have another value in most of the rows that are different, as measurements have: rows with few
    combinations of values agree by chance."""
    fewest = max(len(different) / 2, FEWEST_FINE)
    return sum(len(np.unique(values)) > fewest for *_, values in case.columns(different))
