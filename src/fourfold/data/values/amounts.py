"""One number as people write it, in parts: its digits and marks, its unit or currency, its sign and exponent."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

__all__ = [
    "APOSTROPHES", "CURRENCY", "INVISIBLE", "LONGEST", "MOSTLY", "SPACES", "Amount", "amount_of",
    "is_currency", "is_number", "on_plain_keyboard", "plain_number", "powered", "singular", "undressed",
    "without_marks",
]  # fmt: skip

MOSTLY = 0.9
"""From this share of numbers on, the other words of a column are taken for missing values."""

PLAIN = re.compile(r"[-+]?(\d+(?:\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?", re.ASCII)
APOSTROPHES = "'\u2019"
SPACES = f"\u00a0\u202f\u2009 {APOSTROPHES}"
"""Marks between thousands that can't be decimal marks: blanks of all widths, apostrophes."""

ZEROS = (
    0x0660, 0x06F0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0E50, 0x0ED0, 0x0F20,
    0x1040, 0x17E0, 0x1810,
)  # fmt: skip
"""The zeros of other scripts (Arabic, Persian, those of India, Thai, Lao, Tibetan, Burmese, Khmer, Mongolian), each
with its other digits behind it."""

INVISIBLE: dict[int, str] = dict.fromkeys([0x00AD, 0x200B, 0x200E, 0x200F, 0x2060, 0xFE0E, 0xFE0F, 0xFEFF], "")
"""Marks without width, as copying from other programs leaves them, and those that choose the looks of an emoji."""

AS_ASCII = INVISIBLE | {
    0x2212: "-", 0x3000: " ", 0x066B: ".", 0x066C: ",", 0xFFE1: "\u00a3", 0xFFE5: "\u00a5", 0xFFE6: "\u20a9",
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    **{code: unicodedata.normalize("NFKC", chr(code)) for code in (0x2103, 0x2109, *range(0x3380, 0x33E0))},
    **{zero + digit: str(digit) for zero in ZEROS for digit in range(10)},
}
"""The mathematical minus, the wide signs of East Asia, its units of one sign and the digits of other scripts, as those
of a plain keyboard."""

DASH = re.compile(r"^[\u2012\u2013](?=[.,]?\d)")
"""The dashes that typesetters write for a minus, at a number's first digit; one behind digits makes a span."""

LONGEST = 60
"""Characters of the longest word that is taken for a number."""

CURRENCY = (
    r"[$\u00a3-\u00a5\u20a0-\u20cf\u0e3f\u5186\u5143\uc6d0]"
    r"|(?:US|A|C|NZ|HK|S|NT)\$|R\$|kr\.?|z\u0142|Ft|K\u010d|Fr\.?|\u0440\u0443\u0431\.?|\u0433\u0440\u043d\.?|R[sp]\.?"
    r"|USD|EUR|GBP|JPY|CHF|CAD|AUD|NZD|CNY|RMB|INR|SEK|NOK|DKK|ISK|PLN|CZK|HUF|RON|BGN|UAH|BRL|MXN|ARS|CLP|COP|PEN"
    r"|ZAR|NGN|KES|EGP|MAD|TRY|RUB|KZT|KRW|TWD|ILS|AED|SAR|QAR|SGD|HKD|MYR|THB|IDR|PHP|VND|PKR|BDT|LKR"
)
LETTERS = r"[^\W\d_\u00bc-\u00be\u00b9\u2070-\u218f]"
"""Letters of any script; not superscripts and fractions, which belong to numbers."""

POWER = r"(?:[kdcmnµμ]?m|[\u043a\u0434\u0441\u043c]?\u043c|ft|in|yd|mi|(?<=/)[s\u0441])\^?[23](?![^\W_])"
"""Squares and cubes on a plain keyboard: m2, ft3, the last part of m/s^2, and so in Cyrillic. Other letters with digits
are names."""

