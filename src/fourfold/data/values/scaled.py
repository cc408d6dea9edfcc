"""Numbers in thousands, millions or billions: $1.5M, 12 bn, 3 lakh."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .amounts import CURRENCY, LONGEST, MOSTLY, on_plain_keyboard

SCALES = {"": 1.0, "K": 1e3, "L": 1e5, "M": 1e6, "C": 1e7, "B": 1e9}
OF_INDIA = "lakh is 100,000, crore 10,000,000"
SCALE_WORDS = r"thousand|million|billion|[mb]n|mln|mio\.?|mrd\.?|lakhs?|lacs?|crores?|cr\.?"
SCALED = re.compile(
    rf"(?P<sign>[-+]?)\s*(?P<currency>{CURRENCY})?\s*"
    r"(?P<number>(?:\d{1,2}(?:,\d{2})+,\d{3}|\d+(?:,\d{3})*)(?:\.\d+)?)"
    rf"\s*(?P<scale>[kKmMbB](?![^\W\d_])|(?i:{SCALE_WORDS}))?(?:\s*(?P<behind>{CURRENCY}))?",
    re.ASCII,
)
"""A number with a decimal point, and what stands behind it for thousands, millions or billions, or India's lakhs and
crores."""

OF_MONEY = re.compile(r"m|b|(?i:cr\.?)")
"""Scales beside a currency; alone these are metres, bits or a credit."""


@dataclass(frozen=True)
class Scaled:
    """Numbers some of which are in thousands, millions or billions, with a ``currency`` or without one.

    >>> [Scaled("€").parse(word) for word in ("€1.2k", "3M €", "€3 million", "850", "2 kg")]
    [1200.0, 3000000.0, 3000000.0, 850.0, None]
    >>> [Scaled("\u20b9").parse(word) for word in ("\u20b945 Lakh", "\u20b91.2 Cr")]
    [4500000.0, 12000000.0]
    """

    currency: str = ""
    said: str = "k is 1,000, M 1,000,000, B 1,000,000,000"
    unit = ""

    def parse(self, word: str) -> float | None:
        found = _scaled(word)
        if found is None or _currency(found) not in ("", self.currency):
            return None
        number = float(found["number"].replace(",", "")) * SCALES[_scale(found)]
        return -number if found["sign"] == "-" else number

    @property
    def example(self) -> str:
        return f"{self.currency}1.5k"


def _scaled(word: str) -> re.Match[str] | None:
    found = SCALED.fullmatch(on_plain_keyboard(word)) if len(word) <= LONGEST else None
    if not found or (found["currency"] and found["behind"]):
        return None
    return found if _currency(found) or not OF_MONEY.fullmatch(found["scale"] or "") else None


def _currency(scaled: re.Match[str]) -> str:
    return scaled["currency"] or scaled["behind"] or ""


def _scale(scaled: re.Match[str]) -> str:
    """The letter of a scale, which may be a word: B of bn, billion and mrd, L of lakh, C of crore."""
    written = (scaled["scale"] or "").upper()
    return "K" if written == "THOUSAND" else "B" if written.startswith("MRD") else written[:1]


def scaled_of(words: Iterable[str]) -> Scaled | None:
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
    currency = next(iter(currencies), "")
    return Scaled(currency, OF_INDIA) if scales & {"L", "C"} else Scaled(currency)
