"""Numbers as people write them: decimal commas, thousands, money, percent, units."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .durations import Duration, duration_by

PLAIN = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?", re.ASCII)
APOSTROPHES = "'\u2019"
SPACES = f"\u00a0\u202f\u2009 {APOSTROPHES}"
"""Marks between thousands that can't be decimal marks: blanks of all widths, apostrophes."""

ZEROS = (
    0x0660, 0x06F0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0E50, 0x0ED0, 0x0F20,
    0x1040, 0x17E0, 0x1810,
)  # fmt: skip
"""The zeros of other scripts (Arabic, Persian, those of India, Thai, Lao, Tibetan, Burmese, Khmer, Mongolian), each
with its other digits behind it."""

INVISIBLE: dict[int, str] = dict.fromkeys([0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF], "")
"""Marks without width, as copying from other programs leaves them."""

AS_ASCII = INVISIBLE | {
    0x2212: "-", 0x3000: " ", 0x066B: ".", 0x066C: ",", 0xFFE1: "\u00a3", 0xFFE5: "\u00a5", 0xFFE6: "\u20a9",
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    **{zero + digit: str(digit) for zero in ZEROS for digit in range(10)},
}
"""The mathematical minus, the wide signs of East Asia and the digits of other scripts, as those of a plain keyboard."""

MOSTLY = 0.9
"""From this share of numbers on, the other words of a column are taken for missing values."""

LONGEST = 60
"""Characters of the longest word that is taken for a number."""

FEWEST_OF_A_UNIT = 3
"""Different numbers before the same letters, from which on these are taken for a unit and not for a part of a name."""

CURRENCY = (
    r"[$\u00a3-\u00a5\u20a0-\u20cf\u0e3f\u5186\u5143\uc6d0]"
    r"|(?:US|A|C|NZ|HK|S|NT)\$|R\$|kr\.?|z\u0142|Ft|K\u010d|Fr\.?|\u0440\u0443\u0431\.?|\u0433\u0440\u043d\.?|Rs\.?"
    r"|USD|EUR|GBP|JPY|CHF|CAD|AUD|NZD|CNY|RMB|INR|SEK|NOK|DKK|ISK|PLN|CZK|HUF|RON|BGN|UAH|BRL|MXN|ARS|CLP|COP|PEN"
    r"|ZAR|NGN|KES|EGP|MAD|TRY|RUB|KZT|KRW|TWD|ILS|AED|SAR|QAR|SGD|HKD|MYR|THB|IDR|PHP|VND|PKR|BDT|LKR"
)
LETTERS = r"[^\W\d_\u00bc-\u00be\u00b9\u2070-\u218f]"
"""Letters of any script; not superscripts and fractions, which belong to numbers."""

NAME = rf"(?:{LETTERS}|[°²³/]){{1,12}}(?:[. ]{{1,2}}{LETTERS}{{1,12}})?\.?"
"""What a unit is called, in a word or two: kg, mg/dL, sq. ft."""

UNIT = re.compile(
    rf"(?P<sign>[-+(]?)\s*(?P<before>{CURRENCY})?\s*(?P<number>[-+]?[0-9.,{SPACES}]*[0-9][.,]?)\s*"
    rf"(?P<close>\)?)\s*(?P<after>{CURRENCY}|%|{NAME})?(?P<last>\)?)"
)
MINUS_BEHIND = re.compile(rf"(?P<digits>\d[\d.,]*)-(?:\s*(?P<unit>{CURRENCY}))?")
"""A number as SAP writes one that is negative."""

BESIDE = (
    ("footnote marks left out", re.compile(r"(.*[\d.)%])\s*(?:[*\u2020\u2021\u00a7]+|\[[a-z0-9]{1,3}\])", re.DOTALL)),
    ("what stands behind \u00b1 left out", re.compile(r"(.*[\d.])\s*(?:\u00b1|\+/-|\+-)\s*[\d.,]*\d(\D*)", re.DOTALL)),
    ("uncertain digits in brackets left out", re.compile(r"([-+]?\d+[.,]\d+)\(\d{1,3}\)", re.ASCII)),
)
"""What stands beside numbers in the tables of papers: what is said when it is left out, and how it is known."""

