"""Dense, the fully connected layer, and EinsumDense, its form for any axes."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from jax import Array

from fourfold.core.specs import TensorSpec, WeightSpec
from fourfold.errors import OptionError, ShapeError
from fourfold.layers import arguments
from fourfold.layers.base import Layer
from fourfold.ops import activations, dense


class Dense(Layer):
    """y = activation(x W + b)

    Shapes: x (N, ..., F), y (N, ..., units). Weights: kernel W (F, units) ``glorot_uniform``, bias b (units,)
    ``zeros``. Errors: `ShapeError` if x has fewer than two axes or F is open.

    >>> import numpy as np
    >>> Dense(3, activation="relu")(np.ones((2, 5), "float32")).shape
    (2, 3)

    Source: Rosenblatt, "The perceptron", 1958. Good where features have no order or neighbourhood; on images
    and sequences it must learn at each position anew.
    """

    supports_masking = True

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        lora_rank: int | None = None,
        lora_alpha: int | None = None,
        quantization_config: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        arguments.refuse(
            self,
            lora_rank=lora_rank,
            lora_alpha=lora_alpha,
            quantization_config=quantization_config,
        )
        self.units = arguments.whole("units", units)
        self.activation = activations.get(activation)
        if self.units == 1 and self.activation is activations.softmax:
            warnings.warn(
                "softmax over one unit is 1, whatever it reads: got units=1, activation='softmax'. "
                "Do this: activation='sigmoid', or as many units as there are classes",
                stacklevel=2,
            )
        self.use_bias = bool(use_bias)
        arguments.take_terms(self, "kernel", "bias")

    def weight_specs(self, inputs: TensorSpec) -> dict[str, WeightSpec]:
        arguments.check_axes(self, inputs, "NF", least=True)
        features = arguments.known(self, inputs, -1)
        kernel = {"kernel": arguments.weight(self, "kernel", (features, self.units))}
        return kernel | ({"bias": arguments.weight(self, "bias", (self.units,))} if self.use_bias else {})

    def call(self, weights: Mapping[str, Array], inputs: Array) -> Array:
        return arguments.activated(self, dense.linear(inputs, weights["kernel"], weights.get("bias")))


class EinsumDense(Layer):
    """y = activation(einsum(equation, x, W) + b), such as ``"abc,cd->abd"`` or ``"...x,xy->...y"``.

    Shapes: x by the equation's first letters, batch first; ``output_shape`` are the lengths of the output
    after the batch axis (None where the input says it). Weights: kernel W by the equation's second letters,
    ``glorot_uniform``; bias b over the axes that ``bias_axes`` names, ``zeros``, none by default.
    Errors: `OptionError` for an equation of another form; `ShapeError` if x or the lengths don't fit it.

    >>> import numpy as np
    >>> EinsumDense("abc,cd->abd", output_shape=(None, 7), bias_axes="d")(np.ones((2, 4, 5), "float32")).shape
    (2, 4, 7)
    """

    def __init__(
        self,
        equation: str,
        output_shape: int | Sequence[int | None],
        activation: Any = None,
        bias_axes: str | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        lora_rank: int | None = None,
        lora_alpha: int | None = None,
        gptq_unpacked_column_size: int | None = None,
        quantization_config: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        arguments.refuse(
            self,
            lora_rank=lora_rank,
            lora_alpha=lora_alpha,
            gptq_unpacked_column_size=gptq_unpacked_column_size,
            quantization_config=quantization_config,
        )
        self.equation, self.bias_axes = equation, bias_axes
        self.output_lengths = (output_shape,) if isinstance(output_shape, int) else tuple(output_shape)
        self.activation = activations.get(activation)
        self._letters = _letters(equation)
        arguments.take_terms(self, "kernel", "bias")

    def weight_specs(self, inputs: TensorSpec) -> dict[str, WeightSpec]:
        read, kernel, written = self._letters
        inside = list(inputs.shape)
        elided = len(inside) - len(read.replace("...", ""))
        if elided < 0 or (elided and "..." not in read):
            raise ShapeError(
                "einsum-input",
                f"the input of {self.name} doesn't have the axes of its equation",
                got=f"shape {inputs.shape} for {self.equation!r}",
                wanted=f"the axes {read}",
            )
        # The batch axis comes from the input, and so do the axes under a leading ellipsis but for the batch.
        between = inside[1:elided] if written.startswith("...") else []
        after = inside[len(inside) - elided :] if written.endswith("...") else []
        outside = [inside[0], *between, *self.output_lengths, *after]
        lengths = _lengths(read, inside)
        for letter, length in _lengths(written, outside).items():
            known = lengths.setdefault(letter, length)
            if known is None:
                lengths[letter] = length
            elif length is not None and known != length:
                raise ShapeError(
                    "einsum-output",
                    f"the output of {self.name} has another length than its input at {letter!r}",
                    got=f"{length} in output_shape={self.output_lengths}",
                    wanted=f"{known}, or None",
                )
        specs = {"kernel": self._weight("kernel", [lengths.get(letter) for letter in kernel], inputs)}
        if self.bias_axes:
            letters = written.replace("...", "")
            first = min(letters.index(letter) for letter in self.bias_axes)
            shape = [lengths[letter] if letter in self.bias_axes else 1 for letter in letters[first:]]
            trailing = [1] * elided if written.endswith("...") else []
            specs["bias"] = self._weight("bias", [*shape, *trailing], inputs)
        return specs

    def _weight(self, name: str, shape: Sequence[int | None], inputs: TensorSpec) -> WeightSpec:
        lengths = [length for length in shape if length is not None]
        if len(lengths) < len(shape):
            raise ShapeError(
                "einsum-open-axis",
                f"{self.name} needs to know the lengths of its {name}'s axes",
                got=f"input of shape {inputs.shape}, output_shape={self.output_lengths}",
                wanted="a number in the place of None",
            )
        return arguments.weight(self, name, lengths)

    def call(self, weights: Mapping[str, Array], inputs: Array) -> Array:
        outputs = dense.einsum(self.equation, inputs, weights["kernel"])
        if self.bias_axes:
            outputs = dense.add_bias(outputs, weights["bias"])
        return arguments.activated(self, outputs)


def _letters(equation: str) -> tuple[str, str, str]:
    word = r"[a-zA-Z]+"
    match = (
        re.fullmatch(rf"({word}),({word})->({word})", equation)
        or re.fullmatch(rf"(\.\.\.{word}),({word})->(\.\.\.{word})", equation)
        or re.fullmatch(rf"({word}\.\.\.),({word})->({word}\.\.\.)", equation)
    )
    if match is None:
        raise OptionError(
            "einsum-equation",
            "EinsumDense can't read this equation",
            got=repr(equation),
            wanted="the form 'X,Y->Z', '...X,Y->...Z' or 'X...,Y->Z...'",
        )
    return match.group(1), match.group(2), match.group(3)


def _lengths(letters: str, shape: Sequence[int | None]) -> dict[str, int | None]:
    """The length of each letter; the ellipsis stands for the axes on its side that have none."""
    named = letters.replace("...", "")
    return dict(zip(named, shape[len(shape) - len(named) :] if letters.startswith("...") else shape))
