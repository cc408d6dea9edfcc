"""JAX's primitives that move elements, in ONNX: shapes, slices, padding, gathering, sorting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from jax.lax import GatherScatterMode

from fourfold.interop.onnx.nodes import Nodes, NoOperator, Value, integers, is_open, tensor_type

LAST = np.iinfo(np.int64).max
"""An end that no axis reaches."""


def _shape(equation: Any) -> tuple:
    return equation.outvars[0].aval.shape


def _reshape(to: Nodes, equation: Any, x: Value) -> Value:
    return to.reshape(x, _shape(equation))


def _broadcast(to: Nodes, equation: Any, x: Value) -> Value:
    old, shape = equation.invars[0].aval.shape, _shape(equation)
    places = dict(zip(equation.params["broadcast_dimensions"], old))
    aligned = [places.get(axis, 1) for axis in range(len(shape))]
    x = to.reshape(x, aligned)
    if list(shape) == aligned:
        return x
    wanted = [1 if own == length else length for own, length in zip(aligned, shape)]
    return to.add("Expand", x, to.shape(wanted))


def _iota(to: Nodes, equation: Any) -> Value:
    shape, axis = _shape(equation), equation.params["dimension"]
    length = to.reshape(to.shape([shape[axis]]), [])
    counted = to.add("Range", integers(0), length, integers(1))  # type: ignore[arg-type]
    counted = to.add("Cast", counted, to=tensor_type(equation.params["dtype"]))
    aligned = to.reshape(counted, [shape[axis] if i == axis else 1 for i in range(len(shape))])
    return to.add("Expand", aligned, to.shape([1 if i == axis else n for i, n in enumerate(shape)]))


def sliced(
    to: Nodes, x: Value, starts: Sequence[Any], stops: Sequence[Any], lengths: Sequence[Any], steps: Sequence[int]
) -> Value:
    """x[start:stop:step] along each axis, of which only those are named that lose something."""
    cut = [
        (start, stop, axis, step)
        for axis, (start, stop, length, step) in enumerate(zip(starts, stops, lengths, steps))
        if not (isinstance(start, int) and start == 0 and step == 1 and stop == length)
    ]
    if not cut:
        return x
    first, last, axes, by = zip(*cut)
    return to.add("Slice", x, to.shape(first), to.shape(last), integers(axes), integers(by))


def _length(to: Nodes, equation: Any) -> Value:
    """An open length as a number."""
    number = to.reshape(to.shape([equation.params["dim"]]), [])
    return to.add("Cast", number, to=tensor_type(equation.outvars[0].aval.dtype))


def _slice(to: Nodes, equation: Any, x: Value) -> Value:
    p, lengths = equation.params, equation.invars[0].aval.shape
    steps = p["strides"] or (1,) * len(lengths)
    return sliced(to, x, p["start_indices"], p["limit_indices"], lengths, steps)


def _dynamic_slice(to: Nodes, equation: Any, x: Value, *starts: Value) -> Value:
    """A slice that begins where numbers say, at most so late that it is whole."""
    lengths, sizes = equation.invars[0].aval.shape, equation.params["slice_sizes"]
    for axis, start in enumerate(starts):
        x = _from(to, x, to.reshape(start, [1]), lengths[axis], sizes[axis], axis)
    return x


def _split(to: Nodes, equation: Any, x: Value) -> list[str]:
    sizes = equation.params["sizes"]
    return to.add_many("Split", len(sizes), x, to.shape(sizes), axis=equation.params["axis"])


def _stack(to: Nodes, equation: Any, *parts: Value) -> Value:
    axis = integers([equation.params["axis"]])
    return to.add("Concat", *(to.add("Unsqueeze", part, axis) for part in parts), axis=equation.params["axis"])


def _tile(to: Nodes, equation: Any, x: Value) -> Value:
    return to.add("Tile", x, integers(equation.params["reps"]))


def _concatenate(to: Nodes, equation: Any, *parts: Value) -> Value:
    return to.add("Concat", *parts, axis=equation.params["dimension"])


def _reversed(to: Nodes, equation: Any, x: Value) -> Value:
    axes = equation.params["dimensions"]
    ends = integers([-1] * len(axes)), integers([-LAST] * len(axes)), integers(axes), integers([-1] * len(axes))
    return to.add("Slice", x, *ends)


def _pad(to: Nodes, equation: Any, x: Value, value: Value) -> Value:
    """Padding in front of, behind and between elements; a negative one cuts off."""
    config, shape = equation.params["padding_config"], list(equation.invars[0].aval.shape)
    for axis, (_, _, between) in enumerate(config):
        if between:
            x = _spread(to, x, value, shape, axis, between)
            shape[axis] = (shape[axis] - 1) * (between + 1) + 1
    low, high = [max(edge[0], 0) for edge in config], [max(edge[1], 0) for edge in config]
    if any(low + high):
        x = to.add("Pad", x, integers(low + high), value)
    starts = [max(-edge[0], 0) for edge in config]
    padded = [before + length + after for before, length, after in zip(low, shape, high)]
    stops = [length - max(-edge[1], 0) for length, edge in zip(padded, config)]
    return sliced(to, x, starts, stops, padded, [1] * len(config))


def _spread(to: Nodes, x: Value, value: Value, shape: list, axis: int, between: int) -> Value:
    """x with so many values between its elements along an axis."""
    apart = to.reshape(x, [*shape[: axis + 1], 1, *shape[axis + 1 :]])
    room = [0] * (axis + 1) + [between] + [0] * (len(shape) - axis - 1)
    wide = to.add("Pad", apart, integers([0] * len(room) + room), value)
    joined = to.reshape(wide, [*shape[:axis], shape[axis] * (between + 1), *shape[axis + 1 :]])
    return to.add("Slice", joined, integers([0]), integers([-between]), integers([axis]))


def _gather(to: Nodes, equation: Any, x: Value, indices: Value) -> Value:
    """Elements, or slices as long as their axes, at places; one that is not there is an error of the runtime."""
    numbers, sizes = equation.params["dimension_numbers"], equation.params["slice_sizes"]
    shape, chosen = equation.invars[0].aval.shape, list(numbers.start_index_map)
    beside = list(numbers.operand_batching_dims)
    rest = [axis for axis in range(len(shape)) if axis not in chosen + beside]
    if not equation.invars[1].aval.shape[:-1] and not beside:
        return _one_slice(to, equation, x, indices)
    whole_rest = all(sizes[axis] == shape[axis] for axis in rest)
    if sorted(chosen) != sorted(numbers.collapsed_slice_dims) or not whole_rest:
        raise NoOperator("slices shorter than their axes, at places that are computed")
    if equation.params["mode"] == GatherScatterMode.CLIP:
        indices = _within(to, indices, [shape[axis] for axis in chosen])
    rank = len(_shape(equation))
    places = [axis for axis in range(rank) if axis not in numbers.offset_dims]
    index_shape = equation.invars[1].aval.shape[:-1]
    if len(chosen) == 1 and not beside:
        flat = to.reshape(indices, index_shape)
        found = to.add("Gather", to.permute(x, chosen + rest), flat, axis=0)
    else:
        own = list(numbers.start_indices_batching_dims)
        others = [axis for axis in range(len(index_shape)) if axis not in own]
        ordered = to.permute(indices, [*own, *others, len(index_shape)])
        ordered = to.add("Cast", ordered, to=tensor_type("int64"))
        found = to.add("GatherND", to.permute(x, beside + chosen + rest), ordered, batch_dims=len(beside))
        places = [places[axis] for axis in own + others]
    order = places + list(numbers.offset_dims)
    return to.permute(found, [order.index(axis) for axis in range(rank)])


def _one_slice(to: Nodes, equation: Any, x: Value, indices: Value) -> Value:
    """A slice that begins at a place, known or computed."""
    lengths, sizes = equation.invars[0].aval.shape, equation.params["slice_sizes"]
    for number, axis in enumerate(equation.params["dimension_numbers"].start_index_map):
        known = isinstance(indices, np.ndarray)
        place = integers([number]), integers([number + 1])
        start = indices[number : number + 1] if known else to.add("Slice", indices, *place)
        x = _from(to, x, start, lengths[axis], sizes[axis], axis)
    return to.reshape(x, _shape(equation))


def _from(to: Nodes, x: Value, start: Value, length: Any, size: Any, axis: int) -> Value:
    """x[start : start + size] along an axis, from so early that it is whole."""
    if length == size:
        return x
    if isinstance(start, np.ndarray) and not is_open(length):
        first = min(max(int(start[0]), 0), length - size)
        return to.add("Slice", x, integers([first]), integers([first + size]), integers([axis]))
    start = to.add("Cast", start, to=tensor_type("int64"))
    start = to.add("Min", to.add("Max", start, integers([0])), to.shape([length - size]))
    return to.add("Slice", x, start, to.add("Add", start, to.shape([size])), integers([axis]))


def _within(to: Nodes, indices: Value, lengths: list[Any]) -> Value:
    indices = to.add("Cast", indices, to=tensor_type("int64"))
    last = to.add("Sub", to.shape(lengths), integers([1] * len(lengths)))
    return to.add("Min", to.add("Max", indices, integers([0] * len(lengths))), last)


def _sort(to: Nodes, equation: Any, *columns: Value) -> list[Value]:
    """The first column in ascending order, and the others as it goes."""
    axis, keys = equation.params["dimension"], equation.params["num_keys"]
    if keys != 1:
        raise NoOperator(f"sorting by {keys} columns")
    length = to.shape([equation.invars[0].aval.shape[axis]])
    first, places = to.add_many("TopK", 2, columns[0], length, axis=axis, largest=0, sorted=1)
    return [first, *(to.add("GatherElements", column, places, axis=axis) for column in columns[1:])]


def _largest(to: Nodes, equation: Any, x: Value) -> list[Value]:
    axis = equation.params.get("axis", -1)
    found, places = to.add_many("TopK", 2, x, integers([equation.params["k"]]), axis=axis, largest=1, sorted=1)
    return [found, to.add("Cast", places, to=tensor_type("int32"))]


ROWS = {
    "reshape": _reshape,
    "squeeze": _reshape,
    "expand_dims": _reshape,
    "broadcast_in_dim": _broadcast,
    "transpose": lambda to, equation, x: to.permute(x, equation.params["permutation"]),
    "iota": _iota,
    "dim_as_value": _length,
    "slice": _slice,
    "dynamic_slice": _dynamic_slice,
    "split": _split,
    "concatenate": _concatenate,
    "stack": _stack,
    "tile": _tile,
    "rev": _reversed,
    "pad": _pad,
    "gather": _gather,
    "sort": _sort,
    "top_k": _largest,
}
