"""``keras.backend`` as far as code for these families uses it: what is configured, and `clear_session`."""

from __future__ import annotations

from typing import Any

from fourfold.config import (
    backend,
    epsilon,
    floatx,
    image_data_format,
    set_epsilon,
    set_floatx,
    set_image_data_format,
)

__all__ = [
    "backend",
    "clear_session",
    "epsilon",
    "floatx",
    "image_data_format",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
]


def clear_session(free_memory: bool = True) -> None:
    """Does nothing, as models share nothing: names are counted in each, and what is compiled goes with its model."""


def __getattr__(name: str) -> Any:
    raise AttributeError(f"fourfold.backend has no attribute {name!r}. Do this: fourfold.ops.{name}, if it is there")
