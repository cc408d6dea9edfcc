"""A source becomes a data set: target, task and layout are settled, and said."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from fourfold.core.naming import called, noted
from fourfold.errors import DataError, OptionError
from fourfold.preprocessing.table import missing, row_count
from fourfold.preprocessing.task import Task

from .ahead import Ahead
from .columns import FEWEST_WORDS, settle_table, understood_columns
from .cut import as_one_series, check_window
from .dataset import Column, Dataset, Layout, Note, Table
from .forecast import settle_forecast, time_and_names
from .join import TARGET_NAMES
from .layout import check_layout, settle_array, varying
from .lists import aimed_at_list, beside_lists, columns_of, list_named, series_of_lists
from .long_form import assembled, table_of
from .messages import counted, in_line, listed
from .pictures import developed
from .roles import NO_ROLES, Roles, as_columns, check_apart, check_whole, with_ids, with_roles
from .source import Source
from .steps import by_columns, check_layout_of_steps, check_per, is_stepwise, settle_steps
from .target import FEWEST_ROWS, are_marks, settle_target
from .targets import are_lists, chosen, mentioned, settle_lists, settle_targets, together
from .text_file import KNOWN
from .time_columns import with_time
from .time_role import check_last, timed
from .words import as_objects, reworded, spelled


def settle(
    source: Source,
    *,
    target: str | Sequence[str] | None = None,
    task: str | None = None,
    layout: str | None = None,
    bounds: Sequence[float] | None = None,
    image_size: int | None = None,
    roles: Roles = NO_ROLES,
    ahead: Ahead | None = None,
    target_per: str | None = None,
    window: int | None = None,
) -> Dataset:
    """Infer what the options leave open, check, and say each choice in a note."""
    check_layout(layout)
    check_per(target_per)
    given = roles.series
    roles, target = as_columns(source, roles, target)
    refused = {"weight": None, "group": None} if ahead is not None else {}  # a forecast says of these what is wrong
    known = source.inputs.names if isinstance(source.inputs, Table) else ()
    check_apart(replace(roles, **refused), target, (*source.all_columns, *known))
    source, roles = with_ids(source, roles)
    if ahead is not None or window is not None or roles.time is not None:
        check_whole(source, roles, given)
    source = with_time(source, roles.time)
    if ahead is not None:
        source, roles, table = time_and_names(source, roles, mentioned(target))
        _check_turned(source)
        names, because = table.names, "the only other column"
        if target is not None or len(names) > 1:
            names, because = _target_names(table, target, source.lacking, of_steps=True)
        source = source.noting(_named(names, because, target))
        return settle_forecast(source, ahead, targets=names, time=roles.time, id=roles.id)
    _check_turned(source)
    one = window is not None or target_per == "step"
    if roles.time is not None or (one and isinstance(source.inputs, Table) and source.target is None):
        source, roles = _in_order(source, roles, mentioned(target))
        names, because = _target_of_series(source, roles, target)
        source, roles = assembled(source, roles, names, target_per, one)
        source = source.noting(_named(names, because, target))
        target = None
    source = with_roles(source, roles)
    steps = target_per != "series" and layout in (None, "sequence")
    source = _with_target(source, target, steps=steps, labels=task == "multilabel")
    if source.lists and (layout == "sequence" or (source.uneven and layout is None)):
        source = series_of_lists(source)
    source = as_one_series(source) if one else source
    assert source.target is not None
    cut = None
    if len(source.target) != row_count(source.inputs):
        turned = not isinstance(source.inputs, Table) and len(source.target) in np.shape(source.inputs)[1:]
        raise DataError(
            "different-lengths",
            "x and y differ in length",
            got=f"{row_count(source.inputs)} rows of x and {len(source.target)} of y",
            wanted="one y for each row of x",
            do="turn x, so that its rows are its first axis (x.T of two axes)" if turned else "",
        )
    if is_stepwise(source, target_per, layout):
        check_layout_of_steps(layout)
        source, values, settled_task, target_notes, cut = settle_steps(
            source, task=task, bounds=bounds, per=target_per, window=window
        )
    else:
        check_window(window)
        source = by_columns(source) if source.stepwise else source
        values, settled_task, target_notes = _settled(source, task, bounds)
    if source.pictures and source.pictures != source.target_name and layout in (None, "image"):
        source = developed(source, side=image_size)
    elif image_size is not None:
        raise OptionError(
            "image-size-of-no-pictures",
            "there are no pictures to resize",
            got=f"--image-size {image_size}",
            do="leave out --image-size",
        )
    source = understood_columns(source, layout)
    inputs, settled_layout, columns, source_columns, notes = _settled_inputs(source, layout)
    rows = row_count(inputs)
    each = called(settled_layout)
    target_notes = tuple(noted(note, each, "what", "because") for note in target_notes)
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
        row_shape=() if isinstance(source.inputs, Table) else source.inputs.shape[1:],
        test_rows=np.arange(rows - source.test_rows, rows) if source.test_rows else None,
        weights=source.weights,
        groups=source.groups,
        ids=source.ids,
        time_ordered=roles.time_ordered,
        order=_in_time(source, rows),
        cut=cut,
    )


def _settled_inputs(
    source: Source, layout: str | None
) -> tuple[np.ndarray | Table, Layout, tuple[Column, ...], tuple[str, ...], tuple[Note, ...]]:
    """The inputs, their layout, the columns that are used and those of the source, and what was inferred."""
    if isinstance(source.inputs, Table):
        inputs, settled, columns, notes = settle_table(source, layout)
        aims = source.target_names or (source.target_name,)
        before = source.all_columns or source.inputs.names
        return inputs, settled, columns, tuple(name for name in before if name not in aims), notes
    array, settled, notes = settle_array(source.inputs, layout, known=source.layout)
    notes = tuple(noted(note, called(settled), "because") for note in notes)
    if settled == "flat":
        inputs, columns, source_columns, left_out = varying(array)
        return inputs, settled, columns, source_columns, notes + left_out
    named = settled == "sequence"
    return array, settled, source.columns * named, source.all_columns * named, notes


def _in_time(source: Source, rows: int) -> np.ndarray | None:
    """All rows in order of time, test rows behind all others; None where it is not known."""
    learnt = rows - source.test_rows
    if source.order is None or len(source.order) != learnt:
        return None
    return np.concatenate([source.order, np.arange(learnt, rows)])


def _in_order(source: Source, roles: Roles, targets: Collection[str]) -> tuple[Source, Roles]:
    """The time of a table whose rows are the steps of a series: its only dates, or a column that rises."""
    table = source.inputs
    if not isinstance(table, Table):
        return source, roles
    others = Table({name: values for name, values in table.items() if name not in targets})
    if roles.time is None:
        source, roles = timed(source, others, roles)
    unknown = roles.time is None and not roles.series
    if unknown and (rising := [name for name in others if _rises(others[name], source.kind(name))]):
        which = "only" if len(rising) == 1 else "first"
        note = Note(f"time: {rising[0]}", f"the {which} column that rises from row to row", "--time COLUMN")
        source, roles = source.noting(note), replace(roles, time=rising[0])
    if roles.time is not None:
        check_last(source, table_of(source, ()), roles.time)
    return source, roles


def _rises(values: np.ndarray, kind: str) -> bool:
    """Whether numbers, also those written with decimal commas, rise from row to row."""
    if kind == "category":
        values, kind, _ = reworded(values, strict=True)
    return kind == "number" and bool((values[1:] > values[:-1]).all())


def _settled(
    source: Source, task: str | None, bounds: Sequence[float] | None
) -> tuple[np.ndarray, Task, tuple[Note, ...]]:
    """The values of the target, the task that it sets, and what was inferred."""
    name, kind, test_rows = source.target_name, source.target_kind, source.test_rows
    target = source.target
    assert target is not None
    several = target.ndim == 2
    lists = task is None and not several and kind == "category" and are_lists(target)
    if not several and task != "multilabel" and not lists:
        return settle_target(
            name, target, kind, task=task, bounds=bounds, test_rows=test_rows, instead=_filled(source)
        )
    if bounds is not None:
        raise OptionError(
            "bounds-of-several",
            "bounds belong to one target, a number",
            got=f"--bounds, and {len(source.target_names)} targets" if several else "--bounds, and labels",
            do="leave out --bounds",
        )
    if several:
        return settle_targets(source.target_names, target, task=task, test_rows=test_rows)
    cells = spelled(target, kind)
    cells = as_objects([""]) if cells is None else cells
    return settle_lists(name, cells, asked=not lists, test_rows=test_rows)


def _target_of_series(
    source: Source, roles: Roles, target: str | Sequence[str] | None
) -> tuple[tuple[str, ...], str]:
    """The target's columns in a table in long form, neither id nor time, and why it is these."""
    if not isinstance(source.inputs, Table):
        raise OptionError(
            "time-of-arrays",
            "--time names a column of a table in long form",
            got=f"{source.name}, an array",
            do="leave out --time: arrays are (series, steps, channels)",
        )
    names = {name: values for name, values in source.inputs.items() if name not in (roles.id, roles.time)}
    return _target_names(Table(names), target, source.lacking, of_steps=True)


