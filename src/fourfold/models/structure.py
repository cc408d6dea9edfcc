"""What a model is made of: its graph, and layers, inputs, outputs and weights, by order and by name."""

from __future__ import annotations

from typing import Any

import jax

from fourfold.core.symbols import Symbol
from fourfold.core.weights import Weight
from fourfold.errors import NotBuiltError, OptionError, closest
from fourfold.graph import Graph
from fourfold.layers.base import Layer
from fourfold.models.subclassed import Body, traced
from fourfold.training.independence import rows_apart
from fourfold.training.splitting import SplitPrediction


class Structured(Layer):
    """A layer that has a graph, or, of a class of its own, a body of which one is made."""

    graph: Graph
    _body: Body | None = None
    _listed = False
    """Whether the one output was given in a list."""

    @property
    def is_class(self) -> bool:
        """Whether a class of its own says in ``call`` what the model computes."""
        return self._body is not None

    # ---- the graph, once the input's shape is known ------------------------------------------------------

    @property
    def _has_graph(self) -> bool:
        return "graph" in self.__dict__

    def _set_graph(self, graph: Graph) -> None:
        self.graph = graph
        self.built = True
        self._weights = graph.handles
        self._compiled_call = jax.jit(lambda values, args, masks: graph.apply(values, args, masks=masks))
        self._split_prediction: SplitPrediction | None = None

    def _build_for(self, specs: Any) -> None:
        if self._body is not None:
            self._set_graph(Graph(*traced(self._body, specs)))

    def __getattr__(self, name: str) -> Any:
        if name == "graph" or (not self._has_graph and name in _properties(type(self))):
            raise self._not_built()
        return super().__getattr__(name)

    def _not_built(self) -> NotBuiltError:
        return NotBuiltError(
            "not-built",
            "the model does not know its input's shape yet",
            got=f"a {type(self).__name__} without Input",
            do=self._to_be_built,
        )

    _to_be_built = "call the model on data, or build((None, ...))"

    # ---- its layers, inputs, outputs and weights ---------------------------------------------------------

    @property
    def layers(self) -> list[Layer]:
        """The layers in Keras's order, without operations such as ``x + y``; of a class, those among its attributes."""
        if self._body is not None:
            return [layer for _, layer in self._body._sublayers()]
        return [layer for layer in self.graph.layers if isinstance(layer, Layer)]

    def inside(self) -> list[Layer]:
        return self.layers

    @property
    def rows_apart(self) -> bool:
        return rows_apart(self.graph)

    @property
    def inputs(self) -> list[Symbol]:
        return self.graph.input_symbols

    @property
    def outputs(self) -> list[Symbol]:
        return self.graph.output_symbols

    @property
    def input(self) -> Any:
        return self.graph.inputs

    @property
    def output(self) -> Any:
        return [self.graph.outputs] if self._listed else self.graph.outputs

    @property
    def input_shape(self) -> Any:
        shapes = [symbol.shape for symbol in self.inputs]
        return shapes[0] if len(shapes) == 1 else shapes

    @property
    def output_shape(self) -> Any:
        shapes = [symbol.shape for symbol in self.outputs]
        return shapes[0] if len(shapes) == 1 else shapes

    @property
    def input_names(self) -> list[str]:
        return [layer.name for layer in self.graph.input_layers]

    @property
    def output_names(self) -> list[str]:
        by_symbol = dict(zip(self.inputs, self.input_names))
        return [s.node.layer.name if s.node else by_symbol[s] for s in self.outputs]

    @property
    def has_keys(self) -> bool:
        """Whether the outputs are a dict."""
        return isinstance(self.graph.outputs, dict) and len(self.graph.outputs) == len(self.outputs)

    @property
    def target_names(self) -> list[str]:
        """What targets, losses and metrics call the outputs: their keys where they have some, else their layers."""
        return sorted(self.graph.outputs) if self.has_keys else self.output_names

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """A layer by name or by its place in ``layers``."""
        if index is not None:
            return self.layers[index]
        for layer in self.layers:
            if layer.name == name:
                return layer
        names = [layer.name for layer in self.layers]
        raise OptionError(
            "no-layer",
            "the model has no such layer",
            got=f"{name!r}{closest(name, names)}",
            wanted=", ".join(names),
        )

    @property
    def weights(self) -> list[Weight]:
        handles = [] if self._body is None else self._body.own_weights
        handles += [handle for layer in self.layers for handle in layer.weights]
        return list({id(handle): handle for handle in handles}.values())


def _properties(of: type) -> set[str]:
    """The names of a model's properties, those of a user's own class aside."""
    ours = [base for base in of.__mro__ if issubclass(base, Structured) and base.__module__.startswith("fourfold.")]
    return {name for base in ours for name, value in vars(base).items() if isinstance(value, property)}