RAISED = str.maketrans("\u207b\u207a\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079", "-+0123456789")
POWERS = (
    ("D taken for the exponent", re.compile(r"([-+]?\d*\.?\d+\.?)[dD]([-+]\d{1,3})", re.ASCII)),
    (
        "powers of ten multiplied",
        re.compile(
            r"([-+]?\d+(?:[.,]\d+)?) ?[x\u00d7\u00b7*] ?10(?:(?:\^|\*\*)([-+]?\d{1,3})"
            r"|([\u207b\u207a]?[\u2070\u00b9\u00b2\u00b3\u2074-\u2079]{1,3}))"
        ),
    ),
)
"""Exponents as Fortran writes them (2D and 1D5 may be codes), and written out: 1.5\u00d710\u00b3."""

WHOLE_PRICE = re.compile(r"(?<=\d)[.,][-\u2013\u2014]{1,2}")
"""What stands for no cents: 20.-- or 5,-"""

NO_MONEY = re.compile(rf"(?P<before>{CURRENCY})\s*[-\u2013]|[-\u2013]\s*(?P<after>{CURRENCY})")
"""How sheets of accounts write 0."""

THOUSANDS = re.compile(r"[1-9]\d{0,2}(,\d{3})+|[1-9]\d?(,\d{2})+,\d{3}")
"""Commas after every third digit, or as in India after the third and then every second one."""

POINTED = re.compile(r"[1-9]\d{0,2}(\.\d{3})+")
"""Points after every third digit."""

WITH_EXPONENT = re.compile(r"([-+]?)(\d+,\d+)([eE][-+]?\d{1,3})", re.ASCII)
"""A number with a decimal comma and an exponent; with a point it is a plain one."""

EXAMPLE = re.compile(r"1([.,]?)234([.,])5(?: (.{1,30}))?")

SHORTEST_NAME = 3
"""Letters of a unit from which on one with an s behind it is its plural: 5 m and 5 ms are two units."""


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
        word = _undressed(word)[0]
        amount = _amount(word)
        if amount is None:
            return _plain(word)
        bare = not amount.unit and (not self.unit or _is_currency(self.unit))
        if not bare and amount.unit not in (self.unit, _singular(self.unit)):
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
class Scaled:
    """Numbers some of which are in thousands, millions or billions, with a ``currency`` or without one.

    >>> [Scaled("€").parse(word) for word in ("€1.2k", "3M €", "€3 million", "850", "2 kg")]
    [1200.0, 3000000.0, 3000000.0, 850.0, None]
    """

    currency: str = ""
    unit = ""
    said = "k is 1,000, M 1,000,000, B 1,000,000,000"

    def parse(self, word: str) -> float | None:
        found = _scaled(word)
        if found is None or _currency(found) not in ("", self.currency):
            return None
        number = float(found["number"].replace(",", "")) * SCALES[_scale(found)]
        return -number if found["sign"] == "-" else number

    @property
    def example(self) -> str:
        return f"{self.currency}1.5k"


@dataclass(frozen=True)
class About:
    """Numbers of a ``style`` that are told roughly, or as the least: ~12, approx. 5, 5,000+.

    >>> [About(Style(thousands=",")).parse(word) for word in ("~12", "approx. 5", "5,000+", "7", "A+")]
    [12.0, 5.0, 5000.0, 7.0, None]
    """

    style: Style | Scaled
    said: str = ""

    @property
    def unit(self) -> str:
        return self.style.unit

    def parse(self, word: str) -> float | None:
        return self.style.parse(_told(word))

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
    """The style of words some of which are told roughly, or most of which are so many at least; None of others."""
    rough = sum(ROUGHLY.fullmatch(word) is not None for word in words)
    least = [word for word in words if AT_LEAST.fullmatch(word)]
    many = 2 * len(least) > len(words) and any(map(MANY.search, least))
    if not (rough or many) or (least and not many):
        return None
    style = style_of([_told(word) for word in words], comma=comma)
    if isinstance(style, About):
        return None
    said = ["signs for about left out"] * bool(rough) + ["a plus behind left out"] * many
    return About(style, ", ".join([*filter(None, [style.said]), *said]))


