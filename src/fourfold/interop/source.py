"""A graph as Python source that runs under Fourfold and, with two imports changed, under Keras."""

from __future__ import annotations

import inspect
import re
from typing import Any

import jax

from fourfold.core.symbols import Symbol
from fourfold.graph import Graph
from fourfold.layers.base import Layer, to_config


def to_source(graph: Graph, comment: str = "") -> str:
    """Readable lines that build the graph: one a call, in order, with the arguments that are not defaults.

    >>> from fourfold import Input
    >>> from fourfold.layers import Dense
    >>> x = Input(shape=(4,))
    >>> print(to_source(Graph(x, Dense(2, activation="relu")(x))))
    from fourfold import Input, Model
    from fourfold.layers import Dense
    <BLANKLINE>
    x = Input(shape=(4,))
    y = Dense(2, activation="relu")(x)
    model = Model(inputs=x, outputs=y)
    <BLANKLINE>
    """
    uses = dict.fromkeys(graph.input_symbols, 0)
    for node in graph.nodes:
        for parent in node.parents:
            uses[parent] = uses.get(parent, 0) + 1
    names = _names(graph, uses)
    classes = sorted({type(node.layer).__name__ for node in graph.nodes})
    lines = [f"# {line}" for line in comment.splitlines()]
    lines += ["from fourfold import Input, Model", *_import(classes), ""]
    for symbol in graph.input_symbols:
        dtype = "" if symbol.dtype == "float32" else f', dtype="{symbol.dtype}"'
        lines.append(f"{names[symbol]} = Input(shape={symbol.shape[1:]}{dtype})")
    shared: dict[int, str] = {}
    for node in graph.nodes:
        maker = _constructor(node.layer)
        if len(node.layer.nodes) > 1 and sum(other.layer is node.layer for other in graph.nodes) > 1:
            if id(node.layer) not in shared:
                shared[id(node.layer)] = node.layer.name
                lines.append(f"{node.layer.name} = {maker}")
            maker = shared[id(node.layer)]
        outputs = ", ".join(names.get(symbol, "_") for symbol in jax.tree.leaves(node.outputs))
        arguments = [_argument(argument, names) for argument in node.args]
        arguments += [f"{name}={_argument(value, names)}" for name, value in node.kwargs.items()]
        lines.append(f"{outputs} = {maker}({', '.join(arguments)})")
    ins, outs = _argument(graph.inputs, names), _argument(graph.outputs, names)
    lines.append(f"model = Model(inputs={ins}, outputs={outs})")
    return "\n".join(lines) + "\n"


def _names(graph: Graph, uses: dict[Symbol, int]) -> dict[Symbol, str]:
    """`x` for inputs; `y` for a value that the next line alone uses up, otherwise names of their own."""
    names = {s: "x" if len(graph.input_symbols) == 1 else f"x{i}" for i, s in enumerate(graph.input_symbols)}
    taken = set(names.values())
    order = {id(node): i for i, node in enumerate(graph.nodes)}
    last_use: dict[Symbol, int] = {}
    for node in graph.nodes:
        for parent in node.parents:
            last_use[parent] = order[id(node)]
    for i, node in enumerate(graph.nodes):
        symbols = jax.tree.leaves(node.outputs)
        for symbol in symbols:
            if symbol not in last_use and symbol not in graph.output_symbols:
                continue
            if (
                len(symbols) == 1
                and last_use.get(symbol, i + 1) == i + 1
                and symbol not in graph.output_symbols[1:]
            ):
                names[symbol] = "y"
                continue
            base = re.sub(r"\W", "_", node.layer.name)
            name = base if len(symbols) == 1 else f"{base}_{symbols.index(symbol)}"
            while name in taken or name == "y":
                name += "_"
            taken.add(name)
            names[symbol] = name
    return names


def _import(classes: list[str]) -> list[str]:
    line = f"from fourfold.layers import {', '.join(classes)}"
    if len(line) <= 100:
        return [line]
    return ["from fourfold.layers import (", *(f"    {name}," for name in classes), ")"]


def _constructor(layer: Layer) -> str:
    """The call that makes a layer, with positional arguments first and defaults left out."""
    parameters = inspect.signature(type(layer).__init__).parameters
    config, parts, positional = layer.get_config(), [], True
    for name, parameter in parameters.items():
        if name not in config or name in ("name", "trainable", "dtype"):
            continue
        value, default = config[name], to_config(parameter.default)
        required = parameter.default is inspect.Parameter.empty
        if not required and _same(value, default):
            positional = False
            continue
        keyword = not (positional and required) or parameter.kind is inspect.Parameter.KEYWORD_ONLY
        parts.append(f"{name}={_literal(value)}" if keyword else _literal(value))
    return f"{type(layer).__name__}({', '.join(parts)})"


def _same(value: Any, default: Any) -> bool:
    if isinstance(value, dict) and isinstance(default, str) and "class_name" in value:
        return re.sub(r"(?<!^)(?=[A-Z])", "_", value["class_name"]).lower() == default
    return value == default or (isinstance(value, list) and tuple(value) == default)


def _literal(value: Any) -> str:
    if isinstance(value, dict) and "class_name" in value:
        return f'{{"class_name": "{value["class_name"]}", "config": {_literal(value["config"])}}}'
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}": {_literal(item)}' for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        inner = ", ".join(_literal(item) for item in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _argument(value: Any, names: dict[Symbol, str]) -> str:
    if isinstance(value, Symbol):
        return names[value]
    if isinstance(value, list):
        return f"[{', '.join(_argument(item, names) for item in value)}]"
    if isinstance(value, tuple):
        return f"({', '.join(_argument(item, names) for item in value)})"
    return _literal(value)
