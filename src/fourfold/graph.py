"""A graph is two pure functions: `init` draws weights, `apply` computes outputs from them.

Tracing walks back from the outputs to the inputs, orders the calls, names the layers and collects their weight
handles by identity. What is left after that are pure functions over a flat dict ``{path: array}``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from fourfold.core import streams
from fourfold.core.specs import WeightSpec
from fourfold.core.symbols import Node, Operation, Symbol
from fourfold.core.weights import Weight
from fourfold.errors import OptionError, ShapeError
from fourfold.layers.base import Layer
from fourfold.layers.embedding import Embedding
from fourfold.layers.input import InputLayer
from fourfold.ops import random as keys

Array = jax.Array


class Result(NamedTuple):
    """Outputs in the structure of the graph's outputs, new state by path, a mask (or None) an output, added losses."""

    outputs: Any
    updates: dict[str, Array]
    masks: list[Array | None]
    losses: list[Array]


class Graph:
    """Layers between input and output symbols.

    Args:
        inputs: a symbol from `Input`, or a list or dict of them.
        outputs: symbols that layers gave, in any structure.

    Attributes:
        layers: in Keras's order: by depth from the outputs, the deepest first; inputs are `InputLayer`.
        handles: weight handles by unique path.
    """

    def __init__(self, inputs: Any, outputs: Any) -> None:
        self.inputs, self.outputs = inputs, outputs
        self.input_symbols: list[Symbol] = _symbols(inputs, "inputs")
        self.output_symbols: list[Symbol] = _symbols(outputs, "outputs")
        for symbol in self.input_symbols:
            if symbol.node is not None:
                raise OptionError(
                    "graph-inputs",
                    "a model's inputs come from Input",
                    got=f"the output of {symbol.node.layer.name}",
                    wanted="the symbol that Input returned",
                )
        self.nodes = topological(self.input_symbols, self.output_symbols)
        self.layers = self._ordered_layers()
        self.names = unique_names(self._layers_as_called() + self.input_layers)
        for layer in self.layers:
            layer.model_name = layer.model_name or self.names[id(layer)]
        self.handles: dict[str, Weight] = {}
        self._paths: dict[int, dict[str, str]] = {}
        self._collect()

    # ---- the two pure functions --------------------------------------------------------------------------

    def init(self, stream: streams.Stream) -> dict[str, np.ndarray]:
        """Fresh initial values by path, drawn from a stream in the order in which the layers are called."""
        created: dict[str, np.ndarray] = {}
        for layer in self._layers_as_called():
            for local, handle in layer.handles.items():
                path = self._paths[id(layer)][local]
                if path not in created:
                    spec = handle.spec
                    created[path] = np.asarray(spec.initializer(spec.shape, stream), spec.dtype)
        return {path: created[path] for path in self.handles}

    def apply(
        self,
        weights: Mapping[str, Array],
        inputs: Any,
        *,
        training: bool | None = False,
        key: Array | None = None,
        masks: list[Array | None] | None = None,
    ) -> Result:
        """Outputs for inputs (structured as ``self.inputs``), from weights by path. Pure.

        ``key`` seeds dropout; each call in the graph folds its own number in. ``training`` None: what each layer does
        alone.
        """
        leaves = jax.tree.leaves(inputs)
        if len(leaves) != len(self.input_symbols):
            raise ShapeError(
                "number-of-inputs",
                "the model takes another number of inputs",
                got=str(len(leaves)),
                wanted=str(len(self.input_symbols)),
            )
        values: dict[Symbol, Array] = dict(zip(self.input_symbols, leaves))
        known: dict[Symbol, Array | None] = dict(zip(self.input_symbols, masks or [None] * len(leaves)))
        weights, updates, losses = dict(weights), {}, []
        for number, node in enumerate(self.nodes):
            paths = self._paths[id(node.layer)]
            args, kwargs = _replace((node.args, node.kwargs), values)
            with jax.named_scope(self.names[id(node.layer)]):
                applied = node.layer.apply(
                    {local: weights[path] for local, path in paths.items()},
                    *args,
                    masks=_replace(node.args, known, others=None),
                    **{"training": node.layer.alone if training is None else training} | kwargs,
                    key=None if key is None else keys.fold_in(key, number),
                )
            changed = {paths[local]: value for local, value in applied.updates.items()}
            weights.update(changed)
            updates.update(changed)
            losses.extend(applied.losses)
            symbols = jax.tree.leaves(node.outputs)
            values.update(zip(symbols, jax.tree.leaves(applied.outputs)))
            known.update(zip(symbols, jax.tree.leaves(applied.masks, is_leaf=lambda m: m is None)))
        masks = [known.get(symbol) for symbol in self.output_symbols]
        return Result(_replace(self.outputs, values), updates, masks, losses)

    @cached_property
    def stateful(self) -> bool:
        """Whether a layer keeps states from batch to batch, so that a batch's outputs depend on the one before."""
        return any(getattr(node.layer, "stateful", False) for node in self.nodes)

    @cached_property
    def draws_always(self) -> bool:
        """Whether a layer was called with ``training=True``, so that outputs are random in prediction, too."""
        inner = (vars(node.layer).get("graph") for node in self.nodes)
        told = any(node.kwargs.get("training") or getattr(node.layer, "draws_always", False) for node in self.nodes)
        return told or any(graph.draws_always for graph in inner if graph is not None)

    @cached_property
    def vocabularies(self) -> list[Embedding | None]:
        """Of each input, the smallest table that it is looked up in, if there is one."""
        tables = {
            symbol: node.layer
            for node in sorted(self.nodes, key=lambda node: -getattr(node.layer, "input_dim", 0))
            if isinstance(node.layer, Embedding)
            for symbol in node.parents
        }
        return [tables.get(symbol) for symbol in self.input_symbols]

    # ---- values in handles -------------------------------------------------------------------------------

    def values(self) -> dict[str, Any]:
        """The current values of all weights by path."""
        return {path: handle.value for path, handle in self.handles.items()}

    def device_values(self) -> dict[str, Array]:
        """The same on the device: a value that lies on the host is put there once, and stays."""
        for handle in self.handles.values():
            if not isinstance(handle.value, jax.Array):
                with jax.ensure_compile_time_eval():  # also where somebody traces a call of the model
                    handle.value = jnp.asarray(handle.value)
        return self.values()

    def commit(self, values: Mapping[str, Any]) -> None:
        """Puts values back into the handles."""
        for path, value in values.items():
            self.handles[path].value = value

    def specs(self) -> dict[str, WeightSpec]:
        return {path: handle.spec for path, handle in self.handles.items()}

    def trainable_paths(self) -> list[str]:
        return [path for path, handle in self.handles.items() if handle.trainable]

    def row_bytes(self) -> int:
        """Bytes of the largest activation of one row of a batch; lengths that only a batch tells count as 1."""
        made = (symbol for node in self.nodes for symbol in jax.tree.leaves(node.outputs))
        sizes = (
            math.prod(length or 1 for length in symbol.shape[1:]) for symbol in [*self.input_symbols, *made]
        )
        return 4 * max(sizes)

    # ---- tracing -----------------------------------------------------------------------------------------

    def _layers_as_called(self) -> list[Layer]:
        return list(dict.fromkeys(node.layer for node in self.nodes))

    def _ordered_layers(self) -> list[Layer]:
        """Keras's order: depth is the longest way to an output; deeper layers first, then as first called."""
        depths: dict[int, int] = {}
        layer_depths: dict[int, int] = {}
        of_symbol: dict[Symbol, int] = {}
        for node in reversed(self.nodes):
            depth = max(depths.get(id(node), 0), layer_depths.get(id(node.layer), 0))
            depths[id(node)] = layer_depths[id(node.layer)] = depth
            for parent in node.parents:
                if parent.node is None:
                    of_symbol[parent] = max(of_symbol.get(parent, 0), depth + 1)
                else:
                    depths[id(parent.node)] = max(depths.get(id(parent.node), 0), depth + 1)
        self.input_layers = [InputLayer.of(symbol) for symbol in self.input_symbols]
        entries = [(-of_symbol.get(s, 0), layer) for s, layer in zip(self.input_symbols, self.input_layers)]
        entries += [(-layer_depths[id(layer)], layer) for layer in self._layers_as_called()]
        return [layer for _, layer in sorted(entries, key=lambda entry: entry[0])]

    def _collect(self) -> None:
        seen: dict[int, str] = {}
        for layer in self.layers:
            paths = self._paths[id(layer)] = {}
            for local, handle in layer.handles.items():
                if id(handle) not in seen:
                    seen[id(handle)] = f"{self.names[id(layer)]}/{local}"
                    self.handles[seen[id(handle)]] = handle
                    if layer.given_name is None or layer._sublayers():
                        handle.path = f"{layer.name}/{local}"
                paths[local] = seen[id(handle)]

    def layer_weights(self) -> Iterator[tuple[Layer, list[str]]]:
        """Each layer with the paths of its weights."""
        for layer in self.layers:
            yield layer, list(self._paths[id(layer)].values())


