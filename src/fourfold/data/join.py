"""The user's own test rows, put behind the training rows."""

from __future__ import annotations

import shlex
from collections.abc import Collection
from dataclasses import replace

import numpy as np

from fourfold.data.columns.lists import as_many_steps, by_list
from fourfold.data.columns.target_choice import TARGET_NAMES, likely_targets
from fourfold.data.series.steps import grid
from fourfold.data.values.in_words import held
from fourfold.errors import DataError
from fourfold.preprocessing.table import missing, row_count

from .dataset import Column, Note, Table
from .messages import SHOWN, close, listed, quoted
from .read_alike import read_as
from .source import Source
from .unequal import as_long


def with_test(source: Source, test: Source, targets: Collection[str] = ()) -> Source:
    """One source of both; the last rows are the test rows. ``targets``: those that are named.

    Errors: ``DataError`` for test rows of another form, without the target, or with other columns.
    """
    if (source.target is None) != (test.target is None) or type(source.inputs) is not type(test.inputs):
        apart = "; of targets that lie apart, numpy.savez with x_train, y_train, x_test and y_test"
        raise DataError(
            "test-of-another-form",
            "the test data have another form than the data",
            got=test.name,
            do="use one form for both" + apart * (source.target is not None),
        )
    source, test = as_many_steps([source, test])
    test, told = read_as(source, test)
    rows = row_count(test.inputs)
    if not rows:
        raise DataError(
            "no-test-rows",
            "the test data have no rows",
            got=test.name,
            wanted="at least one row",
            do="leave out --test, or use the file that holds them",
        )
    joined = source
    if source.target is not None and test.target is not None:
        if len(test.target) != rows:
            raise DataError(
                "different-lengths",
                "x and y of the test data differ in length",
                got=f"{rows} and {len(test.target)}",
                wanted="one target a row",
                do="take both from one table, so that each row keeps its target",
            )
        if source.stepwise and test.stepwise:
            steps = max(source.target.shape[1], test.target.shape[1])
            source = replace(source, target=grid(source.target, steps))
            test = replace(test, target=grid(test.target, steps))
        assert source.target is not None and test.target is not None
        if source.target.shape[1:] != test.target.shape[1:]:
            raise DataError(
                "test-targets",
                "the test data have another number of targets",
                got=f"shape {test.target.shape}",
                wanted=f"shape {(rows, *source.target.shape[1:])}",
                do="give the test rows the targets of the others, all of them and in their order",
            )
        kind, parts = _together("y", (source.target_kind, source.target), (test.target_kind, test.target))
        joined = replace(joined, target=np.concatenate(parts), target_kind=kind)
    if isinstance(source.inputs, Table) and isinstance(test.inputs, Table):
        joined = replace(joined, **_tables(source, test, targets))
    else:
        assert isinstance(source.inputs, np.ndarray) and isinstance(test.inputs, np.ndarray)
        inputs, others = source.inputs, test.inputs
        series = "sequence" in (source.layout, test.layout) or (source.stepwise and test.stepwise)
        if series and inputs.ndim == others.ndim == 3:
            inputs, others = as_long(inputs, others)
        if inputs.shape[1:] != others.shape[1:]:
            raise DataError(
                "test-shape",
                "rows of the test data have another shape",
                got=str(test.inputs.shape[1:]),
                wanted=str(source.inputs.shape[1:]),
                do="make both from the same columns, steps or pixels",
            )
        joined = replace(joined, inputs=np.concatenate([inputs, others]))
    note = Note(f"test rows: {rows}", f"from {test.name}; all other rows train")
    extra = (
        [name for name in test.inputs if name not in source.inputs] if isinstance(test.inputs, Table) else []
    )
    notes = (
        (note, Note(f"ignored in the test data: {listed(extra)}", "the data have no such column"))
        if extra
        else (note,)
    )
    ids = None
    if source.ids is not None and test.ids is not None:
        ids = np.concatenate([source.ids, test.ids])
    both = [name for name in source.beside if name in test.beside]
    beside = {name: np.concatenate([source.beside[name], test.beside[name]]) for name in both}
    classlike = source.looked_at([test])
    return replace(joined, test_rows=rows, ids=ids, beside=beside, classlike=classlike).noting(*notes, *told)


def lacking_target(source: Source, test: Source, named: Collection[str] = ()) -> str:
    """The target's name, if the test rows have none: no targets beside inputs, all columns but one, or none that is
    ``named`` as it; else "".

    It is none whose name is only written otherwise there, and none where they have a column that is usually a target.
    """
    if source.target is not None:
        return source.target_name if test.target is None else ""
    if not isinstance(source.inputs, Table) or not isinstance(test.inputs, Table):
        return ""
    absent = [name for name in source.inputs if name not in test.inputs]
    others = set(test.inputs) - set(source.inputs)
    if aimed := [name for name in absent if name in named and not close(name, others)]:
        return aimed[0]
    usual = _has_usual_target(test.inputs)
    return absent[0] if len(absent) == 1 and not usual and not close(absent[0], others) else ""


