"""What a layer or a metric of a user's is made of, found among its attributes, and the names it has there."""

from __future__ import annotations

import itertools
from collections.abc import Container
from typing import Any


def among_attributes(thing: Any, kind: type) -> list[Any]:
    """What is of a kind among the attributes of a layer or a metric, also in lists and dicts, each once."""
    found: dict[int, Any] = {}

    def look(value: Any) -> None:
        if isinstance(value, kind):
            found.setdefault(id(value), value)
        elif isinstance(value, (list, tuple)):
            for item in value:
                look(item)
        elif isinstance(value, dict):
            for item in value.values():
                look(item)

    for name, value in vars(thing).items():
        if name not in ("_arguments", "_body", "nodes", "_weights"):
            look(value)
    return list(found.values())


def first_free(name: str, taken: Container[str]) -> str:
    """A name, or the name with the first number that no other has.

    >>> first_free("dense", {"dense", "dense_1"})
    'dense_2'
    """
    names = itertools.chain([name], (f"{name}_{number}" for number in itertools.count(1)))
    return next(name for name in names if name not in taken)
