"""The recurrent layers agree with Keras: a case is a line."""

import keras
import numpy as np
import pytest
from differential import assert_layers_agree

from fourfold import layers as ours
from fourfold.errors import OptionError, ShapeError

N, T, F, U = 3, 6, 4, 5
KERAS = keras.layers
RIGHT = np.array([[1, 1, 1, 1, 0, 0], [1, 1, 1, 1, 1, 1], [1, 0, 0, 0, 0, 0]], bool)
LEFT = RIGHT[:, ::-1]
MIDDLE = np.array([[1, 0, 0, 1, 1, 0], [0, 1, 1, 0, 1, 1], [0, 0, 0, 0, 0, 0]], bool)
EVERYTHING = {"return_sequences": True, "return_state": True}

# the layer's arguments, the mask, whether an initial state is given
CASES = [
    ({}, None, False),
    ({"return_sequences": True}, RIGHT, False),
    (EVERYTHING, LEFT, False),
    (EVERYTHING, MIDDLE, True),
    ({"return_state": True, "go_backwards": True}, MIDDLE, False),
    (EVERYTHING | {"go_backwards": True}, RIGHT, True),
    ({"use_bias": False, "activation": "relu", "return_sequences": True}, LEFT, False),
    ({"unroll": True, "return_sequences": True}, MIDDLE, False),
    ({"zero_output_for_mask": True, "return_sequences": True, "go_backwards": True}, MIDDLE, False),
]
GATED = [({"recurrent_activation": "hard_sigmoid", "activation": "softsign"}, RIGHT, True)]
GRUS = [
    ({"reset_after": False}, None, False),
    (EVERYTHING | {"reset_after": False, "go_backwards": True}, MIDDLE, True),
    (EVERYTHING | {"reset_after": False, "use_bias": False}, None, False),
]
LAYERS = {"SimpleRNN": CASES, "LSTM": CASES + GATED, "GRU": CASES + GATED + GRUS}
TABLE = [(name, *case) for name, cases in LAYERS.items() for case in cases]


def sequences(seed=0):
    return np.random.default_rng(seed).normal(size=(N, T, F)).astype("float32")


def states(count, units=U):
    return [np.random.default_rng(i + 1).normal(size=(N, units)).astype("float32") for i in range(count)]


@pytest.mark.parametrize("name, arguments, mask, initial", TABLE)
def test_layer(name, arguments, mask, initial):
    inputs = [sequences()] + ([states(2 if name == "LSTM" else 1)] if initial else [])
    wanted, layer = getattr(KERAS, name)(U, **arguments), getattr(ours, name)(U, **arguments)
    assert_layers_agree(wanted, layer, inputs, mask=mask)


@pytest.mark.parametrize(
    "name, arguments, mask, initial, merge_mode",
    [
        ("LSTM", {"return_sequences": True}, MIDDLE, False, "concat"),
        ("LSTM", EVERYTHING, LEFT, True, None),
        ("LSTM", {"return_state": True}, None, False, "sum"),
        ("GRU", {}, RIGHT, False, "ave"),
        ("GRU", EVERYTHING, RIGHT, True, "mul"),
        ("SimpleRNN", {}, MIDDLE, False, None),
    ],
)
def test_bidirectional(name, arguments, mask, initial, merge_mode):
    inputs = [sequences()] + ([states(4 if name == "LSTM" else 2)] if initial else [])
    wanted = KERAS.Bidirectional(getattr(KERAS, name)(U, **arguments), merge_mode=merge_mode)
    layer = ours.Bidirectional(getattr(ours, name)(U, **arguments), merge_mode=merge_mode)
    assert_layers_agree(wanted, layer, inputs, mask=mask)


CELLS = {
    "LSTM": lambda k: k.LSTMCell(U),
    "GRU": lambda k: k.GRUCell(U, activation="relu"),
    "SimpleRNN": lambda k: k.SimpleRNNCell(U),
    "a stack": lambda k: [k.LSTMCell(4), k.GRUCell(3), k.LSTMCell(U)],
}


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(
    "arguments, mask, merge_mode",
    [
        ({"return_sequences": True}, MIDDLE, "concat"),
        ({}, RIGHT, "sum"),
        ({"go_backwards": True, "return_sequences": True}, LEFT, None),
    ],
    ids=str,
)
def test_bidirectional_around_cells(cell, arguments, mask, merge_mode):
    def build(k):
        return k.Bidirectional(k.RNN(CELLS[cell](k), **arguments), merge_mode=merge_mode)

    def backward(k):
        rnn = k.RNN(CELLS[cell](k), **{**arguments, "go_backwards": False})
        return k.Bidirectional(k.RNN(CELLS[cell](k), **arguments), merge_mode, backward_layer=rnn)

    build = backward if arguments.get("go_backwards") else build
    assert_layers_agree(build(KERAS), build(ours), [sequences()], mask=mask)


def test_bidirectional_goes_around_no_cell_of_ones_own():
    class Sum(ours.Layer):
        state_size = F

        def call(self, x, states):
            return states[0] + x, [states[0] + x]

    for rnn in (ours.RNN(Sum()), ours.RNN(ours.GRUCell(3), stateful=True)):
        with pytest.raises(OptionError, match="got RNN of other cells, or stateful, wanted SimpleRNN, LSTM or GRU, or"):
            ours.Bidirectional(rnn)


def test_bidirectional_with_a_layer_of_its_own_for_each_direction():
    def build(k):
        forward = k.LSTM(U, return_sequences=True, go_backwards=True)
        return k.Bidirectional(forward, backward_layer=k.GRU(U, return_sequences=True, activation="relu"))

    assert_layers_agree(build(KERAS), build(ours), [sequences()], masks=[MIDDLE])


