"""Numbers as text: one function for each kind of number, so that all renderers print alike."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeGuard

from fourfold.evidence.sentences import DIFFERENCE, FRACTION, FULL, TARGET, show

MISSING = "–"
SCORES = {"jaccard": "Jaccard index"}
FARTHEST, MOST_DECIMALS = 100, 6
"""From how many times the smallest score on, and from how many decimals on, all numbers have digits of their own."""
BEFORE_UNIT = re.compile(r"(?<=\d) (?=%|(?:points|times|[kM]B|ms)\b)|(?<=[±>]) (?=\d)")
"""The space between a number and its unit, or its sign, at which no line is to end."""
GLUE = "\ue000"
"""Stands for a space at which no line ends."""


def flow(words: str, width: int, later: str = "") -> list[str]:
    """The words in lines of a width, those after the first behind ``later``; a number and its unit stay together.

    >>> flow("Dense is ahead with 97.1 % of rows", 24)
    ['Dense is ahead with', '97.1 % of rows']
    """
    kept, width = BEFORE_UNIT.sub(GLUE, words), max(width, 1)
    lines = textwrap.wrap(kept, width, subsequent_indent=later, break_long_words=False, break_on_hyphens=False)
    return [line.replace(GLUE, " ") for line in lines]


def is_number(value: object) -> TypeGuard[float]:
    """Whether ``value`` is a finite number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def integer(value: float | None) -> str:
    """
    >>> integer(1797)
    '1,797'
    """
    return f"{value:,.0f}" if is_number(value) else MISSING


def compact(value: float | None) -> str:
    """Three significant digits and a letter for thousands.

    >>> [compact(n) for n in (950, 21000, 999999, 1.25e6)]
    ['950', '21.0 k', '1.00 M', '1.25 M']
    """
    if not is_number(value):
        return MISSING
    for letter in ("", " k", " M", " G", " T"):
        if abs(value) < 999.5 or letter == " T":
            break
        value /= 1000
    if not letter:
        return f"{value:,.0f}"
    decimals = 2 if abs(value) < 9.995 else 1 if abs(value) < 99.95 else 0
    return f"{value:,.{decimals}f}{letter}"


