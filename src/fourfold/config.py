"""What Keras lets one configure, at the values that Fourfold has: float32, channels last, JAX."""

from __future__ import annotations

import logging
import sys
from dataclasses import dataclass
from io import TextIOBase
from typing import Any

import fourfold
from fourfold.errors import OptionError, no_such_name

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


def set_backend(backend: str) -> None:
    """Takes what Fourfold has; `OptionError` for others than JAX."""
    _take("backend", backend)


@dataclass(frozen=True)
class DTypePolicy:
    """In which type a layer computes and keeps its weights, by its name: float32, the only one.

    Errors: `OptionError` for another name.

    >>> DTypePolicy("float32").compute_dtype
    'float32'
    """

    name: str

    def __post_init__(self) -> None:
        if self.name != floatx():
            raise OptionError(
                "dtype-policy",
                "all is computed and kept in float32",
                got=repr(self.name),
                wanted=repr(floatx()),
                do="leave it out",
            )

    @property
    def compute_dtype(self) -> str:
        return self.name

    @property
    def variable_dtype(self) -> str:
        return self.name


def dtype_policy() -> DTypePolicy:
    """In which type layers compute and keep their weights.

    >>> dtype_policy()
    DTypePolicy(name='float32')
    """
    return DTypePolicy(floatx())


def set_dtype_policy(policy: str | DTypePolicy) -> None:
    """Takes what Fourfold has, by name or as `dtype_policy`; `OptionError` for others, mixed ones among them."""
    DTypePolicy(policy if isinstance(policy, str) else policy.name)


def enable_flash_attention() -> None:
    """Does nothing: attention is computed in the way that is fastest, to the same numbers."""


def disable_flash_attention() -> None:
    """Does nothing: attention is computed in the way that is fastest, to the same numbers."""


def is_flash_attention_enabled() -> bool:
    """Whether attention has to be computed by such a program, which is never asked for."""
    return False


def is_nnx_enabled() -> bool:
    """Whether layers are modules of Flax, which they never are."""
    return False


class _Log(TextIOBase):
    """A text stream whose lines go to the logger ``fourfold``, at the level of information."""

    def write(self, text: str) -> int:
        if text.strip():
            logging.getLogger("fourfold").info(text.strip())
        return len(text)


_log = _Log()
_interactive = True


def enable_interactive_logging() -> None:
    """Lines of progress are printed, as they are if nothing is said."""
    global _interactive
    _interactive = True


def disable_interactive_logging() -> None:
    """Lines of progress, of `fit` and of callbacks, go to ``logging.getLogger("fourfold")``, at the level INFO.

    Python shows that level only where a program asks for it.
    """
    global _interactive
    _interactive = False


def is_interactive_logging_enabled() -> bool:
    """Whether lines of progress are printed; otherwise they are logged.

    >>> is_interactive_logging_enabled()
    True
    """
    return _interactive


def lines() -> Any:
    """The stream of the lines of progress."""
    return sys.stdout if _interactive else _log


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
            do="leave it out" if name == "backend" else "leave it out, and convert the data",
        )


_INSTEAD = {
    **dict.fromkeys(("max_epochs", "set_max_epochs"), "say epochs in fit"),
    **dict.fromkeys(("max_steps_per_epoch", "set_max_steps_per_epoch"), "say steps_per_epoch in fit"),
    "enable_unsafe_deserialization": "leave it out: a file executes nothing; hand your classes over in custom_objects",
}


def __getattr__(name: str) -> Any:
    raise no_such_name("config", name, globals(), _INSTEAD)
