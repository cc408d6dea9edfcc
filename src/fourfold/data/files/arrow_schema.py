"""What Arrow's schema in a parquet file says of its columns, which parquet itself does not: the units of durations, and
the zones of dates.

Beside it stands what pandas says, which columns were the index of a data frame, and what Hugging Face says, what the
classes are called whose numbers are in a column.

Source: the Apache Arrow format, Schema.fbs and Message.fbs, in the binary format of FlatBuffers.
"""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Callable
from typing import TypeVar

__all__ = ["classes_of_features", "index_of_pandas", "units_of_durations", "zones_of_dates"]

T = TypeVar("T")

ARROW_TIMESTAMP = 10
"""The number of Arrow's type of dates with a clock, which may have a zone."""

ARROW_DURATION = 18
"""The number of Arrow's type of durations, whose values count seconds, or the 10^3rd, 10^6th or 10^9th part of one."""


def units_of_durations(schema: bytes) -> list[int | None]:
    """How many units of each column of durations are a second, None for other columns, as the schema says that Arrow
    writes into a parquet file: a flatbuffer in base 64. [] for anything else.

    >>> units_of_durations(b"no schema")
    []
    """
    return _of_fields(schema, _unit_of)


def zones_of_dates(schema: bytes) -> list[str]:
    """The zone of each column of dates, such as Europe/Berlin; "" of other columns. [] for anything else."""
    return _of_fields(schema, _zone_of)


def _of_fields(schema: bytes, of: Callable[[bytes, int], T]) -> list[T]:
    """What a function says of each field of a schema; [] for anything that is none."""
    try:
        message = base64.b64decode(schema, validate=True)
        marked, flat = message[:4], message[8:]
        fields = _led_to(flat, _part(flat, _led_to(flat, _part(flat, _led_to(flat, 0), 2)), 1))
        count = _number("<I", flat, fields)
        places = [_led_to(flat, fields + 4 + 4 * place) for place in range(count)]
        return [of(flat, place) for place in places] if marked == b"\xff\xff\xff\xff" else []
    except (ValueError, struct.error):  # a word that can't be decoded, too
        return []


def index_of_pandas(said: bytes) -> list[str]:
    """The columns that were the index of a data frame, as pandas writes beside the schema; [] for anything else.

    >>> index_of_pandas(b'{"index_columns": ["day", {"kind": "range"}]}'), index_of_pandas(b"[]")
    (['day'], [])
    """
    try:
        found = json.loads(said)
    except (ValueError, RecursionError):
        return []
    columns = found.get("index_columns") if isinstance(found, dict) else None
    return [name for name in columns if isinstance(name, str)] if isinstance(columns, list) else []


def classes_of_features(said: bytes) -> dict[str, list[str]]:
    """The columns whose numbers are those of classes, and what these are called, as the data sets of Hugging Face say
    beside the schema; {} for anything else, and where the names are the numbers.

    >>> classes_of_features(b'{"info": {"features": {"y": {"names": ["neg", "pos"], "_type": "ClassLabel"}}}}')
    {'y': ['neg', 'pos']}
    """
    try:
        features = json.loads(said)["info"]["features"]
        names = {key: one["names"] for key, one in features.items() if one.get("_type") == "ClassLabel"}
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return {}
    return {
        key: words
        for key, words in names.items()
        if isinstance(words, list)
        and all(isinstance(word, str) for word in words)
        and len({*words}) == len(words)
        and words != [str(place) for place in range(len(words))]
    }


def _unit_of(flat: bytes, field: int) -> int | None:
    """How many units of a field's durations are a second; None where it holds no durations."""
    if _number("<B", flat, _part(flat, field, 2)) != ARROW_DURATION:
        return None
    unit = _part(flat, _led_to(flat, _part(flat, field, 3)), 0)
    return 1000 ** (_number("<H", flat, unit) % 4 if unit else 1)


def _zone_of(flat: bytes, field: int) -> str:
    if _number("<B", flat, _part(flat, field, 2)) != ARROW_TIMESTAMP:
        return ""
    zone = _part(flat, _led_to(flat, _part(flat, field, 3)), 1)
    if not zone:
        return ""
    place = _led_to(flat, zone)
    return flat[place + 4 : place + 4 + _number("<I", flat, place)].decode()


def _part(flat: bytes, table: int, slot: int) -> int:
    """Where a part of a flatbuffer's table lies; 0 if it is left out."""
    slots = table - _number("<i", flat, table)
    inside = 4 + 2 * slot < _number("<H", flat, slots)
    offset = _number("<H", flat, slots + 4 + 2 * slot) if inside else 0
    return table + offset if offset else 0


def _led_to(flat: bytes, place: int) -> int:
    return place + _number("<I", flat, place)


def _number(kind: str, flat: bytes, place: int) -> int:
    return struct.unpack_from(kind, flat, place)[0]
