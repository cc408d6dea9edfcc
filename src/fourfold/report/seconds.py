"""What ``timings.json`` holds beside the seconds of training: steps and predictions, as tables."""

from __future__ import annotations

from typing import Any

from fourfold.report import format as fmt
from fourfold.report.parts import Cell, Column, Row, Table
from fourfold.report.scores import Study

TITLES = {
    "steps": "Time of a training step",
    "latency": "Milliseconds of a prediction, by number of examples",
}


def tables(timings: dict[str, Any] | None, study: Study) -> tuple[Table, ...]:
    """All tables that there are seconds for; none where nothing was timed."""
    found = (_table(key, value, study) for key, value in (timings or {}).items() if key in TITLES)
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
    body = tuple(
        Row(
            (
                Cell(study.titles.get(family, str(family))),
                *(_cell(key, row.get(title)) for title in titles),
            ),
            colour=study.colours.get(family),
        )
        for family, row in found
    )
    return Table(TITLES[key], columns, body)


def _cell(key: str, value: Any) -> Cell:
    """Latencies are seconds; they read better as milliseconds, of which three digits are more than a clock repeats."""
    if value is None:
        return Cell("")
    if key == "latency" and fmt.is_number(value):
        value *= 1000.0
    return Cell(f"{value:.3g}" if isinstance(value, float) and abs(value) < 1000 else fmt.plain(value))
