"""Rows that have a target: the others are left out, and said, but where their empty cells may mean something."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from fourfold.data.dataset import Note
from fourfold.data.messages import UNSTORED, counted, listed
from fourfold.data.source import Source
from fourfold.errors import DataError
from fourfold.preprocessing.table import Table, missing

from .free_texts import are_free
from .labels import another
from .target import SPELLED, are_marks, check_values, without_blanks
from .totals import all_called_totals

__all__ = ["holds_unstored", "with_labelled"]


def with_labelled(
    source: Source, instead: Callable[[], str] = str, guess: str = ""
) -> tuple[Source, np.ndarray | None, tuple[Note, ...]]:
    """The rows of a source that have a target, of several targets all of them; which of the rows (N,) these are, None
    where all are; and what is said. ``instead`` finds a column that may be the target, or "";
    ``guess``: why the column was taken for the target, "" where it was named.

    Errors: ``DataError`` for a target without values, and one that is missing where this may mean something: beside
    values that are all alike, which mark rows, beside texts, and where words that may be classes stand for it, and not
    for numbers in other columns; also for test rows that all lack it.
    """
    target, kind = source.target, source.target_kind
    assert target is not None
    names = source.target_names or (source.target_name,)
    learnt = len(target) - source.test_rows
    rows = np.ones(len(target), dtype=bool)
    for name, values in zip(names, target.T if target.ndim == 2 else [target]):
        check_values(name, values, kind, instead, guess)
        values = without_blanks(values) if kind == "category" else values
        absent = missing(values)
        if len(values) and absent[:learnt].all():
            stored = "open it in Excel and save it, if formulas give them; else " if holds_unstored(source) else ""
            raise DataError("empty-target", f"the target {name!r} has no values", do=f"{stored}choose another target")
        if absent.any() and (do := _what_it_means(source, name, values, absent, instead, guess)):
            raise DataError(
                "missing-target",
                f"the target {name!r} is missing in some rows",
                got=f"{absent.sum()} of {len(values)} rows, the first is row {np.argmax(absent) + 1}",
                do=do,
            )
        rows &= ~absent
    if rows.all():
        return source, None, ()
    if source.test_rows and not rows[learnt:].any():
        raise DataError(
            "test-without-target",
            f"the target {source.target_name!r} is missing in all test rows",
            got=f"{source.test_rows} test rows",
            wanted="test rows that have it",
            do="compare without them, and fourfold predict fills it in",
        )
    return source.kept(rows), rows, (_said(source, rows, names),)


def holds_unstored(source: Source) -> bool:
    """Whether the data are of a workbook with formulas that have no values."""
    return any(note.what.startswith(UNSTORED) for note in source.notes)


def _said(source: Source, rows: np.ndarray, names: Sequence[str]) -> Note:
    tests = int((~rows[len(rows) - source.test_rows :]).sum()) if source.test_rows else 0
    what = f"left out: {(~rows).sum():,} of {counted(len(rows), 'row')}" + f", {tests:,} of them for test" * bool(tests)
    which = "one of the targets is" if len(names) > 1 else "the target is"
    words = sorted({word for name in names for word in source.classlike.get(name, ())} & _for_numbers(source).keys())
    alike = f", {listed(words)} as among the numbers of {_for_numbers(source)[words[0]]!r}" if words else ""
    totals = all_called_totals(source.inputs, np.flatnonzero(~rows)) if isinstance(source.inputs, Table) else []
    because = f"totals, as {totals[0][:30]!r} says" if totals else "fourfold predict fills it in"
    return Note(what, f"{which} missing{alike}; {because}")


def _what_it_means(
    source: Source, name: str, values: np.ndarray, absent: np.ndarray, instead: Callable[[], str], guess: str
) -> str:
    """What to do with a target (N,) that is ``absent`` in some rows, if these can't be left out; else ""."""
    words = source.target_kind == "category"
    if are_marks(values):
        do = "write into the empty cells what they mean, such as no" + f"; {SPELLED}" * words
        return f"{do}; else {another(other)}{guess}" if guess and (other := instead()) else do
    if not words:
        return ""
    if are_free(values[~absent].tolist()) and (other := instead()):
        return f"{another(other)}, as these are texts; {SPELLED}"
    if spelled := sorted(set(source.classlike.get(name, ("",))) - _for_numbers(source).keys()):
        do = f"remove these rows or fill in the target; {SPELLED}" + f" (here {listed(spelled)})" * all(spelled)
        return f"{do}; else {another(other)}{guess}" if guess and (other := instead()) else do
    return ""


def _for_numbers(source: Source) -> dict[str, str]:
    """The words that stand for missing numbers in other columns, as NA of R does in all of them, each with such a
    column: they are no names of classes."""
    numbers = [column.name for column in source.columns if column.kind == "number"]
    return {word: name for name in numbers for word in source.classlike.get(name, ())}