def _with_target(
    source: Source, target: str | Sequence[str] | None, *, steps: bool, labels: bool
) -> Source:
    """The target taken out of the table, if it is among its columns or lists. ``steps``: lists may be of steps;
    ``labels``: the one column, or list, holds the labels of a row."""
    aim, because = list_named(source, target, TARGET_NAMES)
    if aim:
        source = aimed_at_list(source, aim, because, steps=steps, labels=labels)
        if not len(source.inputs):
            raise _no_inputs((aim,), [])
        return source
    if source.target is not None:
        if target is not None and mentioned(target) != mentioned(source.target_names or source.target_name):
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
            do="write a csv of their names and classes beside them, if their names say these"
            if source.pictures
            else "name the file itself, if one of them is a table, or lists the others with their classes",
        )
    left_out = [str(note) for note in source.notes if note.what.startswith("left out")]
    absent = [name for name in sorted(mentioned(target)) if any(repr(name) in note for note in left_out)]
    if absent and absent[0] not in table:
        raise DataError(
            "target-left-out",
            f"the target {absent[0]!r} can't be read",
            got=next(note for note in left_out if repr(absent[0]) in note),
            wanted="numbers or words, or labels in one cell, as in red;blue",
            do="write it so, with --task multilabel for labels",
        )
    if target is None:
        names, because = _target_names(Table(beside_lists(source)) or table, None, source.lacking)
    else:
        numbers = {name: columns_of(table, name) for name in source.lists if name not in table}
        named, because = chosen(target, (*table.names, *numbers)), "as asked"
        names = tuple(column for name in named for column in numbers.get(name, [name]))
    if len(table) == len(names):
        raise _no_inputs(names, left_out)
    columns = {name: (table[name], source.kind(name)) for name in names}
    source = source.without(*names).noting(_named(names, because, target))
    if labels and len(names) == 1:
        return source.aimed(names, *columns[names[0]])
    return source.aimed(names, *together(columns, comma=source.comma))


