"""What a column is of use for, by its values and its name: numbers, dates, words, or nothing, and why."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from fourfold.data.dataset import Column
from fourfold.data.messages import CONSTANT
from fourfold.data.values.amounts import MOSTLY
from fourfold.data.values.called import CASES, ID
from fourfold.data.values.hints import are_points
from fourfold.data.values.unread_dates import of_named_zones
from fourfold.data.values.written import hold_numbers
from fourfold.preprocessing.table import ColumnKind, missing

from .frame_index import ROW_NUMBERS, UNNAMED_INDEX
from .free_texts import CATEGORY_LEVELS, FREE_TEXT, are_free, are_sequences
from .named_files import NAMED_SOUNDS, is_sound

__all__ = ["COUNTER", "COUNTS", "DIFFERENT", "NAMES", "NOT_TAKEN_APART", "Verdict", "judged"]

NUMBERED = (
    "id record order ticket lot serial item case customer client account invoice sample specimen patient subject "
    "participant roll observation obs entry line sequence seq transaction receipt bill policy contract claim article "
    "batch run experiment card passport phone telephone registration licence license reference tracking shipment loan "
    "document doc report matriculation kunde kunden auftrag auftrags rechnung rechnungs artikel beleg zeile zeilen "
    "patienten probanden lfd matrikel"
)
"""Words, in the singular, that make a name of a number behind them: order number, but not cases number."""

INDEXED = "row record sample item case patient subject order image frame data dataset df old orig original"
"""The same of an index."""

COUNTER = re.compile(
    r"(^|[_\W])(id|rowid|uuid|guid)$|(^|[a-z_\W])(Id|ID)$|^([Ii]dx|[Ii]ndex|[Rr]ow|[Nn]r|[Nn]o|[Nn]umber)\.?$"
    r"|^(?i:((?!total|average|avg|mean|per|max|min)[^\W_]+[_\W]+)?"
    rf"({'|'.join(NUMBERED.split())})[_\W]*(nr|no|number))\.?$"
    rf"|^(?i:({'|'.join(INDEXED.split())})[_\W]*(idx|index)|row[_\W]*(nr|no|num|number)|s[lr]?[_\W]*(no|number))\.?$"
    rf"|^(?:{ROW_NUMBERS.pattern}|{UNNAMED_INDEX.pattern})$"
)
"""Names of columns that only count rows, or name them."""

MAY_COUNT = re.compile(rf"(^|[_\W])(?:idx|index|nr|no|number)$|^(?i:index|{'|'.join(sorted(CASES))})\.?$")
"""Names of columns that may count rows, if their numbers are like it, and are something else otherwise: index of
prices, a patient who has several rows."""

COUNTS, DIFFERENT = "it counts the rows", "different in every row"
NAMES = "a number that names each row: whole, and different in each"
NOT_TAKEN_APART = "lists or objects of numbers, not alike enough to be taken apart"
QUANTITY = re.compile(r"\s*[^\w\s]?\s*\d")
"""How a number begins, also one with a sign or a currency before it."""


@dataclass(frozen=True)
class Verdict:
    """What a column is: its kind, or why it is left out."""

    kind: ColumnKind | None
    because: str = ""


def judged(column: Column, values: np.ndarray, test_rows: int = 0) -> Verdict:
    """What a column is; its last values are those of ``test_rows``, which may be counted anew."""
    absent = missing(values)
    present = values[~absent]
    if not present.size:
        return Verdict(None, "no values")
    if not absent.any() and (present == present[0]).all():
        return Verdict(None, CONSTANT)
    counter = COUNTER.search(column.name)
    may_count = counter or MAY_COUNT.search(column.name) or ID.search(column.name)
    counted_parts = _parts_that_name_rows(values, test_rows) if column.kind == "number" and may_count else []
    if counted_parts:
        in_order = all(map(_are_in_order, counted_parts))
        return Verdict(None, COUNTS if in_order else NAMES) if in_order or counter else Verdict("number")
    if column.kind != "category":
        return Verdict(column.kind)
    words = present.tolist()
    if all(map(is_sound, words)):
        return Verdict(None, NAMED_SOUNDS)
    levels = len(set(words))
    if are_free(words) and not (levels <= CATEGORY_LEVELS and _unread(words)):
        if hold_numbers(words):
            return Verdict(None, NOT_TAKEN_APART)
        if are_points(words):
            return Verdict(None, "places, of several numbers each")
        return Verdict(None, "dates that are not read" if of_named_zones(words) else FREE_TEXT)
    if are_sequences(words):
        return Verdict(None, FREE_TEXT)
    if levels == len(values) and levels > 2:
        return Verdict(None, DIFFERENT + _unread(words))
    return Verdict("category")


def _name_rows(values: np.ndarray) -> bool:
    """Whether numbers (N,) are whole, and different in every row."""
    return bool((values == np.round(values)).all()) and len(set(values.tolist())) == len(values)


def _parts_that_name_rows(values: np.ndarray, test_rows: int) -> list[np.ndarray]:
    """Numbers (N,) that are different in all rows, as one, or of training and of test, as two; else []."""
    apart = [values[: len(values) - test_rows], values[len(values) - test_rows :]] if test_rows else [values]
    return next((parts for parts in ([values], apart) if all(map(_name_rows, parts))), [])


def _are_in_order(different: np.ndarray) -> bool:
    """Whether whole numbers (N,), all of them different, rise, fall, or have no gap between them."""
    steps = np.diff(different)
    return bool((steps > 0).all() or (steps < 0).all() or different.max() - different.min() == len(different) - 1)


def _unread(words: list[str]) -> str:
    """What to say of words that nearly all begin like numbers, also behind a sign, as quantities do; "" of others."""
    if sum(QUANTITY.match(word) is not None for word in words) < MOSTLY * len(words):
        return ""
    return f", such as {words[0][:30]!r}, which is read as no number and no date"
