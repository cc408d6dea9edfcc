"""Activations as functions, by Keras's names; ``get`` finds one by name.

>>> import numpy as np
>>> get("relu")(np.array([-1.0, 2.0])).tolist()
[0.0, 2.0]
"""

from __future__ import annotations

from typing import Any

from fourfold.errors import closest
from fourfold.ops.activations import ACTIVATIONS, ALIASES, get, serialize

__all__ = ["deserialize", "get", "serialize"]

_NAMED = ACTIVATIONS | ALIASES
deserialize = get


def __dir__() -> list[str]:
    return sorted([*__all__, *_NAMED])


def __getattr__(name: str) -> Any:
    if name in _NAMED:
        return _NAMED[name]
    raise AttributeError(f"fourfold.activations has no {name!r}{closest(name, _NAMED)}")
