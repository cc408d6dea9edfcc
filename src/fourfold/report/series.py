"""What the kinds of a measure's figure share: its series with names, signs and titles, and the marks of a row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fourfold.report import format as fmt
from fourfold.report.parts import colours
from fourfold.report.quantity import Quantity
from fourfold.report.scores import Study


class Series:
    """The names, colours and titles of a figure's series, families first among them as they come.

    The series of the figures ``beside`` it take the same colours there.
    """

    def __init__(
        self, rows: Iterable[dict[str, Any]], study: Study, beside: Iterable[dict[str, Any]] = ()
    ) -> None:
        self.names = list(dict.fromkeys(str(row["series"]) for row in rows))
        all_names = dict.fromkeys(str(row["series"]) for figure in beside for row in known(figure))
        others = [name for name in [*all_names, *self.names] if name not in study.colours]
        self.colours = study.colours | colours([*study.colours, *others])
        self.titles = {name: study.titles.get(name, name) for name in self.names}
        self.heading = "Family" if study.colours.keys() >= set(self.names) else "Series"

    @property
    def key(self) -> tuple[tuple[int, str], ...]:
        return tuple((self.colours[name], self.titles[name]) for name in self.names)


def ends_of(row: dict[str, Any]) -> list[float]:
    return [row[part] for part in ("value", "low", "high") if fmt.is_number(row.get(part))]


def marks(row: dict[str, Any], quantity: Quantity) -> dict[str, float | None]:
    """What is drawn of a row: its value, and both ends of its interval or neither."""
    low, high = quantity.plotted(row.get("low")), quantity.plotted(row.get("high"))
    whole = low is not None and high is not None
    return {
        "value": quantity.plotted(row["value"]),
        "low": low if whole else None,
        "high": high if whole else None,
    }


def known(figure: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for row in figure["rows"] if fmt.is_number(row.get("value"))]


def scaled(figure: dict[str, Any], beside: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows that a figure's scale holds: its own, and of the figures beside it those of the same quantity."""
    return [row for other in (figure, *beside) if other["y"] == figure["y"] for row in known(other)]