def seconds(value: float | None) -> str:
    """
    >>> [seconds(s) for s in (0.004, 3.42, 42, 71.2, 3900)]
    ['0.00 s', '3.4 s', '42 s', '1 min 11 s', '1 h 5 min']
    """
    if not is_number(value):
        return MISSING
    if value < 59.5:
        return f"{value:.{2 if value < 0.995 else 1 if value < 9.95 else 0}f} s"
    whole = round(value)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    minutes = round(value / 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"


def rate(value: float | None) -> str:
    """
    >>> rate(0.0003), rate(1e-5)
    ('0.0003', '1e-05')
    """
    return f"{value:g}" if is_number(value) else MISSING


def plain(value: object) -> str:
    """A value of any measure: integers in full, other numbers with four significant digits.

    >>> plain(1797), plain(-0.00912345), plain(55760.32), plain("yes")
    ('1,797', '−0.009123', '55,760', 'yes')
    """
    if not is_number(value):
        return MISSING if value is None else str(value)
    whole = abs(value) < FULL and (float(value).is_integer() or abs(value) >= 9999.5)
    text = integer(value) if whole else f"{value:.4g}"
    return text.replace("-", "−", value < 0)


@dataclass(frozen=True)
class ScoreScale:
    """How one study prints its score: a fraction in percent, or a number in the target's unit.

    >>> accuracy = ScoreScale("accuracy", percent=True, decimals=1, lower_is_better=False)
    >>> accuracy.text(0.979), accuracy.span(0.97, 0.985), accuracy.difference(-0.011)
    ('97.9 %', '97.0–98.5', '−1.1 points')
    >>> rmse = ScoreScale("RMSE", percent=False, decimals=3, lower_is_better=True)
    >>> rmse.difference(-0.003012), rmse.difference(-0.003012, (-0.12, 0.11))
    ('−0.00301', '−0.0030')
    """

    name: str
    percent: bool
    decimals: int | None  # None: each number has digits of its own
    lower_is_better: bool
    unit: str = ""

    def number(self, value: float | None) -> str:
        if not is_number(value):
            return MISSING
        if self.percent:
            return show(value, FRACTION, bare=True).replace("−", "-")
        return show(value, TARGET).replace("−", "-") if self.decimals is None else f"{value:,.{self.decimals}f}"

    def text(self, value: float | None) -> str:
        if not is_number(value):
            return MISSING
        return self.number(value) + (" %" if self.percent else f" {self.unit}" if self.unit else "")

    def cell(self, value: float | None) -> str:
        """The value below a heading that names the unit."""
        return self.number(value) + (" %" if self.percent and is_number(value) else "")

    def span(self, low: float | None, high: float | None) -> str:
        if not (is_number(low) and is_number(high)):
            return MISSING
        first, last = self.number(low), self.number(high)
        signed = not (first[0].isdigit() and last[0].isdigit())  # "−1–2", or "45–> 99.99", which is an arrow
        return f"{first} to {last}" if signed else f"{first}–{last}"

    def signed(self, value: float | None, ends: Iterable[float | None] = ()) -> str:
        """A difference with its sign, in the digits in which sentences tell one whose interval has these ends."""
        if not is_number(value):
            return MISSING
        widest = max((abs(end) for end in ends if is_number(end)), default=0.0)
        text = show(value, DIFFERENCE if self.percent else TARGET, bare=True, interval=(-widest, widest))
        return f"+{text}" if value > 0 else text

    def difference(self, value: float | None, ends: Iterable[float | None] = ()) -> str:
        suffix = " points" if self.percent else f" {self.unit}" if self.unit else ""
        return self.signed(value, ends) + (suffix if is_number(value) else "")

    def plotted(self, value: float | None) -> float | None:
        """The value on a chart's axis (percent, or the target's unit); ``None`` where there is none."""
        if not is_number(value):
            return None
        return round(100 * value, 4) if self.percent else float(f"{value:.6g}")

    def drawn(self, value: float | None) -> str:
        """A value of a chart's axis (see ``plotted``) as text."""
        return self.number(value / 100 if self.percent and is_number(value) else value)

    @property
    def axis(self) -> str:
        title = self.name[:1].upper() + self.name[1:]
        return f"{title} (%)" if self.percent else f"{title} ({self.unit})" if self.unit else title


def score_scale(task: dict, values: Iterable[float | None]) -> ScoreScale:
    """The scale for a study's task; ``values`` are its scores: the smallest decides the decimals of all, unless others
    are many times as large, or have too many digits for a table.

    >>> [score_scale({"kind": "regression"}, scores).number(8.5) for scores in ((0.25, 12.0), (0.000145, 12.0))]
    ['8.500', '8.50']
    >>> score_scale({"kind": "regression"}, (45_552_224.0,)).span(0.0, 117_600_263.0)
    '0–117,600,263'
    """
    regression = task.get("kind") == "regression"
    name = str(task.get("score") or ("RMSE" if regression else "accuracy"))
    name = (
        name.upper() if name.lower() in ("rmse", "mae", "mase") else SCORES.get(name, name.replace("_", " "))
    )
    sizes = [abs(v) for v in values if is_number(v) and v]
    decimals: int | None = max(0, 2 - math.floor(math.log10(min(sizes)))) if sizes else 2
    apart = bool(sizes) and max(sizes) > FARTHEST * min(sizes)
    if regression and sizes and (apart or decimals > MOST_DECIMALS or max(sizes) >= FULL):
        decimals = None
    return ScoreScale(name, not regression, decimals, regression, str(task.get("unit") or ""))
