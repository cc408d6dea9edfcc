"""Whole numbers as vectors, and numbers as the numbers of intervals: CategoryEncoding and Discretization."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from fourfold.errors import OptionError
from fourfold.layers import arguments
from fourfold.layers.base import Layer


class CategoryEncoding(Layer):
    """Numbers below ``num_tokens`` as vectors of that length: each ``one_hot``, or rows as ``multi_hot`` or ``count``.

    Shapes: x (N,), (N, 1) or (N, K) of whole numbers. ``one_hot`` gives (N, tokens), of several columns (N, K, tokens);
    the others (N, tokens), where ``count`` may have ``count_weights`` like x. Errors: `OptionError` for another mode.

    >>> import numpy as np
    >>> CategoryEncoding(3)(np.array([[0, 0], [1, 2]])).tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]]
    """

    def __init__(self, num_tokens: int, output_mode: str = "multi_hot", sparse: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.num_tokens = arguments.whole("num_tokens", num_tokens)
        self.output_mode = arguments.choice("output_mode", output_mode, list(_MODES))
        arguments.refuse(self, sparse=sparse or None)

    def call(self, weights: Any, inputs: Array, count_weights: Array | None = None) -> Array:
        if count_weights is not None and self.output_mode != "count":
            raise OptionError(
                "count-weights",
                f"{self.name} has no use for count_weights",
                got=f"output_mode={self.output_mode!r}",
                wanted="output_mode='count'",
            )
        return encoded(inputs, self.num_tokens, self.output_mode, count_weights)


class Discretization(Layer):
    """The number of the interval between ``bin_boundaries`` in which each number is, or that number encoded.

    Shapes: y as x, int32; for the modes of `CategoryEncoding` as there. A number at a boundary is in the interval
    above. Errors: `OptionError` without boundaries.

    >>> import numpy as np
    >>> Discretization([0.0, 1.0])(np.array([-1.0, 0.0, 5.0])).tolist()
    [0, 1, 2]
    """

    def __init__(
        self,
        bin_boundaries: Sequence[float] | None = None,
        num_bins: int | None = None,
        epsilon: float = 0.01,
        output_mode: str = "int",
        sparse: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if bin_boundaries is None or num_bins is not None:
            raise OptionError(
                "bin-boundaries",
                f"{self.name} takes the boundaries themselves",
                got=f"bin_boundaries={bin_boundaries}, num_bins={num_bins}",
                do="bin_boundaries=np.quantile(x, np.linspace(0, 1, 11)[1:-1]).tolist(), say",
            )
        self.bin_boundaries, self.num_bins, self.epsilon = [float(b) for b in bin_boundaries], None, epsilon
        self.output_mode = arguments.choice("output_mode", output_mode, ["int", *_MODES])
        arguments.refuse(self, sparse=sparse or None)

    def call(self, weights: Any, inputs: Array) -> Array:
        numbers = jnp.digitize(inputs, jnp.asarray(self.bin_boundaries), method="compare_all").astype(jnp.int32)
        if self.output_mode == "int":
            return numbers
        return encoded(numbers, len(self.bin_boundaries) + 1, self.output_mode)


_MODES = ("one_hot", "multi_hot", "count")


def encoded(numbers: Array, length: int, mode: str, weights: Array | None = None) -> Array:
    """Whole numbers as vectors."""
    numbers = jnp.asarray(numbers).astype(jnp.int32)
    if mode == "one_hot":
        numbers = numbers[..., 0] if numbers.ndim > 1 and numbers.shape[-1] == 1 else numbers
        return jax.nn.one_hot(numbers, length)
    each = jax.nn.one_hot(numbers, length)
    if mode == "multi_hot":
        return each.max(-2)
    return each.sum(-2) if weights is None else (each * weights[..., None]).sum(-2)