SCALES = {"": 1.0, "K": 1e3, "M": 1e6, "B": 1e9}
SCALE_WORDS = r"thousand|million|billion|[mb]n|mln|mio\.?|mrd\.?"
SCALED = re.compile(
    rf"(?P<sign>[-+]?)\s*(?P<currency>{CURRENCY})?\s*(?P<number>\d+(?:,\d{{3}})*(?:\.\d+)?)"
    rf"\s*(?P<scale>[kKmMbB](?![^\W\d_])|(?i:{SCALE_WORDS}))?(?:\s*(?P<behind>{CURRENCY}))?",
    re.ASCII,
)
"""A number with a decimal point, and what stands behind it for thousands, millions or billions; m and b of money."""


def _scaled(word: str) -> re.Match[str] | None:
    found = SCALED.fullmatch(word.strip().translate(AS_ASCII)) if len(word) <= LONGEST else None
    if not found or (found["currency"] and found["behind"]):
        return None
    return found if _currency(found) or found["scale"] not in ("m", "b") else None


def _currency(scaled: re.Match[str]) -> str:
    return scaled["currency"] or scaled["behind"] or ""


def _scale(scaled: re.Match[str]) -> str:
    """The letter of a scale, which may be a word: B of bn, billion and mrd."""
    written = (scaled["scale"] or "").upper()
    return "K" if written == "THOUSAND" else "B" if written.startswith("MRD") else written[:1]


def _scaled_of(words: Iterable[str]) -> Scaled | None:
    """The style of words of which nine in ten are numbers, in thousands, millions or billions; None unless one of these
    has a currency, or there are several scales and one has a fraction or is a word: 12B may be a house, and M alone a
    metre."""
    words = list(words)
    found = [one for word in words if (one := _scaled(word))]
    currencies = {_currency(one) for one in found} - {""}
    scales = {_scale(one) for one in found if float(one["number"].replace(",", ""))}
    money = any(one["scale"] and _currency(one) for one in found)
    plain = any(one["scale"] and ("." in one["number"] or len(one["scale"]) > 1) for one in found)
    sure = money or (len(scales) > 1 and plain)
    if len(found) < MOSTLY * len(words) or len(currencies) > 1 or not sure:
        return None
    return Scaled(next(iter(currencies), ""))


def endings_of(words: Iterable[str]) -> list[str]:
    """What stands beside numbers, if all words are numbers and several different things do, or nothing; else [].

    >>> endings_of(["500 g", "1.2 kg"]), endings_of(["5 kg", "7 kg"]), endings_of(["500 g", "many"])
    (['g', 'kg'], [], [])
    >>> endings_of(["12 %", "0.12"])
    ['%', 'nothing']
    """
    amounts = [_amount(word) for word in words]
    units = {amount.unit for amount in amounts if amount is not None}
    return sorted(unit or "nothing" for unit in units) if len(units) > 1 and None not in amounts else []


def is_number(word: str) -> bool:
    """Whether a word is a number in some way of writing.

    >>> [is_number(word) for word in ("1,5", "3.55", "12 %", "(2.00)", "many")]
    [True, True, True, True, False]
    """
    return _amount(word) is not None or _plain(word) is not None


def style_by(example: str) -> Style | Scaled | About | Duration:
    """The style of an example; the plain one for anything that is none.

    >>> style_by("1.234,5 €").parse("2,5"), style_by("1:23").parse("0:30")
    (2.5, 1800.0)
    """
    if duration := duration_by(example):
        return duration
    if example.startswith("~"):
        return About(_plain_style_by(example[1:]))
    return _plain_style_by(example)


def _plain_style_by(example: str) -> Style | Scaled:
    if example.endswith("1.5k"):
        return Scaled(example.removesuffix("1.5k"))
    found = EXAMPLE.fullmatch(example)
    return Style(found[2], found[1], found[3] or "") if found else Style()


def with_points(example: str) -> bool:
    """Whether numbers that are written as an example have points between thousands.

    >>> with_points("1.234,5"), with_points("1,234.5"), with_points("")
    (True, False, False)
    """
    style = style_by(example)
    return isinstance(style, Style) and style.thousands == "."


