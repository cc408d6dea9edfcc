"""What a measure counts on an axis: its title, how a value is drawn, how it is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fourfold.evidence.sentences import DIFFERENCE, FRACTION, LEVEL, SCALED, TARGET, show
from fourfold.report import format as fmt
from fourfold.report.parts import Cell
from fourfold.report.vega import log_ticks

PERCENT = {FRACTION: "%", DIFFERENCE: "points", LEVEL: "%"}


@dataclass(frozen=True)
class Quantity:
    """An axis of a measure. ``unit`` is one of evidence/sentences.py or a word; ``target`` names the target's.

    >>> loss = Quantity("loss", "difference of fractions")
    >>> loss.title, loss.plotted(0.1234), loss.text(-0.1234), loss.span(0.1, 0.15)
    ('Loss (points)', 12.34, '−12.3 points', '10.0 to 15.0')
    >>> Quantity("rows", "count").text(1437), Quantity("time", "s").text(0.25)
    ('1,437', '0.250 s')
    >>> Quantity("lost", "scaled error").title, Quantity("lost", "scaled error").text(0.0117)
    ('Lost (scaled error)', '0.0117')
    >>> Quantity("lost", "scaled error").span(0.0000163, 0.0578)
    '0.00002 to 0.0578'
    """

    name: str
    unit: str = ""
    log: bool = False
    target: str = ""

    @classmethod
    def of(cls, axis: dict[str, Any], scale: fmt.ScoreScale) -> Quantity:
        return cls(axis.get("title") or "", axis.get("unit") or "", bool(axis.get("log")), scale.unit)

    @property
    def _shown_unit(self) -> str:
        if self.unit in ("count", "times"):
            return ""
        return PERCENT.get(self.unit) or (self.target if self.unit == TARGET else self.unit)

    @property
    def title(self) -> str:
        name = self.name[:1].upper() + self.name[1:]
        unit = "times" if self.unit == "times" and "times" not in name else self._shown_unit
        return f"{name} ({unit})" if unit and name else name or unit

    def plotted(self, value: float | None) -> float | None:
        """The value on the axis: percent, points, or as it is; ``None`` where it can't be drawn."""
        if not fmt.is_number(value) or (self.log and value <= 0):
            return None
        return round(100 * value, 4) if self.unit in PERCENT else float(f"{value:.6g}")

    def bare(self, value: float | None, interval: tuple[float, float] | None = None) -> str:
        """The value as text, without its unit; see `show` for what an interval that it belongs to does."""
        if not fmt.is_number(value):
            return fmt.MISSING
        if not self.unit:
            return fmt.plain(value)
        return show(value, self.unit, bare=True, interval=interval)

    def text(self, value: float | None) -> str:
        unit = " times" if self.unit == "times" else f" {self._shown_unit}" if self._shown_unit else ""
        if self.unit == SCALED:  # a number without a unit; the axis says what it is
            unit = ""
        return self.bare(value) + (unit if fmt.is_number(value) else "")

    def span(self, low: float | None, high: float | None) -> str:
        if not (fmt.is_number(low) and fmt.is_number(high)):
            return fmt.MISSING
        return f"{self.bare(low, (low, high))} to {self.bare(high, (low, high))}"

    def cell(self, row: dict[str, Any] | None) -> Cell:
        """A value below a heading that names the unit, its interval as the note."""
        if row is None:
            return Cell(fmt.MISSING)
        low, high = row.get("low"), row.get("high")
        if not (fmt.is_number(low) and fmt.is_number(high)):
            return Cell(self.bare(row["value"]))
        return Cell(self.bare(row["value"], (low, high)), note=self.span(low, high))

    def axis(self, domain: list[float], ticks: int = 5) -> dict[str, Any]:
        """The encoding of a Vega-Lite axis over ``domain``."""
        scale: dict[str, Any] = {"domain": domain, "nice": False}
        title, axis = self.title, {"tickCount": ticks}
        if self.log:
            scale, title, axis = {"type": "log", **scale}, f"{title}, log scale", log_ticks(domain, ticks)
        return {"type": "quantitative", "title": title, "scale": scale, "axis": axis}
