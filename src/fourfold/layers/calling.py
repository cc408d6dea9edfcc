"""What a call of a layer is given and gives, in the forms that layers need: names, specs, arrays, masks."""

from __future__ import annotations

import inspect
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from fourfold.core.calls import CURRENT, carry_mask
from fourfold.core.inference import spec_of
from fourfold.core.specs import TensorSpec
from fourfold.core.symbols import Symbol
from fourfold.layers import written


@cache
def call_parameters(cls: type) -> tuple[tuple[str, ...], frozenset[str]]:
    """The names of ``call``'s inputs in order, and all names that it accepts."""
    first = 1 if written.as_for_keras(cls) else 2
    parameters = list(inspect.signature(cls.call).parameters.values())[first:]
    inputs = tuple(p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD)
    return inputs, frozenset(p.name for p in parameters if p.kind is not p.VAR_POSITIONAL)


def uses_masks(cls: type) -> bool:
    """Whether ``call`` takes a mask."""
    return any(name == "mask" or name.endswith("_mask") for name in call_parameters(cls)[1])


def flags(kwargs: dict, masks: bool = False) -> dict:
    """The keyword arguments that are tensors, as specs: what weights may need beside the inputs."""
    tensors = {}
    for name, value in kwargs.items():
        if name.endswith("mask") and not masks:
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
    return jnp.asarray(array) if array.dtype.kind in "biufc" else array


def is_shape(leaf: Any) -> bool:
    return isinstance(leaf, (TensorSpec, Symbol)) or (
        isinstance(leaf, (tuple, list)) and all(axis is None or isinstance(axis, int) for axis in leaf)
    )


def as_spec(leaf: Any) -> Any:
    if isinstance(leaf, Symbol):
        return leaf.spec
    return TensorSpec(tuple(leaf)) if isinstance(leaf, (tuple, list)) else leaf


_OPTIONS = {"bias": "use_bias", "gamma": "scale", "beta": "center"}
"""Weights that a layer can go without, and the options that say so."""


def left_out(layer: Any, name: str) -> bool:
    """Whether a layer has no weight of this name because an option leaves it out."""
    return name in _OPTIONS and vars(layer).get(_OPTIONS[name]) is False


def all_none(mask: Any) -> bool:
    return mask is None or (isinstance(mask, (list, tuple)) and all(item is None for item in mask))


def note_masks(outputs: Any, masks: Any) -> None:
    """Outputs carry their masks, as long as they are there or the call that is being computed."""
    call = CURRENT.get()
    leaves = jax.tree.leaves(masks, is_leaf=lambda mask: mask is None)
    for leaf, mask in zip(jax.tree.leaves(outputs), leaves):
        (carry_mask if call is None else call.note_mask)(leaf, mask)


def spread(mask: Any, outputs: Any) -> Any:
    """A mask for each output: a single one belongs to the first."""
    leaves, tree = jax.tree.flatten(outputs)
    masks = list(mask) if isinstance(mask, (list, tuple)) else [mask]
    masks += [None] * (len(leaves) - len(masks))
    return jax.tree.unflatten(tree, masks[: len(leaves)])
