"""Random numbers: ``set_seed`` starts the sequence behind the initial weights (``tf.random.set_seed``); and draws.

The draws load JAX when they are first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from fourfold.core.streams import set_seed
from fourfold.errors import closest

__all__ = [
    "SeedGenerator",
    "beta",
    "binomial",
    "categorical",
    "dropout",
    "gamma",
    "normal",
    "randint",
    "set_seed",
    "shuffle",
    "truncated_normal",
    "uniform",
]

if TYPE_CHECKING:
    from fourfold.random.draws import (
        SeedGenerator,
        beta,
        binomial,
        categorical,
        dropout,
        gamma,
        normal,
        randint,
        shuffle,
        truncated_normal,
        uniform,
    )


def __dir__() -> list[str]:
    return __all__


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(importlib.import_module("fourfold.random.draws"), name)
    raise AttributeError(f"fourfold.random has no {name!r}{closest(name, __all__)}")
