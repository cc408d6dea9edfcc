"""Symbols and nodes: what calling a layer on something without a value records.

x = Input(shape=(8,))        a symbol with no parents
y = Dense(3)(x)              a node (Dense, x) whose output is the symbol y
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fourfold.core.specs import Shape, TensorSpec
from fourfold.errors import ShapeError


@dataclass(eq=False)
class Node:
    """One call of one layer: its arguments (symbols at the leaves, nested as in the call) and its outputs."""

    layer: Any
    args: tuple
    kwargs: dict
    outputs: Any = None
    parents: tuple[Symbol, ...] = ()


@dataclass(eq=False)
class Symbol:
    """A tensor of a graph: what is known of it before it has a value.

    ``mask`` says whether a mask travels with it; ``mask_lost_at`` names the layer that dropped one on the way.
    """

    spec: TensorSpec
    node: Node | None = None
    name: str | None = None
    mask: TensorSpec | None = None
    mask_lost_at: Any = field(default=None, repr=False)

    @property
    def shape(self) -> Shape:
        return self.spec.shape

    @property
    def dtype(self) -> str:
        return self.spec.dtype

    @property
    def ndim(self) -> int:
        return self.spec.ndim

    def __repr__(self) -> str:
        return f"<Symbol shape={self.shape}, dtype={self.dtype}, name={self.name}>"

    def __iter__(self):
        raise TypeError("a symbol has no values yet: iterate over arrays, or call a layer on the symbol")

    def __bool__(self):
        raise TypeError("a symbol has no values yet: its truth is not known")


def Input(
    shape: tuple[int | None, ...] | None = None,
    batch_size: int | None = None,
    dtype: str | None = None,
    *,
    batch_shape: Shape | None = None,
    name: str | None = None,
) -> Symbol:
    """A symbol to call layers on: the start of a functional model.

    ``shape`` leaves the batch axis out; an axis of any length is ``None``. Follows ``keras.Input``.

    >>> Input(shape=(28, 28, 1)).shape
    (None, 28, 28, 1)
    """
    if (shape is None) == (batch_shape is None):
        raise ShapeError(
            "input-shape",
            "Input takes one of shape and batch_shape",
            got="both" if shape is not None else "neither",
            wanted="shape=(28, 28, 1), say, without the batch axis",
        )
    if batch_shape is None:
        axes = (shape,) if isinstance(shape, int) else tuple(shape)  # type: ignore[arg-type]
        batch_shape = (batch_size, *axes)
    for axis in batch_shape:
        if axis is not None and (not isinstance(axis, int) or axis < 0):
            raise ShapeError(
                "input-shape",
                "an axis of Input is not a length",
                got=repr(axis),
                wanted="a whole number, or None for any length",
            )
    return Symbol(TensorSpec(tuple(batch_shape), dtype or "float32"), name=name)
