"""Several figures of one measure that have one name: small multiples under one heading, with one key and one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from fourfold.report.parts import Cell, Chart, Column, Panel, Row, Table
from fourfold.report.quantity import Quantity
from fourfold.report.scores import Study
from fourfold.report.series import Series, known


def side_by_side(charts: Sequence[Chart], figures: Sequence[dict[str, Any]], title: str, study: Study) -> Chart:
    """One chart of the charts of these figures: each figure's title above its panels, a note said once.

    The chart is called what their titles have before a colon, "Gradient by lag: at the start", or else ``title``.
    """
    heads, _, tails = zip(*(figure["title"].partition(": ") for figure in figures))
    shared = len({*heads}) == 1 and all(tails)
    title, titles = (heads[0], tails) if shared else (title, [figure["title"] for figure in figures])
    panels = [_under(panel, above) for chart, above in zip(charts, titles) for panel in chart.panels]
    notes = [chart.note for chart in charts]
    said = [note for i, note in enumerate(notes) if not any(note in earlier for earlier in notes[:i])]
    key = tuple(dict.fromkeys(sign for chart in charts for sign in chart.key))
    note = " ".join(filter(None, said))
    return Chart("", title, "", tuple(panels), _table(figures, title, titles, study), key, note=note)


def _under(panel: Panel, title: str) -> Panel:
    return replace(panel, title=f"{title}: {panel.title}" if panel.title else title)


def _table(figures: Sequence[dict[str, Any]], title: str, titles: Sequence[str], study: Study) -> Table:
    """A row a series and a column a figure; figures with several places have a row for each place."""
    rows = [row for figure in figures for row in known(figure)]
    series = Series(rows, study, figures)
    tables = [_by_place(figure) for figure in figures]
    quantities = [Quantity.of(figure["y"], study.scale) for figure in figures]
    if all(len(table) == 1 for table in tables):
        columns = [Column(series.heading), *(Column(quantity.title, numeric=True) for quantity in quantities)]
        only = [next(iter(table.values())) for table in tables]
        body = [
            Row(
                (
                    Cell(series.titles[name]),
                    *(quantity.cell(at.get(name)) for quantity, at in zip(quantities, only)),
                ),
                colour=series.colours[name],
            )
            for name in series.names
        ]
    else:
        columns = [
            Column("What"), Column("At"), *(Column(series.titles[name], numeric=True) for name in series.names)
        ]
        body = [
            Row((Cell(above), Cell(place), *(quantity.cell(at.get(name)) for name in series.names)))
            for above, quantity, table in zip(titles, quantities, tables)
            for place, at in table.items()
        ]
    return Table(title, tuple(columns), tuple(body))


def _by_place(figure: dict[str, Any]) -> dict[str, dict[str, dict[str, Any]]]:
    """A figure's rows by the group or the place of x, there by series."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for row in known(figure):
        place = str(row["x"] if "x" in row else row.get("group") or "")
        found.setdefault(place, {})[str(row["series"])] = row
    return found