def style_of(words: Iterable[str], *, comma: bool = False) -> Style | Scaled | About:
    """The one way in which the numbers among these words are written.

    - decimal mark: where both marks occur the later one; commas alone are thousands if each cuts off three
      digits (not if a decimal ``comma`` is expected), else decimal; points alone are decimal unless each cuts off
      three digits, and one cuts twice (1.234.567), or a ``comma`` is expected and no number from 1000 on lacks one;
    - a currency before or after the number, the same in all words that have one; brackets are a minus, and so is a dash
      behind a number;
    - percent signs and units (5 kg), if all numbers have the same: 12 % is 12;
    - footnote marks, what stands behind a plus-minus sign, and uncertain digits in brackets are left out;
    - thousands, millions and billions (1.2k, 3M), if there are several of them, or of money;
    - what says that numbers are told roughly, and a plus behind most of them, if these are thousands: see `About`.

    >>> style_of(["$1,234.50", "($2.00)"]).parse("($2.00)")
    -2.0
    >>> style_of(["1.234,50 EUR", "7 EUR"]).said
    'EUR left out, with decimal commas'
    """
    words = list(words)
    if scaled := _about_of(words, comma) or _scaled_of(words):
        return scaled
    undressed = [_undressed(word) for word in words]
    words = [word for word, _ in undressed]
    amounts = {word: amount for word in words if (amount := _amount(word)) is not None}
    units = {amount.unit for amount in amounts.values()} - {""}
    units -= {_singular(unit) for unit in units if unit != _singular(unit)}
    bare = sum(not amount.unit for amount in amounts.values())
    if len(units) > 1:
        return Style()
    unit = units.pop() if units else ""
    few = len({amount.digits for amount in amounts.values()}) < FEWEST_OF_A_UNIT
    if unit and not _is_currency(unit) and (bare or (unit != "%" and few)):
        return Style()
    decimal, thousands, marks = _marks([amount.digits for amount in amounts.values()], comma)
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
    beside = {what for _, what in undressed} | {_powered(word)[1] for word in words if word not in amounts}
    said += sorted(beside - {""})
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


def _singular(unit: str) -> str:
    """A unit without the s of a plural.

    >>> _singular("years"), _singular("ms")
    ('year', 'ms')
    """
    return unit[:-1] if unit.endswith("s") and len(unit) > SHORTEST_NAME else unit


def _is_currency(unit: str) -> bool:
    return re.fullmatch(CURRENCY, unit) is not None


def _plain(word: str) -> float | None:
    stripped = _powered(word)[0]
    return float(stripped) if PLAIN.fullmatch(stripped) else None


def _undressed(word: str) -> tuple[str, str]:
    """A number without what stands beside it, and what that was; any other word, and "".

    >>> _undressed("12.3*"), _undressed("1.2 +/- 0.1 mm"), _undressed("1.234(5)")[0]
    (('12.3', 'footnote marks left out'), ('1.2 mm', 'what stands behind \u00b1 left out'), '1.234')
    """
    stripped = word.strip()
    if len(stripped) <= LONGEST and stripped[:1] not in "*":
        for what, pattern in BESIDE:
            if found := pattern.fullmatch(stripped):
                return "".join(found.groups("")), what
    return word, ""


def _powered(word: str) -> tuple[str, str]:
    """A number on a plain keyboard, its power of ten as an exponent, and what is said of that.

    >>> _powered("1.5D+02"), _powered("2 x 10^4")[0]
    (('1.5e+02', 'D taken for the exponent'), '2e4')
    """
    stripped = word.strip()
    if len(stripped) <= LONGEST:
        for what, pattern in POWERS:
            if found := pattern.fullmatch(stripped):
                exponent = "".join(found.groups("")[1:]).translate(RAISED)
                return f"{found[1].replace(',', '.')}e{exponent}", what
    return stripped.translate(AS_ASCII), ""


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
        return _Amount(behind["digits"], behind["unit"] or "", True, False, behind=True)
    found = UNIT.fullmatch(WHOLE_PRICE.sub("", word.strip().translate(AS_ASCII)))
    brackets = found is not None and found["sign"] == "("
    if not found or (found["before"] and found["after"]) or (found["close"] + found["last"]) != ")" * brackets:
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
    expected = comma and all(len(number) <= 3 for number in numbers if number.isdecimal())
    sure = expected or any(number.count(".") > 1 for number in points)
    if points and sure and all(map(POINTED.fullmatch, points)):
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
