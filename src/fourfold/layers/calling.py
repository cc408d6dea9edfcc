"""What a call of a layer is given and gives, in the forms that layers need: names, specs, arrays, masks."""

from __future__ import annotations

import inspect
from functools import cache
from typing import Any

import jax
import numpy as np
from jax import Array

from fourfold.core.inference import spec_of
from fourfold.core.specs import TensorSpec
from fourfold.core.symbols import Symbol
from fourfold.errors import ShapeError
from fourfold.layers import written


@cache
def call_parameters(cls: type) -> tuple[tuple[str, ...], frozenset[str]]:
    """The names of ``call``'s inputs in order, and all names that it accepts."""
    first = 1 if written.as_for_keras(cls) else 2
    parameters = list(inspect.signature(cls.call).parameters.values())[first:]
    inputs = tuple(p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD)
    return inputs, frozenset(p.name for p in parameters if p.kind is not p.VAR_POSITIONAL)


@cache
def _takes_an_array(cls: type) -> bool:
    """Whether ``call`` says that its first input is one array."""
    parameters = inspect.signature(cls.call).parameters
    names, _ = call_parameters(cls)
    return bool(names) and parameters[names[0]].annotation in ("Array", Array)


def numbers_as_array(layer: Any, args: tuple) -> tuple:
    """A first input that is a list of numbers, or of lists of them, as an array, where ``call`` takes one."""
    if not args or not isinstance(args[0], (list, tuple)) or not _takes_an_array(type(layer)):
        return args
    if not all(isinstance(leaf, (bool, int, float)) for leaf in jax.tree.leaves(args[0])):
        return args
    try:
        return np.asarray(args[0]), *args[1:]
    except ValueError:  # lists of different lengths
        return args


def check_one_input(layer: Any, inputs: tuple) -> None:
    """Errors: `ShapeError` where several inputs, or one in brackets, are given to a layer that takes one."""
    if not inputs or not isinstance(inputs[0], (list, tuple, dict)) or not _takes_an_array(type(layer)):
        return
    leaves = jax.tree.leaves(inputs[0])
    shapes = ", ".join(str(tuple(leaf.shape)) for leaf in leaves[:4]) + ", ..." * (len(leaves) > 4)
    name = f"{type(layer).__name__} '{layer.name}'"
    if all(leaf.shape == () for leaf in leaves):
        got, do = f"lists of numbers of different lengths, {len(leaves)} in all", "fourfold.utils.pad_sequences"
    elif len(leaves) == 1:
        kind = type(inputs[0]).__name__
        got, do = f"one in a {kind}, of shape {shapes}", f"the input itself, not in a {kind}"
    else:
        got, do = f"{len(leaves)}, of shapes {shapes}", "take one of them, or join them with Concatenate()([...])"
    raise ShapeError("one-input", f"{name} takes one input", got=got, wanted="an array or a symbol", do=do)


def uses_masks(cls: type) -> bool:
    """Whether ``call`` takes a mask."""
    return any(name == "mask" or name.endswith("_mask") for name in call_parameters(cls)[1])


def flags(kwargs: dict) -> dict:
    """The keyword arguments that are tensors, as specs: what `weight_specs` may need beside the inputs."""
    tensors = {}
    for name, value in kwargs.items():
        if name.endswith("mask"):
            continue
        if isinstance(value, Symbol):
            tensors[name] = value.spec
        elif hasattr(value, "shape"):
            tensors[name] = spec_of(value)
    return tensors


def as_array(leaf: Any) -> Any:
    if isinstance(leaf, (bool, str, bytes)) or leaf is None or isinstance(leaf, jax.Array):
        return leaf
    array = np.asarray(leaf)
    if array.dtype == np.float64:
        array = array.astype(np.float32)
    elif array.dtype == np.int64:
        array = array.astype(np.int32)
    return array


def is_shape(leaf: Any) -> bool:
    return isinstance(leaf, (TensorSpec, Symbol)) or (
        isinstance(leaf, (tuple, list)) and all(axis is None or isinstance(axis, int) for axis in leaf)
    )


def as_spec(leaf: Any) -> Any:
    if isinstance(leaf, Symbol):
        return leaf.spec
    return TensorSpec(tuple(leaf)) if isinstance(leaf, (tuple, list)) else leaf


def all_none(mask: Any) -> bool:
    return mask is None or (isinstance(mask, (list, tuple)) and all(item is None for item in mask))


def spread(mask: Any, outputs: Any) -> Any:
    """A mask for each output: a single one belongs to the first."""
    leaves, tree = jax.tree.flatten(outputs)
    masks = list(mask) if isinstance(mask, (list, tuple)) else [mask]
    masks += [None] * (len(leaves) - len(masks))
    return jax.tree.unflatten(tree, masks[: len(leaves)])
