"""A graph of Fourfold's layers as plain data, and back: what a file may say of a network without any code.

A description is ``{"layers": [[class, arguments], ...], "calls": [[layer, inputs, keywords], ...], "output": k}``.
Symbols are numbered, the input 0, then every call's outputs in order, and stand there as ``{"symbol": k}``.
Only the classes of `fourfold.layers` have a meaning, so reading a description executes nothing of its writer's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import prod
from typing import Any

import jax
import numpy as np

from fourfold import layers
from fourfold.core.symbols import Operation, Symbol
from fourfold.errors import FourfoldError, OptionError
from fourfold.graph import Graph
from fourfold.layers.base import Layer
from fourfold.ops import activations

LAYERS: dict[str, type[Layer]] = {
    name: thing
    for name, thing in vars(layers).items()
    if isinstance(thing, type) and issubclass(thing, Layer) and thing is not Layer
}
MOST_NUMBERS = 10**9
"""Weights of a layer; a description that asks for more is refused before they are made."""


def describe(graph: Graph) -> dict[str, Any]:
    """The description of a graph of one input and one output.

    Raises:
        OptionError: ``not-describable``, for a layer, function or constant that has no name in Fourfold.

    >>> from fourfold import Input
    >>> x = Input(shape=(4,))
    >>> found = describe(Graph(x, layers.Dense(3)(x)))
    >>> found["layers"][0][0], found["calls"], found["output"]
    ('Dense', [[0, [{'symbol': 0}], {}]], 1)
    """
    described = [_layer(layer, graph.names[id(layer)]) for layer in called(graph)]
    calls, numbers = calls_of(graph)
    return {"layers": described, "calls": calls, "output": numbers[graph.output_symbols[0]]}


def called(graph: Graph) -> list[Layer | Operation]:
    """What a graph calls, in the order of the first calls."""
    return list({id(node.layer): node.layer for node in graph.nodes}.values())


def calls_of(graph: Graph) -> tuple[list[list[Any]], dict[Symbol, int]]:
    """The calls of a graph as plain data, ``[place in called(graph), inputs, keywords]``, and its symbols' numbers."""
    places = {id(layer): place for place, layer in enumerate(called(graph))}
    numbers = {symbol: number for number, symbol in enumerate(graph.input_symbols)}
    calls = []
    for node in graph.nodes:
        args, kwargs = as_plain(list(node.args), numbers), as_plain(node.kwargs, numbers)
        calls.append([places[id(node.layer)], args, kwargs])
        for symbol in jax.tree.leaves(node.outputs):
            numbers[symbol] = len(numbers)
    return calls, numbers


def rebuild(description: Mapping[str, Any], x: Symbol) -> Symbol:
    """The described layers, made anew, on top of a symbol.

    Raises:
        OptionError: ``not-a-description``, for data that `describe` doesn't write.

    >>> from fourfold import Input
    >>> x = Input(shape=(4,))
    >>> rebuild(describe(Graph(x, layers.Dense(3)(x))), x).shape
    (None, 3)
    """
    try:
        made = [LAYERS[name].from_config(arguments) for name, arguments in description["layers"]]
        symbols = [x]
        for number, args, kwargs in description["calls"]:
            args, kwargs = with_symbols(args, symbols), with_symbols(kwargs, symbols)
            _refuse_giants(made[number], args)
            symbols += jax.tree.leaves(made[number](*args, **kwargs))
        return symbols[description["output"]]
    except FourfoldError:
        raise
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise OptionError(
            "not-a-description",
            "this is no description of a network",
            got=f"{type(error).__name__}: {error}",
            wanted="what Fourfold wrote",
        ) from None


def _layer(layer: Layer | Operation, name: str) -> list[Any]:
    if isinstance(layer, Operation):
        raise _not_describable(f"the operation {layer.kind}", "Add, Concatenate and other layers instead")
    kind = type(layer).__name__
    if LAYERS.get(kind) is not type(layer):
        raise _not_describable(
            f"the layer {kind}", "the layers of fourfold.layers, and no model inside a model"
        )
    for argument, value in layer._arguments.items():
        known = (
            not callable(value) or hasattr(value, "get_config") or value in activations.ACTIVATIONS.values()
        )
        if not known:
            raise _not_describable(f"{kind}({argument}={value!r})", "a name, such as activation='relu'")
    config = layer.get_config() | {"name": name}
    try:
        return [kind, json.loads(json.dumps(config, default=_number))]
    except TypeError as error:
        raise _not_describable(f"{kind} with {error}", "numbers, strings and objects of Fourfold") from None


def as_plain(value: Any, numbers: Mapping[Symbol, int]) -> Any:
    """Arguments of a call as plain data."""
    if isinstance(value, Symbol):
        return {"symbol": numbers[value]}
    if isinstance(value, (list, tuple)):
        return [as_plain(item, numbers) for item in value]
    if isinstance(value, dict):
        return {name: as_plain(item, numbers) for name, item in value.items()}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise _not_describable(
        f"a {type(value).__name__} among the arguments of a call", "symbols and plain numbers"
    )


def with_symbols(value: Any, symbols: list[Symbol]) -> Any:
    """The same with the symbols of these numbers."""
    if isinstance(value, list):
        return [with_symbols(item, symbols) for item in value]
    if isinstance(value, dict):
        if value.keys() == {"symbol"}:
            return symbols[value["symbol"]]
        return {name: with_symbols(item, symbols) for name, item in value.items()}
    return value


def _refuse_giants(layer: Layer, args: list[Any]) -> None:
    """The first call makes a layer's weights: their sizes are asked for before."""
    if not layer.built:
        specs = jax.tree.map(lambda leaf: leaf.spec if isinstance(leaf, Symbol) else leaf, args)
        if any(prod(spec.shape) > MOST_NUMBERS for spec in layer.weight_specs(*specs).values()):
            raise ValueError(f"{type(layer).__name__} with more than {MOST_NUMBERS:,} weights")


def _number(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"a {type(value).__name__} in its arguments")


def _not_describable(got: str, wanted: str) -> OptionError:
    return OptionError(
        "not-describable",
        "a network is kept as data, without code, and this has no name in Fourfold",
        got=got,
        wanted=wanted,
    )
