"""Sentences whose numbers are evidence: a template, and for each number the evidence that it shows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from fourfold.errors import OptionError
from fourfold.evidence.evidence import Evidence

Part = Literal["value", "low", "high"]
# The units of evidence, each shown in its way; counts and times are the others.
FRACTION, DIFFERENCE, LEVEL, TARGET = "fraction", "difference of fractions", "probability", "target's unit"
RATE, RATIO, CORRELATION, SCALED = "learning rate", "ratio", "correlation", "scaled error"
MEAN_COUNT = "mean count"


class Cited(NamedTuple):
    """A number in a sentence: which evidence it is, its value there, and the text that shows it."""

    measure: str
    subject: str
    part: Part
    value: float
    text: str


class Sentence(str):
    """A string that knows which evidence its numbers are: `numbers`."""

    numbers: tuple[Cited, ...]

    def __new__(cls, text: str, numbers: Iterable[Cited] = ()) -> Sentence:
        sentence = super().__new__(cls, text)
        sentence.numbers = tuple(numbers)
        return sentence


@dataclass(frozen=True)
class Cite:
    """A place in a template for one number.

    `size` shows it without its sign, `bare` without its unit, `whole` a share of a few runs in whole percent.
    """

    measure: str
    subject: str
    part: Part = "value"
    size: bool = False
    bare: bool = False
    whole: bool = False


class Facts:
    """All evidence of a study, found by measure and subject, from which sentences are made.

    >>> facts = Facts([Evidence("score", "dense", 0.979, FRACTION, interval=(0.972, 0.984))])
    >>> sentence = facts.say("{name} scores {score} (at least {low}).", name="Dense",
    ...                      score=Cite("score", "dense"), low=Cite("score", "dense", "low"))
    >>> sentence, [number.value for number in sentence.numbers]
    ('Dense scores 97.9 % (at least 97.2 %).', [0.979, 0.972])
    """

    def __init__(self, evidence: Iterable[Evidence]) -> None:
        self.evidence = tuple(evidence)
        self._by_key = {(e.measure, e.subject): e for e in self.evidence}

    def find(self, cite: Cite) -> float:
        """The number that a citation means.

        Raises:
            OptionError: ``not-in-evidence``, if nothing was found about it.
        """
        found = self._by_key.get((cite.measure, cite.subject))
        value = None
        if found is not None and cite.part == "value":
            value = found.value
        elif found is not None and found.interval is not None:
            value = found.interval[cite.part == "high"]
        if value is None:
            raise OptionError(
                "not-in-evidence",
                "a sentence cites what was not measured",
                got=f"the {cite.part} of {cite.measure!r} of {cite.subject!r}",
                wanted="a measure with a value",
                do="cite another, or measure it",
            )
        return value

    def about(self, measure: str) -> dict[str, Evidence]:
        """What a measure found, by subject; without what does not apply."""
        return {e.subject: e for e in self.evidence if e.measure == measure and e.applicable}

    def say(self, template: str, **parts: str | Cite) -> Sentence:
        """The template with each `Cite` replaced by its number, in the unit of its evidence."""
        words, numbers = {}, []
        for name, part in parts.items():
            if isinstance(part, Cite):
                value = self.find(part)
                unit = self._by_key[part.measure, part.subject].unit
                shown = abs(value) if part.size else value
                ends = self._by_key[part.measure, part.subject].interval
                words[name] = (
                    f"{100 * shown:.0f} %" if part.whole else show(shown, unit, bare=part.bare, interval=ends)
                )
                numbers.append(Cited(part.measure, part.subject, part.part, value, words[name]))
            else:
                words[name] = part
        return Sentence(template.format(**words), numbers)

    def join(self, glue: str, sentences: Iterable[Sentence]) -> Sentence:
        parts = list(sentences)
        return Sentence(glue.join(parts), (number for part in parts for number in part.numbers))


FULL = 1e9
"""From this size on a number of the target has three digits; below it, all before the point."""

NOISE = 9
"""Decimals of a percentage beyond which it is the noise of a sum."""


def enumerated(names: Sequence[str]) -> str:
    """
    >>> enumerated(["a"]), enumerated(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return ", ".join(names[:-1]) + f" and {names[-1]}" if len(names) > 1 else "".join(names)


def show(value: float, unit: str, *, bare: bool = False, interval: tuple[float, float] | None = None) -> str:
    """A number as a sentence writes it.

    One of the target that has an ``interval``, or is an end of it, is told in thousandths of the farther end at the
    finest.

    >>> show(0.979, FRACTION), show(0.0062, DIFFERENCE), show(9.13, "times"), show(21034, "count")
    ('97.9 %', '0.6 points', '9.1 times', '21,034')
    >>> show(0.99969, FRACTION), show(0.99999, FRACTION), show(1.0, FRACTION)
    ('99.97 %', '> 99.99 %', '100.0 %')
    >>> show(0.3625, FRACTION) == show(0.36250000000000004, FRACTION)
    True
    >>> show(0.0004, DIFFERENCE), show(0.95, LEVEL), show(54.123, TARGET), show(0.0062, DIFFERENCE, bare=True)
    ('0.04 points', '95 %', '54.1', '0.6')
    >>> show(1234567.8, TARGET), show(1.6e9, TARGET), show(0.00016, TARGET)
    ('1,234,568', '1.60e+09', '0.00016')
    >>> [show(x, TARGET, interval=(0.0000163, 0.0578)) for x in (0.02891, 0.0000163)]
    ['0.0289', '0.00002']
    >>> [show(x, TARGET, interval=(-1.27, 1.4)) for x in (0.0641, -1.27, 0.0, -0.0002)]
    ['0.064', '−1.27', '0', '0.000']
    >>> [show(x, MEAN_COUNT) for x in (3.0, 0.25, 1.5, 31.5, 178.5, 1203.5)]
    ['3', '0.25', '1.5', '31.5', '179', '1,204']
    >>> show(0.03, RATE), show(0.07283, RATIO), show(0.801, RATIO), show(-0.0919, CORRELATION)
    ('0.03', '0.073', '0.80', '−0.09')
    """
    text = _plain(value, unit, bare, max(filter(math.isfinite, map(abs, interval or ())), default=0.0))
    return f"−{text[1:]}" if text.startswith("-") else text


def _plain(value: float, unit: str, bare: bool, widest: float) -> str:
    if unit == FRACTION:
        return _percent(100 * value) + ("" if bare else " %")
    if unit == DIFFERENCE:
        small = 0 < abs(100 * value) < 0.095
        return f"{_fixed(100 * value, 2 if small else 1)}" + ("" if bare else " points")
    if unit == LEVEL:
        return f"{100 * value:g}" + ("" if bare else " %")
    if unit == RATE:
        return f"{value:g}"
    if unit == CORRELATION:
        return _fixed(value, 2)
    if unit == RATIO:
        return f"{value:#.2g}" if abs(value) < 9.95 else f"{value:,.0f}"
    if unit == "times":
        return f"{value:,.{0 if value >= 9.95 else 1}f}" + ("" if bare else " times")
    if unit == "count":
        return f"{value:,.0f}"
    if unit == MEAN_COUNT:
        return _mean_count(round(value, NOISE))
    if abs(value) >= FULL:
        return f"{value:.2e}"
    size = max(abs(value), widest / 10)
    if size < 1e-3 or value == 0:
        return f"{value:.3g}"
    digits = max(2 - math.floor(math.log10(size)), 0)
    return f"{value if round(value, digits) else 0:,.{digits}f}"  # no minus before zero


def _mean_count(value: float) -> str:
    """With what small ones have behind the point; halves are rounded up."""
    if value % 1 == 0 or value >= 99.95:
        return f"{math.floor(value + 0.5):,}"
    return f"{value:.2g}" if value < 9.95 else f"{value:.1f}"


def _percent(value: float) -> str:
    """With one decimal, or two where what is not quite all would be called all."""
    if round(value, NOISE) >= 100 or float(text := _fixed(value, 1)) != 100:
        return _fixed(value, 1)
    return text if float(text := _fixed(value, 2)) != 100 else "> 99.99"


def _fixed(value: float, digits: int) -> str:
    """Without a minus before zero; a mean is rounded alike in whatever order it was added up."""
    text = f"{round(value, NOISE):.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text
