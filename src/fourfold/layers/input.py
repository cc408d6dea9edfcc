"""The layer that stands for an input in a model's list of layers; it computes nothing."""

from __future__ import annotations

from fourfold.core.symbols import Symbol
from fourfold.layers.base import Layer


class InputLayer(Layer):
    """An input of a model: its shape and dtype. Made by the model for each `Input`."""

    supports_masking = True

    def __init__(self, *, batch_shape: tuple, dtype: str = "float32", name: str | None = None) -> None:
        super().__init__(name=name)
        self.batch_shape = tuple(batch_shape)
        self.input_dtype = dtype
        self._weights = {}

    @classmethod
    def of(cls, symbol: Symbol) -> InputLayer:
        return cls(batch_shape=symbol.shape, dtype=symbol.dtype, name=symbol.name)

    def call(self, weights, x):
        return x
