"""``keras.backend`` as far as code for these families uses it: what is configured, types of numbers, symbols."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fourfold.config import (
    backend,
    epsilon,
    floatx,
    image_data_format,
    set_epsilon,
    set_floatx,
    set_image_data_format,
)
from fourfold.errors import OptionError, missing_name

__all__ = [
    "backend",
    "clear_session",
    "epsilon",
    "floatx",
    "image_data_format",
    "is_float_dtype",
    "is_int_dtype",
    "is_keras_tensor",
    "name_scope",
    "result_type",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
    "standardize_dtype",
]


def clear_session(free_memory: bool = True) -> None:
    """Does nothing, as models share nothing: names are counted in each, and what is compiled goes with its model."""


@contextmanager
def name_scope(name: str, **kwargs: Any) -> Iterator[None]:
    """Does nothing, as weights are named by the layers that hold them."""
    yield


def is_keras_tensor(x: Any) -> bool:
    """Whether x is a symbol: what `Input`, and a layer called on one, returns.

    >>> import fourfold
    >>> is_keras_tensor(fourfold.Input(shape=(3,))), is_keras_tensor(1.0)
    (True, False)
    """
    from fourfold.core.symbols import Symbol

    return isinstance(x, Symbol)


_OF_PYTHON: dict[type, str] = {bool: "bool", int: "int32", float: "float32", str: "string"}
_TYPES = {
    "bool", "string", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
    "float8_e4m3fn", "float8_e5m2", "bfloat16", "float16", "float32", "float64", "complex64", "complex128",
}  # fmt: skip
"""The types that Keras knows."""


def standardize_dtype(dtype: Any) -> str:
    """The name of a type of numbers; of none, `floatx`.

    >>> import numpy as np
    >>> standardize_dtype(np.float16), standardize_dtype(int), standardize_dtype(None)
    ('float16', 'int32', 'float32')
    """
    import numpy as np

    if dtype is None:
        return floatx()
    name = _OF_PYTHON.get(dtype) if isinstance(dtype, type) else None
    try:
        name = name or np.dtype(dtype).name
    except TypeError:
        name = str(getattr(dtype, "__name__", dtype)).rpartition(".")[2]  # jax.numpy.bfloat16, torch.float32
    if name not in _TYPES:
        raise OptionError(
            "dtype",
            "there is no such type of numbers",
            got=repr(dtype),
            wanted="float32, int32, bool or another of NumPy's",
        )
    return name


def is_float_dtype(dtype: Any) -> bool:
    """Whether a type is of floating point numbers."""
    return standardize_dtype(dtype).startswith(("float", "bfloat"))


def is_int_dtype(dtype: Any) -> bool:
    """Whether a type is of whole numbers, with a sign or without."""
    return standardize_dtype(dtype).startswith(("int", "uint"))


def result_type(*dtypes: Any) -> str:
    """The type of what is computed from numbers of several types.

    >>> result_type("int32", "float32"), result_type("bfloat16", int)
    ('float32', 'bfloat16')
    """
    import jax.numpy as jnp

    narrow: dict[Any, str] = {"float64": "float32", "int64": "int32", "uint64": "uint32"}
    names = (dtype if dtype in (bool, int, float) else standardize_dtype(dtype) for dtype in dtypes)
    return jnp.result_type(*(narrow.get(name, name) for name in names)).name


_INSTEAD = {
    "ctc_batch_cost": "fourfold.losses.CTC, or fourfold.ops.ctc_loss",
    "function": "Model(model.inputs, layer.output) computes what a layer gives",
    "get_value": "np.asarray(variable)",
    "int_shape": "x.shape",
    "learning_phase": "call(self, inputs, training=False) is told whether it trains",
    "ndim": "len(x.shape)",
    "random_normal": "fourfold.random.normal",
    "random_uniform": "fourfold.random.uniform",
    "set_value": "variable.assign(value)",
}


def __getattr__(name: str) -> Any:
    do = _INSTEAD.get(name, f"fourfold.ops.{name}, if it is there")
    raise missing_name(f"fourfold.backend has no attribute {name!r}. Do this: {do}", sys._getframe(1))
