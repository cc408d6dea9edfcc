"""Checks of layers' arguments, each with one error that says what to give instead, and weights by name."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import Array

from fourfold import constraints, initializers, regularizers
from fourfold.core.specs import TensorSpec, WeightSpec
from fourfold.errors import OptionError, ShapeError
from fourfold.layers.base import Layer

_TERMS: dict[str, Callable[[Any], Any]] = {
    "initializer": initializers.get,
    "regularizer": regularizers.get,
    "constraint": constraints.get,
}


def whole(name: str, value: Any, least: int = 1) -> int:
    """A whole number of at least ``least``.

    >>> whole("units", 3)
    3
    """
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool) and value >= least:
        return int(value)
    raise OptionError(
        "layer-whole-number",
        f"{name} is not a whole number of at least {least}",
        got=f"{name}={value!r}",
        do=f"{name}=32, say" if least else "",
    )


def per_axis(name: str, value: Any, rank: int, least: int = 1) -> tuple[int, ...]:
    """One whole number for each of ``rank`` axes; a single one counts for all.

    >>> per_axis("strides", 2, 2), per_axis("strides", [1, 2], 2)
    ((2, 2), (1, 2))
    """
    values = tuple(value) if isinstance(value, (tuple, list)) else (value,) * rank
    if len(values) != rank:
        raise OptionError(
            "layer-per-axis",
            f"{name} does not fit {rank} axes",
            got=f"{name}={value!r}",
            wanted=f"a whole number, or {rank} of them",
        )
    return tuple(whole(name, entry, least) for entry in values)


def rate(name: str, value: Any) -> float:
    """A share between 0 and 1.

    >>> rate("rate", 0.5)
    0.5
    """
    if isinstance(value, (int, float, np.number)) and 0 <= value <= 1:
        return float(value)
    raise OptionError(
        "layer-rate", f"{name} is not a share", got=f"{name}={value!r}", wanted="a number from 0 to 1"
    )


def choice(name: str, value: Any, options: Sequence[str]) -> str:
    """One of the given words, in any case.

    >>> choice("padding", "SAME", ["valid", "same"])
    'same'
    """
    word = str(value).lower()
    if word in options:
        return word
    close = difflib.get_close_matches(word, options, n=1)
    raise OptionError(
        "layer-choice",
        f"{name} has no such value",
        got=f"{name}={value!r}",
        wanted=f"one of {', '.join(map(repr, options))}",
        do=f'{name}="{close[0]}"' if close else "",
    )


def data_format(value: str | None) -> str:
    """``channels_last``, the default, or ``channels_first``."""
    return choice("data_format", value or "channels_last", ("channels_last", "channels_first"))


def channels_last(x: Array, layout: str) -> Array:
    """x (N, ..., C), from (N, C, ...) if ``layout`` says so."""
    return jnp.moveaxis(x, 1, -1) if layout == "channels_first" else x


def as_given(y: Array, layout: str) -> Array:
    """The way back of `channels_last`."""
    return jnp.moveaxis(y, -1, 1) if layout == "channels_first" else y


def refuse(layer: Layer, **arguments: Any) -> None:
    """Arguments of Keras that have no counterpart here may be given, but only as None."""
    for name, value in arguments.items():
        if value is not None:
            raise OptionError(
                "layer-unsupported",
                f"{type(layer).__name__} has no {name}",
                got=f"{name}={value!r}",
                wanted="None",
            )


def take_terms(layer: Layer, *weights: str) -> None:
    """Sets ``kernel_initializer``, ``kernel_regularizer`` and the like from the constructor's arguments."""
    for weight in weights:
        for term, get in _TERMS.items():
            setattr(layer, f"{weight}_{term}", get(layer._arguments.get(f"{weight}_{term}")))


def weight(layer: Layer, name: str, shape: Sequence[int], trainable: bool = True) -> WeightSpec:
    """The spec of a weight with the terms that `take_terms` set."""
    initializer, regularizer, constraint = (getattr(layer, f"{name}_{term}") for term in _TERMS)
    return WeightSpec(tuple(shape), initializer, regularizer, constraint, trainable)


def check_axes(layer: Layer, spec: TensorSpec | Array, axes: str, least: bool = False) -> None:
    """The input has the axes that the letters name (``NTC``), or at least so many.

    Errors: `ShapeError` with the letters.
    """
    count = len(spec.shape)
    if count == len(axes) or (least and count > len(axes)):
        return
    raise ShapeError(
        "layer-axes",
        f"{type(layer).__name__} '{layer.name}' takes an input of {'at least ' * least}{len(axes)} axes",
        got=f"shape {tuple(spec.shape)}",
        wanted=f"({', '.join(axes)})",
        do=_FEWER_AXES if count > len(axes) else _ALL_STEPS if "T" in axes and count == 2 else _MORE_AXES,
    )


def check_layout(layer: Layer, inputs: TensorSpec | Array, spatial: str, layout: str) -> None:
    """The input has a batch axis, the named spatial axes, and channels where the layout says."""
    check_axes(layer, inputs, f"N{spatial}C" if layout == "channels_last" else f"NC{spatial}")


_MORE_AXES = "add the missing axis with Reshape, or give the Input its full shape"
_ALL_STEPS = "return_sequences=True in a recurrent layer before it, or add the missing axis with Reshape"
_FEWER_AXES = "join axes with Flatten or Reshape before"


def known(layer: Layer, spec: TensorSpec, axis: int) -> int:
    """The length of an axis that weights depend on; it can't be open."""
    length = spec.shape[axis]
    if length is None:
        raise ShapeError(
            "layer-open-axis",
            f"{type(layer).__name__} '{layer.name}' needs to know the length of axis {axis} for its weights",
            got=f"shape {spec.shape}",
            wanted="a number in the place of None",
            do="give Input the length of that axis",
        )
    return length


def lengths(layer: Layer, inputs: TensorSpec, axes: Sequence[int]) -> list[int]:
    """The lengths of the axes, in ascending order."""
    return [known(layer, inputs, axis) for axis in places(layer, inputs, axes)]


def places(layer: Layer, inputs: Any, axes: Sequence[int]) -> list[int]:
    """The places of the axes to normalise along, from 0, in ascending order."""
    if any(not -inputs.ndim <= axis < inputs.ndim for axis in axes):
        raise ShapeError(
            "no-normalization-axis",
            f"the input of {layer.name} has no axis to normalise along",
            got=f"axis={tuple(axes)}, shape {inputs.shape}",
            wanted=f"axes from {-inputs.ndim} to {inputs.ndim - 1}",
        )
    return sorted(axis % inputs.ndim for axis in axes)


def activated(layer: Any, outputs: Any) -> Any:
    """The outputs after a layer's activation, which may have been taken from it (``layer.activation = None``)."""
    return outputs if layer.activation is None else layer.activation(outputs)
