"""The page in a terminal: reads well at 80 columns and without colour."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from fourfold.report.escape import terminal as escape
from fourfold.report.format import GLUE, flow
from fourfold.report.page import build
from fourfold.report.parts import Cell, Column, Page, Row, Table

STYLES = ("blue", "yellow", "green", "magenta", "cyan", "red", "bright_blue", "bright_green")
PRINTED = ("order", "sample_efficiency", "shift", "hyperparameters")
"""The measures whose answers a terminal shows."""

FIRST_LEFT_OUT = ("Training time", "Sequential steps", "FLOPs a sample", "Parameters", "Rates that work")
"""The columns that a narrow terminal does without, in this order."""
BOUNDLESS = 10_000
"""Columns of a terminal on which everything has room."""

ASCII = str.maketrans(
    {"–": "-", "−": "-", "×": "x", "·": "|", "◂": "<", "’": "'", "“": '"', "”": '"', "±": "+-"}
)


def render(results: dict[str, Any], timings: dict[str, Any] | None, console: Console) -> None:
    """Print the table, the verdict in words and three lines to paste."""
    printer = _Printer(console)
    printer.print_page(build(results, timings))


class _Printer:
    def __init__(self, console: Console) -> None:
        self.console = console
        self.narrow = console.options.ascii_only

    def text(self, words: str, style: str = "") -> Text:
        words = escape(words)
        return Text(words.translate(ASCII) if self.narrow else words, style=style)

    def flowing(self, words: str, style: str = "", indent: int = 0) -> Text:
        lines = flow(self.text(words).plain, self.console.width - indent)
        return Text("\n").join(Text(line, style=style) for line in lines)

    def print_page(self, page: Page) -> None:
        out = self.console
        out.print()
        for parts, style in (((page.name, *page.subject), "bold"), (page.protocol, "dim")):
            out.print(self.flowing(" · ".join(part.replace(" ", GLUE) for part in parts), style))
        out.print()
        shown = self.fitting(page.scores)
        out.print(self.table(shown))
        self.notes(self.failures(page.scores))
        out.print()
        self.verdict(page)
        self.measures(page)
        out.print()
        self.notes([*page.scores.notes, self.headings(shown), self.left_out(page.scores, shown)])
        out.print()
        width = max(len(command.label) for command in page.commands)
        for command in page.commands:
            label = self.text(command.label.ljust(width + 2), "dim")
            out.print(label + self.text(command.line), soft_wrap=True)
        out.print()

    def verdict(self, page: Page) -> None:
        out, verdict = self.console, page.verdict
        out.print(self.flowing(verdict.sentence, "bold"))
        self.items("", verdict.why)
        self.items("The others", verdict.price)
        self.items("What would change this", (verdict.change,))
        self.items("Doubts", verdict.doubts)
        for heading, line in (
            (f"To go on ({verdict.settle})" if verdict.settle else "To go on", verdict.next),
            ("The baseline", verdict.usage),
        ):
            if line:
                out.print(self.text(f"{heading}:"))
                out.print(self.text(f"  {line}"), soft_wrap=True)

    def measures(self, page: Page) -> None:
        """The answers of some measures; all of them, with charts, are in the report."""
        answers = tuple(
            f"{chart.title}: {chart.reading}"
            for chart in page.charts
            if chart.name in PRINTED and chart.question and chart.reading
        )
        if answers:
            self.console.print()
            self.items("Measured", answers)

    def items(self, heading: str, lines: tuple[str, ...]) -> None:
        lines = tuple(line for line in lines if line)
        if len(lines) == 1 and heading:
            self.console.print(self.flowing(f"{heading}: {lines[0]}"))
            return
        if lines and heading:
            self.console.print(self.text(f"{heading}:"))
        for line in lines:
            grid = RichTable.grid(padding=(0, 1))
            grid.add_row(self.text(" ·" if not self.narrow else " -"), self.flowing(line, indent=3))
            self.console.print(grid)

    def fitting(self, table: Table) -> Table:
        """The table without the columns for which the terminal has no room; names and scores stay whole, on a line."""
        boundless = self.console.options.update_width(BOUNDLESS)

        def fits(table: Table) -> bool:
            return self.console.measure(self.table(table), options=boundless).maximum <= self.console.width

        for title in FIRST_LEFT_OUT:
            if fits(table):
                return table
            table = without(table, title)
        return table if fits(table) else stacked(table)

    def table(self, table: Table) -> RichTable:
        grid = RichTable(box=box.SIMPLE_HEAD, padding=(0, 0, 0, 1), pad_edge=False, show_edge=False)
        for column in table.columns:
            self.add_column(grid, column)
        kinds = ["baseline" if row.kind == "baseline" else "family" for row in table.rows]
        for row, kind, following in zip(table.rows, kinds, [*kinds[1:], ""]):
            grid.add_row(*self.row(row), end_section=kind == "family" and following == "baseline")
        return grid

    def add_column(self, grid: RichTable, column: Column) -> None:
        justify = "right" if column.numeric else "left"
        grid.add_column(
            self.lines(column.short or column.title),
            justify=justify,
            no_wrap=column.numeric,
        )
        if column.interval:
            grid.add_column(self.lines(column.interval), justify="center", no_wrap=True)

    def lines(self, words: str) -> Text:
        return Text("\n").join(self.text(line) for line in words.split("\n"))

    def row(self, row: Row) -> list[Text]:
        name, score, *others = row.cells
        style = STYLES[row.colour] if row.colour is not None else "dim"
        first = self.text(name.text, f"bold {style}" if row.chosen else style)
        if row.chosen:
            first += self.text(" ◂", "bold")
        return [first, self.text(score.text), self.lines(score.note), *(self.cell(cell) for cell in others)]

    def cell(self, cell: Cell) -> Text:
        return self.text(short(cell.text))

    def notes(self, lines: list[str]) -> None:
        for line in filter(None, lines):
            self.console.print(Padding(self.flowing(line, "dim", indent=2), (0, 1)))

    def failures(self, table: Table) -> list[str]:
        """Why a family has no score, for which the table has no room."""
        return [f"{row.cells[0].text}: {row.cells[0].note}." for row in table.rows if row.kind == "failed"]

    def headings(self, table: Table) -> str:
        """What the short headings mean."""
        named = [(column.short.replace("\n", " "), column.about) for column in table.columns]
        return " ".join(f"{name}: {about}." for name, about in named if name and about)

    def left_out(self, table: Table, shown: Table) -> str:
        """Which columns the terminal had no room for."""
        absent = [column.title for column in table.columns if column not in shown.columns]
        return f"No room for: {', '.join(absent)}; the report has them." if absent else ""


def without(table: Table, title: str) -> Table:
    """A table without one of its columns."""
    kept = [place for place, column in enumerate(table.columns) if column.title != title]
    rows = tuple(replace(row, cells=tuple(row.cells[place] for place in kept)) for row in table.rows)
    return replace(table, columns=tuple(table.columns[place] for place in kept), rows=rows)


def stacked(table: Table) -> Table:
    """A table whose intervals have their ends one below the other."""
    rows = []
    for row in table.rows:
        name, score, *others = row.cells
        rows.append(replace(row, cells=(name, replace(score, note=score.note.replace("–", "–\n")), *others)))
    return replace(table, rows=tuple(rows))


def short(text: str) -> str:
    """A cell's text in as few characters as can be.

    >>> short("3 of 4"), short("2 min 12 s"), short("1 h 5 min"), short("42 s"), short("1.72 M")
    ('3/4', '2m 12s', '1h 5m', '42 s', '1.72 M')
    """
    text = text.replace(" of ", "/")
    return re.sub(r"(\d) (h|m|s)(in)?\b", r"\1\2", text) if re.search(r"\d (min|h)\b", text) else text
