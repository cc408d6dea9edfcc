"""What a measure came to: an answer in one sentence, evidence, and figures as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from fourfold.evidence.evidence import Evidence

NOISE_OF_RATES = "noise between learning rates"
"""The evidence that says why the learning rates that work are not counted."""

FigureKind = Literal["bars", "lines", "matrix", "table"]


@dataclass(frozen=True)
class Axis:
    """What is read off a side of a figure. ``unit`` is one of `sentences`' or a word; ``log``: a log scale."""

    title: str
    unit: str = ""
    log: bool = False


@dataclass(frozen=True)
class Figure:
    """One figure as rows of plain data; who draws it computes nothing.

    Bars or lines of one ``name`` stand side by side.

    The rows by kind; ``series`` is a family or a name, ``low`` and ``high`` may be left out or None:

        bars    {"series", "group", "value", "low", "high"}      values on ``y``, groups on ``x``; ``found`` False
                                                                 where a test does not tell the value from 0
        lines   {"series", "x", "value", "low", "high"}          a line a series
        matrix  {"row", "column", "value"}                       ``y`` names the rows, ``x`` the columns
        table   a cell under each title of ``columns``; ``y`` is the unit of numbers, if all have the same
    """

    name: str
    kind: FigureKind
    title: str
    rows: tuple[Mapping[str, Any], ...]
    x: Axis = Axis("")
    y: Axis = Axis("")
    columns: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Measurement:
    """The answer of one measure to its question, or in ``reason`` why the measure does not apply.

    ``answer`` is a `Sentence` of one or two sentences, each number of which is in ``evidence``.
    """

    name: str
    title: str
    question: str
    answer: str = ""
    figures: tuple[Figure, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    reason: str = ""

    @property
    def applicable(self) -> bool:
        return not self.reason

    def to_dict(self) -> dict[str, Any]:
        """Plain data for a JSON file, without the evidence (which a study writes once, with all other)."""
        facts = asdict(self)
        facts.pop("evidence")
        return facts | {"answer": str(self.answer), "figures": [asdict(figure) for figure in self.figures]}
