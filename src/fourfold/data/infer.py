"""A source becomes a data set: target, task and layout are settled, and said."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fourfold.errors import DataError, OptionError
from fourfold.preprocessing.table import row_count

from .columns import settle_table
from .dataset import Column, Dataset, Note, Table
from .layout import check_layout, settle_array, varying
from .long_form import assembled
from .messages import close, listed
from .pictures import developed
from .roles import NO_ROLES, Roles, with_roles
from .source import Source
from .target import settle_target
from .words import reworded

TARGET_NAMES = ("target", "label", "class", "y")


def settle(
    source: Source,
    *,
    target: str | None = None,
    task: str | None = None,
    layout: str | None = None,
    bounds: Sequence[float] | None = None,
    image_size: int | None = None,
    roles: Roles = NO_ROLES,
) -> Dataset:
    """Infer what the options leave open, check, and say each choice in a note."""
    check_layout(layout)
    if roles.time is not None:
        name, because = _target_of_series(source, roles, target)
        source, roles = assembled(source, roles, name)
        source = source.noting(Note(f"target: {name}", because, "" if target else "--target NAME"))
        target = None
    source = _with_target(with_roles(source, roles, target), target)
    assert source.target is not None
    if len(source.target) != row_count(source.inputs):
        raise DataError(
            "different-lengths",
            "x and y differ in length",
            got=f"{row_count(source.inputs)} rows of x and {len(source.target)} of y",
            wanted="one y for each row of x",
        )
    values, settled_task, target_notes = settle_target(
        source.target_name,
        source.target,
        source.target_kind,
        task=task,
        bounds=bounds,
        test_rows=source.test_rows,
    )
    if source.pictures and source.pictures != source.target_name and layout in (None, "image"):
        source = developed(source, side=image_size)
    elif image_size is not None:
        raise OptionError(
            "image-size-of-no-pictures",
            "there are no pictures to resize",
            got=f"--image-size {image_size}",
            do="leave out --image-size",
        )
    source = _reworded(source, layout)
    columns: tuple[Column, ...]
    row_shape: tuple[int, ...] = ()
    if isinstance(source.inputs, Table):
        inputs, settled_layout, columns, notes = settle_table(source, layout)
        before = source.all_columns or source.inputs.names
        source_columns = tuple(name for name in before if name != source.target_name)
    else:
        row_shape = source.inputs.shape[1:]
        inputs, settled_layout, notes = settle_array(source.inputs, layout, known=source.layout)
        columns, source_columns = (
            (source.columns, source.all_columns) if settled_layout == "sequence" else ((), ())
        )
        if settled_layout == "flat":
            inputs, columns, source_columns, left_out = varying(inputs)
            notes += left_out
    rows = row_count(inputs)
    return Dataset(
        name=source.name,
        layout=settled_layout,
        inputs=inputs,
        target=values,
        task=settled_task,
        notes=source.notes + target_notes + notes,
        columns=columns,
        source_columns=source_columns,
        target_name=source.target_name,
        row_shape=row_shape,
        test_rows=np.arange(rows - source.test_rows, rows) if source.test_rows else None,
        weights=source.weights,
        groups=source.groups,
        ids=source.ids,
        time_ordered=roles.time_ordered,
    )


def _target_of_series(source: Source, roles: Roles, target: str | None) -> tuple[str, str]:
    """The target's column in a table in long form, neither id nor time, and why it is this one."""
    if not isinstance(source.inputs, Table):
        raise OptionError(
            "time-of-arrays",
            "--time names a column of a table in long form",
            got=f"{source.name}, an array",
            do="leave out --time: arrays are (series, steps, channels)",
        )
    names = {name: values for name, values in source.inputs.items() if name not in (roles.id, roles.time)}
    return _target_name(Table(names), target)


def _with_target(source: Source, target: str | None) -> Source:
    """The target taken out of the table, if it is one of its columns."""
    if source.target is not None:
        if target is not None and target != source.target_name:
            raise OptionError(
                "target-is-given",
                "a target can't be chosen here",
                got=f"--target {target}",
                wanted=f"the target {source.target_name!r}, which these data bring along",
                do="leave out --target",
            )
        return source
    table = source.inputs
    if not isinstance(table, Table):
        raise DataError(
            "no-target",
            "there is no target",
            wanted="y, one value for each row of x",
            do="--y FILE, or an npz file with x and y",
        )
    if len(table) == 1 and source.ids is not None:
        raise DataError(
            "no-target",
            "there is no target",
            got=f"{source.name}, files",
            wanted="a subfolder for each class",
        )
    name, because = _target_name(table, target)
    if len(table) == 1:
        raise DataError(
            "no-inputs",
            "the data have no input columns beside the target",
            got=f"one column, {name!r}",
            wanted="at least one column more",
        )
    note = Note(f"target: {name}", because, "" if target else "--target NAME")
    values, kind = table[name], source.kind(name)
    if kind == "category":
        values, kind, _ = reworded(values, strict=True)
    return replace(
        source.without(name),
        target=values,
        target_kind=kind,
        target_name=name,
        notes=(*source.notes, note),
    )


def _reworded(source: Source, layout: str | None) -> Source:
    """Columns of words that are in truth booleans, numbers or dates, as such."""
    if not isinstance(source.inputs, Table) or (layout or source.layout) == "text":
        return source
    table, columns, notes = {}, [], []
    for column in source.columns:
        values, kind, said = source.inputs[column.name], column.kind, ""
        if kind == "category":
            values, kind, said = reworded(values)
        if kind == "number" and (infinite := np.isinf(values)).any():
            values, said = (
                np.where(infinite, np.nan, values),
                f"{infinite.sum()} infinite values taken for missing",
            )
        table[column.name] = values
        columns.append(Column(column.name, kind))
        if said:
            notes.append(Note(f"column {column.name}: {kind}", said))
    return replace(source, inputs=Table(table), columns=tuple(columns)).noting(*notes)


def _target_name(table: Table, target: str | None) -> tuple[str, str]:
    if target is None:
        folded = {name.casefold(): name for name in table}
        for usual in TARGET_NAMES:
            if usual in folded:
                return folded[usual], "a usual name of a target"
        return table.names[-1], "the last column"
    if target in table:
        return target, "as asked"
    meant = close(target, table.names)
    raise OptionError(
        "no-such-target",
        "the target is not a column",
        got=repr(target[:60]),
        wanted=f"one of {listed(table.names)}",
        do=f"--target {shlex.quote(meant or table.names[-1])}",
    )
