"""Numbers and dates that are written in another way than those that were learnt from: what they are, where they can be
nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from fourfold.preprocessing.table import missing

from .amounts import amount_of, undressed
from .dates import BEFORE_YEAR, SINCE, TURNED, USUAL, by_name, is_untold
from .numerals import Style, style_by, style_of, unit_of
from .stamps import COMPACT, COUNTED, compact_dates, counted_as, counted_since_1970
from .words import Understood, understood

__all__ = [
    "Otherwise", "are_whole", "counts_otherwise", "dates_by_counts", "dates_otherwise", "doubt_of", "numbers_otherwise",
    "said_of_counts",
]  # fmt: skip

ONE_MARK = re.compile(r"[-+]?[1-9]\d{0,2}([.,])\d{3}")
"""A number whose mark may be decimal, or stand between thousands."""


class Otherwise(NamedTuple):
    """How values are written, as `Understood.written` has it, and what is said; or, in place of both, the ``doubt``."""

    written: str = ""
    said: str = ""
    doubt: str = ""


def numbers_otherwise(cells: np.ndarray, learnt: str, *, comma: bool, whole: bool | None) -> Otherwise | None:
    """Words (N,) that are numbers in one other way of writing than the one that was ``learnt``, in which none with a
    mark can be read; None of others. ``comma``: as of `understood`; ``whole``: as of `doubt_of`.

    >>> words = np.array(["1,5", "2", None], dtype=object)
    >>> numbers_otherwise(words, "", comma=False, whole=False)
    Otherwise(written='1234,5', said='with decimal commas', doubt='')
    >>> numbers_otherwise(np.array(["1,500"], dtype=object), "", comma=False, whole=False).doubt
    "numbers such as '1,500', which may be 1500 or 1.5"
    """
    marked = [word for word in dict.fromkeys(cells[~missing(cells)].tolist()) if "," in word or "." in word]
    found = understood(cells, comma=comma)
    style, own = style_of(cells[~missing(cells)].tolist(), comma=comma), style_by(learnt)
    if not marked or found.kind != "number" or not isinstance(style, Style) or not isinstance(own, Style):
        return None
    grouped = comma and _one_mark(marked) == "."  # beside decimal commas
    readable = not grouped and any(own.parse(word) is not None for word in marked)
    if readable or found.written == learnt or style.unit != own.unit:
        return None
    doubt = doubt_of(cells, found, comma=comma, whole=whole)
    return Otherwise(doubt=doubt) if doubt else Otherwise(found.written, style.said or "with decimal points")


def dates_otherwise(cells: np.ndarray, learnt: str, *, alone: bool) -> Otherwise | None:
    """Words (N,) that are dates in one other way of writing than the one that was ``learnt``; None of others. Days
    where months were tell it of all rows together, if these are ``alone``: read part after part, some would be taken
    for months before one shows it.

    >>> dates_otherwise(np.array(["31.01.2024"], dtype=object), "", alone=True).said
    'dates, read as day.month.year'
    >>> dates_otherwise(np.array(["01/02/2024"], dtype=object), "", alone=True).doubt
    "dates such as '01/02/2024', of which 01 or 02 may be the month"
    """
    found = understood(cells)
    way, own = (written.partition(SINCE)[0] for written in (found.written, learnt))
    as_learnt = learnt not in (*COMPACT, *COUNTED) and all(map(by_name(learnt), cells[~missing(cells)].tolist()))
    if found.kind != "date" or found.written == learnt or as_learnt or (TURNED.get(own) == way and not alone):
        return None
    doubt = doubt_of(cells, found)
    return Otherwise(doubt=doubt) if doubt else Otherwise(found.written, found.said or f"dates, read as {USUAL}")


def counts_otherwise(numbers: np.ndarray) -> str:
    """How numbers (N,) are called that count since 1970, or are dates such as 20260131; "" of others.

    >>> counts_otherwise(np.array([20260131.0])), counts_otherwise(np.array([1.5]))
    ('yearmonthday', '')
    """
    if written := counted_since_1970(numbers):
        return written
    days = np.nanmin(numbers, initial=np.inf) > 10**6 and compact_dates(numbers, fewest=1) is not None
    return COMPACT[0] if days else ""


def dates_by_counts(numbers: np.ndarray, written: str) -> np.ndarray:
    """Numbers (N,) as the dates that `counts_otherwise` says."""
    dates = compact_dates(numbers, 1, written) if written in COMPACT else counted_as(numbers, written)
    assert dates is not None
    return dates


def said_of_counts(written: str) -> str:
    """What is said of dates that are written as numbers."""
    return f"dates, read as {written}" if written in COMPACT else written


def are_whole(numbers: np.ndarray) -> bool:
    """Whether numbers (N,) are whole, but for missing ones."""
    present = numbers[~np.isnan(numbers)]
    return bool((present == np.floor(present)).all())


def doubt_of(cells: np.ndarray, found: Understood, *, comma: bool = False, whole: bool | None = None) -> str:
    """What words (N,) hold that are numbers or dates, as ``found``, and could be others as well; "" where they can't.

    A comma before three digits may be decimal or not, but where the numbers that were learnt, as all of them are
    ``whole``, and the file, in which a ``comma`` is likelier to be decimal, speak for the same.

    >>> words = np.array(["1,500", "2,250"], dtype=object)
    >>> [doubt_of(words, understood(words), whole=whole) != "" for whole in (True, False, None)]
    [False, True, True]
    """
    words = list(dict.fromkeys(cells[~missing(cells)].tolist()))
    if found.kind == "date":
        return _either_day(words) if is_untold(words, found.written.partition(SINCE)[0]) else ""
    if _one_mark(words) != "," or bool(whole) is not comma:
        return ""
    word = next(word for word in words if "," in word)
    unit = unit_of(found.written)
    large, small = (Style(decimal, thousands, unit).parse(word) for decimal, thousands in (".,", ",."))
    return f"numbers such as {word[:30]!r}, which may be {large:g} or {small:g}"


def _one_mark(words: Iterable[str]) -> str:
    """The mark that numbers have once, before three digits, in all that have any; "" of others."""
    digits = [amount.digits for word in words if (amount := amount_of(undressed(word)[0])) is not None]
    found = [ONE_MARK.fullmatch(one) for one in digits if "," in one or "." in one]
    marks = {one[1] if one else "" for one in found}
    return marks.pop() if len(marks) == 1 else ""


def _either_day(words: Iterable[str]) -> str:
    """What is said of dates whose day and month can't be told apart; "" where they are one number in all."""
    for word in words:
        found = BEFORE_YEAR.match(word)
        if found is not None and int(found[1]) != int(found[3]):
            return f"dates such as {word[:30]!r}, of which {found[1]} or {found[3]} may be the month"
    return ""
