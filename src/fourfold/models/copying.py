"""Models like others: `clone_model`, and what a class takes of a configuration."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import jax

from fourfold.core.catalog import to_config
from fourfold.core.symbols import Input, Node, Operation, Symbol, operate
from fourfold.errors import OptionError
from fourfold.graph import Graph, topological
from fourfold.layers import Lambda
from fourfold.layers.base import Layer
from fourfold.models.structure import Structured

if TYPE_CHECKING:
    from fourfold.models.model import Model


def accepted(cls: Any, config: Mapping[str, Any]) -> dict[str, Any]:
    """What the constructor of a model's class takes of a configuration's name and trainability, and all else in it."""
    parameters = inspect.signature(cls.__init__).parameters
    open_ = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values())
    base = ("name", "trainable", "dtype")
    kept = (name for name in config if name in parameters or ((name not in base or open_) and name != "dtype"))
    return {name: config[name] for name in kept}


def beside_the_graph(cls: Any, config: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a functional model's class says of itself in a configuration, if its constructor hands all else on."""
    kinds = {parameter.kind for parameter in inspect.signature(cls.__init__).parameters.values()}
    if not {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD} <= kinds:
        return None
    of_the_graph = ("name", "trainable", "layers", "input_layers", "output_layers")
    return {name: value for name, value in config.items() if name not in of_the_graph}


def clone_model(
    model: Model,
    input_tensors: Any = None,
    clone_function: Callable[[Layer], Layer] | None = None,
    call_function: Callable[..., Any] | None = None,
    recursive: bool = False,
) -> Model:
    """A model like another, with layers and weights of its own, which are drawn anew.

    Args:
        model: a `Sequential`, or a `Model` of inputs and outputs.
        input_tensors: symbols to build on, in the structure of the model's inputs; by default new ones like them.
        clone_function: from a layer to the one in its place; by default one with the same configuration.
        call_function: ``(layer, *args, **kwargs) -> outputs``, in the place of calls.
        recursive: whether ``clone_function`` is asked for the layers of models inside the model, too.

    Errors: `OptionError` for a model that is written as a class.

    >>> from fourfold import Sequential, layers
    >>> model = Sequential([Input(shape=(2,)), layers.Dense(3)])
    >>> twin = clone_model(model)
    >>> twin.set_weights(model.get_weights())
    >>> twin.layers[0] is model.layers[0], twin.count_params()
    (False, 9)
    """
    if model.is_class:
        raise OptionError(
            "clone-of-a-class",
            "a model that is written as a class has no graph of layers to copy",
            got=type(model).__name__,
            wanted="a Sequential or a Model of inputs and outputs",
            do=f"another {type(model).__name__}(...), and set_weights",
        )

    def copy(layer: Layer) -> Layer:
        if isinstance(layer, Structured) and (recursive or clone_function is None):
            return clone_model(layer, None, clone_function, call_function, recursive)  # type: ignore[arg-type]
        return (clone_function or _twin)(layer)

    return model._clone(copy, input_tensors, call_function)


def replayed(graph: Graph | _Calls, copy: Callable[[Layer], Layer], inputs: Any, call: Any) -> tuple[Any, Any]:
    """Inputs and outputs of a graph's calls, made again with copies of its layers."""
    if inputs is None:
        given = [Input(batch_shape=s.shape, dtype=s.dtype, name=s.name) for s in graph.input_symbols]
        inputs = jax.tree.unflatten(jax.tree.structure(graph.inputs), given)
    symbols: dict[Symbol, Any] = dict(zip(graph.input_symbols, jax.tree.leaves(inputs)))
    copies: dict[int, Layer] = {}

    def new(tree: Any) -> Any:
        return jax.tree.map(lambda leaf: symbols[leaf] if isinstance(leaf, Symbol) else leaf, tree)

    for node in graph.nodes:
        args, kwargs = new((node.args, node.kwargs))
        if isinstance(node.layer, Operation):
            outputs = operate(node.layer.function, node.layer.kind, *args, **kwargs)
        else:
            if id(node.layer) not in copies:
                copies[id(node.layer)] = copy(node.layer)
            layer = copies[id(node.layer)]
            outputs = layer(*args, **kwargs) if call is None else call(layer, *args, **kwargs)
        symbols |= zip(jax.tree.leaves(node.outputs), jax.tree.leaves(outputs))
    return inputs, new(graph.outputs)


class _Calls(NamedTuple):
    """What `replayed` asks of a graph."""

    inputs: Any
    outputs: Any
    input_symbols: list[Symbol]
    nodes: list[Node]


def begun(inputs: Any, outputs: Any) -> tuple[Any, Any]:
    """Inputs and outputs of a model that may begin at what layers gave: an input of its own stands for each.

    The layers after them are called again, and shared.
    """
    symbols = [leaf for leaf in jax.tree.leaves((inputs, outputs)) if isinstance(leaf, Symbol)]
    given = jax.tree.leaves(inputs)
    if len(symbols) < len(jax.tree.leaves((inputs, outputs))) or all(symbol.node is None for symbol in given):
        return inputs, outputs
    own = [s if s.node is None else Input(batch_shape=s.shape, dtype=s.dtype, name=s.name) for s in given]
    calls = _Calls(inputs, outputs, given, topological(given, jax.tree.leaves(outputs)))
    nodes = [(node.layer.nodes, len(node.layer.nodes)) for node in calls.nodes if isinstance(node.layer, Layer)]
    replay = replayed(calls, lambda layer: layer, jax.tree.unflatten(jax.tree.structure(inputs), own), None)
    for known, number in nodes:  # a layer's input and output are those of its own call
        del known[number:]
    return replay


def _twin(layer: Layer) -> Layer:
    """A layer with the same configuration; a function is shared."""
    if isinstance(layer, Lambda) or any(_holds_layers(value) for value in layer._arguments.values()):
        copied: dict[str, Any] = {name: _copied(value) for name, value in layer._arguments.items()}
        return type(layer)(**{**copied, "name": layer.name})
    return type(layer).from_config(layer.get_config() | _functions(layer))


def _functions(layer: Layer) -> dict[str, Any]:
    """The arguments that are functions, of which the configuration has the names alone."""
    config, functions = layer.get_config(), {}
    for name, value in layer._arguments.items():
        if callable(value) and not hasattr(value, "get_config") and config.get(name) == to_config(value):
            functions[name] = value
    return functions


def _holds_layers(value: Any) -> bool:
    items = value if isinstance(value, (list, tuple)) else [value]
    return any(isinstance(item, Layer) for item in items)


def _copied(value: Any) -> Any:
    """An argument, with layers of its own in the place of layers."""
    if isinstance(value, Structured):
        return clone_model(value)  # type: ignore[arg-type]
    if isinstance(value, Layer):
        return _twin(value)
    return [_copied(item) for item in value] if isinstance(value, (list, tuple)) and _holds_layers(value) else value