def unfilled_target(source: Source, test: Source, named: Collection[str] = ()) -> tuple[str, str]:
    """The target's name, and what stands in its place, where the test rows have its column and no target in any row, as
    who keeps them back hands them out: empty cells, or -1 in the place of classes numbered from 0; else ("", "").
    """
    if source.target is not None or not isinstance(source.inputs, Table) or not isinstance(test.inputs, Table):
        return "", ""
    for name in sorted(likely_targets([*source.inputs], named)):
        learnt, tested = source.inputs.get(name), test.inputs.get(name)
        if learnt is None or tested is None or not len(tested) or missing(learnt).mean() > 0.5:
            continue
        if missing(tested).all():
            return name, "empty"
        numbers = learnt.dtype.kind == "f" and tested.dtype.kind == "f"
        if numbers and (tested == -1).all() and (learnt[~missing(learnt)] >= 0).all():
            return name, "-1"
    return "", ""


def lacking_beside(source: Source, test: Source, target: str) -> list[str]:
    """The other columns of a table that the test rows lack."""
    tables = isinstance(source.inputs, Table) and isinstance(test.inputs, Table)
    return [name for name in source.inputs if name not in test.inputs and name != target] if tables else []


def _has_usual_target(table: Table) -> bool:
    return any(name.casefold() in TARGET_NAMES for name in table)


def _tables(source: Source, test: Source, targets: Collection[str]) -> dict:
    """Columns by name; all that is wrong in one message."""
    assert isinstance(source.inputs, Table) and isinstance(test.inputs, Table)
    lists = by_list(source)
    absent = [*dict.fromkeys(lists.get(name, name) for name in source.inputs if name not in test.inputs)]
    if absent:
        of_test = by_list(test)
        extra = {of_test.get(name, name) for name in test.inputs if name not in source.inputs}
        near = {name: close(name, extra - {*absent}) for name in absent}
        of_lists = {name: f"lists of numbers in {name!r}" for name in lists.values()}
        others = [name for name in absent if name in test.inputs]
        of_lists |= {name: f"{of_lists[name]}, but {held(test.kind(name), test.inputs[name])}" for name in others}
        said = [of_lists.get(name, repr(name)) + f" (is it {near[name]!r}?)" * bool(near[name]) for name in absent]
        aimed = absent[0] in targets if targets else not _has_usual_target(test.inputs)
        alone = len(absent) == 1 and not near[absent[0]] and aimed
        raise DataError(
            "test-columns",
            "the test data lack columns",
            got=f"no {', '.join(said[:SHOWN])}" + f" and {len(absent) - SHOWN} more" * (len(absent) > SHOWN),
            wanted="the same columns, the target among them",
            do=f"if {absent[0]!r} is the target, compare the other rows alone, with --target "
            f"{quoted(absent[0])}, then fourfold predict FOLDER {shlex.quote(test.name)}"
            if alone
            else "rename them as they are called in the data"
            if any(near.values())
            else f"write {listed(others)} as in the data"
            if others
            else f"add {listed(absent)}, or --drop {quoted(','.join(absent))}, if it is not to be used"
            + "; if one is the target, which test rows may lack, --target NAME, and --drop the others" * (not targets),
        )
    columns, values = [], {}
    for name in source.inputs:
        kind, parts = _together(
            name, (source.kind(name), source.inputs[name]), (test.kind(name), test.inputs[name])
        )
        columns.append(Column(name, kind))
        values[name] = np.concatenate(parts)
    return {"inputs": Table(values), "columns": tuple(columns)}


def _together(name: str, first: tuple, second: tuple) -> tuple:
    """Both parts of a column in one kind; a part without any value takes the other's."""
    parts = [first, second]
    kinds = {kind for kind, values in parts if not missing(values).all()} or {first[0]}
    if len(kinds) > 1:
        raise DataError(
            "test-column-type",
            f"column {name!r} has another type in the test data",
            got=held(*second),
            wanted=held(*first),
            do="write it alike in both",
        )
    kind = kinds.pop()
    return kind, [values if own == kind else empty(kind, len(values)) for own, values in parts]


def empty(kind: str, rows: int) -> np.ndarray:
    """A column of missing values."""
    if kind in ("number", "boolean"):
        return np.full(rows, np.nan)
    if kind == "date":
        return np.full(rows, np.datetime64("NaT"), dtype="datetime64[us]")
    return np.full(rows, None, dtype=object)
