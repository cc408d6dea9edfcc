"""Numbers as people write them: decimal commas, thousands, money, percent, units, clocks and durations."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

PLAIN = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?", re.ASCII)
SPACES = "\u00a0\u202f\u2009 '\u2019"
"""Marks between thousands that can't be decimal marks: blanks of all widths, apostrophes."""

AS_ASCII = {0x2212: "-", 0x3000: " ", **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}}
"""The mathematical minus, and the wide signs of East Asia, as those of a plain keyboard."""

MOSTLY = 0.9
"""From this share of numbers on, the other words of a column are taken for missing values."""

LONGEST = 60
"""Characters of the longest word that is taken for a number."""

FEWEST_OF_A_UNIT = 3
"""Different numbers before the same letters, from which on these are taken for a unit and not for a part of a name."""

CURRENCY = (
    r"[$\u00a3\u00a4\u00a5\u20ac\u20b9\u20bd\u20a9\u20ba\u20aa\u0e3f]"
    r"|(?:US|A|C|NZ|HK)\$|R\$|kr\.?|z\u0142|Ft|Kč|Fr\.?"
    r"|Rs\.?|USD|EUR|GBP|JPY|CHF|CAD|AUD|NZD|CNY|INR|SEK|NOK|DKK|PLN|CZK|HUF|BRL|MXN|ZAR|TRY|RUB|KRW|ILS|SGD|HKD"
)
UNIT = re.compile(
    rf"(?P<sign>[-+(]?)\s*(?P<before>{CURRENCY})?\s*(?P<number>[-+]?[0-9.,{SPACES}]*[0-9][.,]?)\s*"
    rf"(?P<after>{CURRENCY}|%|[a-zA-Zµ°²³/]{{1,6}})?(?P<close>\)?)"
)
MINUS_BEHIND = re.compile(r"(\d[\d.,]*)-")
"""A number as SAP writes one that is negative."""

WHOLE_PRICE = re.compile(r"(?<=\d)[.,][-\u2013\u2014]{1,2}")
"""What stands for no cents: 20.-- or 5,-"""

NO_MONEY = re.compile(rf"(?P<before>{CURRENCY})\s*[-\u2013]|[-\u2013]\s*(?P<after>{CURRENCY})")
"""How sheets of accounts write 0."""

THOUSANDS = re.compile(r"[1-9]\d{0,2}(,\d{3})+|[1-9]\d?(,\d{2})+,\d{3}")
"""Commas after every third digit, or as in India after the third and then every second one."""

WITH_EXPONENT = re.compile(r"([-+]?)(\d+,\d+)([eE][-+]?\d{1,3})", re.ASCII)
"""A number with a decimal comma and an exponent; with a point it is a plain one."""

EXAMPLE = re.compile(r"1([.,]?)234([.,])5(?: (.{1,6}))?")


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
        amount = _amount(word)
        if amount is None:
            return _plain(word)
        bare = not amount.unit and (not self.unit or _is_currency(self.unit))
        if not bare and amount.unit != self.unit:
            return None
        if not amount.digits:
            return 0.0
        digits = _without(amount.digits, self.decimal, self.thousands + SPACES)
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
class Sixtieths:
    """Clocks and durations in seconds: hours and minutes between colons, of three ``parts`` seconds, too; days before
    them, AM or PM behind them. Of two parts the seconds may be written if they are 0, as databases do.

    >>> Sixtieths(3).parse("1:02:03.5"), Sixtieths(2).parse("1:30 PM"), Sixtieths(2).parse("1:30:05")
    (3723.5, 48600.0, None)
    """

    parts: int

    def parse(self, word: str) -> float | None:
        found = SIXTIETHS.fullmatch(word.strip())
        if found is None:
            return None
        hours, half = int(found["hours"]), (found["half"] or "").upper()
        seconds = float((found["seconds"] or "0").replace(",", "."))
        if (found["seconds"] is None) if self.parts == 3 else seconds:
            return None
        if half:
            hours = hours % 12 + 12 * (half == "PM")
        number = 3600 * (24 * int(found["days"] or 0) + hours) + 60 * int(found["minutes"]) + seconds
        return -number if found["sign"] else number

    @property
    def example(self) -> str:
        return ":".join(["1", "23", "45"][: self.parts])

    @property
    def said(self) -> str:
        return f"in seconds: {self.example} is {self.parse(self.example):g}"


