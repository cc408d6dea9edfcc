"""The table that `model.summary()` prints: Keras's columns, and FLOPs for one sample."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import jax
from rich.console import Console
from rich.table import Table

from fourfold.core.symbols import Operation, Symbol
from fourfold.errors import ShapeError
from fourfold.layers.base import Layer
from fourfold.layers.input import InputLayer
from fourfold.ops.counting import count

if TYPE_CHECKING:
    from fourfold.models.model import Model


def print_summary(
    model: Model, line_length: int | None = None, print_fn: Callable[[str], None] | None = None
) -> None:
    """Prints the layers of a model and operations of a model in order.

    Of a model that is written as a class nobody knows which of its layers ``call`` calls with what: "?". So it is with
    the shapes of a `Sequential` that does not know its input's yet.
    """
    columns, rows, flops = _unbuilt(model) if not (model.built or model.is_class) else _built(model)
    table = Table(title=f'Model: "{model.name}"', title_justify="left")
    for column in columns:
        table.add_column(
            column, justify="right" if column in ("Param #", "FLOPs") else "left", overflow="fold"
        )
    for row in rows:
        table.add_row(*row)
    console = Console(width=line_length, highlight=False, force_jupyter=False)  # what it prints is text here
    with console.capture() as capture:
        console.print(table)
    weights = model.weights if model.built else []
    total = sum(weight.size for weight in weights)
    trained = sum(weight.size for weight in weights if weight.trainable)
    lines = capture.get().rstrip("\n").split("\n")
    lines += [
        f" Total params: {total:,} ({_bytes(4 * total)})",
        f" Trainable params: {trained:,} ({_bytes(4 * trained)})",
    ]
    lines += [f" Non-trainable params: {total - trained:,} ({_bytes(4 * (total - trained))})"]
    lines += [f" FLOPs a sample: {flops}"]
    for line in lines:
        (print_fn or print)(line)


COLUMNS = ("Layer (type)", "Output Shape", "Param #", "FLOPs")
Rows = list[tuple[str, ...]]


def _built(model: Model) -> tuple[tuple[str, ...], Rows, str]:
    """The columns, the rows of the layers, and the FLOPs of all."""
    linear = all(len(node.parents) <= 1 for node in model.graph.nodes)
    flops, known, rows = layer_flops(model), model.layers, []
    for layer in known if model.is_class else model.graph.layers:
        if not (layer in known or isinstance(layer, Operation)):
            continue
        cost = None if model.is_class else flops.get(id(layer), 0)
        own = "?" if cost is None else f"{cost:,}"
        cells = (_called(layer), _shape(model, layer), f"{layer.count_params():,}", own)
        rows.append(cells if linear else (*cells, _connected(model, layer)))
    return COLUMNS if linear else (*COLUMNS, "Connected to"), rows, _sum(flops)


def _unbuilt(model: Model) -> tuple[tuple[str, ...], Rows, str]:
    return COLUMNS, [(_called(layer), "?", "0 (unbuilt)", "?") for layer in model.layers], "?"


def _sum(flops: dict[int, int | None]) -> str:
    known = sum(value for value in flops.values() if value is not None)
    return f"{known:,}" + (", and those of the layers with ?" if None in flops.values() else "")


def layer_flops(model: Model) -> dict[int, int | None]:
    """FLOPs of each layer for one sample, summed over its calls; open axes count as 1.

    Where they can't, since a window is longer, the FLOPs are not known: None.
    """
    flops: dict[int, int | None] = {}
    for node in model.graph.nodes:
        leaves, tree = jax.tree.flatten((node.args, node.kwargs))
        places = [i for i, leaf in enumerate(leaves) if isinstance(leaf, Symbol)]

        def run(weights, values, key, leaves=leaves, tree=tree, places=places, layer=node.layer):
            filled = list(leaves)
            for i, value in zip(places, values):
                filled[i] = value
            args, kwargs = jax.tree.unflatten(tree, filled)
            return layer.apply(weights, *args, key=key, **kwargs).outputs

        weights = {local: jax.ShapeDtypeStruct(w.shape, w.dtype) for local, w in node.layer.handles.items()}
        values = [
            jax.ShapeDtypeStruct(tuple(axis or 1 for axis in leaves[i].shape), leaves[i].dtype)
            for i in places
        ]
        before = flops.get(id(node.layer), 0)
        try:
            cost = count(run, weights, values, jax.ShapeDtypeStruct((2,), "uint32"), fixed=1).flops
        except (ShapeError, TypeError, ValueError):
            if all(None not in leaves[i].shape[1:] for i in places):
                raise
            cost = None
        flops[id(node.layer)] = None if cost is None or before is None else before + cost
    return flops


def _called(layer: Layer | Operation) -> str:
    kind = layer.kind.title().replace("_", "") if isinstance(layer, Operation) else type(layer).__name__
    return f"{layer.name} ({kind})"


def _shape(model: Model, layer: Layer | Operation) -> str:
    if model.is_class:
        return "?"
    if isinstance(layer, InputLayer):
        return str(layer.batch_shape)
    outputs = next(node.outputs for node in model.graph.nodes if node.layer is layer)
    shapes = [str(symbol.shape) for symbol in jax.tree.leaves(outputs)]
    return ", ".join(shapes)


def _connected(model: Model, layer: Layer | Operation) -> str:
    names = dict(zip(model.inputs, model.input_names))
    parents = [p for node in model.graph.nodes if node.layer is layer for p in node.parents]
    return ", ".join(parent.node.layer.name if parent.node else names[parent] for parent in parents)


def _bytes(size: float) -> str:
    for unit in ("B", "KB", "MB"):
        if size < 1024:
            return f"{size:.2f} {unit}"
        size /= 1024
    return f"{size:.2f} GB"
