"""Statistics learnt from training data, in NumPy; and `sequence` and `image`, which are Keras's."""

from __future__ import annotations

import sys
from typing import Any

from fourfold.errors import missing_name

from . import image, sequence
from .folders import image_dataset_from_directory, text_dataset_from_directory
from .preparation import Preparation
from .table import Column, Table
from .task import Task

__all__ = [
    "Column",
    "Preparation",
    "Table",
    "Task",
    "image",
    "image_dataset_from_directory",
    "sequence",
    "text_dataset_from_directory",
]

_INSTEAD = {"timeseries_dataset_from_array": "fourfold.utils has it"}
"""What to do in the place of names that Keras has here."""


def __getattr__(name: str) -> Any:
    do = f". Do this: {_INSTEAD[name]}" if name in _INSTEAD else ""
    raise missing_name(f"fourfold.preprocessing has no {name!r}{do}", sys._getframe(1))
