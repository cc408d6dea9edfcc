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


def test_a_shape_may_be_named_when_a_layer_is_built():
    for layer in (layers.Dense(2), layers.Conv1D(2, 2), layers.LayerNormalization()):
        layer.build(input_shape=(None, 5, 3))
        theirs = getattr(keras.layers, type(layer).__name__).from_config(layer.get_config())
        theirs.build(input_shape=(None, 5, 3))
        assert [w.shape for w in layer.weights] == [w.shape for w in theirs.weights]


class Counter(layers.Layer):
    def build(self, input_shape):
        self.whole = self.add_weight(shape=(3,), dtype="int32", trainable=False)
        self.truths = self.add_weight(shape=(20,), dtype="bool", trainable=False)

    def call(self, x):
        return x


def test_weights_of_no_floats_begin_at_0():
    layer = Counter()
    layer(np.ones((1, 1)))
    assert not layer.whole.numpy().any() and not layer.truths.numpy().any()


class Summing(layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = self.state_size = units

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units))

    def call(self, x, states):
        out = fourfold.ops.matmul(x, self.kernel) + states[0]
        return out, [out]

    def get_config(self):
        return {**super().get_config(), "units": self.units}


@pytest.mark.parametrize("cells", [Summing(3), [Summing(3), layers.GRUCell(2)]])
def test_cells_of_one_s_own_are_known_by_custom_objects(cells):
    layer, told = layers.RNN(cells), {"Summing": Summing}
    again = layers.RNN.from_config(layer.get_config(), custom_objects=told)
    with fourfold.saving.custom_object_scope(told):
        in_scope = layers.RNN.from_config(layer.get_config())
    assert again.get_config() == in_scope.get_config() == layer.get_config()


@pytest.mark.parametrize("name", ["SimpleRNN", "LSTM", "GRU"])
def test_whole_numbers_go_through_recurrent_layers_as_in_keras(name):
    x, states = np.arange(12).reshape(2, 3, 2), [np.ones((2, 2), "int32")] * (2 if name == "LSTM" else 1)
    ours, theirs = getattr(layers, name)(2), getattr(keras.layers, name)(2)
    theirs.build(x.shape), ours.build(x.shape)
    ours.set_weights(theirs.get_weights())
    np.testing.assert_allclose(ours(x), theirs(x), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(ours(x, states), theirs(x, initial_state=states), rtol=1e-5, atol=1e-6)
    assert layers.Bidirectional(ours)(x).dtype == "float32"


@pytest.mark.parametrize("target", [(-1, 4), (3, -1, 8), (-1, 22)])
def test_open_lengths_that_no_prime_stands_for(target):
    ours, theirs = layers.Reshape(target)(Input((None, 2))), keras.layers.Reshape(target)(keras.Input((None, 2)))
    assert ours.shape == theirs.shape
    x = np.arange(88 * 6).reshape(1, -1, 2)
    np.testing.assert_array_equal(layers.Reshape(target)(x), keras.layers.Reshape(target)(x))
    assert fourfold.ops.reshape(Input((None, 2)), (-1, 8)).shape == (None, 8)


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