PER = rf"(?<={LETTERS})/ ?(?:10{{2,5}}|24) ?(?={LETTERS})"
"""What is measured for so many of another unit: L/100 km, mg/24h."""

NAME = rf"(?:{POWER}|{PER}|{LETTERS}|[°²³/]){{1,12}}(?:[. ]{{1,2}}{LETTERS}{{1,12}})?\.?"
"""What a unit is called, in a word or two: kg, mg/dL, sq. ft."""

UNIT = re.compile(
    rf"(?P<sign>[-+(]?)\s*(?:(?P<before>{CURRENCY})\s*(?P<open>\(?))?\s*(?P<number>[-+]?[0-9.,{SPACES}]*[0-9][.,]?)\s*"
    rf"(?P<close>\)?)\s*(?P<after>(?:{CURRENCY})(?:/{NAME})?|[%\u2030](?: ?{NAME})?|{NAME})?(?P<last>\)?)"
)
MINUS_BEHIND = re.compile(rf"(?P<digits>\d[\d.,]*)-(?:\s*(?P<unit>{CURRENCY}))?")
"""A number as SAP writes one that is negative."""

BESIDE = (
    ("footnote marks left out", re.compile(r"(.*[\d.)%])\s*(?:[*\u2020\u2021\u00a7]+|\[[a-z0-9]{1,3}\])", re.DOTALL)),
    ("what stands behind \u00b1 left out", re.compile(r"(.*[\d.])\s*(?:\u00b1|\+/-|\+-)\s*[\d.,]*\d(\D*)", re.DOTALL)),
    ("uncertain digits in brackets left out", re.compile(r"([-+]?\d+[.,]\d+)\(\d{1,3}\)", re.ASCII)),
    (
        "the names of types around numbers left out",
        re.compile(
            r"(?:(?:np|numpy|torch)\.)?(?:tensor|array|u?int\d*|float\d*)\((-?[\d.]+(?:e[-+]?\d+)?)(?:, \w+=[^()]*)?\)",
            re.ASCII,
        ),
    ),
)
"""What stands beside numbers in the tables of papers, and around them as torch and NumPy print them: what is said when
it is left out, and how it is known."""

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

HIDDEN = re.compile("[xX]{2,}")
"""What stands for digits of a code that are not told."""

WHOLE_PRICE = re.compile(r"(?<=\d)(?:[.,][-\u2013\u2014]{1,2}|/-)")
"""What stands for no cents: 20.-- or 5,- or Rs. 20/-"""

NO_MONEY = re.compile(rf"(?P<before>{CURRENCY})\s*[-\u2013]|[-\u2013]\s*(?P<after>{CURRENCY})")
"""How sheets of accounts write 0."""

WITH_EXPONENT = re.compile(r"([-+]?)(\d+,\d+)([eE][-+]?\d{1,3})", re.ASCII)
"""A number with a decimal comma and an exponent; with a point it is a plain one."""

EXPONENT_AND_UNIT = re.compile(rf"([-+]?)(\d+(?:[.,]\d+)?)([eE][-+]?\d{{1,3}})\s+({NAME})")
"""The same with a unit, behind a blank: 1.2e3 m."""

SHORTEST_NAME = 3
"""Letters of a unit from which on one with an s behind it is its plural: 5 m and 5 ms are two units."""


@dataclass(frozen=True)
class Amount:
    """A number in parts; ``exponent`` is that of ten, as in 1,5E-03; ``behind``: its minus stands behind it."""

    digits: str
    unit: str
    negative: bool
    brackets: bool
    exponent: str = ""
    behind: bool = False

    @property
    def is_zero(self) -> bool:
        """Whether it is 0, whatever the unit."""
        return not self.digits.strip("0.,")


def singular(unit: str) -> str:
    """A unit without the s of a plural.

    >>> singular("years"), singular("ms")
    ('year', 'ms')
    """
    return unit[:-1] if unit.endswith("s") and len(unit) > SHORTEST_NAME else unit


