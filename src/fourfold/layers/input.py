"""The layer that stands for an input in a model's list of layers; it computes nothing."""

from __future__ import annotations

from typing import Any

from fourfold.core.symbols import Input, Symbol
from fourfold.layers.base import Layer


class InputLayer(Layer):
    """An input of a model: its shape and dtype, with the arguments of `Input`. A model makes one for each.

    >>> InputLayer(shape=(28, 28, 1)).batch_shape
    (None, 28, 28, 1)
    """

    supports_masking = True
    former_names = {"input_shape": "shape", "batch_input_shape": "batch_shape"}

    def __init__(
        self,
        shape: tuple[int | None, ...] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        sparse: bool | None = None,
        ragged: bool | None = None,
        batch_shape: tuple[int | None, ...] | None = None,
        input_tensor: Symbol | None = None,
        optional: bool = False,
        name: str | None = None,
    ) -> None:
        super().__init__(name=name)
        symbol = Input(shape, batch_size, dtype, sparse, ragged, batch_shape, tensor=input_tensor, optional=optional)
        self.batch_shape, self.input_dtype = symbol.shape, symbol.dtype
        self._weights, self._symbol = {}, symbol

    @classmethod
    def of(cls, symbol: Symbol) -> InputLayer:
        made = cls(batch_shape=symbol.shape, dtype=symbol.dtype, name=symbol.name)
        made._symbol = symbol
        return made

    @property
    def input(self) -> Symbol:
        return self._symbol

    @property
    def output(self) -> Symbol:
        return self._symbol

    def call(self, weights, x):
        return x

    def get_config(self) -> dict[str, Any]:
        return {"batch_shape": list(self.batch_shape), "dtype": self.input_dtype, "name": self.name}