@pytest.mark.parametrize("name", ["SimpleRNN", "LSTM", "GRU"])
def test_initial_weights_are_keras_shapes_in_keras_order(name):
    wanted, layer = getattr(KERAS, name)(U), getattr(ours, name)(U)
    wanted.build((None, T, F))
    layer.build((None, T, F))
    assert [w.path.split("/")[-1] for w in wanted.weights] == [w.name for w in layer.weights]
    assert [tuple(w.shape) for w in wanted.weights] == [w.shape for w in layer.weights]
    np.testing.assert_array_equal(wanted.get_weights()[2], layer.get_weights()[2])
    recurrent = layer.get_weights()[1]
    np.testing.assert_allclose(recurrent @ recurrent.T, np.eye(U), atol=1e-5)


@pytest.mark.parametrize("wrap", [lambda k, rnn: rnn, lambda k, rnn: k.Bidirectional(rnn)])
def test_stateful_carries_states_and_refuses_another_batch_size(wrap):
    wanted = wrap(KERAS, KERAS.LSTM(U, stateful=True))
    layer = wrap(ours, ours.LSTM(U, stateful=True))
    first, second = sequences(1), sequences(2)
    wanted(first), layer(first)
    wanted.reset_state(), layer.reset_state()
    trained = [w.numpy() for w in wanted.trainable_weights]
    for weight, value in zip(layer.trainable_weights, trained, strict=True):
        weight.assign(value)
    for x in (first, second):
        np.testing.assert_allclose(layer(x), np.asarray(wanted(x)), rtol=1e-5, atol=1e-6)
    layer.reset_state(), wanted.reset_state()
    np.testing.assert_allclose(layer(second), np.asarray(wanted(second)), rtol=1e-5, atol=1e-6)
    with pytest.raises(ShapeError, match="batches of one size"):
        layer(first[:1])


@pytest.mark.parametrize("name", ["SimpleRNN", "LSTM", "GRU"])
def test_dropout_is_one_draw_a_sample_for_all_steps(name):
    """Under a recurrence that only adds, each sample's outputs grow by the same masked input at each step."""
    weights = {"use_bias": False, "activation": "linear", "return_sequences": True}
    layer = ours.SimpleRNN(400, dropout=0.25, recurrent_initializer="identity", **weights)
    x = np.ones((2, 3, 400), "float32")
    layer.build(x.shape)
    layer.set_weights([np.eye(400, dtype="float32")] * 2)
    y = np.asarray(layer(x, training=True))
    np.testing.assert_allclose(y, y[:, :1] * np.array([1, 2, 3])[None, :, None], rtol=1e-6)
    assert set(np.unique(y[:, 0].round(4))) == {np.float32(0), np.float32(1.3333)}
    assert abs((y[:, 0] == 0).mean() - 0.25) < 0.06  # 800 draws, four standard deviations
    assert (y[0, 0] != y[1, 0]).any()
    both = getattr(ours, name)(U, dropout=0.4, recurrent_dropout=0.4, return_sequences=True)
    drawn = [np.asarray(both(sequences(), training=True)) for _ in range(2)]
    assert not np.allclose(drawn[0], drawn[1])
    np.testing.assert_array_equal(both(sequences()), both(sequences()))


@pytest.mark.parametrize("name", ["SimpleRNN", "LSTM", "GRU"])
def test_dropout_agrees_in_distribution(name):
    """The mean output over many draws: 2,000 samples of one input, means within five standard errors."""
    arguments = {"dropout": 0.3, "recurrent_dropout": 0.3}
    wanted, layer = getattr(KERAS, name)(U, **arguments), getattr(ours, name)(U, **arguments)
    x = np.repeat(sequences()[:1], 2000, axis=0)
    wanted.build(x.shape), layer.build(x.shape)
    layer.set_weights(wanted.get_weights())
    a, b = np.asarray(wanted(x, training=True)), np.asarray(layer(x, training=True))
    errors = np.sqrt((a.var(axis=0) + b.var(axis=0)) / 2000)
    assert (np.abs(a.mean(axis=0) - b.mean(axis=0)) < 5 * errors).all()
    np.testing.assert_allclose(a.std(axis=0), b.std(axis=0), rtol=0.15)


@pytest.mark.parametrize(
    "build, message",
    [
        (lambda: ours.LSTM(0), "units is not a whole number of at least 1: got units=0"),
        (lambda: ours.LSTM(3, dropout=1.5), "dropout is not a share: got dropout=1.5"),
        (lambda: ours.Bidirectional(ours.Attention()), "goes around a recurrent layer: got Attention"),
        (lambda: ours.Bidirectional(ours.LSTM(3), merge_mode="add"), "merge_mode is not known: got 'add'"),
        (lambda: ours.Bidirectional(ours.LSTM(3, go_backwards=True)), "wanted opposite go_backwards"),
        (lambda: ours.LSTM(3)(np.ones((2, 3), "float32")), r"takes an input of 3 axes: got shape \(2, 3\)"),
        (
            lambda: ours.LSTM(3)(np.ones((2, 3, 4), "float32"), initial_state=[np.ones((2, 3), "float32")]),
            "states",
        ),
        (lambda: ours.GRU(3, stateful=True).build((None, 3, 4)), "must know the batch size"),
    ],
)
def test_errors(build, message):
    with pytest.raises(OptionError, match=message):
        build()
