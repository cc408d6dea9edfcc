"""The configuration of a graph as Keras writes it: layers, each with its calls, and the names of inputs and outputs.

A tensor is ``[name of a layer, number of its call, number of the output]``. Calls are numbered from 0; where a model's
outputs are named, those of a model of inputs and outputs inside it from 1.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from typing import Any

import jax

from fourfold.core.symbols import Input, Node, Operation, Symbol
from fourfold.errors import OptionError
from fourfold.graph import Graph
from fourfold.interop import operations
from fourfold.interop.order import ordered
from fourfold.interop.reading import PROBLEMS, Reading, as_no_config
from fourfold.interop.writing import Writing
from fourfold.layers.base import Layer
from fourfold.layers.calling import call_parameters
from fourfold.layers.input import InputLayer

Place = tuple[str, int, int]
_TENSOR = "__keras_tensor__"
_RECORDS_TRAINING = frozenset(
    (
        "SimpleRNN", "LSTM", "GRU", "RNN", "Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D",
        "AlphaDropout", "GaussianDropout", "GaussianNoise",
    )
)  # fmt: skip
"""Layers whose calls Keras writes down with ``training=False`` where nobody said so."""


# ---- writing -----------------------------------------------------------------------------------------------


def config_of(graph: Graph, writing: Writing) -> dict[str, Any]:
    """Layers, inputs and outputs of a graph.

    Raises:
        OptionError: ``operation-in-config``, ``not-in-a-config``.

    >>> from fourfold.layers import Dense
    >>> x = Input(shape=(4,))
    >>> config = config_of(Graph(x, Dense(4)(x) + x), Writing())
    >>> [layer["name"] for layer in config["layers"]], config["output_layers"]
    (['input_layer', 'dense', 'add'], ['add', 0, 0])
    """
    places: dict[Symbol, Place] = {
        symbol: (graph.names[id(layer)], 0, 0)
        for symbol, layer in zip(graph.input_symbols, graph.input_layers)
    }
    calls: dict[int, list[Node]] = {}
    for node in graph.nodes:
        of_layer = calls.setdefault(id(node.layer), [])
        for number, symbol in enumerate(jax.tree.leaves(node.outputs)):
            places[symbol] = graph.names[id(node.layer)], len(of_layer), number
        of_layer.append(node)
    entries = []
    for layer in ordered(graph):
        name = graph.names[id(layer)]
        if isinstance(layer, Operation):
            entry = _operation(layer, calls[id(layer)][0], name, places, writing)
        else:
            entry = writing.thing(layer)
            entry["config"] = _named(entry["config"], name, layer)
            entry |= {
                "name": name,
                "inbound_nodes": [_call(node, places, writing) for node in calls.get(id(layer), [])],
            }
        entries.append(entry)

    def end(symbol: Symbol) -> list[Any]:
        name, call, number = places[symbol]
        nested = symbol.node is not None and _counts_itself(symbol.node.layer)
        return [name, call + nested, number]

    return {
        "layers": entries,
        "input_layers": jax.tree.map(end, graph.inputs),
        "output_layers": jax.tree.map(end, graph.outputs),
    }


def _named(config: dict[str, Any], name: str, layer: Layer) -> dict[str, Any]:
    """A configuration with the name that the layer has in the graph, if it has one at all."""
    return {**config, "name": name} if "name" in config or isinstance(layer, InputLayer) else config


def _counts_itself(layer: Any) -> bool:
    """Whether Keras counts the call by which a model of inputs and outputs was made."""
    return "graph" in vars(layer) and not getattr(layer, "is_class", False) and not hasattr(layer, "_stack")


def _operation(
    operation: Operation, node: Node, name: str, places: Mapping[Symbol, Place], writing: Writing
) -> dict[str, Any]:
    kind = operations.of(operation.kind)
    args, keywords, arguments = kind.split(node.args, node.kwargs)
    if operations.holds_symbols(arguments):
        raise operations.not_written(f"{operation.kind} with a symbol as {'/'.join(arguments)}")
    return {
        "module": kind.module,
        "class_name": kind.name,
        "config": {"name": name, **{key: writing.value(value) for key, value in arguments.items()}},
        "registered_name": kind.name,
        "name": name,
        "inbound_nodes": [
            {"args": _plain(args, places, writing), "kwargs": _plain(keywords, places, writing)}
        ],
    }


def _call(node: Node, places: Mapping[Symbol, Place], writing: Writing) -> dict[str, Any]:
    return {
        "args": _plain(list(node.args), places, writing),
        "kwargs": _plain(node.kwargs, places, writing),
    }


def _plain(value: Any, places: Mapping[Symbol, Place], writing: Writing) -> Any:
    """Arguments of a call as plain data."""
    if isinstance(value, Symbol):
        config = {"shape": list(value.shape), "dtype": value.dtype, "keras_history": list(places[value])}
        return {"class_name": _TENSOR, "config": config}
    if isinstance(value, (list, tuple)):
        return [_plain(item, places, writing) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item, places, writing) for name, item in value.items()}
    if isinstance(value, slice):
        parts = {"start": value.start, "stop": value.stop, "step": value.step}
        return {
            "class_name": "__slice__",
            "config": {name: writing.value(part) for name, part in parts.items()},
        }
    if value is ...:
        return {"class_name": "__ellipsis__", "config": {}}
    return writing.value(value)


# ---- reading -----------------------------------------------------------------------------------------------


def symbols_of(config: Mapping[str, Any], reading: Reading) -> tuple[Any, Any, list[Layer]]:
    """Inputs, outputs, and the layers in their order, from what `config_of` made or Keras wrote.

    Raises:
        OptionError: ``not-a-config``, ``cycle-in-a-config``, ``names-in-a-config``, and what `Reading.thing` raises.
    """
    try:
        return _Graph(config, reading).symbols()
    except PROBLEMS as error:
        raise as_no_config(error) from None


class _Graph:
    """The calls of a configuration, made one after the other as what they take is there."""

    def __init__(self, config: Mapping[str, Any], reading: Reading) -> None:
        self.config, self.reading = config, reading
        self.made: dict[str, Any] = {}
        self.entries: dict[str, Mapping[str, Any]] = {}
        self.outputs: dict[tuple[str, int], list[Any]] = {}

    def symbols(self) -> tuple[Any, Any, list[Layer]]:
        entries = self.config["layers"]
        if not isinstance(entries, list):
            raise TypeError("layers must be a list")
        for entry in entries:
            name = entry["name"]
            if name in self.made:
                raise OptionError(
                    "names-in-a-config",
                    "two layers of a model have the same name",
                    got=repr(name),
                    do="rename one of them",
                )
            self.entries[name] = entry
            self.made[name] = self._maker(entry)
        self._call_all(entries)
        layers = [made for made in self.made.values() if isinstance(made, Layer)]
        return self._ends("input_layers"), self._ends("output_layers"), layers

    def _maker(self, entry: Mapping[str, Any]) -> Any:
        """An input symbol, an operation of the table, or a layer."""
        if operations.is_operation(entry.get("module")):
            return operations.named(entry["class_name"])
        if entry["class_name"] == "InputLayer":
            return self._input(entry["config"], entry["name"])
        layer = self.reading.layer(entry)
        if isinstance(layer, InputLayer):
            return self._input(layer.get_config(), entry["name"])
        return layer

    def _input(self, config: Mapping[str, Any], name: str) -> Symbol:
        if config.get("sparse") or config.get("ragged"):
            raise OptionError(
                "sparse-input",
                "an input holds other arrays than dense ones",
                got=repr(name),
                wanted="a dense input",
            )
        symbol = Input(batch_shape=tuple(config["batch_shape"]), dtype=config.get("dtype"), name=name)
        self.outputs[name, 0] = [symbol]
        return symbol

    def _call_all(self, entries: list[Any]) -> None:
        waiting: dict[tuple[str, int], set[tuple[str, int]]] = {}
        for entry in entries:
            for number, call in enumerate(entry.get("inbound_nodes") or ()):
                if not isinstance(call, Mapping):
                    raise TypeError("the calls of layers as Keras 2 wrote them, wanted those of Keras 3")
                if not isinstance(self.made[entry["name"]], Symbol):
                    waiting[entry["name"], number] = _needed([call["args"], call["kwargs"]])
        place = {key: at for at, key in enumerate(waiting)}
        users: dict[tuple[str, int], list[tuple[str, int]]] = {}
        missing = {}
        for key, needed in waiting.items():
            for source in needed:
                if source not in waiting and source not in self.outputs:
                    raise KeyError(f"call {source[1]} of {source[0]!r}")
            open_ = {source for source in needed if source not in self.outputs}
            missing[key] = len(open_)
            for source in open_:
                users.setdefault(source, []).append(key)
        calls = {(e["name"], n): call for e in entries for n, call in enumerate(e.get("inbound_nodes") or ())}
        ready = [place[key] for key, count in missing.items() if not count]
        keys, done = list(waiting), 0
        heapq.heapify(ready)
        while ready:
            key = keys[heapq.heappop(ready)]
            self.outputs[key] = self._call(key[0], calls[key])
            done += 1
            for user in users.get(key, ()):
                missing[user] -= 1
                if not missing[user]:
                    heapq.heappush(ready, place[user])
        if done < len(waiting):
            left = sorted(name for (name, _), count in missing.items() if count)
            raise OptionError(
                "cycle-in-a-config",
                "layers of a configuration wait for each other",
                got=", ".join(dict.fromkeys(left[:2])),
                wanted="a graph without cycles",
            )

    def _call(self, name: str, call: Mapping[str, Any]) -> list[Any]:
        maker = self.made[name]
        args, kwargs = self._restored(call["args"]), self._restored(call["kwargs"])
        if isinstance(maker, operations.Kind):
            config = self.entries[name]["config"].items()
            given = {k: self.reading.value(v) for k, v in config if k != "name"}
            outputs = jax.tree.leaves(maker.record(args, kwargs, given))
            if outputs[0].node.layer.model_name is None:
                outputs[0].node.layer.model_name = name
            return outputs
        accepted = call_parameters(type(maker))[1]
        kwargs = {
            key: value
            for key, value in kwargs.items()
            if value is not None
            and not (key == "training" and not value and type(maker).__name__ in _RECORDS_TRAINING)
            and (not key.endswith("mask") or key in accepted or not operations.holds_symbols(value))
        }
        self.reading.allow(maker, args)
        return jax.tree.leaves(maker(*args, **kwargs))

    def _restored(self, value: Any) -> Any:
        """Arguments of a call with the symbols that are named in them."""
        if isinstance(value, list):
            return [self._restored(item) for item in value]
        if isinstance(value, Mapping):
            if value.get("class_name") == _TENSOR:
                name, call, number = value["config"]["keras_history"]
                return self.outputs[name, call][number]
            if "class_name" in value:
                return self.reading.value(value)
            return {name: self._restored(item) for name, item in value.items()}
        return value

    def _ends(self, which: str) -> Any:
        return self._end(self.config[which])

    def _end(self, tree: Any) -> Any:
        if isinstance(tree, Mapping):
            return {name: self._end(item) for name, item in tree.items()}
        if len(tree) == 3 and isinstance(tree[0], str):
            name, call, number = tree
            own = self.made[name]
            return self.outputs[name, call - _counts_itself(own) if isinstance(own, Layer) else call][number]
        return [self._end(item) for item in tree]


def _needed(tree: Any) -> set[tuple[str, int]]:
    """The calls whose outputs are among arguments, found without recursion."""
    found: set[tuple[str, int]] = set()
    stack = [tree]
    while stack:
        value = stack.pop()
        if isinstance(value, list):
            stack.extend(value)
        elif isinstance(value, Mapping):
            if value.get("class_name") == _TENSOR:
                name, call, _ = value["config"]["keras_history"]
                found.add((name, call))
            else:
                stack.extend(value.values())
    return found
