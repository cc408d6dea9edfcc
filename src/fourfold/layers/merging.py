"""Layers that join a list of tensors: Add, Subtract, Multiply, Average, Maximum, Minimum, Concatenate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from fourfold.core.specs import TensorSpec, WeightSpec
from fourfold.errors import OptionError, ShapeError
from fourfold.layers.base import Layer
from fourfold.ops import functions

Masks = Sequence[Array | None] | None


class Merge(Layer):
    """What elementwise merges share.

    Inputs are a list of shapes that are equal or 1 along each axis, the batch axis apart; one with fewer axes
    gets them after the batch axis. The output's mask is where any input is valid, if all have masks.
    """

    supports_masking = True

    def weight_specs(self, inputs: Sequence[TensorSpec]) -> dict[str, WeightSpec]:
        _check_list(self, inputs)
        most = max(len(spec.shape) for spec in inputs)
        shapes = [(spec.shape[0], *(1,) * (most - len(spec.shape)), *spec.shape[1:]) for spec in inputs]
        batches, *others = [{length for length in lengths if length is not None} for lengths in zip(*shapes)]
        if len(batches) > 1 or any(len(lengths - {1}) > 1 for lengths in others):
            raise ShapeError(
                "merge-shapes",
                f"{type(self).__name__} '{self.name}' can't join these shapes",
                got=", ".join(str(spec.shape) for spec in inputs),
                wanted="the same length along each axis, or 1 where it is to be repeated",
                do="give both the same features with a Dense layer, or join them with Concatenate",
            )
        return {}

    def call(self, weights: Any, inputs: Sequence[Array]) -> Array:
        return self.merge(_same_rank(inputs))

    def merge(self, inputs: list[Array]) -> Array:
        raise NotImplementedError

    def compute_mask(self, inputs: Sequence[Array], mask: Masks = None) -> Array | None:
        if not mask or any(entry is None for entry in mask):
            return None
        return reduce(jnp.logical_or, mask)  # type: ignore[arg-type]


class Add(Merge):
    """y = x_1 + x_2 + ...

    Shapes and masks: see `Merge`. Errors: `ShapeError` if the shapes don't fit each other.

    >>> import numpy as np
    >>> Add()([np.ones((1, 2)), np.ones((1, 2))]).tolist()
    [[2.0, 2.0]]

    Good as a residual connection: He et al., "Deep residual learning for image recognition", 2016.
    """

    def merge(self, inputs):
        return reduce(jnp.add, inputs)


class Subtract(Merge):
    """y = x_1 - x_2. Errors: `ShapeError` for more than two inputs, or shapes that don't fit.

    >>> import numpy as np
    >>> Subtract()([np.ones((1, 2)), np.ones((1, 2))]).tolist()
    [[0.0, 0.0]]
    """

    def weight_specs(self, inputs):
        if not isinstance(inputs, (list, tuple)) or len(inputs) != 2:
            raise ShapeError(
                "subtract-two",
                "Subtract takes a list of exactly two tensors",
                got=f"{len(inputs)} tensors" if isinstance(inputs, (list, tuple)) else "one tensor",
                do="Subtract()([a, b])",
            )
        return super().weight_specs(inputs)

    def merge(self, inputs):
        return inputs[0] - inputs[1]


class Average(Merge):
    """y = (x_1 + ... + x_n) / n. Errors: `ShapeError` if the shapes don't fit each other.

    >>> import numpy as np
    >>> Average()([np.ones((1, 2)), np.zeros((1, 2))]).tolist()
    [[0.5, 0.5]]
    """

    def merge(self, inputs):
        return reduce(jnp.add, inputs) / len(inputs)


class Multiply(Merge):
    """y = x_1 x_2 ...; an input counts as 1 where its mask is False, and y is 0 where no input is valid.

    Errors: `ShapeError` if the shapes don't fit each other.

    >>> import numpy as np
    >>> Multiply()([np.full((1, 2), 3.0), np.full((1, 2), 2.0)]).tolist()
    [[6.0, 6.0]]
    """

    def call(self, weights: Any, inputs: Sequence[Array], *, mask: Masks = None) -> Array:
        valid = _spread_masks(inputs, mask)
        neutral = [x if m is None else jnp.where(m, x, 1.0) for x, m in zip(inputs, valid)]
        product = reduce(jnp.multiply, _same_rank(neutral))
        if any(m is None for m in valid):
            return product
        return jnp.where(reduce(jnp.logical_or, _same_rank(valid)), product, 0.0)  # type: ignore[arg-type]


class Extremum(Merge):
    """What Maximum and Minimum share: where its mask is False an input gives way to the others."""

    pick: Callable[[Array, Array], Array]

    def call(self, weights: Any, inputs: Sequence[Array], *, mask: Masks = None) -> Array:
        valid = _spread_masks(inputs, mask)
        inputs = _same_rank(inputs)
        best, best_valid = inputs[0], valid[0]
        for x, m in zip(inputs[1:], valid[1:]):
            x = x if m is None else jnp.where(m, x, best)
            best = best if best_valid is None else jnp.where(best_valid, best, x)
            best_valid = None if m is None or best_valid is None else best_valid | m
            best = type(self).pick(best, x)
        return best


class Maximum(Extremum):
    """y = max(x_1, x_2, ...). Errors: `ShapeError` if the shapes don't fit each other.

    >>> import numpy as np
    >>> Maximum()([np.array([[1.0, 5.0]]), np.array([[2.0, 3.0]])]).tolist()
    [[2.0, 5.0]]
    """

    pick = staticmethod(jnp.maximum)


class Minimum(Extremum):
    """y = min(x_1, x_2, ...). Errors: `ShapeError` if the shapes don't fit each other.

    >>> import numpy as np
    >>> Minimum()([np.array([[1.0, 5.0]]), np.array([[2.0, 3.0]])]).tolist()
    [[1.0, 3.0]]
    """

    pick = staticmethod(jnp.minimum)


class Concatenate(Layer):
    """The inputs one after the other along ``axis``; all other axes have the same lengths.

    The output's mask is where any of the joined entries is valid; an input without one counts as valid.
    Errors: `ShapeError` if the shapes don't fit each other.

    >>> import numpy as np
    >>> Concatenate()([np.ones((1, 2)), np.zeros((1, 1))]).tolist()
    [[1.0, 1.0, 0.0]]
    """

    supports_masking = True

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = int(axis)

    def weight_specs(self, inputs: Sequence[TensorSpec]) -> dict[str, WeightSpec]:
        _check_list(self, inputs)
        rank = len(inputs[0].shape)
        fits = -rank <= self.axis < rank and all(len(spec.shape) == rank for spec in inputs)
        if fits:
            others = [spec.shape[: self.axis % rank] + spec.shape[self.axis % rank + 1 :] for spec in inputs]
            fits = all(
                len({length for length in lengths if length is not None}) <= 1 for lengths in zip(*others)
            )
        if not fits:
            raise ShapeError(
                "concatenate-shapes",
                f"Concatenate '{self.name}' can't join these shapes along axis {self.axis}",
                got=", ".join(str(spec.shape) for spec in inputs),
                wanted="the same length along every other axis",
            )
        return {}

    def call(self, weights: Any, inputs: Sequence[Array]) -> Array:
        return jnp.concatenate(inputs, axis=self.axis)

    def compute_mask(self, inputs: Sequence[Array], mask: Masks = None) -> Array | None:
        if not mask or all(entry is None for entry in mask):
            return None
        valid = [
            jnp.ones(x.shape, bool) if m is None else m for x, m in zip(inputs, _spread_masks(inputs, mask))
        ]
        return jnp.any(jnp.concatenate(valid, axis=self.axis), axis=-1)


def _check_list(layer: Layer, inputs: Any) -> None:
    if not isinstance(inputs, (list, tuple)) or not inputs:
        raise ShapeError(
            "merge-list",
            f"{type(layer).__name__} '{layer.name}' joins a list of tensors",
            got="one tensor" if inputs else "an empty list",
            do=f"{type(layer).__name__}()([a, b])",
        )


class Dot(Layer):
    """y[n] = the sum over an axis of each of two tensors: matrix product, or cosines with ``normalize``.

    Shapes: x (N, ..., D, ...) and (N, ..., D, ...), D at ``axes``, one number or one for each; y has the other axes of
    both, at least one. A mask ends here. Errors: `OptionError` for axes that are no numbers; `ShapeError` if not two
    inputs, or if they differ at ``axes``.

    >>> import numpy as np
    >>> Dot(axes=1)([np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]])]).tolist()
    [[11.0]]
    """

    def __init__(self, axes: int | Sequence[int], normalize: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        both = [axes] * 2 if isinstance(axes, int) else list(axes)
        if len(both) != 2 or not all(isinstance(axis, int) and axis != 0 for axis in both):
            raise OptionError(
                "dot-axes",
                "Dot takes one axis of each input, and not that of the rows",
                got=f"axes={axes!r}",
                wanted="a whole number other than 0, or two",
            )
        self.axes, self.normalize = axes if isinstance(axes, int) else tuple(axes), bool(normalize)

    def _axes(self, inputs: Sequence[Any]) -> list[int]:
        axes = [self.axes] * 2 if isinstance(self.axes, int) else self.axes
        return [axis % len(x.shape) for axis, x in zip(axes, inputs)]

    def weight_specs(self, inputs: Sequence[TensorSpec]) -> dict[str, WeightSpec]:
        shapes = [spec.shape for spec in jax.tree.leaves(inputs)]
        lengths = {shape[axis] for shape, axis in zip(shapes, self._axes(inputs))} if len(shapes) == 2 else set()
        if len(shapes) != 2 or len(lengths - {None}) > 1:
            raise ShapeError(
                "dot-inputs",
                f"Dot '{self.name}' can't join these inputs",
                got=", ".join(map(str, shapes)),
                wanted=f"two, equally long at axes={self.axes}",
            )
        return {}

    def call(self, weights: Any, inputs: Sequence[Array]) -> Array:
        first, second = (
            jnp.moveaxis(functions.normalize(x, axis) if self.normalize else x, axis, -1)
            for x, axis in zip(inputs, self._axes(inputs))
        )
        y = jax.vmap(lambda a, b: jnp.tensordot(a, b, axes=(-1, -1)))(first, second)
        return y if y.ndim > 1 else y[:, None]


def _same_rank(inputs: Sequence[Any]) -> list[Array]:
    """Axes of length 1 after the batch axis, so that all have as many as the one with most."""
    most = max(x.ndim for x in inputs)
    return [x.reshape(x.shape[0], *(1,) * (most - x.ndim), *x.shape[1:]) for x in inputs]


def _spread_masks(inputs: Sequence[Array], mask: Masks) -> list[Array | None]:
    """Each mask, whose axes are the first of its input, with the shape of the input."""
    masks = mask or [None] * len(inputs)
    return [
        None if m is None else jnp.broadcast_to(m.reshape(m.shape + (1,) * (x.ndim - m.ndim)), x.shape)
        for x, m in zip(inputs, masks)
    ]


def add(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """`Add` called on the inputs."""
    return Add(**kwargs)(inputs)


def subtract(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """`Subtract` called on the inputs."""
    return Subtract(**kwargs)(inputs)


def multiply(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """`Multiply` called on the inputs."""
    return Multiply(**kwargs)(inputs)


def average(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """`Average` called on the inputs."""
    return Average(**kwargs)(inputs)


def maximum(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """`Maximum` called on the inputs."""
    return Maximum(**kwargs)(inputs)


def minimum(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """`Minimum` called on the inputs."""
    return Minimum(**kwargs)(inputs)


def dot(inputs: Sequence[Any], axes: int | Sequence[int] = -1, **kwargs: Any) -> Any:
    """`Dot` called on the inputs."""
    return Dot(axes, **kwargs)(inputs)


def concatenate(inputs: Sequence[Any], axis: int = -1, **kwargs: Any) -> Any:
    """`Concatenate` called on the inputs."""
    return Concatenate(axis=axis, **kwargs)(inputs)
