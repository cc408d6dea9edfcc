"""A graph as Python source that runs under Fourfold and, with two imports changed, under Keras."""

from __future__ import annotations

import inspect
import keyword
import re
from collections import Counter
from itertools import groupby
from typing import Any

import jax

from fourfold.core.catalog import to_config
from fourfold.core.symbols import Operation, Symbol
from fourfold.errors import OptionError
from fourfold.graph import Graph
from fourfold.layers.base import Layer
from fourfold.ops import activations

RUN = 4
"""How often numbers repeat on average, one after the other, where a list of them is written as a sum of short lists."""


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
    layers = _layer_names(graph)
    names = _names(graph, set(layers.values()))
    used: dict[str, set[str]] = {}
    lines = []
    for symbol in graph.input_symbols:
        dtype = "" if symbol.dtype == "float32" else f', dtype="{symbol.dtype}"'
        lines.append(f"{names[symbol]} = Input(shape={symbol.shape[1:]}{dtype})")
    made: set[int] = set()
    for node in graph.nodes:
        if hasattr(node.layer, "graph"):
            raise OptionError(
                "source-nested",
                "a model inside a model has no source",
                got=f"'{node.layer.name}'",
                do="write the source of the inner model, and of the outer one without it",
            )
        if isinstance(node.layer, Operation):
            raise _no_source(
                f"the operation '{node.layer.name}'", "Add, Concatenate and other layers instead"
            )
        maker = _constructor(node.layer, used)
        if id(node.layer) in layers:
            if id(node.layer) not in made:
                made.add(id(node.layer))
                lines.append(f"{layers[id(node.layer)]} = {maker}")
            maker = layers[id(node.layer)]
        outputs = ", ".join(names.get(symbol, "_") for symbol in jax.tree.leaves(node.outputs))
        arguments = [_argument(argument, names) for argument in node.args]
        arguments += [f"{name}={_argument(value, names)}" for name, value in node.kwargs.items()]
        lines.append(f"{outputs} = {maker}({', '.join(arguments)})")
    ins, outs = _argument(graph.inputs, names), _argument(graph.outputs, names)
    lines.append(f"model = Model(inputs={ins}, outputs={outs})")
    head = [f"# {line}" for line in comment.splitlines()] + ["from fourfold import Input, Model"]
    for module in sorted(used):
        head += _import(module, sorted(used[module]))
    return "\n".join([*head, "", *lines]) + "\n"


def _layer_names(graph: Graph) -> dict[int, str]:
    """A variable for each layer that is called more than once."""
    names: dict[int, str] = {}
    calls = Counter(id(node.layer) for node in graph.nodes)
    for node in graph.nodes:
        if calls[id(node.layer)] > 1 and id(node.layer) not in names:
            names[id(node.layer)] = _free(node.layer.name, {"x", "y", *names.values()})
    return names


def _names(graph: Graph, taken: set[str]) -> dict[Symbol, str]:
    """`x` for inputs; `y` for a value that the next line alone uses up, otherwise names of their own."""
    names = {s: "x" if len(graph.input_symbols) == 1 else f"x{i}" for i, s in enumerate(graph.input_symbols)}
    taken = {*taken, *names.values(), "y", "model"}
    last_use = {output: len(graph.nodes) for output in graph.output_symbols}
    for i, node in enumerate(graph.nodes):
        for parent in node.parents:
            last_use[parent] = max(last_use.get(parent, 0), i)
    for i, node in enumerate(graph.nodes):
        symbols = jax.tree.leaves(node.outputs)
        for number, symbol in enumerate(symbols):
            if symbol not in last_use:
                continue
            if len(symbols) == 1 and last_use[symbol] == i + 1:
                names[symbol] = "y"
                continue
            names[symbol] = _free(node.layer.name + f"_{number}" * (len(symbols) > 1), taken)
            taken.add(names[symbol])
    return names


def _free(name: str, taken: set[str]) -> str:
    """A Python name like the given one that is not taken."""
    name = re.sub(r"\W", "_", name)
    name = f"layer_{name}" if not name.isidentifier() or keyword.iskeyword(name) else name
    while name in taken:
        name += "_"
    return name


def _import(module: str, classes: list[str]) -> list[str]:
    line = f"from {module} import {', '.join(classes)}"
    return (
        [line]
        if len(line) <= 100
        else [f"from {module} import (", *(f"    {name}," for name in classes), ")"]
    )


def _constructor(made: Any, used: dict[str, set[str]]) -> str:
    """The call that makes a layer, an initializer, ...: positional arguments first, defaults left out.

    ``used`` collects the classes to import, by public module.
    """
    cls = _public(type(made))
    used.setdefault(".".join(cls.__module__.split(".")[:2]), set()).add(cls.__name__)
    given = made._arguments if isinstance(made, Layer) else made.get_config()
    parts, positional = [], True
    for name, parameter in inspect.signature(cls.__init__).parameters.items():
        if name not in given or name in ("name", "trainable", "dtype"):
            continue
        required = parameter.default is inspect.Parameter.empty
        if not required and _same(given[name], parameter.default):
            positional = False
            continue
        bare = positional and required and parameter.kind is not inspect.Parameter.KEYWORD_ONLY
        text = _literal(given[name], used)
        parts.append(text if bare else f"{name}={text}")
    if isinstance(made, Layer) and not made.trainable:
        parts.append("trainable=False")
    return f"{cls.__name__}({', '.join(parts)})"


def _public(cls: type) -> type:
    """The class that source names: of what a candidate has of its own the one that it derives from, since it differs in
    the first weights alone."""
    return cls.__base__ if cls.__module__.startswith("fourfold.study.") and cls.__base__ else cls


def _same(value: Any, default: Any) -> bool:
    return value is default or (not hasattr(value, "get_config") and to_config(value) == to_config(default))


def _literal(value: Any, used: dict[str, set[str]]) -> str:
    if hasattr(value, "get_config"):
        return _constructor(value, used)
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}": {_literal(item, used)}' for key, item in value.items()) + "}"
    if isinstance(value, list) and (runs := _runs(value)):
        return runs
    if isinstance(value, (list, tuple)):
        inner = ", ".join(_literal(item, used) for item in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if callable(value):
        if value not in activations.ACTIVATIONS.values():
            raise _no_source(f"a function of its own, {value!r}", "a name, such as activation='relu'")
        return f'"{value.__name__}"'
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _runs(numbers: list) -> str:
    """A list of numbers that repeat one after the other, as a sum of short lists; "" of others.

    >>> _runs([1.0] * 20 + [0.5] * 20), _runs([1.0, 0.5] * 20)
    ('[1.0] * 20 + [0.5] * 20', '')
    """
    runs = [(number, len([*same])) for number, same in groupby(numbers)]
    few = RUN * len(runs) <= len(numbers) and all(isinstance(number, (int, float)) for number in numbers)
    return " + ".join(f"[{number!r}] * {length}" for number, length in runs) if few else ""


def _argument(value: Any, names: dict[Symbol, str]) -> str:
    if isinstance(value, Symbol):
        return names[value]
    if isinstance(value, list):
        return f"[{', '.join(_argument(item, names) for item in value)}]"
    if isinstance(value, tuple):
        return f"({', '.join(_argument(item, names) for item in value)})"
    return _literal(value, {})


def _no_source(got: str, wanted: str) -> OptionError:
    return OptionError("source-of-code", "only layers of Fourfold have a source", got=got, wanted=wanted)
