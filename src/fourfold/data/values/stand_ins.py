"""What people and machines write where they have no value: words, numbers and dates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from typing import NamedTuple

import numpy as np

__all__ = [
    "MAY_BE_CLASSES", "MISSING_WORDS", "StandIn", "bare", "bare_words", "classes_among", "shared_stand_ins",
    "stands_for_missing",
]  # fmt: skip

MISSING_WORDS = frozenset((
    "", "NA", "N/A", "n/a", "NaN", "nan", "-nan", "NULL", "null", "None", "<NA>", "NaT", "?", "-NaN",
    "#N/A", "#NA", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!", "1.#QNAN", "-1.#IND", "1.#IND",
    "#SPILL!", "#CALC!", "#FIELD!", "#CONNECT!", "#BLOCKED!", "#UNKNOWN!", "#ERROR!",
    "#NV", "#WERT!", "#BEZUG!", "#ZAHL!", "#VALEUR!", "#NOMBRE!", "#NOM?", "#NUL!", "#N/D", "#\u00a1VALOR!", "#VALOR!",
    "#\u00a1REF!", "#\u00a1NUM!", "#\u00a1DIV/0!", "#\u00bfNOMBRE?", "#NOME?", "#VALORE!", "#RIF!", "#WAARDE!",
    "#VERW!", "#NAAM?", "#GETAL!", "#DEEL/0!", "#N/B", "#ARG!", "#ADR!", "#NAZWA?", "#LICZBA!",
    "\\N", "(null)", "<null>", "n.a.", "N.A.", "k.A.",
))  # fmt: skip
"""Spellings of a missing value, those of databases, and of sheets in English, German, French, Spanish, Italian,
Portuguese, Dutch and Polish among them."""

MAY_BE_CLASSES = frozenset(("NA", "N/A", "n/a", "NULL", "null", "None", "?", "n.a.", "N.A.", "k.A."))
"""Those of them that people write, who may mean a class by them; the others only programs write."""

LIMITS = frozenset(float(2**bits - odd) for bits in (15, 16, 31, 32, 63) for odd in (0, 1))
"""The largest whole numbers of machines, and with a minus the smallest ones."""

HUGE = 1e20
"""From this number on it is what is written for none (NetCDF, multimeters), if all others are far from it."""

DAYS = frozenset(
    int(np.datetime64(day).astype(np.int64))
    for day in (
        "0001-01-01", "1601-01-01", "1753-01-01", "1899-12-30", "1899-12-31", "1900-01-01", "1970-01-01",
        "2099-12-31", "2999-12-31", "9999-01-01", "9999-12-31",
    )
)  # fmt: skip
"""The first and the last days of databases, spreadsheets and programs, since 1970."""

DAY = 86_400_000_000
"""In microseconds."""

CODES = tuple(
    frozenset(float(sign * code) for code in codes)
    for codes in ((97, 98, 99), (997, 998, 999), (77, 88, 99), (777, 888, 999), (7, 8, 9))
    for sign in (1, -1)
    if (codes[0], sign) != (7, 1)
)
"""What surveys write for answers that were refused, not known or not asked for, one code each."""

FEWEST, FAR = 3, 2.0
"""Such a value has to occur so often, and to lie so many ranges of all others from these."""

FEWEST_SHARING = 2
"""Columns from which on one that is not usual counts, too."""

BESIDE_ONE = 999
"""The size from which on a usual one tells nothing else where all others are one number, less than a tenth of it."""


class StandIn(NamedTuple):
    """What stands for a missing value, in which share of the values, and whether other columns alone tell so."""

    value: str
    share: float
    as_others: bool = False


def bare(word: str) -> str | None:
    """A word without blanks around it, None for a spelling of a missing value."""
    return None if (stripped := word.strip()) in MISSING_WORDS else stripped


def bare_words(words: list[str | None]) -> list[str | None]:
    """The same of many words, of which few may be different.

    >>> bare_words([" red", "NA", "", None, "none"])
    ['red', None, None, None, 'none']
    """
    known = {word: bare(word) for word in dict.fromkeys(words) if word is not None}
    return [None if word is None else known[word] for word in words]


def classes_among(values: np.ndarray) -> tuple[str, ...]:
    """The spellings of a missing value among a column's words as they were given that may be names of classes.

    >>> classes_among(np.array(["mild", " None", "", "NaN", None, 1.5], dtype=object))
    ('None',)
    """
    if values.dtype.kind not in "OSTU":
        return ()
    cells = np.char.decode(values, "utf-8", "replace") if values.dtype.kind == "S" else values
    words = dict.fromkeys(cell for cell in cells.tolist() if isinstance(cell, str))
    return tuple(sorted({word.strip() for word in words} & MAY_BE_CLASSES))


def shared_stand_ins(columns: Iterable[np.ndarray]) -> frozenset[float]:
    """The numbers, beyond 1, that loggers write for none: far from all others at an end of a column (N,), and so, or
    the only one below 0, in another; and codes of surveys that are all that lies below 0 in several.

    >>> one, other = np.array([*[-200.0] * 3, 1.0, 2.0]), np.array([*[-200.0] * 3, 0.0, 700.0])
    >>> sorted(shared_stand_ins([one, other, np.arange(9.0)])), sorted(shared_stand_ins([other, other]))
    ([-200.0], [])
    >>> scores = [np.array([*[-9.0, -8.0] * 2, *range(20 * k)]) for k in (2, 3)]
    >>> sorted(shared_stand_ins(scores)), sorted(shared_stand_ins(scores[:1]))
    ([-9.0, -8.0], [])
    """
    counts: Counter[float] = Counter()
    far: set[float] = set()
    codes: dict[frozenset[float], list[set[float]]] = {family: [] for family in CODES}
    for values in columns:
        present = values[~np.isnan(values)]
        below = {*present[present < 0].tolist()} if (present < 0).sum() >= FEWEST and (present >= 0).any() else set()
        for family, found in codes.items():
            found += [below] * bool(below and below <= family)
        ends = {float(present.min()), float(present.max())} if present.size else ()
        among = {value: _is_far(value, present) for value in ends if abs(value) > 1}
        far |= {value for value in among if among[value]}
        counts.update(value for value in among if among[value] or _is_alone_below(value, present))
    shared = {value for value in far if counts[value] >= FEWEST_SHARING}
    return frozenset(shared.union(*(set().union(*found) for found in codes.values() if len(found) >= FEWEST_SHARING)))


def _is_alone_below(value: float, present: np.ndarray) -> bool:
    """Whether a number occurs often, and is the only one below 0."""
    below = present[present < 0]
    return FEWEST <= len(below) < len(present) and bool((below == value).all())


def _is_far(value: float, present: np.ndarray) -> bool:
    """Whether a number occurs often, and lies far from all others, which differ."""
    others = present[present != value]
    if not others.size or len(present) - len(others) < FEWEST:
        return False
    with np.errstate(over="ignore"):  # huge numbers
        spread, distance = FAR * np.ptp(others), np.abs(others - value).min()
    return bool(spread and distance > spread)


def _is_beside_one(value: float, present: np.ndarray) -> bool:
    """Whether a number occurs often, and is far larger than the only other one.

    >>> _is_beside_one(-9999.0, np.array([4.0, *[-9999.0] * 3])), _is_beside_one(9.0, np.array([0.0, *[9.0] * 3]))
    (True, False)
    """
    others = np.unique(present[present != value])
    often = int((present == value).sum()) >= FEWEST
    return often and len(others) == 1 and abs(value) >= max(BESIDE_ONE, 10 * abs(float(others[0])))


def stands_for_missing(
    values: np.ndarray, dates: bool = False, shared: Collection[float] = ()
) -> StandIn | None:
    """What among the values (N,) stands for a missing one; None if nothing does. ``dates``: the values are microseconds
    since 1970; ``shared``: what stands for it in several columns, and does where it alone is negative, too.

    >>> stands_for_missing(np.array([1.0, 2.0, 3.0, -999.0, -999.0, -999.0]))[:2]
    ('-999', 0.5)
    """
    present = values[~np.isnan(values)]
    for value in (float(present.min()), float(present.max())) if present.size else ():
        usual = int(value // DAY) in DAYS if dates else _is_usual(value)
        far = _is_far(value, present) or (usual and not dates and _is_beside_one(value, present))
        if (usual and far) or (value in shared and (far or _is_alone_below(value, present))):
            word = str(np.datetime64(int(value // DAY), "D")) if dates else f"{value:.12g}"
            return StandIn(word, int((present == value).sum()) / len(values), not (usual and far))
    return None if dates else _codes_of_surveys(present, len(values)) or _shared_codes(present, len(values), shared)


def _shared_codes(present: np.ndarray, rows: int, shared: Collection[float]) -> StandIn | None:
    """The codes that are all that lies below 0, as in other columns, and their share of the rows."""
    below = present[present < 0]
    if not FEWEST <= len(below) < len(present) or not {*below.tolist()} <= {*shared}:
        return None
    return StandIn(_either(below), len(below) / rows, as_others=True)


def _either(codes: np.ndarray) -> str:
    """Different codes in a sentence.

    >>> _either(np.array([9.0, 7.0, 9.0, 8.0])), _either(np.array([-9.0]))
    ('7, 8 or 9', '-9')
    """
    names = [f"{code:.0f}" for code in np.unique(codes)]
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _codes_of_surveys(present: np.ndarray, rows: int) -> StandIn | None:
    """Which codes of one family stand among whole numbers, beyond all others of these, and their share of the rows.

    >>> _codes_of_surveys(np.array([1.0, 5.0, 3.0, 98.0, 99.0, 98.0]), 6)[:2], _codes_of_surveys(np.arange(100.0), 100)
    (('98 or 99', 0.5), None)
    """
    if not present.size or (present != np.round(present)).any():
        return None
    ends = {float(present.min()), float(present.max())}
    for family in CODES:
        if family.isdisjoint(ends):
            continue
        among = np.isin(present, [*family])
        others = present[~among]
        if among.sum() < FEWEST or not others.size:
            continue
        distance = np.abs(others[:, None] - [*family]).min()
        if distance > FAR * np.ptp(others) > 0:
            return StandIn(_either(present[among]), float(among.sum() / rows))
    return None


def _is_usual(number: float) -> bool:
    """Whether a number is one of those that people and machines write for none: nines, a limit, a huge one."""
    size = abs(number)
    return size >= HUGE or size in LIMITS or set(f"{size:.12g}".replace(".", "")) == {"9"}