def _no_inputs(names: Sequence[str], left_out: Sequence[str]) -> DataError:
    got = f"one column, {names[0]!r}" if len(names) == 1 else f"targets alone, {listed(names)}"
    return DataError(
        "no-inputs",
        "the data have no input columns beside the target",
        got="; ".join([got, *left_out]),
        wanted="at least one column more",
        do=_how_to_cut(names[0], left_out) if len(names) == 1 else "",
    )


def _check_turned(source: Source) -> None:
    """Refuse a table with too few rows, and many columns, with a word of what may be wrong."""
    rows = row_count(source.inputs)
    if isinstance(source.inputs, Table) and source.target is None and rows < FEWEST_ROWS < len(source.inputs):
        raise DataError(
            "too-few-rows",
            "too few rows",
            got=f"{counted(rows, 'row')} of {len(source.inputs):,} columns",
            wanted=f"at least {FEWEST_ROWS}",
            do='write [{"name": ..., "value": ...}, ...], if each of the names is a row'
            if rows == 1 and source.name.lower().endswith(".json")
            else "if each row is a variable, turn the table: "
            f"{_as_frame(source.name, source.inputs)}.T.to_csv('data.csv')",
        )


def _as_frame(name: str, table: Table) -> str:
    """How pandas reads the table of a file with the cells of its first column as names of rows."""
    name = name.lower().removesuffix(".gz")
    if name.endswith((".xlsx", ".xls", ".xlsm", ".xlsb", ".ods")):
        return "pandas.read_excel(FILE, index_col=0)"
    objects = name.endswith((".json", ".jsonl", ".ndjson"))
    form = "parquet" if name.endswith((".parquet", ".pq")) else "json" if objects else ""
    if not form:
        return "pandas.read_csv(FILE, index_col=0)"
    lines = ", lines=True" * name.endswith(("jsonl", "ndjson"))
    return f"pandas.read_{form}(FILE{lines}).set_index({table.names[0]!r})"