@dataclass(frozen=True)
class Scaled:
    """Numbers some of which are in thousands, millions or billions, with a ``currency`` or without one.

    >>> [Scaled("€").parse(word) for word in ("€1.2k", "3M", "850", "2 kg")]
    [1200.0, 3000000.0, 850.0, None]
    """

    currency: str = ""
    said = "k is 1,000, M 1,000,000, B 1,000,000,000"

    def parse(self, word: str) -> float | None:
        found = _scaled(word)
        if found is None or found["currency"] not in (None, self.currency):
            return None
        number = float(found["number"].replace(",", "")) * SCALES[(found["scale"] or "").upper()]
        return -number if found["sign"] == "-" else number

    @property
    def example(self) -> str:
        return f"{self.currency}1.5k"


SCALES = {"": 1.0, "K": 1e3, "M": 1e6, "B": 1e9}
SCALED = re.compile(
    rf"(?P<sign>[-+]?)\s*(?P<currency>{CURRENCY})?\s*(?P<number>\d+(?:,\d{{3}})*(?:\.\d+)?)\s*(?P<scale>[kKMB])?",
    re.ASCII,
)
"""A number with a decimal point, and what stands behind it for thousands, millions or billions."""


def _scaled(word: str) -> re.Match[str] | None:
    return SCALED.fullmatch(word.strip().translate(AS_ASCII)) if len(word) <= LONGEST else None


def _scaled_of(words: Iterable[str]) -> Scaled | None:
    """The style of words of which nine in ten are numbers, of several scales; None unless one in thousands, millions or
    billions has a fraction or a currency: 12B may be a house."""
    words = list(words)
    found = [one for word in words if (one := _scaled(word))]
    currencies = {one["currency"] for one in found} - {None}
    scales = {(one["scale"] or "").upper() for one in found if float(one["number"].replace(",", ""))}
    sure = any(one["scale"] and ("." in one["number"] or one["currency"]) for one in found)
    if len(found) < MOSTLY * len(words) or len(currencies) > 1 or len(scales) < 2 or not sure:
        return None
    return Scaled(next(iter(currencies), "") or "")


def endings_of(words: Iterable[str]) -> list[str]:
    """What stands beside numbers, if all words are numbers and several different things do; else [].

    >>> endings_of(["500 g", "1.2 kg"]), endings_of(["5 kg", "7 kg"]), endings_of(["500 g", "many"])
    (['g', 'kg'], [], [])
    """
    amounts = [_amount(word) for word in words]
    units = sorted({amount.unit for amount in amounts if amount is not None} - {""})
    return units if len(units) > 1 and None not in amounts else []


SIXTIETHS = re.compile(
    r"(?P<sign>-)?(?:(?P<days>\d{1,6}) days?,?\s+)?(?P<hours>\d{1,4}):(?P<minutes>[0-5]\d)"
    r"(?::(?P<seconds>[0-5]\d(?:[.,]\d{1,9})?))?(?:\s*(?P<half>[AaPp][Mm]))?",
    re.ASCII,
)


def style_by(example: str) -> Style | Scaled | Sixtieths:
    """The style of an example; the plain one for anything that is none.

    >>> style_by("1.234,5 €").parse("2,5"), style_by("1:23").parse("0:30")
    (2.5, 1800.0)
    """
    if SIXTIETHS.fullmatch(example):
        return Sixtieths(example.count(":") + 1)
    if example.endswith("1.5k"):
        return Scaled(example.removesuffix("1.5k"))
    found = EXAMPLE.fullmatch(example)
    return Style(found[2], found[1], found[3] or "") if found else Style()


