"""Cells that hold several values: objects, lists of numbers, lists of lists and of objects, as columns of their own."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from fourfold.data.dataset import Note
from fourfold.data.messages import listed

from .cells import (
    CHANNELS_WITHIN,
    DEEPEST,
    EVENLY,
    FEWEST_STEPS,
    FIELDS_WITHIN,
    LONGEST_LIST,
    MOST_IN_LISTS,
    NUMBERS_WITHIN,
    OBJECTS,
    STEPS_WITHIN,
    are_channels,
    is_absent,
    left_out_within,
    number_of,
    said_of_lists,
)
from .word_channels import MOST_LEVELS, channel, levels_among, unknown
from .words import as_objects, reworded


@dataclass
class Lists:
    """Columns of lists by name: whether their lengths differ; those that are channels ``within`` one column, which are
    series if they are long; and what is said of these. ``known``: what such channels are called, as in training."""

    uneven: dict[str, bool] = field(default_factory=dict)
    within: dict[str, bool] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    known: Collection[str] = ()

    @property
    def unequal(self) -> tuple[str, ...]:
        return tuple(name for name, differ in self.uneven.items() if differ)

    @property
    def nested(self) -> tuple[str, ...]:
        return tuple(name for name, long in self.within.items() if long)


def opened(
    columns: Mapping[str, np.ndarray], known: Collection[str] = ()
) -> tuple[dict[str, np.ndarray], tuple[Note, ...], Lists]:
    """Columns with the fields of objects, and the numbers of lists, in columns of their own; what is said of these; and
    the columns of lists. ``known``: what channels of words are called, as in training.

    >>> found, notes, lists = opened({"at": as_objects([{"x": 1, "y": [2, 3]}, None])})
    >>> list(found), found["at.y_1"].tolist()
    (['at.x', 'at.y_0', 'at.y_1'], [3.0, None])
    >>> print(*notes, sep="\\n")
    objects: 'at' (their fields are columns NAME.FIELD)
    lists: 'at.y' (their numbers are columns NAME_0, NAME_1, ...)
    >>> lists.uneven
    {'at.y': False}
    """
    objects: list[str] = []
    lists = Lists(known=known)
    found: dict[str, np.ndarray] = {}
    for name, values in columns.items():
        for inner, cells in _leaves(name, values, objects, lists):
            found[inner if inner not in found else f"{inner} 2"] = cells
    plain = [name for name in lists.uneven if name not in lists.within]
    notes = (Note(f"objects: {listed(objects)}", OBJECTS),) if objects else ()
    return found, (*notes, *said_of_lists(plain), *lists.notes), lists


def _leaves(
    name: str, values: np.ndarray, objects: list[str], lists: Lists, depth: int = 0
) -> Iterator[tuple[str, np.ndarray]]:
    present = [] if values.dtype != object else [value for value in values if not is_absent(value)]
    if present and depth < DEEPEST and all(isinstance(value, Mapping) for value in present) and any(present):
        objects.append(name)
        for field in dict.fromkeys(field for value in present for field in value):
            inner = [value.get(field) if isinstance(value, Mapping) else None for value in values]
            yield from _leaves(f"{name}.{field}", as_objects(inner), objects, lists, depth + 1)
    elif any(map(_has_numbers, present)) and all(map(is_of_numbers, present)):
        counts = [0 if is_absent(value) else len(value) for value in values]
        lists.uneven[name] = len({len(value) for value in present}) > 1
        for place in range(max(counts)):
            cells = [_number(value[place]) if place < count else None for value, count in zip(values, counts)]
            yield f"{name}_{place}", as_objects(cells)
    elif (channels := _channels(name, values, present, lists)) is not None:
        for channel, cells in channels.items():
            yield from _leaves(channel, as_objects(cells), objects, lists, depth)
    else:
        yield name, values


def _number(value: Any) -> float | None:
    return None if is_absent(value) else number_of(value)


def _has_numbers(value: Any) -> bool:
    return is_of_numbers(value) and len(value) > 0


def is_of_numbers(value: Any) -> bool:
    """Whether this is a list of numbers, some of which may be missing, or an empty one."""
    if not isinstance(value, (list, tuple, np.ndarray)) or len(value) > LONGEST_LIST:
        return False
    return all(is_absent(one) or isinstance(one, (int, float, np.integer, np.floating)) for one in value)


def _channels(name: str, values: np.ndarray, present: list[Any], lists: Lists) -> dict[str, list[Any]] | None:
    """Lists of lists, or of objects, as a list of numbers for each channel; None for anything else."""
    filled = [[one for one in value if not _is_empty(one)] for value in present if _is_list(value)]
    if len(filled) < len(present) or not any(filled):
        return None
    if all(isinstance(one, Mapping) for value in filled for one in value):
        return _of_objects(name, values, filled, lists)
    if all(is_of_numbers(one) for value in filled for one in value):
        return _of_lists(name, values, filled, lists)
    return None


def _of_lists(name: str, values: np.ndarray, filled: list[list[Any]], lists: Lists) -> dict[str, list[Any]] | None:
    counts = [len(value) for value in values if _is_list(value) and len(value)]
    inner = [{len(one) for one in value} for value in filled if value]
    low, high = min(map(min, inner)), max(map(max, inner))
    turned = are_channels(min(counts), max(counts), low, high)
    ragged = any(len(lengths) > 1 for lengths in inner) or (low < high and not turned)
    if ragged or max(max(counts), high) > LONGEST_LIST or max(counts) * high > MOST_IN_LISTS:
        return None
    places = range(max(counts) if turned else high)
    names = [f"{name}[{place}]" if turned else f"{name}.{place}" for place in places]
    fewest, most = (low, high) if turned else (min(counts), max(counts))
    series = fewest < most or fewest >= FEWEST_STEPS
    because = CHANNELS_WITHIN if turned else STEPS_WITHIN if series else NUMBERS_WITHIN
    lists.notes.append(Note(f"lists of lists: {listed([name])}", because))
    lists.within |= dict.fromkeys(names, series)

    def channel(value: Any, place: int) -> list[Any] | None:
        if not _is_list(value) or not len(value):
            return None
        return value[place] if turned else [None if _is_empty(one) else one[place] for one in value]

    return {one: [channel(value, place) for value in values] for one, place in zip(names, places)}


def _of_objects(name: str, values: np.ndarray, filled: list[list[Any]], lists: Lists) -> dict[str, list[Any]] | None:
    fields = dict.fromkeys(key for value in filled for one in value for key in one)
    cells = {key: [[one.get(key) for one in value] for value in filled] for key in fields}
    times = [key for key in fields if are_times([one for cell in cells[key] for one in cell])]
    numbers = [key for key in fields if key not in times and all(map(is_of_numbers, cells[key]))]
    known = any(one.startswith(f"{name}.") for one in lists.known)
    counts = [] if known else [key for key in numbers if _rises_evenly(cells[key])]
    channels = [key for key in numbers if key not in counts]
    words = {key: {one for cell in cells[key] for one in cell} for key in fields if key not in {*times, *numbers}}
    levels = {key: _levels(f"{name}.{key}", own, lists) for key, own in words.items()}
    steps = [len(value) for value in values if _is_list(value) and len(value)]
    indicators = [(key, level) for key, own in levels.items() for level in own]
    if not channels + indicators or (not known and (not all(levels.values()) or np.median(steps) < FEWEST_STEPS)):
        return None
    if max(steps) > LONGEST_LIST or max(steps) * (len(channels) + len(indicators)) > MOST_IN_LISTS:
        return None
    lists.notes += [Note(f"lists of objects: {listed([name])}", FIELDS_WITHIN), *left_out_within(name, counts, times)]
    for key, own in levels.items():
        lists.notes += unknown(f"{name}.{key}", words[key], own) if own else []

    def steps_of(value: Any, key: str) -> list[Any] | None:
        return [None if _is_empty(one) else one.get(key) for one in value] if _is_list(value) else None

    def marks_of(value: Any, key: str, level: str) -> list[Any] | None:
        return [None if _is_empty(one) else one.get(key) == level for one in value] if _is_list(value) else None

    found = {f"{name}.{key}": [steps_of(value, key) for value in values] for key in channels}
    found |= {channel(f"{name}.{key}", own): [marks_of(value, key, own) for value in values] for key, own in indicators}
    lists.within |= dict.fromkeys(found, True)
    return found


def _levels(name: str, words: Collection[Any], lists: Lists) -> list[str]:
    """The words of a field that are told apart, those that are known if any are; [] of too many, and of no words."""
    present = [word for word in words if not is_absent(word)]
    if not all(isinstance(word, str) for word in present):
        return []
    if lists.known:
        return levels_among(name, lists.known)
    return sorted(present) if len(present) <= MOST_LEVELS else []


def are_times(values: Sequence[Any]) -> bool:
    """Whether values are dates, or words that write them."""
    present = [value for value in values if not is_absent(value)]
    if all(isinstance(value, (date, np.datetime64)) for value in present):
        return True
    if not all(isinstance(value, str) for value in present):
        return False
    return reworded(as_objects([*dict.fromkeys(present)]), strict=True)[1] == "date"


def _rises_evenly(cells: Sequence[Sequence[Any]]) -> bool:
    """Whether numbers rise by the same amount from each to the next in all rows."""
    if any(is_absent(one) for cell in cells for one in cell):
        return False
    rises = np.concatenate([np.diff(np.asarray(cell, dtype=np.float64)) for cell in cells])
    return len(rises) > 0 and bool(rises.min() > 0 and np.ptp(rises) <= EVENLY * rises.max())


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple, np.ndarray))


def _is_empty(value: Any) -> bool:
    return is_absent(value) or (_is_list(value) and len(value) == 0)
