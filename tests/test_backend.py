"""Types of numbers and symbols as `keras.backend` tells them, held against Keras."""

import itertools

import jax.numpy as jnp
import keras
import numpy as np
import pytest

import fourfold
from fourfold import backend
from fourfold.errors import OptionError

TYPES = [
    None, bool, int, float, str, np.float32, np.dtype("int8"), np.uint16, jnp.bfloat16, "bfloat16", "float16", "float64",
    "int64", "uint8", "complex64", "string", "float8_e4m3fn",
]  # fmt: skip


@pytest.mark.parametrize("dtype", TYPES)
def test_the_names_of_types(dtype):
    assert backend.standardize_dtype(dtype) == keras.backend.standardize_dtype(dtype)
    for name in ("is_float_dtype", "is_int_dtype"):
        assert getattr(backend, name)(dtype or "float32") == getattr(keras.backend, name)(dtype or "float32"), name


def test_the_types_are_keras():
    from keras.src.backend.common.dtypes import ALLOWED_DTYPES

    assert {*ALLOWED_DTYPES} == backend._TYPES


@pytest.mark.parametrize("wrong", ["flot32", np.dtype("V8"), "longdouble", np.dtype("U3"), object, "datetime64[s]"])
def test_what_is_no_type_of_numbers(wrong):
    with pytest.raises(OptionError, match="there is no such type of numbers: got .*, wanted float32, int32"):
        backend.standardize_dtype(wrong)


def test_the_type_of_what_is_computed():
    numbers = [bool, int, float, "bool", "int8", "uint8", "int32", "uint32", "int64", "bfloat16", "float16", "float32", "float64"]
    for pair in itertools.product(numbers, numbers):
        assert backend.result_type(*pair) == keras.backend.result_type(*pair), pair


def test_symbols_scopes_and_the_version():
    x = fourfold.Input(shape=(3,))
    with fourfold.name_scope("part"):
        y = fourfold.layers.Dense(2)(x)
    assert backend.is_keras_tensor(y) and fourfold.utils.is_keras_tensor(x)
    assert not any(map(backend.is_keras_tensor, (np.ones(3), jnp.ones(3), None, fourfold.layers.Dense(2))))
    assert fourfold.version() == fourfold.__version__
    assert issubclass(fourfold.regularizers.L2, fourfold.Regularizer)
