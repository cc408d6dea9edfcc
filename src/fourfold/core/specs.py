"""Descriptions without values: of a tensor, and of a weight that a layer needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Shape = tuple[int | None, ...]


@dataclass(frozen=True)
class TensorSpec:
    """A tensor's shape and dtype; an axis whose length is open, as the batch's, is ``None``."""

    shape: Shape
    dtype: str = "float32"

    @property
    def ndim(self) -> int:
        return len(self.shape)


@dataclass(frozen=True)
class WeightSpec:
    """A weight that a layer needs: its shape, how it starts, and the terms that belong to it.

    ``initializer(shape, stream)`` gives a NumPy array; ``regularizer(value)`` a scalar that is added to the
    loss; ``constraint(value)`` the value after each update. State (moving averages) has ``trainable=False``.
    """

    shape: tuple[int, ...]
    initializer: Callable[..., Any]
    regularizer: Callable[..., Any] | None = None
    constraint: Callable[..., Any] | None = None
    trainable: bool = True
    dtype: str = "float32"
