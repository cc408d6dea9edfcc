"""How new series come from the form in which they are to that which a model of forecasts was trained on, in pandas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fourfold.data.columns.wide import are_dates_in_order
from fourfold.data.dataset import Table
from fourfold.data.series.long_columns import meant
from fourfold.data.series.unpivoted import FEWEST, TIME, VALUE, YEAR
from fourfold.data.source import Source
from fourfold.preprocessing.windows import Windows

__all__ = ["how_to_turn"]


def how_to_turn(found: Source, windows: Windows) -> str:
    """One line of pandas for a table that is in another form: a row for each series, a column for each series, or a row
    for each series and step; "" where its columns don't tell how."""
    table = found.inputs
    assert isinstance(table, Table)
    kinds = {name: meant(found, table, name).kind for name in table}
    words, dates, numbers = ([name for name in table if kinds[name] == kind] for kind in ("category", "date", "number"))
    days = [windows.time] if windows.time in table else dates
    wanted = {*windows.targets}
    names = next((name for name in words if wanted <= {*table[name].tolist()}), "")
    if not days and _are_steps(numbers):
        return _of_rows(windows, words, names)
    if len(days) != 1 or wanted & {*table}:
        return ""
    values = [name for name in numbers if name != days[0]]
    return _of_days(windows, days[0], values, words, names)


def _of_rows(windows: Windows, words: Sequence[str], names: str) -> str:
    """Of a table with a row for each series and a column for each step; ``names``: the words that name the targets."""
    time, id, (target, *others) = windows.time, windows.id, windows.targets
    if names:
        return _line(f".set_index({names!r}).T.rename_axis({time!r}).reset_index()")
    if others or len(words) != bool(id):
        return ""
    keys = f"{words[0]!r}, " if id else ""
    return _line(f".melt({keys}var_name={time!r}, value_name={target!r})", {words[0]: id} if id else {})


def _of_days(windows: Windows, day: str, values: Sequence[str], words: Sequence[str], names: str) -> str:
    """Of a table with one row for each time, or for each time and series."""
    time, id, (target, *others) = windows.time, windows.id, windows.targets
    if names and len(values) == 1:
        turned = f".pivot(index={day!r}, columns={names!r}, values={values[0]!r}).reset_index()"
        return _line(turned, {day: time})
    if others or not values:
        return ""
    if id and not words:
        return _line(f".melt({day!r}, var_name={id!r}, value_name={target!r})", {day: time})
    made = (time, target) == (TIME, VALUE)  # names that no table of the user has
    if made and len(values) == 1 and len(words) == bool(id):
        return _line("", {day: time, values[0]: target} | ({words[0]: id} if id else {}))
    return ""


def _are_steps(names: Sequence[str]) -> bool:
    """Whether columns are called by dates or years, one after the other."""
    return len(names) >= FEWEST and (are_dates_in_order(names) or all(YEAR.fullmatch(name.strip()) for name in names))


def _line(turned: str, renamed: Mapping[str, str] | None = None) -> str:
    other = {old: new for old, new in (renamed or {}).items() if old != new}
    return f"in pandas table{turned}{f'.rename(columns={other})' if other else ''}.to_csv('new.csv', index=False)"
