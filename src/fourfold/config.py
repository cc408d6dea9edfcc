"""What Keras lets one configure, at the values that Fourfold has: float32, channels last, JAX."""

from __future__ import annotations

from typing import Any

import fourfold
from fourfold.errors import OptionError

_HAS = {"floatx": "float32", "epsilon": 1e-7, "image_data_format": "channels_last", "backend": "jax"}


def floatx() -> str:
    """The type of numbers.

    >>> floatx()
    'float32'
    """
    return _HAS["floatx"]


def epsilon() -> float:
    """The small number that keeps logarithms and quotients finite."""
    return _HAS["epsilon"]


def image_data_format() -> str:
    """Where the channels of images are."""
    return _HAS["image_data_format"]


def backend() -> str:
    """What computes."""
    return _HAS["backend"]


def version() -> str:
    """Fourfold's version."""
    return fourfold.__version__


def set_floatx(value: str) -> None:
    """Takes what Fourfold has; `OptionError` for other types."""
    _take("floatx", value)


def set_epsilon(value: float) -> None:
    """Takes what Fourfold has; `OptionError` for other values."""
    _take("epsilon", value)


def set_image_data_format(data_format: str) -> None:
    """Takes what Fourfold has; `OptionError` for channels first."""
    _take("image_data_format", data_format)


def enable_traceback_filtering() -> None:
    """Does nothing, as tracebacks are never cut."""


def disable_traceback_filtering() -> None:
    """Does nothing, as tracebacks are never cut."""


def is_traceback_filtering_enabled() -> bool:
    """Whether tracebacks are cut, which they never are."""
    return False


def _take(name: str, value: Any) -> None:
    if value != _HAS[name]:
        raise OptionError(
            "configuration",
            f"{name} can't be set",
            got=repr(value),
            wanted=repr(_HAS[name]),
            do="leave it out, and convert the data",
        )
