"""Images in one size: Resizing and CenterCrop."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jax import Array

from fourfold.core.specs import TensorSpec, WeightSpec
from fourfold.errors import OptionError
from fourfold.layers import arguments
from fourfold.layers.base import Layer
from fourfold.ops import images


class Sized(Layer):
    """What layers share whose outputs have a ``height`` and a ``width``."""

    def __init__(self, height: int, width: int, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.height, self.width = arguments.whole("height", height), arguments.whole("width", width)
        self.data_format = arguments.data_format(data_format)

    def weight_specs(self, inputs: TensorSpec) -> dict[str, WeightSpec]:
        if inputs.ndim != 3:
            arguments.check_layout(self, inputs, "HW", self.data_format)
        return {}

    def on_batches(self, function: Any, inputs: Array) -> Array:
        """A function of images (N, H, W, C) on those that there are: one alone has no batch axis."""
        batch = inputs if inputs.ndim == 4 else inputs[None]
        outputs = arguments.as_given(
            function(arguments.channels_last(batch.astype(jnp.float32), self.data_format)), self.data_format
        )
        return outputs if inputs.ndim == 4 else outputs[0]


class Resizing(Sized):
    """Images in the size (``height``, ``width``), between whose pixels ``interpolation`` fills in.

    Shapes: x (N, H, W, C) or (H, W, C), y with the new height and width. ``crop_to_aspect_ratio`` keeps the middle that
    has the new ratio, ``pad_to_aspect_ratio`` puts ``fill_value`` around. Errors: `OptionError` for both at once, an
    unknown interpolation; `ShapeError` for other axes.

    >>> import numpy as np
    >>> Resizing(4, 6)(np.ones((2, 8, 8, 3))).shape
    (2, 4, 6, 3)
    """

    def __init__(
        self,
        height: int,
        width: int,
        interpolation: str = "bilinear",
        crop_to_aspect_ratio: bool = False,
        pad_to_aspect_ratio: bool = False,
        fill_mode: str = "constant",
        fill_value: float = 0.0,
        antialias: bool = False,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(height, width, data_format, **kwargs)
        self.interpolation = arguments.choice("interpolation", interpolation, list(images.METHODS))
        self.fill_mode = arguments.choice("fill_mode", fill_mode, ["constant"])
        if crop_to_aspect_ratio and pad_to_aspect_ratio:
            raise OptionError(
                "aspect-ratio",
                "an image is either cropped or padded to keep its ratio",
                got="crop_to_aspect_ratio=True, pad_to_aspect_ratio=True",
                wanted="one of them",
            )
        self.crop_to_aspect_ratio, self.pad_to_aspect_ratio = crop_to_aspect_ratio, pad_to_aspect_ratio
        self.fill_value, self.antialias = float(fill_value), bool(antialias)

    def call(self, weights: Any, inputs: Array) -> Array:
        def resized(batch: Array) -> Array:
            return images.resize(
                batch,
                (self.height, self.width),
                self.interpolation,
                self.antialias,
                self.crop_to_aspect_ratio,
                self.pad_to_aspect_ratio,
                fill_value=self.fill_value,
            )

        return self.on_batches(resized, inputs)


class CenterCrop(Sized):
    """The middle of each image, ``height`` times ``width``; one that is smaller is resized, to keep its ratio cropped.

    Shapes: x (N, H, W, C) or (H, W, C), y with the new height and width. Errors: `ShapeError` for other axes.

    >>> import numpy as np
    >>> CenterCrop(4, 6)(np.ones((2, 8, 8, 3))).shape
    (2, 4, 6, 3)
    """

    def call(self, weights: Any, inputs: Array) -> Array:
        def cropped(batch: Array) -> Array:
            if batch.shape[1] >= self.height and batch.shape[2] >= self.width:
                return images.central(batch, self.height, self.width)
            return images.resize(batch, (self.height, self.width), crop_to_aspect_ratio=True)

        return self.on_batches(cropped, inputs)