def is_currency(unit: str) -> bool:
    return re.fullmatch(CURRENCY, unit) is not None


def plain_number(word: str) -> float | None:
    stripped = powered(word)[0]
    return float(stripped) if PLAIN.fullmatch(stripped) else None


def on_plain_keyboard(word: str) -> str:
    """A word without the blanks around it, its minus and digits as those of a plain keyboard.

    >>> on_plain_keyboard(" \u22125 "), on_plain_keyboard("\u2013.5"), on_plain_keyboard("3\u20135")
    ('-5', '-.5', '3\u20135')
    """
    return DASH.sub("-", word.strip()).translate(AS_ASCII)


def undressed(word: str) -> tuple[str, str]:
    """A number without what stands beside it, and what that was; any other word, and "".

    >>> undressed("12.3*"), undressed("1.2 +/- 0.1 mm"), undressed("1.234(5)")[0]
    (('12.3', 'footnote marks left out'), ('1.2 mm', 'what stands behind \u00b1 left out'), '1.234')
    """
    stripped = word.strip()
    if len(stripped) <= LONGEST and stripped[:1] not in "*":
        for what, pattern in BESIDE:
            if found := pattern.fullmatch(stripped):
                return "".join(found.groups("")), what
    return word, ""


def powered(word: str) -> tuple[str, str]:
    """A number on a plain keyboard, its power of ten as an exponent, and what is said of that.

    >>> powered("1.5D+02"), powered("2 x 10^4")[0]
    (('1.5e+02', 'D taken for the exponent'), '2e4')
    """
    stripped = word.strip()
    if len(stripped) <= LONGEST:
        for what, pattern in POWERS:
            if found := pattern.fullmatch(stripped):
                exponent = "".join(found.groups("")[1:]).translate(RAISED)
                return f"{found[1].replace(',', '.')}e{exponent}", what
    return on_plain_keyboard(stripped), ""


def amount_of(word: str) -> Amount | None:
    """The digits of a number with marks or a unit, "" for no money; None for all else, plain exponents included."""
    if len(word) > LONGEST:
        return None
    if found := WITH_EXPONENT.fullmatch(on_plain_keyboard(word)):
        return Amount(found[2], "", found[1] == "-", False, found[3])
    if found := EXPONENT_AND_UNIT.fullmatch(on_plain_keyboard(word)):
        return Amount(found[2], found[4], found[1] == "-", False, found[3])
    if nothing := NO_MONEY.fullmatch(word.strip()):
        return Amount("", nothing["before"] or nothing["after"], False, False)
    behind = MINUS_BEHIND.fullmatch(WHOLE_PRICE.sub("", word.strip()))
    if behind:
        return Amount(behind["digits"], behind["unit"] or "", True, False, behind=True)
    found = UNIT.fullmatch(WHOLE_PRICE.sub("", on_plain_keyboard(word)))
    brackets = found is not None and "(" in (found["sign"], found["open"])
    if not found or (found["before"] and found["after"]) or (found["close"] + found["last"]) != ")" * brackets:
        return None
    if HIDDEN.fullmatch(found["after"] or ""):
        return None  # a code such as 940xx
    number = found["number"]
    if number[-1] in ".," and found["after"] and not is_currency(found["after"]):
        return None  # a name such as 7.jpg
    sign = number[0] if number[0] in "+-" else ""
    if bool(sign) + bool(found["sign"]) + bool(found["open"]) > 1:
        return None
    return Amount(
        number.lstrip("+-"),
        found["before"] or found["after"] or "",
        "-" in found["sign"] + sign or brackets,
        brackets,
    )


def without_marks(number: str, decimal: str, thousands: str) -> str | None:
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


def is_number(word: str) -> bool:
    """Whether a word is a number in some way of writing.

    >>> [is_number(word) for word in ("1,5", "3.55", "12 %", "(2.00)", "many")]
    [True, True, True, True, False]
    """
    return amount_of(word) is not None or plain_number(word) is not None
