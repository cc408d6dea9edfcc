"""A source becomes a data set: target, task and layout are settled, and said."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from fourfold.core.naming import called, noted
from fourfold.data.columns.frame_index import without_row_numbers
from fourfold.data.columns.free_texts import check_tokens
from fourfold.data.columns.kinds_of_lists import settled_lists
from fourfold.data.columns.roles import (
    NO_ROLES,
    Roles,
    as_columns,
    check_apart,
    check_whole,
    checked_roles,
    with_ids,
    with_roles,
)
from fourfold.data.columns.rows_with_target import holds_unstored, with_labelled
from fourfold.data.columns.table import settle_table, understood_columns
from fourfold.data.columns.tagged_words import check_no_tags, tagged_words
from fourfold.data.columns.target import settle_target
from fourfold.data.columns.target_choice import (
    WITH_VALUES,
    another_target,
    said_of,
    target_names,
    target_of_series,
    with_target,
)
from fourfold.data.columns.targets import are_lists, mentioned, settle_lists, settle_targets
from fourfold.data.columns.totals import check_no_totals
from fourfold.data.columns.turned import check_not_turned
from fourfold.data.columns.written_twice import without_other_writings
from fourfold.data.files.pictures import developed
from fourfold.data.series.ahead import Ahead
from fourfold.data.series.cut import as_one_series, check_window
from fourfold.data.series.forecast import settle_forecast, time_and_names
from fourfold.data.series.long_columns import table_of
from fourfold.data.series.long_form import assembled, check_steps
from fourfold.data.series.steps import by_columns, check_layout_of_steps, check_per, is_stepwise, settle_steps
from fourfold.data.series.time_columns import with_time
from fourfold.data.series.time_role import check_last, timed
from fourfold.data.values.words import as_objects, reworded, spelled
from fourfold.errors import DataError, OptionError
from fourfold.preprocessing.table import missing, row_count
from fourfold.preprocessing.task import Task

from .dataset import Column, Dataset, Layout, Note, Table
from .joined import joined_notes
from .layout import check_layout, settle_array, varying
from .messages import in_line
from .source import Source

MORE_FOLDERS = "put the files of each class into a subfolder of their own, called as the class"
"""What to do about one class of a folder of classes."""


def settle(
    source: Source,
    *,
    target: str | Sequence[str] | None = None,
    task: str | None = None,
    layout: str | None = None,
    bounds: Sequence[float] | None = None,
    image_size: int | None = None,
    tokens: str | None = None,
    text_length: int | None = None,
    roles: Roles = NO_ROLES,
    ahead: Ahead | None = None,
    target_per: str | None = None,
    window: int | None = None,
) -> Dataset:
    """Infer what the options leave open, check, and say each choice in a note."""
    check_layout(layout)
    check_tokens(tokens, text_length)
    check_per(target_per)
    forecast = ahead is not None
    whole = forecast or window is not None
    source, roles, target = _with_columns(source, roles, target, whole=whole, forecast=forecast)
    named = roles.named
    if ahead is not None:
        return _forecast(source, roles, target, ahead)
    check_not_turned(source)
    in_order = target_per == "series" and bool(roles.series) and not source.lists
    one = window is not None or target_per == "step" or in_order  # all rows may be the steps of one series
    if roles.time is not None or (one and isinstance(source.inputs, Table) and source.target is None):
        asked = "--time" if roles.time is not None else "--target-per" if window is None else "--window"
        source, roles = _from_long_form(source, roles, target, target_per, one)
        if layout != "flat":
            check_steps(source, asked)
        target = None
    source = with_roles(source, roles)
    guessed = target is None and source.target is None
    steps = target_per != "series" and layout in (None, "sequence")
    tagged = [] if task == "multilabel" else tagged_words(source)
    source = with_target(source, target, steps=steps, labels=task == "multilabel")
    check_no_tags(tagged, source.target_name, guessed)
    source = without_other_writings(source)
    source = settled_lists(source, layout)
    source = as_one_series(source) if one else source
    _check_lengths(source)
    cut = labelled = None
    if is_stepwise(source, target_per, layout):
        check_layout_of_steps(layout)
        source, values, settled_task, target_notes, cut = settle_steps(
            checked_roles(source, roles), task=task, bounds=bounds, per=target_per, window=window
        )
    else:
        check_window(window)
        source = by_columns(source) if source.stepwise else source
        source, labelled, left_out = _labelled(source, task, guessed)
        places = None if labelled is None else np.flatnonzero(labelled)
        source = checked_roles(source, roles, places)
        values, settled_task, target_notes = _settled(source, task, bounds, places, guessed)
        target_notes = left_out + target_notes
    source = _developed(source, layout, image_size)
    source = understood_columns(source, layout)
    inputs, settled_layout, columns, source_columns, notes = _settled_inputs(source, layout, tokens, text_length)
    said = {"--tokens": tokens, "--text-length": text_length}
    option = next((name for name, value in said.items() if value is not None), None)
    if option is not None and not (settled_layout == "text" and isinstance(inputs, Table)):
        raise OptionError(
            "tokens-of-no-texts",
            "there are no texts to cut",
            got=f"{option} {said[option]}, and data of layout {settled_layout}",
            do=f"leave out {option}, or say --layout text where a column holds texts",
        )
    rows = row_count(inputs)
    each = called(settled_layout)
    target_notes = tuple(noted(note, each, "what", "because") for note in target_notes)
    return Dataset(
        name=source.name,
        layout=settled_layout,
        inputs=inputs,
        target=values,
        task=settled_task,
        notes=joined_notes(source.notes + target_notes + notes),
        columns=columns,
        source_columns=source_columns,
        target_name=source.target_name,
        row_shape=() if isinstance(source.inputs, Table) else source.inputs.shape[1:],
        test_rows=np.arange(rows - source.test_rows, rows) if source.test_rows else None,
        weights=source.weights,
        groups=source.groups,
        roles=named,
        ids=source.ids,
        time_ordered=roles.time_ordered,
        order=_in_time(source, rows),
        labelled=labelled,
        cut=cut,
        interval=source.interval,
    )


def _with_columns(
    source: Source, roles: Roles, target: str | Sequence[str] | None, *, whole: bool, forecast: bool
) -> tuple[Source, Roles, str | Sequence[str] | None]:
    """The source with ids and time as columns, and roles and target as its columns are called. ``whole``: a sample of
    the rows will not do."""
    if not isinstance(source.inputs, Table) and source.inputs.dtype.kind == "b":
        source = replace(source, inputs=source.inputs.astype(np.uint8))
    given = roles.series
    roles, target = as_columns(source, roles, target)
    refused = {"weight": None, "group": None} if forecast else {}  # a forecast says of these what is wrong
    known = source.inputs.names if isinstance(source.inputs, Table) else ()
    check_apart(replace(roles, **refused), target, (*source.all_columns, *known))
    source, roles = with_ids(source, roles)
    if whole or roles.time is not None:
        check_whole(source, roles, given)
    return with_time(source, roles.time), roles, target


def _forecast(source: Source, roles: Roles, target: str | Sequence[str] | None, ahead: Ahead) -> Dataset:
    source, roles, table = time_and_names(source, roles, mentioned(target))
    check_not_turned(source)
    source = without_row_numbers(source, roles, target)
    table = Table({name: values for name, values in table.items() if name in source.inputs})
    names, because = table.names, "the only other column"
    if target is not None or len(names) > 1:
        names, because = target_names(table, target, source.lacking, of_steps=True)
    source = source.noting(said_of(names, because, target))
    return settle_forecast(source, ahead, targets=names, time=roles.time, id=roles.id)


def _from_long_form(
    source: Source, roles: Roles, target: str | Sequence[str] | None, per: str | None, one: bool
) -> tuple[Source, Roles]:
    """The series, with their targets, of a table whose rows are steps; ``per`` and ``one``: see `assembled`."""
    source, roles = _in_order(source, roles, mentioned(target))
    source = without_row_numbers(source, roles, target)
    names, because = target_of_series(source, roles, target)
    source, roles = assembled(source, roles, names, per, one)
    return source.noting(said_of(names, because, target)), roles


def _check_lengths(source: Source) -> None:
    """There is a target for each row."""
    assert source.target is not None
    if len(source.target) == row_count(source.inputs):
        return
    turned = not isinstance(source.inputs, Table) and len(source.target) in np.shape(source.inputs)[1:]
    raise DataError(
        "different-lengths",
        "x and y differ in length",
        got=f"{row_count(source.inputs)} rows of x and {len(source.target)} of y",
        wanted="one y for each row of x",
        do="turn x, so that its rows are its first axis (x.T of two axes)"
        if turned
        else "take both from one table, so that each row keeps its target",
    )


def _developed(source: Source, layout: str | None, side: int | None) -> Source:
    """The source with pictures, if it names any, as pixels."""
    named = source.pictures and source.pictures != source.target_name
    if named and layout in (None, "image"):
        return developed(source, side=side)
    if side is not None:
        raise OptionError(
            "image-size-of-no-pictures",
            "there are no files of pictures to resize",
            got=f"--image-size {side}",
            do="leave out --image-size; of an array resize x itself",
        )
    if named and source.of_folders:
        raise OptionError(
            "layout-of-pictures",
            "pictures are read as images alone",
            got=f"--layout {layout}",
            do="leave out --layout",
        )
    return source


def _settled_inputs(
    source: Source, layout: str | None, tokens: str | None, text_length: int | None
) -> tuple[np.ndarray | Table, Layout, tuple[Column, ...], tuple[str, ...], tuple[Note, ...]]:
    """The inputs, their layout, the columns that are used and those of the source, and what was inferred."""
    if isinstance(source.inputs, Table):
        inputs, settled, columns, notes = settle_table(source, layout, tokens, text_length)
        aims = source.target_names or (source.target_name,)
        before = source.all_columns or source.inputs.names
        given = source.inputs.names  # y beside x may be called as one of its columns
        return inputs, settled, columns, tuple(name for name in before if name not in aims or name in given), notes
    channels = [column.name for column in source.columns]
    array, settled, notes = settle_array(source.inputs, layout, known=source.layout, channels=channels)
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
    source: Source, task: str | None, bounds: Sequence[float] | None, places: np.ndarray | None, guessed: bool
) -> tuple[np.ndarray, Task, tuple[Note, ...]]:
    """The values of the target, the task that it sets, and what was inferred; ``places``: see `settle_target`;
    ``guessed``: nobody said which column the target is."""
    name, kind, test_rows = source.target_name, source.target_kind, source.test_rows
    target = source.target
    assert target is not None
    several = target.ndim == 2
    if not several and not _lists_labels(source, task):
        instead = partial(another_target, source.inputs) if guessed and isinstance(source.inputs, Table) else str
        options = {"test_rows": test_rows, "places": places, "weights": source.weights, "instead": instead}
        options["guess"] = _guess(source) if guessed else ""
        of_one = MORE_FOLDERS if source.of_folders else ""
        return settle_target(name, target, kind, task=task, bounds=bounds, of_one=of_one, **options)
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
    return settle_lists(name, cells, asked=task == "multilabel", test_rows=test_rows)


def _lists_labels(source: Source, task: str | None) -> bool:
    """Whether the cells of the target list labels: then an empty cell lists none, and is not missing."""
    target = source.target
    assert target is not None
    lists = task is None and source.target_kind == "category" and target.ndim == 1 and are_lists(target)
    return target.ndim == 1 and (task == "multilabel" or lists)


def _guess(source: Source) -> str:
    """Why a column was taken for the target, to be said behind what to do."""
    name = source.target_name
    because = next((note.because for note in source.notes if note.what == f"target: {name}"), "")
    if because == WITH_VALUES and isinstance(source.inputs, Table):
        unstored = "; if formulas give them, open the file in Excel and save it" if holds_unstored(source) else ""
        because += f"; the last, {in_line(source.inputs.names[-1])!r}, has none{unstored}"
    return f": {name!r} was taken for it ({because})" if because else ""


def _labelled(
    source: Source, task: str | None, guessed: bool
) -> tuple[Source, np.ndarray | None, tuple[Note, ...]]:
    """The rows that have a target, which of all rows (N,) these are, None where all are, and what is said."""
    assert source.target is not None
    if not _lists_labels(source, task):
        return with_labelled(source, partial(_filled, source), _guess(source) if guessed else "")
    if isinstance(source.inputs, Table):
        check_no_totals(source.inputs, source.target)  # as an empty cell is a list without labels
    return source, None, ()


def _filled(source: Source) -> str:
    """The last column beside the target that may be one, or has values in most rows, and no words of its own for none,
    as far as there is such a column; "" without any."""
    table = source.inputs if isinstance(source.inputs, Table) else Table({})
    filled = (name for name in reversed(table.names) if 2 * missing(table[name]).sum() <= table.rows)
    plain = Table({name: values for name, values in table.items() if not source.classlike.get(name)})
    return another_target(plain) or another_target(table) or next(filled, "")


