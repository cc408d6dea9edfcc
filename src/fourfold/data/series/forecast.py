"""A table of series as windows of the past, with the steps that follow them as the target."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from fourfold.data.columns.roles import Roles
from fourfold.data.dataset import Dataset, Forecast, Note, Table
from fourfold.data.joined import joined_notes
from fourfold.data.messages import counted, listed
from fourfold.data.source import Source
from fourfold.errors import DataError, OptionError
from fourfold.preprocessing.task import Task, regression_of
from fourfold.preprocessing.windows import Windows

from .ahead import Ahead
from .along_rows import check_along_rows
from .clock import shown
from .long_columns import check_id, table_of
from .panel import panel_of
from .placing import check_room, cut_windows, placed_in, season_with_room, window_of
from .rolling import Timeline, groups_of
from .steps_in_rows import with_steps_in_rows
from .time_role import check_dates, check_last, timed
from .unpivoted import VALUE, unpivoted
from .unread_times import in_order_of_rows

__all__ = ["settle_forecast", "time_and_names", "with_index"]


def with_index(x: Any) -> Any:
    """A data frame of pandas with its index among the columns, if that has names or holds dates, as that of a series
    does, or of several; anything else as it is."""
    index = getattr(x, "index", None)
    if index is None or not hasattr(x, "reset_index"):
        return x
    named = [name for name in index.names if name is not None]
    dates = any(mark in str(getattr(index, "dtype", "")) for mark in ("datetime", "period"))
    if not (named or dates) or set(named) & set(getattr(x, "columns", ())):
        return x
    return x.reset_index()


def time_and_names(source: Source, roles: Roles, targets: Collection[str]) -> tuple[Source, Roles, Table]:
    """The roles with the column of time, if there is one beside the targets that are named, and the columns that may be
    targets.

    Errors: ``OptionError`` for arrays, and for roles that rows of a forecast can't have; ``DataError`` for several
    columns of dates none of which is plainly the time, dates with a few words among them, series that lie along the
    rows, and the last rows of a table that is not in order of time.
    """
    source, roles = with_steps_in_rows(source, roles)
    table = source.inputs
    if not isinstance(table, Table) or source.target is not None or source.test_rows:
        raise OptionError(
            "forecast-of-arrays",
            "a forecast needs one table with a row for each time step, and no rows of test beside it",
            got=source.name,
            wanted="a file, a data frame or an array",
            do="leave out --forecast, --y and --test, or give such a table alone",
        )
    for option in ("weight", "group", "time_ordered"):
        if getattr(roles, option) not in (None, False):
            raise OptionError(
                "forecast-roles",
                "the windows of a forecast are split by time, and count alike",
                got=f"--{option.replace('_', '-')}",
                do=f"leave out --{option.replace('_', '-')}",
            )
    long, roles = (source, roles) if targets else unpivoted(source, roles)
    turned, source, table = long is not source, long, table_of(long, ())
    check_id(source, roles.series or None)
    if roles.time is None:
        others = Table({name: values for name, values in table.items() if name not in targets})
        source, roles = timed(source, others, roles)
    if roles.time is None:
        names = [name for name in table if name != roles.id and name not in targets]
        check_dates(source, [name for name in table if name != roles.id])
        source = in_order_of_rows(source, roles, names)
        if not targets:
            check_along_rows(source, table_of(source, ()), roles.id)
    table = table_of(source, ())
    if roles.time is not None:
        check_last(source, table, roles.time)
    names = {name: values for name, values in table.items() if name not in (roles.id, roles.time)}
    names = {VALUE: table[VALUE]} if turned else names
    if not names:
        raise DataError(
            "nothing-to-forecast",
            "there is no column to forecast",
            got=listed(table.names),
            wanted="one more",
            do="add the column of values, or --time with another one",
        )
    return source, roles, Table(names)


def settle_forecast(
    source: Source, ahead: Ahead, *, targets: Sequence[str], time: str | None, id: str | None
) -> Dataset:
    """The data set whose rows are windows (N, T, C) and whose target (N, H K) is what follows them.

    All windows of all series are rows, in order of time within a series. What is absent in a window is as it was
    last; a window is left out if a step of its target is absent.

    Errors: those of `panel_of`; ``DataError`` for series that are too short, or do not vary where they train.
    """
    panel = panel_of(source, time=time, id=id, targets=targets)
    season, season_note = season_with_room(panel, ahead, len(targets))
    window, window_note = window_of(panel, ahead, season)
    windows = Windows(
        ahead.horizon,
        window,
        season,
        tuple(targets),
        time or "",
        id or "",
        str(panel.clock),
        panel.levels,
        panel.phases,
        zoned=panel.zoned,
    )
    placed = placed_in(panel, windows)
    check_room(panel, ahead, windows, placed)
    inputs, target, forecast, notes = cut_windows(panel, windows, placed)
    values = panel.columns[0].name if len(targets) == 1 else f"{len(targets)} columns"
    notes = (
        *panel.notes,
        Note(f"forecast: the next {ahead.horizon} steps of {values}, from the {window} before"),
        window_note,
        season_note,
        *notes,
        _split_note(forecast),
        Note(
            "score: MASE",
            f"absolute error over that of the last {'season' if windows.season > 1 else 'value'} repeated, in training "
            "data; lower is better",
        ),
    )
    names = [
        name if len(targets) == 1 else f"{target_name} {name}"
        for name in (f"+{step + 1}" for step in range(ahead.horizon))
        for target_name in targets
    ]
    task: Task = replace(regression_of(names, one_unit=True), loss="mean absolute error", score="mase")
    return Dataset(
        name=source.name,
        layout="sequence",
        inputs=inputs,
        target=target,
        task=task,
        notes=joined_notes(source.notes + notes),
        columns=panel.columns,
        source_columns=tuple(source.inputs),  # pyright: ignore[reportArgumentType]
        target_name=", ".join(targets),
        row_shape=inputs.shape[1:],
        groups=groups_of(forecast),
        forecast=forecast,
    )


def _split_note(forecast: Forecast) -> Note:
    rolling = Timeline.of(forecast).rolling
    parts = counted(rolling.folds, "part")
    first = shown(forecast.stamps[rolling.first()])
    return Note(
        f"tests: {parts} of {counted(rolling.origins, 'horizon')} at the end, from {first} on",
        "each is trained on what lies before it; no tested step is an input or a target of training",
    )
