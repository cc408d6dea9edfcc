"""Pooling to a length, height and width that are given, whatever those of the input are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fourfold.layers import arguments
from fourfold.layers.pooling import PoolingLayer
from fourfold.ops import pooling


class AdaptivePooling(PoolingLayer):
    """What these share."""

    def __init__(
        self, output_size: int | Sequence[int], data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.output_size = arguments.per_axis("output_size", output_size, len(self.axes))
        self.data_format = arguments.data_format(data_format)

    @property
    def options(self):
        return {"size": self.output_size}


class AdaptiveAveragePooling1D(AdaptivePooling):
    """y[n, o, c] = mean_t x[n, t, c] over floor(o T / O) <= t < ceil((o + 1) T / O)

    Shapes: x (N, T, C), y (N, O, C) with O = ``output_size``, or with the channels at axis 1 for ``channels_first``.
    Windows overlap where O does not divide T. A mask ends here. Errors: `ShapeError` if x has other axes.

    >>> import numpy as np
    >>> AdaptiveAveragePooling1D(2)(np.array([[[1.0], [3.0], [8.0]]])).ravel().tolist()
    [2.0, 5.5]

    Good before layers that need one size, for inputs of several.
    """

    axes = "T"

    def operate(self, x, size):
        return pooling.adaptive_average_pool(x, size)


class AdaptiveAveragePooling2D(AdaptiveAveragePooling1D):
    """The mean over the windows of `AdaptiveAveragePooling1D` along both axes: x (N, H, W, C), y (N, *output_size, C).

    >>> import numpy as np
    >>> AdaptiveAveragePooling2D((2, 3))(np.ones((1, 5, 4, 3), "float32")).shape
    (1, 2, 3, 3)
    """

    axes = "HW"


class AdaptiveAveragePooling3D(AdaptiveAveragePooling1D):
    """The mean over the windows of `AdaptiveAveragePooling1D` along all axes, (N, D, H, W, C) to (N, *output_size, C).

    >>> import numpy as np
    >>> AdaptiveAveragePooling3D(2)(np.ones((1, 5, 4, 6, 3), "float32")).shape
    (1, 2, 2, 2, 3)
    """

    axes = "DHW"


class AdaptiveMaxPooling1D(AdaptivePooling):
    """y[n, o, c] = max_t x[n, t, c] over floor(o T / O) <= t < ceil((o + 1) T / O)

    Shapes and errors are those of `AdaptiveAveragePooling1D`. The gradient goes to the first maximum.

    >>> import numpy as np
    >>> AdaptiveMaxPooling1D(2)(np.array([[[1.0], [3.0], [2.0]]])).ravel().tolist()
    [3.0, 3.0]
    """

    axes = "T"

    def operate(self, x, size):
        return pooling.adaptive_max_pool(x, size)


class AdaptiveMaxPooling2D(AdaptiveMaxPooling1D):
    """The maximum over the windows of `AdaptiveMaxPooling1D` along both axes: x (N, H, W, C), y (N, *output_size, C).

    >>> import numpy as np
    >>> AdaptiveMaxPooling2D(2)(np.ones((1, 5, 4, 3), "float32")).shape
    (1, 2, 2, 3)
    """

    axes = "HW"


class AdaptiveMaxPooling3D(AdaptiveMaxPooling1D):
    """The maximum over the windows of `AdaptiveMaxPooling1D` along all axes, (N, D, H, W, C) to (N, *output_size, C).

    >>> import numpy as np
    >>> AdaptiveMaxPooling3D((2, 1, 3))(np.ones((1, 5, 4, 6, 3), "float32")).shape
    (1, 2, 1, 3, 3)
    """

    axes = "DHW"