def _symbols(tree: Any, role: str) -> list[Symbol]:
    leaves = jax.tree.leaves(tree)
    wrong = [leaf for leaf in leaves if not isinstance(leaf, Symbol)]
    if wrong or not leaves:
        raise OptionError(
            "graph-symbols",
            f"a model's {role} are symbols",
            got=type(wrong[0]).__name__ if wrong else "nothing",
            wanted="what Input or a layer returned",
        )
    return leaves


def topological(inputs: list[Symbol], outputs: list[Symbol]) -> list[Node]:
    """The nodes between inputs and outputs, parents first, without recursion."""
    known = set(inputs)
    order: list[Node] = []
    done: set[int] = set()
    stack: list[tuple[Symbol, bool]] = [(symbol, False) for symbol in reversed(outputs)]
    while stack:
        symbol, parents_done = stack.pop()
        node = symbol.node
        if symbol in known or (node is not None and id(node) in done):
            continue
        if node is None:
            raise OptionError(
                "graph-disconnected",
                "an output depends on an Input that is not among the model's inputs",
                got=f"Input of shape {symbol.shape}",
                do="pass that Input to Model(inputs=...)",
            )
        if parents_done:
            done.add(id(node))
            order.append(node)
        else:
            stack.append((symbol, True))
            stack.extend((parent, False) for parent in reversed(node.parents))
    return order


