"""Words at the steps of series, or in lists, as channels or columns of their own: what these are called."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from fourfold.data.dataset import Column, Note
from fourfold.data.messages import listed

__all__ = ["MOST_LEVELS", "channel", "channels_of", "column_of", "levels_among", "said_of_channels", "unknown"]

MOST_LEVELS = 20
"""A column with more different words than this has none."""


def channel(name: str, level: str) -> str:
    """What the channel of one word of a column is called."""
    return f"{name} = {level}"


def channels_of(columns: Iterable[Column], levels: Iterable[Sequence[str]], phases: Iterable[str]) -> tuple[str, ...]:
    """The channels of series with these columns, of which those of words have these levels, and of the calendar.

    >>> channels_of([Column("state", "category"), Column("size", "number")], [["off", "on"]], ["week"])
    ('state = off', 'state = on', 'size', 'week sin', 'week cos')
    """
    words, own = iter(levels), []
    for column in columns:
        worded = column.kind == "category"
        own += [channel(column.name, level) for level in next(words)] if worded else [column.name]
    return (*own, *(f"{phase} {wave}" for phase in phases for wave in ("sin", "cos")))


def column_of(channel: str) -> str:
    """The column that a channel comes from.

    >>> column_of("state = on"), column_of("temperature")
    ('state', 'temperature')
    """
    return channel.partition(" = ")[0]


def levels_among(name: str, channels: Iterable[str]) -> list[str]:
    """The words of a column that have channels among these.

    >>> levels_among("state", ["state = off", "state = on", "size"])
    ['off', 'on']
    """
    start = channel(name, "")
    return sorted(one.removeprefix(start) for one in channels if one.startswith(start))


def said_of_channels(name: str, levels: Sequence[str]) -> Note:
    """What is said of a column whose words have channels."""
    return Note(f"{name}: a channel for each of {listed(levels)}", "words, 1 where one stands, else 0")


def unknown(name: str, words: Iterable[Any], levels: Collection[str], rows: str = "") -> list[Note]:
    """What is said of the words of a column that are none of its levels, and of the ``rows`` that have them."""
    new = sorted(word for word in words if isinstance(word, str) and word not in levels)
    because = "none of the words of training that are told apart"
    return [Note(f"not known: {listed(new)} of {name}{rows and f', {rows}'}", because)] if new else []
