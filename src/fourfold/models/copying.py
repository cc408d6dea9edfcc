"""Models as plain data, and models like others: `get_config`, `from_config`, `clone_model`.

A configuration has the layers, and the calls of them in order. Symbols are numbered, the inputs first, then every
call's outputs, and stand there as ``{"symbol": k}``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import jax

from fourfold.core.symbols import Input, Operation, Symbol, operate
from fourfold.errors import FourfoldError, OptionError, closest
from fourfold.graph import Graph
from fourfold.interop.description import LAYERS, as_plain, called, calls_of, with_symbols
from fourfold.layers import Lambda
from fourfold.layers.base import Layer
from fourfold.models.structure import Structured

if TYPE_CHECKING:
    from fourfold.models.model import Model


def config_of(graph: Graph) -> dict[str, Any]:
    """The layers, calls, inputs and outputs of a graph.

    Raises:
        OptionError: ``operation-in-config``, for an operation such as ``x + y``.
    """
    layers = [entry(layer) for layer in called(graph)]
    calls, numbers = calls_of(graph)
    return {
        "input_layers": [layer.get_config() for layer in graph.input_layers],
        "layers": layers,
        "calls": calls,
        "inputs": as_plain(graph.inputs, numbers),
        "outputs": as_plain(graph.outputs, numbers),
    }


def entry(layer: Layer | Operation) -> dict[str, Any]:
    """A layer in a configuration."""
    if isinstance(layer, Operation):
        raise OptionError(
            "operation-in-config",
            "a configuration holds layers, and this has no name as one",
            got=f"the operation {layer.kind}",
            wanted="Add, Concatenate and other layers",
            do="fourfold.models.clone_model(model), if a model like it is wanted",
        )
    return {"class_name": type(layer).__name__, "config": layer.get_config()}


def layer_from(entry: Mapping[str, Any], classes: Mapping[str, Any]) -> Layer:
    """The layer of an entry; ``classes`` are those beside `fourfold.layers`.

    Raises:
        OptionError: ``unknown-layer``.
    """
    name, known = entry["class_name"], {**LAYERS, **classes}
    if name not in known:
        raise OptionError(
            "unknown-layer",
            "a configuration names a layer that is not known",
            got=f"{name!r}{closest(name, known)}",
            wanted="a layer of fourfold.layers, or one in custom_objects",
            do=f"from_config(config, custom_objects={{{name!r}: {name}}})",
        )
    cls = known[name]
    more = {"custom_objects": classes} if issubclass(cls, Structured) else {}
    return cls.from_config(entry["config"], **more)


def symbols_of(config: Mapping[str, Any], classes: Mapping[str, Any]) -> tuple[Any, Any]:
    """Inputs and outputs of a model, from what `config_of` made.

    Raises:
        OptionError: ``not-a-config``.
    """
    try:
        given = [dict(layer) for layer in config["input_layers"]]
        symbols = [
            Input(batch_shape=tuple(i["batch_shape"]), dtype=i["dtype"], name=i["name"]) for i in given
        ]
        made = [layer_from(entry, classes) for entry in config["layers"]]
        for number, args, kwargs in config["calls"]:
            outputs = made[number](*with_symbols(args, symbols), **with_symbols(kwargs, symbols))
            symbols += jax.tree.leaves(outputs)
        return with_symbols(config["inputs"], symbols), with_symbols(config["outputs"], symbols)
    except FourfoldError:
        raise
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise OptionError(
            "not-a-config",
            "this is no configuration of a model",
            got=f"{type(error).__name__}: {error}",
            wanted="what model.get_config() gave",
        ) from None


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


def replayed(graph: Graph, copy: Callable[[Layer], Layer], inputs: Any, call: Any) -> tuple[Any, Any]:
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


def _twin(layer: Layer) -> Layer:
    """A layer with the same configuration; a function is shared."""
    if isinstance(layer, Lambda):
        arguments: dict[str, Any] = {**layer._arguments, "name": layer.name}
        return Lambda(**arguments)
    return type(layer).from_config(layer.get_config())
