"""What a layer says of the inputs that it takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax

from fourfold.core.specs import TensorSpec
from fourfold.errors import ShapeError
from fourfold.layers.calling import as_spec


class InputSpec:
    """What a layer takes: the number of axes, the lengths of some, as ``self.input_spec`` of a layer.

    >>> InputSpec(ndim=2).check("dense", TensorSpec((None, 3)))
    """

    def __init__(
        self,
        dtype: Any = None,
        shape: Sequence[int | None] | None = None,
        ndim: int | None = None,
        max_ndim: int | None = None,
        min_ndim: int | None = None,
        axes: dict[int, int | None] | None = None,
        allow_last_axis_squeeze: bool = False,
        name: str | None = None,
        optional: bool = False,
    ) -> None:
        self.dtype, self.shape = dtype, None if shape is None else tuple(shape)
        self.ndim = len(self.shape) if self.shape is not None else ndim
        self.max_ndim, self.min_ndim, self.axes = max_ndim, min_ndim, dict(axes or {})
        self.allow_last_axis_squeeze, self.name, self.optional = allow_last_axis_squeeze, name, optional

    def check(self, layer: str, spec: TensorSpec) -> None:
        """Errors: `ShapeError` for an input that doesn't fit."""
        lengths = dict(enumerate(self.shape or ())) | self.axes
        fits = self.ndim in (None, spec.ndim) and (self.min_ndim or 0) <= spec.ndim
        fits = fits and spec.ndim <= (spec.ndim if self.max_ndim is None else self.max_ndim)
        fits = fits and all(
            -spec.ndim <= axis < spec.ndim and spec.shape[axis] in (None, length)
            for axis, length in lengths.items()
            if length is not None
        )
        if not fits:
            limits = {"ndim": self.ndim, "min_ndim": self.min_ndim, "max_ndim": self.max_ndim}
            told = [f"{name}={limit}" for name, limit in limits.items() if limit is not None]
            told += [f"axis {axis} of length {length}" for axis, length in lengths.items() if length is not None]
            raise ShapeError(
                "input-spec",
                f"{layer} does not take this input",
                got=f"shape {spec.shape}",
                wanted=", ".join(told),
            )


def check_specs(layer: str, wanted: Any, specs: Any) -> None:
    """Inputs against one `InputSpec`, or a list of them."""
    listed = wanted if isinstance(wanted, (list, tuple)) else [wanted]
    for one, spec in zip(listed, jax.tree.leaves(specs)):
        if isinstance(one, InputSpec):
            one.check(layer, as_spec(spec))