def unique_names(layers: list[Layer]) -> dict[int, str]:
    """A name for each layer: its own, or Keras's (``dense``, ``dense_1``, ...) in the order of the calls."""
    taken: dict[str, Layer] = {}
    for layer in layers:
        own = layer.given_name
        if own is not None and taken.setdefault(own, layer) is not layer:
            raise OptionError(
                "layer-names",
                "two layers of a model have the same name",
                got=repr(own),
                do="rename one of them",
            )
    counts: dict[str, int] = {}
    for layer in layers:
        if layer.given_name is None:
            base = layer.kind if isinstance(layer, Operation) else layer.usual_name
            name = (
                layer.model_name
                if layer.model_name and re.fullmatch(rf"{base}(_\d+)?", layer.model_name)
                else None
            )
            while name is None or name in taken:
                name = f"{base}_{counts[base]}" if counts.get(base) else base
                counts[base] = counts.get(base, 0) + 1
            taken[name] = layer
    return {id(layer): name for name, layer in taken.items()}


def _replace(tree: Any, values: Mapping[Symbol, Any], others: Any = ...) -> Any:
    """The tree with each symbol replaced by its value, and other leaves kept or replaced by `others`."""

    def one(leaf: Any) -> Any:
        if isinstance(leaf, Symbol):
            return values[leaf]
        return leaf if others is ... else others

    return jax.tree.map(one, tree)
