"""Conv1DTranspose and its kin: from few positions to many, by the kernels that a convolution would use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jax import Array

from fourfold.core.specs import TensorSpec, WeightSpec
from fourfold.errors import OptionError
from fourfold.layers import arguments
from fourfold.layers.convolution import Windowed
from fourfold.ops.convolution import transposed


class Transposed(Windowed):
    """What they share; each says how many spatial axes it has."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.filters = arguments.whole("filters", self._arguments["filters"])
        given = self._arguments["output_padding"]
        self.output_padding = (
            None if given is None else arguments.per_axis("output_padding", given, len(self.axes), least=0)
        )
        if self.output_padding and any(more >= s for more, s in zip(self.output_padding, self.strides)):
            raise OptionError(
                "output-padding",
                "output_padding is not below the strides",
                got=f"output_padding={self.output_padding}, strides={self.strides}",
                wanted="less than the stride at each axis",
            )

    def weight_specs(self, inputs: TensorSpec) -> dict[str, WeightSpec]:
        shape = (*self.kernel_size, self.filters, self._channels(inputs))
        return self._with_bias({"kernel": arguments.weight(self, "kernel", shape)}, self.filters)

    def call(self, weights: Mapping[str, Array], inputs: Array) -> Array:
        x = arguments.channels_last(inputs, self.data_format)
        y = transposed(x, weights["kernel"], **self._window(), output_padding=self.output_padding)
        return self._finished(y, weights)


class Conv1DTranspose(Transposed):
    """y[n, o, f] = activation(sum x[n, t, c] W[k, f, c] + b[f]), over all t, k, c with t s + k d - p = o

    Shapes: x (N, T, C), y (N, T', filters); channels at axis 1 for ``channels_first``. Padding: ``same`` so that T' =
    s T; ``valid`` max(d (kernel_size - 1) + 1 - s, 0) more. With ``output_padding`` o, T' = (T - 1) s + k + o, where k
    is d (kernel_size - 1) + 1 for ``valid``, the remainder of that by 2 for ``same``. Weights: kernel W (*kernel_size,
    filters, C) ``glorot_uniform``, bias b (filters,) ``zeros``. A mask ends here. Errors: `OptionError` for strides and
    dilation at once, or an ``output_padding`` that is not below the strides; `ShapeError` if x doesn't fit.

    >>> import numpy as np
    >>> Conv1DTranspose(8, 3, strides=2, padding="same")(np.ones((2, 5, 4), "float32")).shape
    (2, 10, 8)

    Source: Zeiler et al., "Deconvolutional networks", 2010. Good to come back to the length that strides took away;
    poor where the kernel is no multiple of the strides, which shows as a pattern.
    """

    axes = "T"

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        output_padding: int | Sequence[int] | None = None,
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)


class Conv2DTranspose(Transposed):
    """y[n, o, q, f] = activation(sum x[n, h, w, c] W[i, j, f, c] + b[f])

    The sum is over all h, w, i, j, c with h s + i d - p = o and w s + j d - p = q.

    Shapes: x (N, H, W, C), y (N, H', W', filters); channels at axis 1 for ``channels_first``. Padding: ``same`` so
    that H' = s H and likewise W'; ``valid`` max(d (kernel_size - 1) + 1 - s, 0) more; ``output_padding`` as in
    `Conv1DTranspose`. Weights: kernel W (*kernel_size, filters, C) ``glorot_uniform``, bias b (filters,) ``zeros``. A
    mask ends here. Errors: those of `Conv1DTranspose`.

    >>> import numpy as np
    >>> Conv2DTranspose(8, 3, strides=2, padding="same")(np.ones((2, 5, 4, 4), "float32")).shape
    (2, 10, 8, 8)

    Source: Zeiler et al., "Deconvolutional networks", 2010. Good to come back to the length that strides took away;
    poor where the kernel is no multiple of the strides, which shows as a pattern.
    """

    axes = "HW"

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = (1, 1),
        padding: str = "valid",
        output_padding: int | Sequence[int] | None = None,
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = (1, 1),
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)


class Conv3DTranspose(Transposed):
    """The same as `Conv2DTranspose` over one axis more.

    Shapes: x (N, D, H, W, C), y (N, D', H', W', filters); channels at axis 1 for ``channels_first``. Padding: ``same``
    so that D' = s D and likewise H' and W'; ``valid`` max(d (kernel_size - 1) + 1 - s, 0) more; ``output_padding`` as
    in `Conv1DTranspose`. Weights: kernel W (*kernel_size, filters, C) ``glorot_uniform``, bias b (filters,) ``zeros``.
    A mask ends here. Errors: those of `Conv1DTranspose`.

    >>> import numpy as np
    >>> Conv3DTranspose(8, 3, strides=2, padding="same")(np.ones((2, 3, 5, 4, 4), "float32")).shape
    (2, 6, 10, 8, 8)

    Source: Zeiler et al., "Deconvolutional networks", 2010. Good to come back to the size that strides took away, as in
    the segmentation of scans; poor where the kernel is no multiple of the strides, which shows as a pattern.
    """

    axes = "DHW"

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = (1, 1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        output_padding: int | Sequence[int] | None = None,
        dilation_rate: int | Sequence[int] = (1, 1, 1),
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)


Convolution1DTranspose, Convolution2DTranspose = Conv1DTranspose, Conv2DTranspose
Convolution3DTranspose = Conv3DTranspose