def style_of(words: Iterable[str], *, comma: bool = False) -> Style | Scaled:
    """The one way in which the numbers among these words are written.

    - decimal mark: where both marks occur the later one; commas alone are thousands if each cuts off three
      digits (not if a decimal ``comma`` is expected), else decimal; points alone are decimal unless they cut twice
      (1.234.567);
    - a currency before or after the number, the same in all words that have one; brackets are a minus, and so is a dash
      behind a number;
    - percent signs and units (5 kg), if all numbers have the same: 12 % is 12;
    - thousands, millions and billions (1.2k, 3M), if there are several of them.

    >>> style_of(["$1,234.50", "($2.00)"]).parse("($2.00)")
    -2.0
    >>> style_of(["1.234,50 EUR", "7 EUR"]).said
    'EUR left out, with decimal commas'
    """
    words = list(words)
    if scaled := _scaled_of(words):
        return scaled
    amounts = {word: amount for word in words if (amount := _amount(word)) is not None}
    units = {amount.unit for amount in amounts.values()} - {""}
    bare = sum(not amount.unit for amount in amounts.values())
    if len(units) > 1:
        return Style()
    unit = units.pop() if units else ""
    few = len({amount.digits for amount in amounts.values()}) < FEWEST_OF_A_UNIT
    if unit and not _is_currency(unit) and (bare or (unit != "%" and few)):
        return Style()
    decimal, thousands, marks = _marks([amount.digits for amount in amounts.values()], comma)
    said = [f"{unit} left out" + (": 12 % is 12" if unit == "%" else "")] * bool(unit) + [marks] * bool(marks)
    if any(amount.brackets for amount in amounts.values()):
        said.append("brackets taken for a minus")
    if any(amount.behind for amount in amounts.values()):
        said.append("a dash behind a number taken for a minus")
    if any(amount.digits == "" for amount in amounts.values()):
        said.append("a dash taken for 0")
    return Style(decimal, thousands, unit, ", ".join(said))


@dataclass(frozen=True)
class _Amount:
    """A number in parts; ``exponent`` is that of ten, as in 1,5E-03; ``behind``: its minus stands behind it."""

    digits: str
    unit: str
    negative: bool
    brackets: bool
    exponent: str = ""
    behind: bool = False


def _is_currency(unit: str) -> bool:
    return re.fullmatch(CURRENCY, unit) is not None


def _plain(word: str) -> float | None:
    stripped = word.strip().translate(AS_ASCII)
    return float(stripped) if PLAIN.fullmatch(stripped) else None


def _amount(word: str) -> _Amount | None:
    """The digits of a number with marks or a unit, "" for no money; None for all else, plain exponents included."""
    if len(word) > LONGEST:
        return None
    if found := WITH_EXPONENT.fullmatch(word.strip().translate(AS_ASCII)):
        return _Amount(found[2], "", found[1] == "-", False, found[3])
    if nothing := NO_MONEY.fullmatch(word.strip()):
        return _Amount("", nothing["before"] or nothing["after"], False, False)
    behind = MINUS_BEHIND.fullmatch(WHOLE_PRICE.sub("", word.strip()))
    if behind:
        return _Amount(behind[1], "", True, False, behind=True)
    found = UNIT.fullmatch(WHOLE_PRICE.sub("", word.strip().translate(AS_ASCII)))
    brackets = found is not None and found["sign"] == "("
    if not found or (found["before"] and found["after"]) or brackets != (found["close"] == ")"):
        return None
    number = found["number"]
    if number[-1] in ".," and found["after"] and not _is_currency(found["after"]):
        return None  # a name such as 7.jpg
    sign = number[0] if number[0] in "+-" else ""
    if sign and found["sign"]:
        return None
    return _Amount(
        number.lstrip("+-"),
        found["before"] or found["after"] or "",
        "-" in found["sign"] + sign or brackets,
        brackets,
    )


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
    if points and all(re.fullmatch(r"[1-9]\d{0,2}(\.\d{3}){2,}", number) for number in points):
        return ",", ".", "points taken for thousands"
    return ".", "", ""


def _without(number: str, decimal: str, thousands: str) -> str | None:
    """The number with a decimal point and nothing else; None where its marks stand in no such order."""
    whole, _, part = number.partition(decimal)
    if not re.fullmatch(r"\d*", part):
        return None
    groups = re.split(f"[{re.escape(thousands)}]", whole)
    middle = {len(group) for group in groups[1:-1]}
    if len(groups) > 1 and not (
        1 <= len(groups[0]) <= 3 and len(groups[-1]) == 3 and middle in (set(), {2}, {3})
    ):
        return None
    joined = "".join(groups)
    if not re.fullmatch(r"\d*", joined) or not joined + part:
        return None
    return f"{joined or '0'}.{part or '0'}"
