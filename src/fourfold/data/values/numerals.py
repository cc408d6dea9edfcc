"""In which style a column writes its numbers: decimal commas, thousands, money, percent, units."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from .amounts import (
    APOSTROPHES,
    SPACES,
    amount_of,
    is_currency,
    plain_number,
    powered,
    singular,
    undressed,
    without_marks,
)  # fmt: skip
from .durations import Duration, duration_by
from .flags import are_flagged, unflagged
from .fractions import Fractions, fractions_of
from .scaled import Scaled, scaled_of

__all__ = ["About", "Graded", "Scaled", "Style", "endings_of", "style_by", "style_of", "unit_of", "with_points"]

FEWEST_OF_A_UNIT = 3
"""Different numbers before the same letters, from which on these are taken for a unit and not for a part of a name."""

FEW_ENDINGS = 4
"""Different endings of numbers up to which other words may stand among these."""

THOUSANDS = re.compile(r"[1-9]\d{0,2}(,\d{3})+|[1-9]\d?(,\d{2})+,\d{3}")
"""Commas after every third digit, or as in India after the third and then every second one."""

POINTED = re.compile(r"[1-9]\d{0,2}(\.\d{3})+")
"""Points after every third digit."""

EXAMPLE = re.compile(r"1([.,]?)234([.,])5(?: (.{1,30}))?")


@dataclass(frozen=True)
class Style:
    """How the numbers of a column are written: the decimal mark, what may stand between thousands beside blanks
    and apostrophes, the unit. ``said`` is what to say of it.

    >>> Style(",", ".", "€").parse("1.234,50 €")
    1234.5
    """

    decimal: str = "."
    thousands: str = ""
    unit: str = ""
    said: str = ""

    def parse(self, word: str) -> float | None:
        """The number that a word stands for; None if it is none in this style."""
        word = undressed(word)[0]
        amount = amount_of(word)
        if amount is None:
            return plain_number(word)
        bare = not amount.unit and (not self.unit or is_currency(self.unit) or amount.is_zero)
        if not bare and amount.unit not in (self.unit, singular(self.unit)):
            return None
        if not amount.digits:
            return 0.0
        digits = without_marks(amount.digits, self.decimal, self.thousands + SPACES)
        if digits is None:
            return None
        number = float(digits + amount.exponent)
        return -number if amount.negative else number

    @property
    def example(self) -> str:
        """A number in this style, from which `style_by` gives it back; "" for the plain one.

        >>> Style(",", ".", "€").example, Style().example
        ('1.234,5 €', '')
        """
        if self == Style(said=self.said):
            return ""
        return f"1{self.thousands}234{self.decimal}5" + (f" {self.unit}" if self.unit else "")


@dataclass(frozen=True)
class About:
    """Numbers of a ``style`` beside which something says how well they are known: ~12, approx. 5, 5,000+, 13.5 p.

    >>> [About(Style(thousands=",")).parse(word) for word in ("~12", "approx. 5", "5,000+", "13.5 p", "A+")]
    [12.0, 5.0, 5000.0, 13.5, None]
    """

    style: Style | Scaled
    said: str = ""
    flagged: bool = False

    @property
    def unit(self) -> str:
        return self.style.unit

    def parse(self, word: str) -> float | None:
        told = _told(word)
        number = self.style.parse(told)
        return self.style.parse(unflagged(told)) if number is None else number

    @property
    def example(self) -> str:
        return "~" + (self.style.example or "1234.5")


ROUGHLY = re.compile(
    r"\s*(?:[~\u2248\u223c\u2243]"
    r"|(?:approx(?:\.|imately)?|ca\.|circa|about|around|roughly|etwa|ungef\u00e4hr|environ)(?![^\W\d_]))\s*(\S.*)",
    re.IGNORECASE | re.DOTALL,
)
AT_LEAST = re.compile(r"(.*\d)\s?\+\s*", re.DOTALL)
MANY = re.compile(r"\d[., ]\d{3}(?!\d)|\d{5}")
"""Numbers of which it is plain that a plus behind them is for more, and for no age or rating: 5,000+ and no 18+."""


def _told(word: str) -> str:
    """A word without what says that its number is told roughly, or is the least."""
    found = ROUGHLY.fullmatch(word)
    word = found[1] if found else word
    least = AT_LEAST.fullmatch(word)
    return least[1] if least else word


def _about_of(words: list[str], comma: bool) -> About | None:
    """The style of words some of which are told roughly, or most of which are so many at least, or some of which have
    flags; None of others."""
    rough = sum(ROUGHLY.fullmatch(word) is not None for word in words)
    least = [word for word in words if AT_LEAST.fullmatch(word)]
    many = 2 * len(least) > len(words) and any(map(MANY.search, least))
    flagged = are_flagged(words)
    if not (rough or many or flagged) or (least and not many):
        return None
    style = style_of([unflagged(_told(word)) if flagged else _told(word) for word in words], comma=comma)
    if isinstance(style, About | Graded | Fractions):
        return None
    said = ["signs for about left out"] * bool(rough) + ["a plus behind left out"] * many
    return About(style, ", ".join([*filter(None, [style.said]), *said]), flagged)


GRADED = re.compile(
    r"(?P<number>[^/]*\d)\s*(?P<scale>(?:/|\b(?:out of|of|von|sur)\b)\s*(?P<most>[1-9]\d{0,2})(?:\s*[^\W\d_]{1,12})?)",
    re.IGNORECASE,
)
"""A number and the highest one that it could be: 7/10, 4.5 out of 5 stars."""


@dataclass(frozen=True)
class Graded:
    """Numbers of a ``style``, all on one ``scale``.

    >>> [Graded(Style(), "out of 5 stars").parse(word) for word in ("4.5 out of 5 stars", "4 out of 10 stars", "4")]
    [4.5, None, None]
    """

    style: Style
    scale: str

    @property
    def said(self) -> str:
        return ", ".join(filter(None, [f"the scale {self.scale!r} left out", self.style.said]))

    @property
    def unit(self) -> str:
        return self.scale

    def parse(self, word: str) -> float | None:
        found = GRADED.fullmatch(word.strip())
        return self.style.parse(found["number"]) if found and _scale_in(found) == self.scale else None

    @property
    def example(self) -> str:
        return f"{self.style.example or '1234.5'} {self.scale}"


def _scale_in(graded: re.Match[str]) -> str:
    return " ".join(graded["scale"].casefold().replace("/", "/ ").split()).replace("/ ", "/")


def _graded_of(words: Iterable[str], comma: bool) -> Graded | None:
    """The style of words where all with a digit are numbers on one scale, none beyond it, and several of them; None of
    others, and of months before a year, as zeros before them tell.

    >>> _graded_of(["7/10", "10/10", "2/10", "-"], False).said, _graded_of(["120/80", "90/80", "70/80"], False)
    ("the scale '/10' left out", None)
    >>> _graded_of(["01/24", "02/24", "12/24"], False)
    """
    found = [GRADED.fullmatch(word.strip()) for word in words if any(map(str.isdigit, word))]
    graded = [one for one in found if one]
    if len(graded) < max(len(found), FEWEST_OF_A_UNIT) or len(set(map(_scale_in, graded))) > 1:
        return None
    style = style_of([one["number"] for one in graded], comma=comma)
    numbers = [style.parse(one["number"]) for one in graded]
    fit = all(number is not None and 0 <= number <= int(graded[0]["most"]) for number in numbers)
    zeros = any(re.match(r"0\d", one["number"]) for one in graded)
    return Graded(style, _scale_in(graded[0])) if fit and not zeros and isinstance(style, Style) else None


def endings_of(words: Iterable[str]) -> list[str]:
    """What stands beside numbers, if several things do, or nothing, and all words are numbers, or half of them and more
    with few endings that occur several times; else [].

    >>> endings_of(["500 g", "1.2 kg"]), endings_of(["5 kg", "7 kg"]), endings_of(["500 g", "many"])
    (['g', 'kg'], [], [])
    >>> endings_of(["12 %", "0.12"]), endings_of(["500 g", "1.2 kg", "2 kg", "90 g", "it varies"])
    (['%', 'nothing'], ['g', 'kg'])
    """
    amounts = [amount_of(word) for word in words]
    units = Counter(amount.unit for amount in amounts if amount is not None)
    likely = 2 * units.total() >= len(amounts) and len(units) <= FEW_ENDINGS and min(units.values(), default=0) > 1
    return sorted(unit or "nothing" for unit in units) if len(units) > 1 and (likely or None not in amounts) else []


def style_by(example: str) -> Style | Scaled | About | Graded | Fractions | Duration:
    """The style of an example; the plain one for anything that is none.

    >>> style_by("1.234,5 €").parse("2,5"), style_by("1:23").parse("0:30")
    (2.5, 1800.0)
    """
    if duration := duration_by(example):
        return duration
    if example == Fractions.example:
        return Fractions()
    if graded := GRADED.fullmatch(example):
        style = _plain_style_by(graded["number"])
        return Graded(style, graded["scale"]) if isinstance(style, Style) else style
    if example.startswith("~"):
        return About(_plain_style_by(example[1:]))
    return _plain_style_by(example)


def _plain_style_by(example: str) -> Style | Scaled:
    if example.endswith("1.5k"):
        return Scaled(example.removesuffix("1.5k"))
    found = EXAMPLE.fullmatch(example)
    return Style(found[2], found[1], found[3] or "") if found else Style()


def unit_of(written: str) -> str:
    """The unit behind numbers that are written as an example, or the scale; "" where there is none.

    >>> unit_of("1.234,5 kg"), unit_of("1234.5 /10"), unit_of("1,234.5")
    ('kg', '/10', '')
    """
    style = style_by(written)
    return style.unit if isinstance(style, Style | About | Graded) else ""


def with_points(example: str) -> bool:
    """Whether numbers that are written as an example have points between thousands.

    >>> with_points("1.234,5"), with_points("1,234.5"), with_points("")
    (True, False, False)
    """
    style = style_by(example)
    return isinstance(style, Style) and style.thousands == "."


def style_of(words: Iterable[str], *, comma: bool = False) -> Style | Scaled | About | Graded | Fractions:
    """The one way in which the numbers among these words are written.

    - decimal mark: where both marks occur the later one; commas alone are thousands if each cuts off three
      digits (not if a decimal ``comma`` is expected), else decimal; points alone are decimal unless each cuts off
      three digits, and one cuts twice (1.234.567), or no number from 1000 on lacks one and a ``comma`` is expected, or
      there are hundreds without a point and zeros at an end (950 and 1.200: of decimals either all zeros are written or
      none);
    - a currency before or after the number, the same in all words that have one; brackets are a minus, and so is a dash
      behind a number;
    - percent signs and units (5 kg), if all numbers but 0 have the same: 12 % is 12;
    - footnote marks, what stands behind a plus-minus sign, and uncertain digits in brackets are left out;
    - thousands, millions and billions (1.2k, 3M), if there are several of them, or of money;
    - fractions such as 3/4; else numbers on one scale, such as 7/10;
    - what says that numbers are told roughly, a plus behind most of them, if these are thousands, and flags behind
      them: see `About`.

    >>> style_of(["$1,234.50", "($2.00)"]).parse("($2.00)")
    -2.0
    >>> style_of(["1.234,50 EUR", "7 EUR"]).said
    'EUR left out, with decimal commas'
    >>> style_of(["950", "1.200"]).parse("1.200"), style_of(["2", "1.200"]).parse("1.200")
    (1200.0, 1.2)
    """
    words = list(words)
    if other := _about_of(words, comma) or scaled_of(words) or fractions_of(words) or _graded_of(words, comma):
        return other
    alone = [undressed(word) for word in words]
    words = [word for word, _ in alone]
    amounts = {word: amount for word in words if (amount := amount_of(word)) is not None}
    units = {amount.unit for amount in amounts.values()} - {""}
    units -= {singular(unit) for unit in units if unit != singular(unit)}
    bare = any(not amount.unit and not amount.is_zero for amount in amounts.values())
    if len(units) > 1:
        return Style()
    unit = units.pop() if units else ""
    few = len({amount.digits for amount in amounts.values()}) < FEWEST_OF_A_UNIT
    if unit and not is_currency(unit) and (bare or (unit != "%" and few)):
        return Style()
    digits = [amount.digits for amount in amounts.values()]
    decimal, thousands, marks = _marks(digits, comma)
    if not marks and is_currency(unit) and all(map(POINTED.fullmatch, digits)):
        marks = "points taken for decimal, though three digits follow all of them"
    said = [f"{unit} left out" + (": 12 % is 12" if unit == "%" else "")] * bool(unit) + [marks] * bool(marks)
    between = {mark for amount in amounts.values() for mark in amount.digits.strip(SPACES) if mark in SPACES}
    said += ["apostrophes taken for thousands"] * bool(between & {*APOSTROPHES})
    said += ["blanks taken for thousands"] * bool(between - {*APOSTROPHES})
    if any(amount.brackets for amount in amounts.values()):
        said.append("brackets taken for a minus")
    if any(amount.behind for amount in amounts.values()):
        said.append("a dash behind a number taken for a minus")
    if any(amount.digits == "" for amount in amounts.values()):
        said.append("a dash taken for 0")
    beside = {what for _, what in alone} | {powered(word)[1] for word in words if word not in amounts}
    said += sorted(beside - {""})
    return Style(decimal, thousands, unit, ", ".join(said))


def _marks(numbers: list[str], comma: bool) -> tuple[str, str, str]:
    """The decimal mark, the mark between thousands, and what to say of them."""
    commas = [number for number in numbers if "," in number]
    points = [number for number in numbers if "." in number]
    both = [number for number in commas if "." in number]
    if any(number.rfind(",") > number.rfind(".") for number in both):
        return ",", ".", "with decimal commas"
    single = comma and all(number.count(",") == 1 for number in commas)
    if commas and not both and (single or not all(map(THOUSANDS.fullmatch, commas))):
        return ",", "." if points else "", "with decimal commas"
    if commas:
        return ".", ",", "commas taken for thousands"
    whole = [len(number) for number in numbers if number.isdecimal()]
    short = all(length <= 3 for length in whole)
    hundreds = max(whole, default=0) == 3 and any(number.endswith("0") for number in points)
    sure = (short and (comma or hundreds)) or any(number.count(".") > 1 for number in points)
    if points and sure and all(map(POINTED.fullmatch, points)):
        return ",", ".", "points taken for thousands"
    return ".", "", ""
