"""Columns of lists of numbers, of lists of lists and of objects: a column for each number of each channel."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fourfold.data.dataset import Note
from fourfold.data.messages import listed
from fourfold.data.values.cells import (
    CHANNELS_WITHIN,
    EVENLY,
    FEWEST_STEPS,
    FIELDS_WITHIN,
    LONGEST_LIST,
    MOST_IN_LISTS,
    NUMBERS_WITHIN,
    RECTANGULAR,
    STEPS_WITHIN,
    are_channels,
    left_out_within,
)
from fourfold.data.values.nested_cells import are_times
from fourfold.data.values.word_channels import MOST_LEVELS, channel, levels_among, unknown
from fourfold.errors import DataError

from .pictures import begins_as_picture
from .sql import literal, number_of

PICTURES_INSIDE = "the pictures themselves; --layout image reads them alone"
"""Why a column of bytes is left out that begin as pictures do."""

SOUND = re.compile(rb"RIFF.{4}WAVE|fLaC|OggS|ID3|\xff[\xfb\xf3\xf2]", re.DOTALL)
"""How files of sounds begin."""

TEXT = r"[^\x00-\x08\x0E-\x1F]*"
"""What text matches: no control characters but those between words, lines and pages."""

TIMES = ("DATE", "TIME", "INTERVAL")
"""How types of fields begin that tell when a step was."""


@dataclass(frozen=True)
class Lists:
    """What is read of a column of lists: for each channel its columns NAME_0, NAME_1, ... of numbers, in SQL.

    - ``uneven``: some rows have fewer steps than others; ``nested``: they are series, however equal their lengths.
    - ``empty``: a column of lists none of which holds anything, as words are that are listed.
    - ``because``: why the column is left out, "" if it is not.
    """

    channels: Mapping[str, dict[str, str]] = field(default_factory=dict)
    uneven: bool = False
    nested: bool = False
    notes: tuple[Note, ...] = ()
    empty: Mapping[str, str] = field(default_factory=dict)
    because: str = ""

    @property
    def casts(self) -> dict[str, str]:
        """The columns of all channels."""
        return {**self.empty, **{name: cast for columns in self.channels.values() for name, cast in columns.items()}}


@dataclass(frozen=True)
class ListColumn:
    """A column of DuckDB: its name, its expression and its type; ``lists``: the lists that are known, or None."""

    connection: Any
    relation: str
    parameters: tuple[str, ...]
    name: str
    cell: str
    kind: str
    lists: Collection[str] | None = None

    def found(self, cells: str, rows: str = "") -> tuple[Any, ...] | None:
        """The first row of some expressions."""
        return self.connection.execute(f"SELECT {cells} FROM {rows or self.relation}", self.parameters).fetchone()

    def first_bytes(self) -> bytes:
        """The first cell of a column of bytes; b"" of any other."""
        first = f"{self.relation} WHERE {self.cell} IS NOT NULL LIMIT 1"
        found = self.found(self.cell, first) if self.kind == "BLOB" else None
        return b"" if found is None else bytes(found[0])

    def holds_text(self) -> bool:
        """Whether it holds bytes all of which are text in UTF-8, as those who write parquet without types have it."""
        if self.kind != "BLOB":
            return False
        try:
            self.first_bytes().decode()
        except UnicodeDecodeError:
            return False
        is_text = f"coalesce(regexp_full_match(TRY(decode({self.cell})), {literal(TEXT)}), false)"
        (others,) = self.found("count(*)", f"{self.relation} WHERE {self.cell} IS NOT NULL AND NOT {is_text}") or (1,)
        return not others

    def known(self, ending: str) -> int:
        """How many of its channels are known, by an ending of their names."""
        return sum(re.fullmatch(re.escape(self.name) + ending, one) is not None for one in self.lists or ())


def in_words(cell: str) -> str:
    """Lists as JSON writes them."""
    return f"CAST(to_json({cell}) AS VARCHAR)"


def lists_in(column: ListColumn, numbers: Collection[str]) -> Lists:
    """The channels of a column of lists of ``numbers``, of lists of such lists, or of objects."""
    if column.kind.endswith("]") and not (column.found(f"max(len({column.cell}))") or (0,))[0]:
        return Lists(empty={column.name: in_words(column.cell)})
    number = rf"({'|'.join(numbers)})(\(\d+,\d+\))?"
    if re.fullmatch(rf"{number}\[\d*\]", column.kind):
        return _of_numbers(column)
    if re.fullmatch(rf"{number}\[\d*\]\[\d*\]", column.kind):
        return _of_lists(column)
    if re.fullmatch(r"STRUCT\(.*\)\[\d*\]", column.kind, re.DOTALL):
        return _of_objects(column, number)
    if column.kind.startswith("MAP("):
        return Lists(because="maps of names and values; write a column for each name")
    first = column.first_bytes()
    return Lists(
        because=PICTURES_INSIDE
        if begins_as_picture(first)
        else "sounds, which are not read; write features of them, such as spectrograms, as arrays"
        if SOUND.match(first)
        else "nested or binary values"
    )


def _of_numbers(column: ListColumn) -> Lists:
    """One channel, a number a step."""
    low, high = column.found(f"min(len({column.cell})), max(len({column.cell}))") or (0, 0)
    if not high or high > LONGEST_LIST:
        return Lists(because="lists of unequal lengths, or too long")
    steps = {f"{column.name}_{step}": number_of(f"{column.cell}[{step + 1}]", column.kind) for step in range(high)}
    return Lists({column.name: steps}, uneven=low < high)


def _of_lists(column: ListColumn) -> Lists:
    """Each list within is a step (T, C), or each is a channel (C, T)."""
    inner = f"list_transform({column.cell}, lambda one: nullif(len(one), 0))"
    rows = (
        f"(SELECT nullif(len({column.cell}), 0) AS lists, list_min({inner}) AS low, list_max({inner}) AS high, "
        f"row_number() OVER () AS place FROM {column.relation})"
    )
    fewest, most, low, high = column.found("min(lists), max(lists), min(low), max(high)", rows) or (0, 0, 0, 0)
    if not high:
        return Lists(because="lists of no numbers")
    as_steps, as_channels = column.known(r"\.\d+"), column.known(r"\[\d+\]")
    turned = not as_steps and (as_channels > 0 or are_channels(fewest, most, low, high))
    ragged = column.found("place, low, high", f"{rows} WHERE low < high ORDER BY place LIMIT 1")
    if ragged or (fewest < most if turned else low < high):
        place, *lengths = ragged or (0, *((fewest, most) if turned else (low, high)))
        return _ragged(column, place, lengths, as_steps, as_channels)
    steps, channels = (high, most) if turned else (most, high)
    if channels != (known := as_steps or as_channels or channels):
        raise _refused(column, f"{channels} channels", known, turned)
    if steps > LONGEST_LIST or steps * channels > MOST_IN_LISTS:
        return Lists(because=f"lists of {steps * channels:,} numbers; {MOST_IN_LISTS:,} are read at most")
    names = [f"{column.name}[{place}]" if turned else f"{column.name}.{place}" for place in range(channels)]
    within = "[{channel}][{step}]" if turned else "[{step}][{channel}]"
    cells = [[within.format(step=step + 1, channel=place + 1) for step in range(steps)] for place in range(channels)]
    found = {
        name: {f"{name}_{step}": number_of(f"{column.cell}{cell}", column.kind) for step, cell in enumerate(own)}
        for name, own in zip(names, cells)
    }
    shortest = low if turned else fewest
    uneven, series = shortest < steps, shortest >= FEWEST_STEPS
    because = CHANNELS_WITHIN if turned else STEPS_WITHIN if uneven or series else NUMBERS_WITHIN
    said = Note(f"lists of lists: {listed([column.name])}", because)
    return Lists(found, uneven, series, (said,))


def _ragged(column: ListColumn, place: int, lengths: Sequence[int], as_steps: int, as_channels: int) -> Lists:
    """Leave out lists of unequal lengths, or refuse them where a model, or test rows, need them."""
    what = "lists" if as_channels and not place else "numbers"
    got = f"{lengths[0]} and {lengths[1]} {what} in " + (f"row {place}" if place else "different rows")
    if as_steps or as_channels:
        raise _refused(column, got, as_steps or as_channels, as_channels > 0)
    return Lists(because=f"lists of lists of unequal lengths: {got}")


def _refused(column: ListColumn, got: str, channels: int, turned: bool) -> DataError:
    return DataError(
        "ragged-lists",
        f"the lists within column {column.name!r} have other lengths than those before",
        got=got,
        wanted=f"{channels} lists of equal lengths in each row" if turned else f"{channels} numbers in each",
        do=f"write {RECTANGULAR}",
    )


def _of_objects(column: ListColumn, kind: str) -> Lists:
    """Each object is a step, each of its fields a channel, but for times and what rises evenly from step to step."""
    lengths = f"nullif(len({column.cell}), 0)"
    fewest, usual, most = column.found(f"min({lengths}), median({lengths}), max({lengths})") or (0, 0, 0)
    if not most:
        return Lists(because="lists of no objects")
    described = column.connection.execute(
        f"DESCRIBE SELECT unnest({column.cell}[1]) FROM {column.relation}", column.parameters
    ).fetchall()
    fields = {name: of_field for name, of_field, *_ in described}
    times = [name for name, of_field in fields.items() if of_field.startswith(TIMES)]
    numbers = [name for name, of_field in fields.items() if re.fullmatch(kind, of_field)]
    words = {name: _words(column, name) for name, of_field in fields.items() if of_field == "VARCHAR"}
    times += [name for name, own in words.items() if own and are_times(own)]
    before = [one for one in column.lists or () if one.startswith(f"{column.name}.")]
    known = [name for name in numbers if f"{column.name}.{name}" in before]
    words = {name: own for name, own in words.items() if name not in times}
    levels = {name: levels_among(f"{column.name}.{name}", before) for name in words}
    if not before:
        levels = {name: own if len(own) <= MOST_LEVELS else [] for name, own in words.items()}
    others = [name for name in fields if name not in {*times, *numbers} and not levels.get(name)]
    counts = [] if before else [name for name in numbers if _rises_evenly(column, name)]
    channels = known or [name for name in numbers if name not in counts]
    indicators = [(name, level) for name, own in levels.items() for level in own]
    if others and not before:
        because = f"lists of objects with words, lists or objects in {listed(others)}; write each as one text"
        return Lists(because=because)
    if not before and usual < FEWEST_STEPS:
        return Lists(because=f"lists of objects, half of fewer than {FEWEST_STEPS}")
    if not channels + indicators:
        return Lists(because="lists of objects without numbers but those that count them")
    if most > LONGEST_LIST or most * (len(channels) + len(indicators)) > MOST_IN_LISTS:
        return Lists(because=f"lists of {most:,} objects; at most {MOST_IN_LISTS:,} numbers are read")
    steps = [f"{column.cell}[{step + 1}]" for step in range(most)]
    cells = {f"{column.name}.{name}": [_field(step, name) for step in steps] for name in channels}
    kinds = {f"{column.name}.{name}": fields[name] for name in channels}
    for name, level in indicators:
        is_level = f"coalesce({{}} = {literal(level)}, false)::INT"
        cells[channel(f"{column.name}.{name}", level)] = [
            f"CASE WHEN {step} IS NOT NULL THEN {is_level.format(_field(step, name))} END" for step in steps
        ]
    found = {
        name: {f"{name}_{step}": number_of(cell, kinds.get(name, "")) for step, cell in enumerate(own)}
        for name, own in cells.items()
    }
    notes = [Note(f"lists of objects: {listed([column.name])}", FIELDS_WITHIN)]
    notes += left_out_within(column.name, counts, times)
    for name, own in levels.items():
        notes += unknown(f"{column.name}.{name}", words[name], own) if own else []
    return Lists(found, fewest < most, True, tuple(notes))


def _words(column: ListColumn, name: str) -> list[str]:
    """The different words of a field."""
    cells = f"unnest(list_transform({column.cell}, lambda one: {_field('one', name)}))"
    rows = column.connection.execute(f"SELECT DISTINCT {cells} FROM {column.relation}", column.parameters).fetchall()
    return sorted(word for (word,) in rows if word is not None)


def _field(cell: str, name: str) -> str:
    return f"struct_extract({cell}, {literal(name)})"


def _rises_evenly(column: ListColumn, name: str) -> bool:
    """Whether a field of numbers rises by the same amount from each step to the next, in all rows."""
    cell = column.cell
    rise = f"{_field('one', name)}::DOUBLE - {_field(f'{cell}[place]', name)}::DOUBLE"
    rises = f"list_transform({cell}[2:], lambda one, place: {rise})"
    low, high, absent = column.found(  # pyright: ignore[reportGeneralTypeIssues]
        f"min(list_min({rises})), max(list_max({rises})), "
        f"sum(len(list_filter({cell}, lambda one: {_field('one', name)} IS NULL)))"
    )
    return not absent and low is not None and low > 0 and high - low <= EVENLY * high
