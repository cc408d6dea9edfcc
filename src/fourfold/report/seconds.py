"""What ``timings.json`` holds beside the seconds of training: steps as charts, and predictions as tables."""

from __future__ import annotations

import math
from collections.abc import Container, Iterable
from dataclasses import replace
from typing import Any

from fourfold.evidence import step_seconds
from fourfold.report import figures
from fourfold.report import format as fmt
from fourfold.report.parts import Cell, Chart, Column, Row, Table
from fourfold.report.scores import Study

TITLES = {
    "steps": "Time of a training step",
    "latency": "Milliseconds of a prediction, by number of examples",
}

MOST_DECIMALS = 4


def steps(timings: dict[str, Any] | None, layout: str, study: Study) -> Chart | None:
    """The time of a step against length, batch and cores, with all that was timed as its table."""
    times = (timings or {}).get("steps")
    found = step_seconds.measured(times, layout, study.titles) if isinstance(times, dict) else None
    if found is None:
        return None
    chart, *_ = figures.charts(found.to_dict(), study)
    table = _table("steps", times, study)
    if layout not in step_seconds.LENGTHS:  # a table has columns, and no length
        heads = tuple(replace(c, title="Columns") if c.title == "Length" else c for c in table.columns)
        table = replace(table, columns=heads)
    return replace(chart, table=table)


def tables(timings: dict[str, Any] | None, study: Study, drawn: Container[str] = ()) -> tuple[Table, ...]:
    """All tables that there are seconds for, but of what is drawn; none where nothing was timed."""
    keys = [key for key in (timings or {}) if key in TITLES and key not in drawn]
    found = (_table(key, (timings or {})[key], study) for key in keys)
    return tuple(table for table in found if table.rows)


def _table(key: str, value: Any, study: Study) -> Table:
    """A family's rows: a list of facts, one fact, or a number."""
    found = []
    for family, rows in value.items() if isinstance(value, dict) else ():
        listed = rows if isinstance(rows, list) else [rows]
        found += [(family, row if isinstance(row, dict) else {"seconds": row}) for row in listed]
    titles = list(dict.fromkeys(str(title) for _, row in found for title in row))
    columns = (
        Column("Family"),
        *(Column(title.capitalize().replace("_", " "), numeric=True) for title in titles),
    )
    scale = 1000.0 if key == "latency" else 1.0  # seconds read better as milliseconds
    found = [(family, {title: _scaled(row.get(title), scale) for title in titles}) for family, row in found]
    decimals = {title: _decimals(row[title] for _, row in found) for title in titles}
    body = tuple(
        Row(
            (
                Cell(study.titles.get(family, str(family))),
                *(_cell(row[title], decimals[title]) for title in titles),
            ),
            colour=study.colours.get(family),
        )
        for family, row in found
    )
    return Table(TITLES[key], columns, body)


def _scaled(value: Any, scale: float) -> Any:
    return value * scale if isinstance(value, float) else value


def _decimals(column: Iterable[Any]) -> int:
    """So many that the smallest time of a column has two digits, of at most the ten-thousandths that a clock repeats.

    >>> _decimals([0.17, 0.127, 4.1]), _decimals([0.0779, 1.11]), _decimals([412.0, 31.0]), _decimals([0.0, 0.00001])
    (2, 3, 0, 4)
    """
    times = [value for value in column if isinstance(value, float) and value > 0]
    return min(max(1 - math.floor(math.log10(min(times, default=1.0))), 0), MOST_DECIMALS)


def _cell(value: Any, decimals: int) -> Cell:
    if value is None:
        return Cell("")
    return Cell(f"{value:,.{decimals}f}" if isinstance(value, float) else fmt.plain(value))
