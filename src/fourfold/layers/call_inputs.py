"""What a layer is called on: as many inputs as it takes, each an array or a symbol, and no layers."""

from __future__ import annotations

import inspect
from functools import cache
from typing import Any

import jax
import numpy as np
from jax import Array

from fourfold.errors import ShapeError
from fourfold.layers.calling import call_parameters
from fourfold.layers.interface import Interface


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


def check_call(layer: Any, args: tuple, kwargs: dict) -> None:
    """Errors: `ShapeError` where a layer is called on a layer, or on more or fewer inputs than it takes."""
    name = f"{type(layer).__name__} '{layer.name}'"
    inner = next((leaf for leaf in jax.tree.leaves((args, kwargs)) if isinstance(leaf, Interface)), None)
    if inner is not None:
        raise ShapeError(
            "layer-as-input",
            f"{name} is called on arrays or symbols",
            got=f"the layer {type(inner).__name__}",
            wanted="what the layer returns",
            do=f"call it first: {type(inner).__name__}(...)(x)",
        )
    names, needed, several = _inputs_of(type(layer))
    if names is None or len([one for one in needed if one not in kwargs]) <= len(args) <= len(names):
        return
    raise ShapeError(
        "call-inputs",
        f"{name} is called on {'a list of inputs' if several else ', '.join(names)}",
        got=f"{len(args)} inputs",
        wanted="one list" if several else str(len(needed)),
        do=f"{type(layer).__name__}(...)([a, b])" if several else "",
    )


@cache
def _inputs_of(cls: type) -> tuple[tuple[str, ...] | None, tuple[str, ...], bool]:
    """The inputs that a layer's ``call`` takes, those that it needs, and whether it is one list; None for any."""
    parameters = inspect.signature(cls.call).parameters
    names, _ = call_parameters(cls)
    any_number = any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters.values())
    if any_number or not names or not cls.call.__module__.startswith("fourfold.layers."):
        return None, (), False
    needed = tuple(name for name in names if parameters[name].default is inspect.Parameter.empty)
    return names, needed, "Sequence" in str(parameters[names[0]].annotation)
