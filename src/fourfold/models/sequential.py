"""A model whose layers follow one another."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import jax
import numpy as np

from fourfold.core.specs import TensorSpec
from fourfold.core.symbols import Input, Symbol
from fourfold.errors import OptionError
from fourfold.graph import Graph
from fourfold.layers.base import Layer
from fourfold.layers.input import InputLayer
from fourfold.models.batches import Batches, as_batches
from fourfold.models.model import Model


class Sequential(Model):
    """Layers, one after the other, as in ``keras.Sequential``.

    The shape comes from an `Input` in front, from the first layer's ``input_shape``, from ``build``, or from
    the first data.

    >>> from fourfold.layers import Dense
    >>> model = Sequential([Input(shape=(4,)), Dense(8, activation="relu"), Dense(1)])
    >>> model.count_params()
    49
    """

    def __init__(
        self, layers: Iterable[Any] | None = None, trainable: bool = True, name: str | None = None
    ) -> None:
        Layer.__init__(self, name=name)
        self._compiled = None
        self._pending: tuple | None = None
        self.stop_training = False
        self.initial_epoch = 0
        self.history = None
        self._stack: list[Layer] = []
        self._start: Symbol | None = None
        self._end: Symbol | None = None
        for layer in layers or []:
            self.add(layer)
        if not trainable:
            self.trainable = False

    def add(self, layer: Any) -> None:
        """Puts a layer at the end."""
        if isinstance(layer, (Symbol, InputLayer)):
            if self._stack or self._start is not None:
                raise OptionError(
                    "sequential-input",
                    "Input comes first in a Sequential",
                    got=f"after {len(self._stack)} layers",
                    do="Sequential([Input(shape=...), ...])",
                )
            self._start = (
                layer
                if isinstance(layer, Symbol)
                else Input(batch_shape=layer.batch_shape, dtype=layer.input_dtype)
            )
            return
        if not isinstance(layer, Layer):
            raise OptionError(
                "sequential-layer", "a Sequential is made of layers", got=repr(layer), wanted="a layer"
            )
        if not self._stack and self._start is None and layer.input_shape_given is not None:
            self._start = Input(shape=layer.input_shape_given)
        self._stack.append(layer)
        if self._start is not None:
            self._extend([layer])

    def pop(self) -> Layer:
        """Takes the last layer away and returns it."""
        if not self._stack:
            raise OptionError(
                "sequential-pop",
                "there is no layer to take away",
                got="an empty Sequential",
                do="add one first",
            )
        layer = self._stack.pop()
        if self._end is not None and self._end.node is not None:
            self._end = self._end.node.parents[0]
            self._extend([])
        return layer

    def build(self, *inputs: Any, **kwargs: Any) -> None:
        """Makes the graph for an input shape (with the batch axis), unless it is made."""
        if self._start is None and self._stack:
            spec = inputs[0] if isinstance(inputs[0], TensorSpec) else TensorSpec(tuple(inputs[0]))
            self._start = Input(batch_shape=(None, *spec.shape[1:]), dtype=spec.dtype)
            self._extend(self._stack)

    def _extend(self, layers: list[Layer]) -> None:
        """Calls further layers on what the last one gave, and makes the graph of it."""
        self._end = self._start if self._end is None else self._end
        for layer in layers:
            self._end = layer(self._end)
        if not self._stack:
            self._end = None
            self.__dict__.pop("graph", None)
            return
        self._set_graph(Graph(self._start, self._end))
        if self._pending is not None:
            Model.compile(self, *self._pending[0], **self._pending[1])

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self._see(args[0])
        return super().__call__(*args, **kwargs)

    def _see(self, x: Any) -> Any:
        """Makes the graph for the first data, which are given back."""
        if self._has_graph or x is None:
            return x
        x = x if isinstance(x, Symbol) else as_batches(x)
        seen = x.first.x if isinstance(x, Batches) else x
        if not isinstance(x, Symbol):
            array = jax.tree.leaves(seen)[0]
            array = array if hasattr(array, "dtype") else np.asarray(array)
            seen = TensorSpec((None, *array.shape[1:]), "int32" if array.dtype.kind in "iu" else "float32")
        self.build(getattr(seen, "spec", seen))
        return x

    @property
    def _has_graph(self) -> bool:
        return "graph" in self.__dict__

    @property
    def layers(self) -> list[Layer]:
        return list(self._stack)

    def compile(self, *args: Any, **kwargs: Any) -> None:
        self._pending = (args, kwargs)
        if self._has_graph:
            super().compile(*args, **kwargs)

    def fit(self, x: Any = None, *args: Any, **kwargs: Any) -> Any:
        x = self._see(x)
        return super().fit(x, *args, **kwargs)

    def evaluate(self, x: Any = None, *args: Any, **kwargs: Any) -> Any:
        x = self._see(x)
        return super().evaluate(x, *args, **kwargs)

    def predict(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        x = self._see(x)
        return super().predict(x, *args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        if name == "graph":
            raise OptionError(
                "not-built",
                "the model does not know its input's shape yet",
                got="a Sequential without Input",
                do="put Input(shape=...) first, or call build((None, ...))",
            )
        return super().__getattr__(name)