def _how_to_cut(name: str, left_out: Sequence[str]) -> str:
    """What to do with a table of which one column of this name is left."""
    if any("lists of unequal lengths" in reason for reason in left_out):
        return "for series a row for each step, with --id and --time, or from Python a list of arrays and y"
    if left_out:
        return ""
    if "  " in name.strip():
        return "pandas.read_fwf(FILE, widths=[...]), then to_csv, as columns of fixed widths touch each other"
    return f"put {KNOWN} of a text"


def _named(names: tuple[str, ...], because: str, target: str | Sequence[str] | None) -> Note:
    return Note(
        f"target{'s' * (len(names) > 1)}: {', '.join(map(in_line, names))}", because, "" if target else "--target NAME"
    )


def _target_names(
    table: Table, target: str | Sequence[str] | None, lacking: str, of_steps: bool = False
) -> tuple[tuple[str, ...], str]:
    """The target's columns, and why it is these; ``lacking``: the one that test rows lack.

    A column without a value in most rows, as notes and small tables beside a table have them, is none; where rows are
    steps, which need not have a target each, only one of fewer than ten values.
    """
    if isinstance(target, str) or target:
        return chosen(target, table.names), "as asked"
    if lacking in table:
        return (lacking,), "the only column that the test rows lack"
    folded = {name.casefold(): name for name in table}
    gaps = _mostly_missing(table)
    few = {name for name, count in gaps.items() if count < FEWEST_ROWS}
    for usual in TARGET_NAMES:
        if usual in folded and folded[usual] not in few:
            return (folded[usual],), "a usual name of a target"
    if _label_first(table):
        return (table.names[0],), "the only column of few whole numbers; the others are fractions"
    if _text_last(table):
        return (table.names[0],), "the only column of few words; the other holds texts"
    filled = [name for name, values in table.items() if not missing(values).all()] or table.names
    passed = few if of_steps else gaps
    last = next((name for name in reversed(filled) if name not in passed), filled[-1])
    skipped = next((name for name in few if name.casefold() in TARGET_NAMES), filled[-1])
    if skipped != last:
        has = f"{in_line(skipped)!r} has {counted(gaps[skipped], 'value')}"
        return (last,), f"the last column with values in most rows; {has}"
    return (last,), "the last column" + " with values" * (last != table.names[-1])


def _filled(source: Source) -> str:
    """The last column beside the target that has values in most rows, or ""."""
    table = source.inputs if isinstance(source.inputs, Table) else Table({})
    return next((name for name in reversed(table.names) if 2 * missing(table[name]).sum() <= table.rows), "")


def _mostly_missing(table: Table) -> dict[str, int]:
    """The columns without a value in more than half of the rows, and how many values they have; none, if all are so.

    Ten marks, all of them alike, may be a class of which the empty cells are the other.
    """
    counts = {name: int((~missing(values)).sum()) for name, values in table.items()}
    few = {name: count for name, count in counts.items() if 0 < 2 * count < table.rows}
    few = {name: count for name, count in few.items() if count < FEWEST_ROWS or not are_marks(table[name])}
    return few if len(few) < len(table) else {}


def _text_last(table: Table) -> bool:
    """Whether a table is classes and texts, in this order."""
    if len(table) != 2 or any(values.dtype.kind != "O" for values in table.values()):
        return False
    classes, texts = (values[~missing(values)].tolist() for values in table.values())
    few = len(set(classes)) <= min(20, len(classes) / 5)
    words = sum(len(text.split()) for text in texts)
    return few and len(set(texts)) > len(texts) / 2 and words >= FEWEST_WORDS * max(1, len(texts))


def _label_first(table: Table) -> bool:
    """Whether a table without names has its classes in the first column, as the series of the UCR archive."""
    first, *others = table.items()
    nameless = table.names == tuple(f"x{place}" for place in range(len(table)))
    if not nameless or len(others) < 2 or any(values.dtype.kind != "f" for values in table.values()):
        return False
    classes = first[1]
    return (
        bool((classes == np.round(classes)).all())
        and len(np.unique(classes)) <= min(20, len(classes) / 5)
        and all(bool((values != np.round(values)).any()) for _, values in others)
    )
