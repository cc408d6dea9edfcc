"""What code for Keras asks a layer for: shapes without building it, types, and the form of its inputs."""

import copy

import jax
import keras
import numpy as np
import pytest

import fourfold
from fourfold import Input, layers
from fourfold.core import streams, symbols
from fourfold.errors import OptionError, ShapeError

SHAPES = [
    ("Dense", {"units": 3}, (None, 4)),
    ("Conv2D", {"filters": 4, "kernel_size": 3, "strides": 2, "padding": "same"}, (None, 9, 9, 3)),
    ("LSTM", {"units": 3, "return_sequences": True}, (None, None, 2)),
    ("Flatten", {}, (None, 2, 3)),
    ("MaxPooling1D", {}, (2, 9, 3)),
    ("Embedding", {"input_dim": 5, "output_dim": 3}, (None, 7)),
]


@pytest.mark.parametrize(("name", "arguments", "shape"), SHAPES)
def test_output_shapes_are_those_of_keras_and_build_nothing(name, arguments, shape):
    ours, theirs = getattr(layers, name)(**arguments), getattr(keras.layers, name)(**arguments)
    stream = streams.current()
    before = stream._op_seeds.getstate()
    assert ours.compute_output_shape(shape) == tuple(theirs.compute_output_shape(shape))
    assert ours.weights == [] and stream._op_seeds.getstate() == before


def test_output_shapes_of_models_and_of_several_inputs():
    model = fourfold.Sequential([layers.Input((4,)), layers.Dense(3)])
    assert model.compute_output_shape((None, 4)) == (None, 3)
    assert layers.Concatenate().compute_output_shape([(None, 2), (None, 3)]) == (None, 5)
    assert layers.Dense(2).dtype == layers.Dense(2).compute_dtype == "float32"


def test_input_spec_refuses_other_inputs():
    class Rows(layers.Layer):
        def __init__(self):
            super().__init__()
            self.input_spec = layers.InputSpec(ndim=2, axes={-1: 3})

        def call(self, x):
            return x

    assert Rows()(np.ones((2, 3))).shape == (2, 3)
    for wrong in ((2, 3, 3), (2, 4)):
        with pytest.raises(ShapeError, match="rows does not take this input: got shape .*ndim=2, axis -1 of length 3"):
            Rows()(np.ones(wrong))
    with pytest.raises(ShapeError, match="rows does not take"):
        Rows()(layers.Input((4,)))


ONE = ["Dense", "LSTM", "Conv1D", "BatchNormalization", "Flatten", "Dropout", "GlobalAveragePooling1D", "Activation"]


@pytest.mark.parametrize("name", ONE)
@pytest.mark.parametrize("of", [list, tuple])
def test_several_inputs_where_one_is_taken(name, of):
    arguments = {"Dense": [2], "LSTM": [2], "Conv1D": [2, 2], "Dropout": [0.1], "Activation": ["relu"]}.get(name, [])
    x, y = fourfold.Input((5, 3)), np.ones((2, 5, 4), "float32")
    for given, said in (
        (of([x, x]), r"takes one input: got 2, of shapes \(None, 5, 3\), \(None, 5, 3\).*Concatenate"),
        (of([y, y]), r"takes one input: got 2, of shapes \(2, 5, 4\), \(2, 5, 4\).*Concatenate"),
        (of([x]), rf"got one in a {of.__name__}, of shape \(None, 5, 3\).*the input itself, not in a {of.__name__}"),
    ):
        with pytest.raises(ShapeError, match=said):
            getattr(layers, name)(*arguments)(given)


@pytest.mark.parametrize(
    ("layer", "numbers"),
    [
        (layers.Dense(2, kernel_initializer="ones"), [[1.0, 2.0]]),
        (layers.CategoryEncoding(num_tokens=3), [1, 2]),
        (layers.CategoryEncoding(num_tokens=3), [[1, 2], [0, 0]]),
        (layers.Rescaling(2.0), [1, 2.5]),
        (layers.Discretization(bin_boundaries=[0.0, 1.0]), [0.5, 2.0]),
        (layers.ReLU(), (-1.0, 2.0)),
        (layers.Embedding(3, 2), [[1, 2]]),
    ],
    ids=["dense", "classes", "rows of classes", "rescaling", "bins", "relu", "embedding"],
)
def test_lists_of_numbers_are_arrays(layer, numbers):
    np.testing.assert_array_equal(layer(numbers), layer(np.asarray(numbers)))


@pytest.mark.parametrize(
    "layer, inputs",
    [
        (layers.Dense(2), np.arange(6).reshape(2, 3)),
        (layers.Dense(2), np.ones((2, 3))),
        (layers.Cropping1D(1), np.arange(12).reshape(2, 3, 2)),
        (layers.Subtract(), [np.ones((2, 1)), np.ones((2, 1))]),
        (layers.Rescaling(0.5), np.arange(3, dtype="uint8")),
        (layers.IntegerLookup(vocabulary=[3, 4]), np.array([3, 5])),
    ],
)
def test_outputs_of_numpy_s_arrays_are_of_jax_and_narrow(layer, inputs):
    theirs = getattr(keras.layers, type(layer).__name__)
    theirs = None if theirs is keras.layers.IntegerLookup else theirs(**layer._arguments)(inputs)
    outputs = layer(inputs)
    assert isinstance(outputs, jax.Array)
    assert str(outputs.dtype) == ("int32" if theirs is None else str(theirs.dtype))


def test_weights_that_options_leave_out_are_none():
    dense, norm = layers.Dense(2, use_bias=False), layers.BatchNormalization(scale=False)
    with pytest.raises(AttributeError, match="has no attribute 'bias'"):
        dense.bias  # noqa: B018
    dense(np.ones((1, 3))), norm(np.ones((1, 3)))
    assert dense.bias is None is norm.gamma and norm.beta is not None
    table = layers.Embedding(3, 2)
    table.build()
    assert table.embeddings.shape == (3, 2)


def test_lengths_of_numpy_and_what_else_keras_s_input_takes():
    assert Input((np.int64(4), None)).shape == (None, 4, None) == keras.Input((np.int64(4), None)).shape
    assert type(Input(np.int32(4)).shape[1]) is int
    x = Input((4,), None, "int32", False, False, name="x", optional=False)
    assert (x.dtype, x.name) == ("int32", "x") and Input(tensor=x) is x
    with pytest.raises(OptionError, match="Input has no sparse values: got sparse=True"):
        Input((4,), sparse=True)


def test_lists_of_numbers_of_different_lengths():
    with pytest.raises(ShapeError, match="got lists of numbers of different lengths, 3 in all.*pad_sequences"):
        layers.Embedding(5, 2)([[1, 2], [3]])


def test_symbols_say_that_they_have_no_values():
    x = fourfold.Input((4,))
    for use in (np.mean, lambda x: np.concatenate([x, x]), list, bool, np.asarray):
        with pytest.raises(TypeError, match="a symbol has no values yet"):
            use(x)
    with pytest.raises(AttributeError, match=r"no 'reshape'; fourfold.ops.reshape\(x, ...\) is called on symbols"):
        x.reshape((2, 2))
    with pytest.raises(AttributeError, match="a symbol has no values yet, and no 'numpy'$"):
        x.numpy()
    assert copy.copy(x).shape == x.shape and not hasattr(x, "_keras_history")


def test_methods_of_arrays_that_are_named_are_operations():
    assert all(hasattr(fourfold.ops, name) for name in symbols._METHODS_OF_ARRAYS)
