"""Numbers that name columns: years, places, wavelengths."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from .name_or_value import FEWEST_BELOW, Records, below_of, is_alike, is_new, is_number

__all__ = ["are_beside_words", "count_columns", "names_by_numbers", "whole_numbers"]

YEARS = range(1800, 2201)
FEWEST_COUNTED = 5
"""Numbers that count, beside words, from which on they are names of columns if they are no years."""

FEWEST_RISING = 10
"""Numbers that rise or fall, in steps of any size, from which on they are names of columns: wavelengths, say."""


def whole_numbers(record: Sequence[str]) -> list[int]:
    return [int(cell) for cell in record if re.fullmatch(r"\s*\d+\s*", cell)]


def count_columns(first: Sequence[str]) -> bool:
    """Whether a record numbers the columns from 0 on, as data frames without names do; behind an index without one.

    >>> count_columns(["0", "1", "2"]), count_columns(["", "0", "1"]), count_columns(["0", "2"]), count_columns(["0"])
    (True, True, False, False)
    """
    numbers = first[not first[0].strip() :]
    return len(numbers) > 1 and whole_numbers(numbers) == [*range(len(numbers))]


def names_by_numbers(records: Records) -> bool:
    """Whether the first record has numbers that are names, beside words: years, places, wavelengths."""
    first, rest = records[0], records[1:]
    counts_or_rises = _counts(first, whole_numbers(first), rest) or _rises(first, rest)
    return counts_or_rises or _above_fractions(first, rest) or _above_words(first, rest)


def _above_words(first: Sequence[str], rest: Records) -> bool:
    """Whether all numbers of a record are years above words alone, beside words that don't occur below.

    >>> rest = [["Alabama", "R+27"], ["Alaska", "R+16"], ["Ohio", "D+1"]]
    >>> _above_words(["state", "2020"], rest), _above_words(["state", "2020"], [*rest, ["Iowa", "7"]])
    (True, False)
    """
    columns = [(cell, below_of(rest, place), is_number(cell)) for place, cell in enumerate(first)]
    years = all(
        re.fullmatch(r"\s*(19|20)\d\d\s*", cell) and len(below) >= FEWEST_BELOW and not any(map(is_number, below))
        for cell, below, number in columns
        if number
    )
    new = all(cell not in below for cell, below, number in columns if not number)
    return years and new and any(number for *_, number in columns) and not all(number for *_, number in columns)


def _above_fractions(first: Sequence[str], rest: Records) -> bool:
    """Whether a record has whole numbers above fractions alone, beside words one of which is a name as it is new.

    >>> rest = [["A1", "0.51", "p"], ["A2", "0.25", "q"]] * 5
    >>> _above_fractions(["well", "600", "kind"], rest), _above_fractions(["A3", "600", "p"], rest)
    (True, False)
    """
    whole = whole_numbers(first)
    below = [below_of(rest, place) for place in range(len(first))]
    fractions = all(
        cells and all(is_number(cell) and not re.fullmatch(r"\s*[-+]?\d+\s*", cell) for cell in cells)
        for name, cells in zip(first, below)
        if is_number(name)
    )
    new = any(not is_number(name) and is_new(name, cells) for name, cells in zip(first, below))
    return bool(whole) and fractions and new and are_beside_words(whole, first, rest)


def _counts(first: Sequence[str], whole: Sequence[int], rest: Records) -> bool:
    """Whether a record has numbers in equal steps, years or many, beside words that do not occur below them."""
    steps = {after - before for before, after in pairwise(whole)}
    many = len(whole) >= FEWEST_COUNTED or (len(whole) > 2 and all(number in YEARS for number in whole))
    words = any(not is_number(cell) and cell.strip() for cell in first)
    return many and len(steps) == 1 and min(steps) > 0 and words and are_beside_words(whole, first, rest)


def are_beside_words(whole: Sequence[int], first: Sequence[str], rest: Records) -> bool:
    """Whether the other cells of a record with whole numbers are empty, or words that do not occur below them."""
    words = [(place, cell) for place, cell in enumerate(first) if not is_number(cell) and cell.strip()]
    named = sum(bool(cell.strip()) for cell in first)
    alone = len(whole) + len(words) == named
    return alone and not any(cell in (below := below_of(rest, place)) or is_alike(cell, below) for place, cell in words)


def _rises(first: Sequence[str], rest: Records) -> bool:
    """Whether a record has many numbers that rise or fall, beside words that do not occur below them."""
    numbers = [float(cell.strip().replace(",", ".")) for cell in first if is_number(cell)]
    steps = [after - before for before, after in pairwise(numbers)]
    if len(numbers) < FEWEST_RISING or (min(steps) <= 0 and max(steps) >= 0):
        return False
    words = [(place, cell) for place, cell in enumerate(first) if not is_number(cell) and cell.strip()]
    return bool(words) and not any(cell in below_of(rest, place) for place, cell in words)
