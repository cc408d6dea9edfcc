"""A model whose layers follow one another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import jax

from fourfold.core.symbols import Input, Symbol
from fourfold.errors import OptionError
from fourfold.graph import Graph, unique_names
from fourfold.interop.reading import Reading
from fourfold.interop.writing import Writing
from fourfold.layers.base import Layer
from fourfold.layers.calling import as_spec, is_shape
from fourfold.layers.input import InputLayer
from fourfold.models.model import Model
from fourfold.models.subclassed import inputs_like


class Sequential(Model):
    """Layers, one after the other, as in ``keras.Sequential``.

    The shape comes from an `Input` in front, from the first layer's ``input_shape``, from a first layer that is
    a model of one input, from ``build``, or from the first data.

    >>> from fourfold.layers import Dense
    >>> model = Sequential([Input(shape=(4,)), Dense(8, activation="relu"), Dense(1)])
    >>> model.count_params()
    49
    """

    _to_be_built = "put Input(shape=...) first, or call build((None, ...))"

    def __init__(
        self, layers: Iterable[Any] | None = None, trainable: bool = True, name: str | None = None
    ) -> None:
        Layer.__init__(self, name=name)
        self._begin()
        self._stack: list[Layer] = []
        self._start: Any = None
        self._end: Symbol | None = None
        if isinstance(layers, Layer):
            raise OptionError(
                "sequential-list",
                "a Sequential takes a list of layers",
                got=f"the layer {type(layers).__name__}",
                wanted="a list",
                do="Sequential([Dense(3), Dense(2)]), say",
            )
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
            made = isinstance(layer, type) and issubclass(layer, Layer)
            raise OptionError(
                "sequential-layer",
                "a Sequential is made of layers",
                got=f"the class {layer.__name__}" if made else repr(layer),
                wanted="a layer",
                do=f"{layer.__name__}(...), an instance" if made else "",
            )
        if not self._stack and self._start is None:
            self._start = _known_input(layer)
        self._stack.append(layer)
        if self._start is not None:
            self._extend([layer])
        else:
            names = unique_names(self._stack)
            for one in self._stack:
                one.model_name = one.model_name or names[id(one)]

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
        if self._has_graph:
            return
        shape = inputs[0] if inputs else kwargs.get("input_shape")
        if shape is None:
            raise self._not_built()
        self._build_for(jax.tree.map(as_spec, shape, is_leaf=is_shape))

    def _build_for(self, specs: Any) -> None:
        if self._start is None and self._stack:
            self._start = inputs_like(specs)
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

    def get_config(self) -> dict[str, Any]:
        """The layers in order, as plain data; first the input, if it is known."""
        return self._config(Writing())

    def _config(self, writing: Writing) -> dict[str, Any]:
        start = [InputLayer.of(self._start)] if isinstance(self._start, Symbol) else []
        layers = [writing.thing(layer) for layer in [*start, *self._stack]]
        return {"name": self.name, "trainable": self.trainable, "layers": layers}

    @classmethod
    def _restored(cls, config: Mapping[str, Any], reading: Reading) -> Sequential:
        model = cls(name=config.get("name"))
        for entry in config["layers"]:
            layer = reading.layer(entry)
            if model._start is not None and not isinstance(layer, InputLayer):
                reading.allow(layer, [model._start if model._end is None else model._end])
            model.add(layer)
        if model._start is None and config.get("build_input_shape"):
            model.build(tuple(config["build_input_shape"]))
        if config.get("trainable") is False:
            model.trainable = False
        return model

    def _clone(self, copy: Callable[[Layer], Layer], inputs: Any, call: Any) -> Sequential:
        if call is not None:
            return super()._clone(copy, inputs, call)
        start = inputs if inputs is not None or not isinstance(self._start, Symbol) else InputLayer.of(self._start)
        return Sequential([*([] if start is None else [start]), *map(copy, self._stack)], name=self.given_name)

    @property
    def layers(self) -> list[Layer]:
        return list(self._stack)


def _known_input(first: Layer) -> Symbol | None:
    """The input that a first layer asks for, if it knows it: its ``input_shape``, or that of a built model."""
    if first.input_shape_given is not None:
        return Input(shape=first.input_shape_given)
    if isinstance(first, Model) and first._has_graph and len(first.inputs) == 1:
        (known,) = first.inputs
        return Input(batch_shape=known.shape, dtype=known.dtype)
    return None
