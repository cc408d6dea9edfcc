"""Matrices as heat maps of one hue, the numbers in the cells; several side by side make one chart.

Where rows and columns have the same names (a confusion matrix), the diagonal is what is right: it is drawn in
grey, so that the colour is left to the errors. They are coloured by their share of the row, the true class: by counts
a rare class would be pale however badly it is told.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from fourfold.evidence.sentences import FRACTION, MEAN_COUNT, show
from fourfold.report import format as fmt
from fourfold.report.names import told_apart
from fourfold.report.parts import Cell, Chart, Column, Panel, Row, Table
from fourfold.report.quantity import Quantity
from fourfold.report.scores import Study
from fourfold.report.vega import plain, view

MOST = 20  # rows and columns that are drawn
ROOM = 12  # letters of their names
PAIRS = 20  # pairs that the table of a larger matrix lists
NARROW, LETTER = 280, 6.5  # pixels of a matrix on a phone, and of a letter of the names of its columns
STRENGTHS = [0.08, 0.5]  # opacities of the hue: text is read on the strongest in light and dark
COLOURED = (
    "The number in a cell is a count; the colour is its share of the row, which is the true class, so that a rare "
    "class told badly stands out, too."
)


@dataclass(frozen=True)
class _Matrix:
    """One matrix by names; ``square``: rows and columns have the same names."""

    title: str
    family: str
    rows: list[str]
    columns: list[str]
    values: dict[tuple[str, str], float]

    @property
    def square(self) -> bool:
        return set(self.rows) == set(self.columns)

    def errors(self) -> list[tuple[str, str]]:
        """The cells off the diagonal (all, where there is none) above zero, the largest first."""
        cells = [
            at for at, value in self.values.items() if value > 0 and not (self.square and at[0] == at[1])
        ]
        return sorted(cells, key=lambda at: -self.values[at])

    def strength(self, at: tuple[str, str]) -> float:
        """What colours a cell: its share of its row where that is a class, else its value."""
        return self.values[at] / (self.totals[at[0]] or 1.0) if self.square else self.values[at]

    @cached_property
    def totals(self) -> dict[str, float]:
        found = dict.fromkeys(self.rows, 0.0)
        for (row, _), value in self.values.items():
            found[row] += value
        return found


def matrices(figures: list[dict[str, Any]], study: Study) -> list[Chart]:
    """One chart for all matrices of a measure with the same axes."""
    read = [_read(figure, study) for figure in figures]
    shown = [matrix for matrix in read if matrix.values]
    if not shown:
        return []
    first = figures[0]
    down, across = (Quantity.of(first[side], study.scale) for side in ("y", "x"))
    names = _drawn(shown)
    strongest = max((matrix.strength(at) for matrix in shown for at in matrix.errors()), default=1.0)
    panels = tuple(_panel(matrix, names, down, across, study, strongest) for matrix in shown)
    notes = [str(first.get("note") or "")]
    sides = max(len(matrix.rows) for matrix in shown)
    whole = sides <= MOST and max(len(matrix.columns) for matrix in shown) <= MOST
    if not whole:
        what = "classes with most errors" if shown[0].square else "rows and columns with the largest values"
        notes.append(f"Drawn are the {MOST} {what}, of {sides}.")
    table = _all_cells(shown, names, down, across, study) if whole else _pairs(shown, down, across, study)
    against = f"{down.title} against {across.title.lower()}" if down.title and across.title else "Side by side"
    title = first["title"] if len(figures) == 1 else against
    reading = COLOURED if any(matrix.square and matrix.errors() for matrix in shown) else ""
    return [Chart("", title, reading, panels, table, note=" ".join(filter(None, notes)))]


def _read(figure: dict[str, Any], study: Study) -> _Matrix:
    rows = [row for row in figure["rows"] if fmt.is_number(row.get("value"))]
    down = list(dict.fromkeys(str(row["row"]) for row in rows))
    across = list(dict.fromkeys(str(row["column"]) for row in rows))
    if set(down) == set(across):
        across = down
    family = next((family for family in study.titles if figure["name"].endswith(f"-{family}")), "")
    values = {(str(row["row"]), str(row["column"])): row["value"] for row in rows}
    return _Matrix(figure["title"], family, down, across, values)


def _drawn(shown: list[_Matrix]) -> tuple[list[str], list[str]]:
    """The names of the rows and columns that are drawn: those with most errors in all matrices together."""
    weights: Counter[tuple[str, str]] = Counter()
    for matrix in shown:
        for down, across in matrix.errors():
            weights["row", down] += matrix.values[down, across]  # type: ignore[assignment]
            weights["column", across] += matrix.values[down, across]  # type: ignore[assignment]
    if shown[0].square:
        for name in shown[0].rows:
            weights["row", name] = weights["column", name] = weights["row", name] + weights["column", name]

    def most(side: str, names: list[str]) -> list[str]:
        kept = set(sorted(names, key=lambda name: -weights[side, name])[:MOST])
        return [name for name in names if name in kept]

    return most("row", shown[0].rows), most("column", shown[0].columns)


def _panel(
    matrix: _Matrix,
    names: tuple[list[str], list[str]],
    down: Quantity,
    across: Quantity,
    study: Study,
    strongest: float,
) -> Panel:
    """``strongest`` is the largest strength in all matrices: the same colour is the same share in each."""
    rows, columns = names
    errors = [at for at in matrix.errors() if at[0] in rows and at[1] in columns]
    cells = [
        {"row": row, "column": column, "value": value, "text": _short(value),
         "strength": round(matrix.strength((row, column)), 4)}
        for row in rows
        for column in columns
        if (value := matrix.values.get((row, column))) is not None
    ]  # fmt: skip
    right = [cell for cell in cells if matrix.square and cell["row"] == cell["column"]]
    rest = [cell for cell in cells if cell not in right and cell["value"] > 0]
    down_as, across_as = (told_apart(each, ROOM) for each in names)
    for cell in cells:
        cell |= {"row": down_as[cell["row"]], "column": across_as[cell["column"]]}
    fit = LETTER * max(map(len, columns)) * len(columns) <= NARROW
    turned = {"labelAngle": 0 if fit else -45}
    x = {"field": "column", "type": "nominal", "title": across.title, "sort": None,
         "scale": {"domain": [*across_as.values()]},
         "axis": {**turned, "labelLimit": 80, "labelOverlap": False}}  # fmt: skip
    y = {"field": "row", "type": "nominal", "title": down.title, "sort": None,
         "scale": {"domain": [*down_as.values()]}, "axis": {"labelLimit": 90, "labelOverlap": False}}  # fmt: skip
    at = {"x": x, "y": y}
    strength = {"field": "strength", "type": "quantitative", "legend": None,
                "scale": {"domain": [0, round(strongest, 4)], "range": STRENGTHS}}  # fmt: skip
    text = {**at, "text": {"field": "text", "type": "nominal"}}
    size = 12 if len(columns) <= 10 else 9
    layers = [
        plain(right, "rect", "margin", at),
        plain(rest, "rect", "heat", {**at, "opacity": strength}),
        plain(rest + right, "text", "ink", text),
    ]
    layers[2]["mark"]["fontSize"] = size
    title, colour = study.titles.get(matrix.family, matrix.title), study.colours.get(matrix.family)
    worst, note = _worst(matrix, errors)
    return Panel(title, view(layers, 22 * len(rows) + 40), f"{matrix.title}: {worst}", note, colour)


def _worst(matrix: _Matrix, errors: list[tuple[str, str]]) -> tuple[str, str]:
    """The largest cells in words, and the note above the panel: most errors, and the class that loses most to one."""
    if not matrix.square:
        found = [f"{row}, {column}: {_short(matrix.values[row, column])}" for row, column in errors[:3]]
        return ", ".join(found) or "nothing above zero", ""
    if not errors:
        return "no errors", "no errors"
    often = [at for at in errors[:3] if matrix.values[at] > 1] or errors[:1]
    worst = ", ".join(
        f"{row} taken for {column} ({_short(matrix.values[row, column])})" for row, column in often
    )
    largest = max(errors, key=matrix.strength)
    if largest not in often:
        row, column = largest
        worst += f"; the largest share {row} taken for {column} ({_part(matrix, largest)})"
    return worst, f"most often {worst}"


def _part(matrix: _Matrix, at: tuple[str, str]) -> str:
    return f"{_short(matrix.values[at])} of {_short(matrix.totals[at[0]])}"


def _short(value: float | None) -> str:
    """A count in a cell: the mean over seeds may have a fraction, which only small ones show.

    >>> [_short(value) for value in (3.0, 0.25, 12.5, 178.4, 1203.5, 120350)]
    ['3', '0.25', '12.5', '178', '1,204', '120k']
    """
    if value is None or abs(value) >= 9999.5:
        return fmt.compact(value).replace(" ", "")
    return show(value, MEAN_COUNT)


def _all_cells(
    shown: list[_Matrix], names: tuple[list[str], list[str]], down: Quantity, across: Quantity, study: Study
) -> Table:
    rows, columns = names
    head = (
        Column("Of"),
        Column(down.title or "Row"),
        *(Column(f"{across.title} {column}".strip(), numeric=True) for column in columns),
    )
    body = tuple(
        Row(
            (
                Cell(study.titles.get(matrix.family, matrix.title)),
                Cell(row),
                *(_cell(matrix, (row, column)) for column in columns),
            ),
            colour=study.colours.get(matrix.family),
        )
        for matrix in shown
        for row in rows
    )
    return Table("All cells", head, body)


def _cell(matrix: _Matrix, at: tuple[str, str]) -> Cell:
    """A cell of the table, with its share of its row where that is a class."""
    value = matrix.values.get(at)
    return Cell(fmt.plain(value), note=_percent(matrix, at) if matrix.square and value else "")


def _percent(matrix: _Matrix, at: tuple[str, str]) -> str:
    return show(matrix.strength(at), FRACTION)


def _pairs(shown: list[_Matrix], down: Quantity, across: Quantity, study: Study) -> Table:
    head = (
        Column("Of"),
        Column(down.title or "Row"),
        Column(across.title or "Column"),
        Column("Count", numeric=True),
        *([Column("Share of the row", numeric=True)] if shown[0].square else []),
    )
    body = tuple(
        Row(
            (
                Cell(study.titles.get(matrix.family, matrix.title)),
                Cell(row),
                Cell(column),
                Cell(fmt.plain(matrix.values[row, column])),
                *([Cell(_percent(matrix, (row, column)))] if matrix.square else []),
            ),
            colour=study.colours.get(matrix.family),
        )
        for matrix in shown
        for row, column in matrix.errors()[:PAIRS]
    )
    return Table(f"The {PAIRS} most confused pairs", head, body)
