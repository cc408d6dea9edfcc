"""A graph and its weights, or any function of arrays, as an ONNX model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import jax
import numpy as np
from jax import export, tree_util
from onnx import ModelProto, NodeProto, checker, helper

from fourfold import __version__
from fourfold.core.specs import TensorSpec
from fourfold.errors import FourfoldError, OptionError
from fourfold.graph import Graph
from fourfold.interop.onnx.nodes import WORDS, Nodes, tensor
from fourfold.interop.onnx.tracing import write
from fourfold.ops.formulation import written_down

OPSET, WORDS_OPSET, IR_VERSION = 18, 3, 8
"""Versions of the operators, of those for words, and of the format, which runtimes read since 2023."""

OPEN_AT_LEAST = 1024
"""How long an open length is at least taken to be, where a layer asks whether a window fits in."""


def model_of(graph: Graph, facts: Mapping[str, str] | None = None) -> ModelProto:
    """The ONNX model that computes in prediction what a graph does.

    Inputs and outputs have the names of their layers, or their keys where they are dicts; the batch, and other lengths
    that an `Input` leaves open, stay open. ``facts`` are kept as the model's metadata.

    Raises:
        OptionError: ``no-onnx-operator``, ``onnx-states``, ``onnx-open-lengths``.

    >>> from fourfold import Input
    >>> from fourfold.layers import Dense
    >>> x = Input(shape=(4,))
    >>> [node.op_type for node in model_of(Graph(x, Dense(3, activation="relu")(x))).graph.node]
    ['MatMul', 'Add', 'Max', 'Identity']
    """
    if graph.stateful:
        raise OptionError(
            "onnx-states",
            "an ONNX model computes each batch on its own",
            got="a layer with stateful=True",
            wanted="layers without states of their own",
            do="return_state=True, with the states as inputs and outputs of the model",
        )
    names = _keys(graph.inputs) or [graph.names[id(layer)] for layer in graph.input_layers]
    structure = jax.tree.structure(graph.inputs)

    def predicted(weights: Mapping[str, Any], *inputs: Any) -> Any:
        return graph.apply(weights, jax.tree.unflatten(structure, inputs)).outputs

    inputs = {name: symbol.spec for name, symbol in zip(names, graph.input_symbols)}
    return written(predicted, graph.values(), inputs, _output_names(graph, set(names)), facts)


def written(
    function: Callable[..., Any],
    weights: Mapping[str, Any],
    inputs: Mapping[str, TensorSpec],
    outputs: Sequence[str],
    facts: Mapping[str, str] | None = None,
    looked_up: Mapping[str, Sequence[Mapping[str, int]]] | None = None,
    named: Mapping[str, np.ndarray] | None = None,
) -> ModelProto:
    """The ONNX model of ``function(weights, *inputs)``, weights by path, whose outputs get these names.

    Inputs that are ``looked_up`` are words (N, K) in the file, and for the function their numbers, by column, or -1.
    Outputs that are ``named`` are numbers of the function, and in the file what these number.

    Raises:
        OptionError: ``no-onnx-operator``, ``onnx-open-lengths``.
    """
    specs, opened = _open(inputs)
    arrays = {path: np.asarray(weights[path]) for path in sorted(weights)}  # as JAX flattens a dict
    to = Nodes(opened)
    for name in [*inputs, *outputs]:
        to.new(name)
    for path, array in arrays.items():
        to.weight(path, array)
    traced = _traced(function, arrays, specs, bool(opened))
    looked_up, named = looked_up or {}, named or {}
    read_as = [variable.aval.dtype for variable in traced.jaxpr.invars[len(arrays) :]]
    given = [
        to.numbered(name, looked_up[name]) if name in looked_up else to.cast(name, spec.dtype, dtype)
        for name, spec, dtype in zip(inputs, specs, read_as, strict=True)
    ]
    found = write(to, traced.jaxpr, traced.consts, [*arrays.values(), *given])
    ends = []
    for name, value, variable in zip(outputs, found, traced.jaxpr.outvars, strict=True):
        value = to.add("Gather", named[name], value) if name in named else value
        to.nodes.append(helper.make_node("Identity", [to.name(value)], [name], name=f"{name}/output"))
        dtype = named[name].dtype if name in named else variable.aval.dtype
        ends.append(tensor(name, variable.aval.shape, dtype))
    read = {name for node in _every(to.nodes) for name in node.input}
    graph = helper.make_graph(
        to.nodes,
        "fourfold",
        [tensor(name, spec.shape, object if name in looked_up else spec.dtype) for name, spec in zip(inputs, specs)],
        ends,
        [array for name, array in to.arrays.items() if name in read],
    )
    model = helper.make_model(
        graph,
        producer_name="fourfold",
        producer_version=__version__,
        ir_version=IR_VERSION,
        opset_imports=[
            helper.make_opsetid("", OPSET),
            *([helper.make_opsetid(WORDS, WORDS_OPSET)] if looked_up else []),
        ],
    )
    helper.set_model_props(model, dict(facts or {}))
    checker.check_model(model)
    return model


def _traced(function: Callable[..., Any], weights: Any, specs: list[Any], is_open: bool) -> Any:
    shapes = {path: jax.ShapeDtypeStruct(value.shape, value.dtype) for path, value in weights.items()}
    try:
        with written_down():
            return jax.jit(function).trace(shapes, *specs).jaxpr
    except (jax.errors.InconclusiveDimensionOperation, TypeError, ValueError) as error:
        if isinstance(error, FourfoldError) or not is_open:
            raise
        raise OptionError(
            "onnx-open-lengths",
            "a layer must know lengths that the model leaves open",
            got=str(error).splitlines()[0],
            wanted="an Input of fixed lengths",
            do="Input(shape=(28, 8)) in the place of Input(shape=(None, 8)), say; or batch_size=... for the batch",
        ) from error


def _open(inputs: Mapping[str, TensorSpec]) -> tuple[list[Any], dict[str, tuple[str, int]]]:
    """What JAX is told of the inputs, and for each open length, as the batch, the input and the axis that tell it."""
    opened: dict[str, tuple[str, int]] = {}
    shapes = []
    for number, (name, spec) in enumerate(inputs.items()):
        axes = ["batch" if axis == 0 else f"length{number or ''}_{axis}" for axis in range(spec.ndim)]
        for axis, length in enumerate(spec.shape):
            if length is None:
                opened.setdefault(axes[axis], (name, axis))
        shapes.append([told if length is None else length for told, length in zip(axes, spec.shape)])
    large = [f"{name} >= {1 if name == 'batch' else OPEN_AT_LEAST}" for name in opened]
    symbols = dict(zip(opened, export.symbolic_shape(",".join(opened), constraints=large))) if opened else {}
    specs = [
        jax.ShapeDtypeStruct(tuple(symbols.get(length, length) for length in shape), spec.dtype)
        for shape, spec in zip(shapes, inputs.values())
    ]
    return specs, opened


def _keys(symbols: Any) -> list[str]:
    """The keys of a dict of symbols, and of what is inside it; of anything else none."""
    if not isinstance(symbols, dict):
        return []
    return [tree_util.keystr(path, simple=True, separator="/") for path, _ in tree_util.tree_leaves_with_path(symbols)]


def _output_names(graph: Graph, taken: set[str]) -> list[str]:
    """The keys of the outputs, or the names of the layers that give them, each once."""
    names: list[str] = []
    layers = ["output" if one.node is None else graph.names[id(one.node.layer)] for one in graph.output_symbols]
    for base in _keys(graph.outputs) or layers:
        name, number = base, 1
        while name in taken:
            name, number = f"{base}_{number}", number + 1
        taken.add(name)
        names.append(name)
    return names


def _every(nodes: Any) -> Iterator[NodeProto]:
    """Nodes, and those of the graphs within them."""
    for node in nodes:
        yield node
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from _every(attribute.g.node)
