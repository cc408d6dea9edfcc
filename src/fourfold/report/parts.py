"""The parts of a page. Plain data: no part knows how it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

FAMILIES = ("dense", "convolution", "recurrent", "attention")
COLOURS = 8  # families beyond the four take the next colours, then start again


@dataclass(frozen=True)
class Bar:
    """An interval on the table's axis, as fractions of its width.

    ``beyond`` names the side that its value is off, ``cut`` whether each of its ends is.
    """

    low: float
    value: float
    high: float
    beyond: str = ""
    cut: tuple[bool, bool] = (False, False)


@dataclass(frozen=True)
class Tick:
    at: float
    label: str


@dataclass(frozen=True)
class Cell:
    text: str
    note: str = ""
    bar: Bar | None = None


@dataclass(frozen=True)
class Column:
    """``short`` is for narrow places (its lines stand below each other), ``about`` says what stands below;
    ``interval`` names what the notes of a column's cells are, where they are intervals."""

    title: str
    short: str = ""
    about: str = ""
    numeric: bool = False
    interval: str = ""


@dataclass(frozen=True)
class Row:
    """The first cell names the row. ``colour`` is a family's number, ``None`` for anything else; ``tag`` is a
    word beside the name."""

    cells: tuple[Cell, ...]
    kind: str = ""
    colour: int | None = None
    chosen: bool = False
    tag: str = ""


@dataclass(frozen=True)
class Table:
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    ticks: tuple[Tick, ...] = ()
    reference: Tick | None = None


@dataclass(frozen=True)
class Panel:
    """One Vega-Lite view; ``label`` says in words what is drawn, for those who don't see it."""

    title: str
    spec: dict[str, Any]
    label: str
    note: str = ""
    colour: int | None = None


@dataclass(frozen=True)
class Chart:
    """One to several views of one thing, a sentence of reading, and the same numbers as a table.

    ``question`` is what a measure asked, ``caption`` what its first figure shows; ``minor`` marks a further chart of
    the measure above it. Without panels the table itself is what there is to see.
    """

    name: str
    title: str
    reading: str
    panels: tuple[Panel, ...]
    table: Table
    key: tuple[tuple[int, str], ...] = ()
    question: str = ""
    caption: str = ""
    note: str = ""
    minor: bool = False


@dataclass(frozen=True)
class Measure:
    """The chart that carries a measure's question and answer, and the further ones that stand below it."""

    first: Chart
    further: tuple[Chart, ...] = ()

    @property
    def behind(self) -> str:
        """What stands behind the answer, in a word; "" where nothing does."""
        charts = (self.first, *self.further)
        panels = sum(len(chart.panels) for chart in charts)
        tables = sum(bool(chart.table.rows) for chart in charts)
        return "Charts" if panels > 1 else "Chart" if panels else "Tables" if tables > 1 else "Table" if tables else ""


@dataclass(frozen=True)
class Group:
    """A section of the page: the charts under one heading; ``short`` names it in the menu."""

    name: str
    short: str
    title: str
    charts: tuple[Chart, ...]

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Each chart with the minor ones that follow it."""
        starts = [i for i, chart in enumerate(self.charts) if not chart.minor]
        ends = pairwise([*starts, len(self.charts)])
        return tuple(Measure(self.charts[start], self.charts[start + 1 : end]) for start, end in ends)


@dataclass(frozen=True)
class Fact:
    name: str
    value: str
    about: str = ""


@dataclass(frozen=True)
class Command:
    label: str
    line: str


@dataclass(frozen=True)
class Verdict:
    kind: str
    label: str
    sentence: str
    family: str = ""
    why: tuple[str, ...] = ()
    price: tuple[str, ...] = ()
    change: str = ""
    doubts: tuple[str, ...] = ()
    settle: str = ""
    next: str = ""
    usage: str = ""


@dataclass(frozen=True)
class Picture:
    """A small picture in the file itself; ``label`` says in words what it shows."""

    title: str
    source: str
    label: str


@dataclass(frozen=True)
class Word:
    """``level`` from -4 (speaks against) to 4 (speaks for)."""

    text: str
    level: int = 0


@dataclass(frozen=True)
class Words:
    """A text, and what its levels are of; ``joined`` where its parts stand without spaces, as characters do."""

    title: str
    words: tuple[Word, ...]
    joined: bool = False


@dataclass(frozen=True)
class Said:
    """What a family predicted for a row."""

    family: str
    colour: int | None
    text: str


@dataclass(frozen=True)
class Example:
    """One row of the user's data: what it is, how it looks, what was predicted, what a family looks at."""

    name: str
    title: str
    facts: tuple[Fact, ...] = ()
    said: tuple[Said, ...] = ()
    pictures: tuple[Picture, ...] = ()
    panels: tuple[Panel, ...] = ()
    key: tuple[tuple[int, str], ...] = ()
    texts: tuple[Words, ...] = ()
    values: tuple[Fact, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class View:
    """What one family looks at in some rows; without examples ``check`` says why none are shown."""

    name: str
    title: str
    colour: int | None
    method: str
    check: str
    legend: str = ""
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True)
class Gallery:
    """``privacy`` says that the file holds rows of the user."""

    privacy: str
    about: str
    views: tuple[View, ...]
    mistakes: tuple[Example, ...]

    @property
    def examples(self) -> tuple[Example, ...]:
        return (*(example for view in self.views for example in view.examples), *self.mistakes)


@dataclass(frozen=True)
class Page:
    title: str
    name: str
    subject: tuple[str, ...]
    protocol: tuple[str, ...]
    verdict: Verdict
    summary: Table
    scores: Table
    groups: tuple[Group, ...]
    left_out: tuple[Fact, ...]
    gallery: Gallery | None
    seconds: tuple[Table, ...]
    candidates: Table
    data: tuple[Fact, ...]
    inferred: Table
    findings: Table
    design: tuple[Fact, ...]
    evidence: Table
    commands: tuple[Command, ...]
    python: str
    model: str
    files: tuple[Fact, ...]
    citation: str
    sources: tuple[str, ...]
    total: str = ""
    version: str = ""

    @property
    def charts(self) -> tuple[Chart, ...]:
        """All charts, in the order of the page."""
        return tuple(chart for group in self.groups for chart in group.charts)


def colours(families: list[str]) -> dict[str, int]:
    """Each family's colour number: fixed for the four, the next free ones for a user's own candidates.

    >>> colours(["convolution", "mine"])
    {'convolution': 1, 'mine': 4}
    """
    others = [family for family in dict.fromkeys(families) if family not in FAMILIES]
    extra = {family: 4 + number % (COLOURS - 4) for number, family in enumerate(others)}
    return {family: FAMILIES.index(family) if family in FAMILIES else extra[family] for family in families}
