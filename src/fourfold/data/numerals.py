"""Numbers as people write them: decimal commas, thousands, money, percent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

PLAIN = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?", re.ASCII)
SPACES = "\u00a0\u202f\u2009 '\u2019"
"""Marks between thousands that can't be decimal marks: blanks of all widths, apostrophes."""

LONGEST = 60
"""Characters of the longest word that is taken for a number."""

CURRENCY = (
    r"[$\u00a3\u00a5\u20ac\u20b9\u20bd\u20a9\u20ba\u20aa\u0e3f]"
    r"|(?:US|A|C|NZ|HK)\$|R\$|kr\.?|z\u0142|Ft|Kč|Fr\.?"
    r"|USD|EUR|GBP|JPY|CHF|CAD|AUD|NZD|CNY|INR|SEK|NOK|DKK|PLN|CZK|HUF|BRL|MXN|ZAR|TRY|RUB|KRW|ILS|SGD|HKD"
)
UNIT = re.compile(
    rf"(?P<sign>[-+(]?)\s*(?P<before>{CURRENCY})?\s*(?P<number>[-+]?[0-9.,{SPACES}]*[0-9][.,]?)\s*(?P<after>{CURRENCY}|%)?"
    r"(?P<close>\)?)"
)

Parser = Callable[[str], float | None]


@dataclass(frozen=True)
class Style:
    """How the numbers of a column are written: the parser (None for a word that is no number), and what to say."""

    parse: Parser
    said: str = ""


@dataclass(frozen=True)
class _Amount:
    digits: str
    unit: str
    negative: bool


def style_of(words: Iterable[str]) -> Style:
    """The one way in which the numbers among these words are written.

    - decimal mark: where both marks occur the later one; commas alone are thousands if each cuts off three
      digits, else decimal; points alone are decimal unless they cut twice (1.234.567);
    - a currency before or after the number, the same in all words that have one; brackets are a minus;
    - percent signs, if all numbers have one: 12 % is 12.

    >>> style_of(["$1,234.50", "($2.00)"]).parse("($2.00)")
    -2.0
    >>> style_of(["1.234,50 EUR", "7 EUR"])
    Style(parse=..., said='EUR left out, with decimal commas')
    """
    amounts = {word: amount for word in words if (amount := _amount(word)) is not None}
    units = {amount.unit for amount in amounts.values()} - {""}
    bare = sum(not amount.unit for amount in amounts.values())
    if len(units) > 1 or (units == {"%"} and bare):
        return Style(_plain)
    decimal, thousands, said = _marks([amount.digits for amount in amounts.values()])
    if units:
        unit = units.pop()
        example = ": 12 % is 12" if unit == "%" else ""
        said = f"{unit} left out{example}" + (f", {said}" if said else "")

    def parse(word: str) -> float | None:
        amount = _amount(word)
        if amount is None:
            return _plain(word)
        digits = _without(amount.digits, decimal, thousands)
        if digits is None:
            return None
        return -float(digits) if amount.negative else float(digits)

    return Style(parse, said)


def _plain(word: str) -> float | None:
    stripped = word.strip().replace("\u2212", "-")
    return float(stripped) if PLAIN.fullmatch(stripped) else None


def _amount(word: str) -> _Amount | None:
    """The digits of a number with marks or a unit; None for anything else, plain exponents included."""
    if len(word) > LONGEST:
        return None
    found = UNIT.fullmatch(word.strip().replace("\u2212", "-"))
    if not found or (found["before"] and found["after"]) or (found["sign"] == "(") != (found["close"] == ")"):
        return None
    number = found["number"]
    sign = number[0] if number[0] in "+-" else ""
    if sign and found["sign"]:
        return None
    return _Amount(
        number.lstrip("+-"),
        found["before"] or found["after"] or "",
        "-" in found["sign"] + sign or found["sign"] == "(",
    )


def _marks(numbers: list[str]) -> tuple[str, str, str]:
    """The decimal mark, the marks between thousands, and what to say of them."""
    commas = [number for number in numbers if "," in number]
    points = [number for number in numbers if "." in number]
    both = [number for number in commas if "." in number]
    if any(number.rfind(",") > number.rfind(".") for number in both):
        return ",", "." + SPACES, "with decimal commas"
    if commas and not both and not all(re.fullmatch(r"[1-9]\d{0,2}(,\d{3})+", number) for number in commas):
        return ",", SPACES, "with decimal commas"
    if commas:
        return ".", "," + SPACES, "commas taken for thousands"
    if points and all(re.fullmatch(r"[1-9]\d{0,2}(\.\d{3}){2,}", number) for number in points):
        return ",", "." + SPACES, "points taken for thousands"
    return ".", SPACES, ""


def _without(number: str, decimal: str, thousands: str) -> str | None:
    """The number with a decimal point and nothing else; None where its marks stand in no such order."""
    whole, _, part = number.partition(decimal)
    if not re.fullmatch(r"\d*", part):
        return None
    groups = re.split(f"[{re.escape(thousands)}]", whole)
    if len(groups) > 1 and not (1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])):
        return None
    joined = "".join(groups)
    if not re.fullmatch(r"\d*", joined) or not joined + part:
        return None
    return f"{joined or '0'}.{part or '0'}"
