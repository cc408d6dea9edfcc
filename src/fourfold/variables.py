"""Weights that are made where they are wanted, not by a layer's `add_weight`."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import numpy as np

from fourfold import initializers
from fourfold.core import streams
from fourfold.core.specs import WeightSpec
from fourfold.core.weights import Weight
from fourfold.errors import OptionError, ShapeError


class Variable(Weight):
    """Numbers that can be assigned, and that training changes if they are ``trainable``.

    Args:
        initializer: the first value, or an initializer or its name, which need a ``shape``.
        shape: the shape, where it is not the value's.
        dtype: the kind of numbers; by default the value's, floats as ``"float32"``.
        trainable: whether `fit` changes it; whole numbers and booleans it never does.
        name: its name in the layer; ``variable``, ``variable_1`` and so on by default.

    A variable among the attributes of a layer or of a model's class, also in lists and dicts, is a weight of it:
    trained, saved, and part of its state where ``call`` assigns it. One of a metric is 0 when an epoch begins.
    ``autocast``, ``aggregation`` and ``synchronization`` say nothing here.

    >>> from fourfold.layers import Layer
    >>> class Scaled(Layer):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.factor, self.calls = Variable(2.0), Variable(0, trainable=False, name="calls")
    ...     def call(self, x):
    ...         self.calls.assign_add(1)
    ...         return self.factor * x
    >>> layer = Scaled()
    >>> layer(np.ones(2, "float32")).tolist(), int(layer.calls), [weight.name for weight in layer.weights]
    ([2.0, 2.0], 1, ['variable', 'calls'])
    """

    def __init__(
        self,
        initializer: Any,
        shape: Any = None,
        dtype: str | None = None,
        trainable: bool = True,
        autocast: bool = True,
        aggregation: str | None = None,
        synchronization: str = "auto",
        name: str | None = None,
    ) -> None:
        if name is not None and (not isinstance(name, str) or "/" in name):
            raise OptionError(
                "variable-name", "a variable can't be named so", got=repr(name), wanted="a text without /"
            )
        shape = (shape,) if isinstance(shape, int) else None if shape is None else tuple(shape)
        if isinstance(initializer, str) or callable(initializer):
            initializer = initializers.get(initializer)
            if shape is None:
                raise OptionError(
                    "variable-shape",
                    "a variable that an initializer draws needs a shape",
                    got=f"Variable({type(initializer).__name__}())",
                    do="Variable(initializer, shape=(3,)), say",
                )
            value = drawn(initializer, shape, dtype or "float32")
        else:
            value = _as_numbers(initializer, dtype)
            initializer = partial(_given, value)
        if shape not in (None, value.shape):
            raise ShapeError(
                "variable-value", "a variable's value has another shape", got=str(value.shape), wanted=str(shape)
            )
        spec = WeightSpec(
            value.shape, initializer, trainable=trainable and value.dtype.kind == "f", dtype=value.dtype.name
        )
        super().__init__(name or "variable", spec, value)


def drawn(initializer: Any, shape: tuple[int, ...], dtype: str) -> np.ndarray:
    """A first value from the current random stream, which is no part of a computation that is being traced."""
    with jax.ensure_compile_time_eval():
        return np.asarray(initializer(shape, streams.current()), dtype)


def _given(value: np.ndarray, shape: tuple[int, ...], stream: Any = None) -> np.ndarray:
    """The first value of a variable that is not drawn, as an initializer gives it."""
    return value


def _as_numbers(value: Any, dtype: str | None) -> np.ndarray:
    """A value of a kind; by default floats of single precision, or whole numbers of 32 bits."""
    array = np.array(value)
    if array.dtype.kind not in "biuf":
        raise OptionError(
            "variable-numbers", "a variable holds numbers", got=repr(value), wanted="numbers, arrays or an initializer"
        )
    usual = {np.dtype("float64"): "float32", np.dtype("int64"): "int32", np.dtype("uint64"): "uint32"}
    return array.astype(dtype or usual.get(array.dtype, array.dtype))
