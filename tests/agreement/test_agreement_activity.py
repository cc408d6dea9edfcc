"""Penalties on outputs, and the end of a training at a loss that is none, under Keras and under Fourfold."""

import keras
import numpy as np
import pytest

import fourfold

RNG = np.random.default_rng(0)
X = RNG.normal(size=(6, 5, 4)).astype("float32")
LAYERS = {
    "dense": lambda k: k.layers.Dense(3, activity_regularizer="l2"),
    "einsum": lambda k: k.layers.EinsumDense("abc,cd->abd", (None, 3), activity_regularizer="l1"),
    "lstm": lambda k: k.layers.LSTM(3, return_sequences=True, activity_regularizer="l1"),
    "convolution": lambda k: k.layers.Conv1D(3, 2, activity_regularizer=k.regularizers.L1L2(0.1, 0.2)),
    "separable": lambda k: k.layers.SeparableConv1D(3, 2, activity_regularizer="l2"),
    "depthwise": lambda k: k.layers.DepthwiseConv1D(2, activity_regularizer="l2"),
    "transposed": lambda k: k.layers.Conv1DTranspose(3, 2, activity_regularizer="l2"),
    "any layer": lambda k: k.layers.LayerNormalization(activity_regularizer="l2"),
}


def attended(k):
    x = k.Input((5, 4))
    return k.Model(x, k.layers.MultiHeadAttention(2, 3, activity_regularizer="l2")(x, x))


def around(layer):
    def make(k):
        x = k.Input((5, 4))
        return k.Model(x, layer(k)(x))

    return make


MODELS = {name: around(layer) for name, layer in LAYERS.items()} | {"attention": attended}


@pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)
def test_penalties_on_outputs(tmp_path, make):
    theirs, ours = make(keras), make(fourfold)
    ours.set_weights(theirs.get_weights())
    y = np.zeros(theirs(X).shape, "float32")
    for model in (theirs, ours):
        model.compile("sgd", "mse")
    for rows in (6, 3):
        got, wanted = (model.evaluate(X, y, batch_size=rows, verbose=0) for model in (ours, theirs))
        assert got == pytest.approx(wanted, rel=1e-5)
    for _ in range(2):
        assert ours.train_on_batch(X, y) == pytest.approx(float(theirs.train_on_batch(X, y)), rel=1e-5)
    for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    theirs.save(tmp_path / "m.keras")
    again = fourfold.models.load_model(tmp_path / "m.keras")
    assert again.evaluate(X, y, verbose=0) == pytest.approx(ours.evaluate(X, y, verbose=0), rel=1e-5)


@pytest.mark.parametrize("bad", [None, 0, 5, 70, 99])
def test_a_training_ends_at_the_first_batch_whose_loss_is_none(capsys, bad):
    x = RNG.normal(size=(400, 3)).astype("float32")
    y = x.sum(1, keepdims=True)
    if bad is not None:
        x[4 * bad + 1, 0] = np.nan
    weights, printed, epochs = [], [], []
    for k in (keras, fourfold):
        model = k.Sequential([k.Input((3,)), k.layers.Dense(1)])
        model.set_weights([np.full((3, 1), 0.1), np.zeros(1)])
        model.compile(k.optimizers.SGD(0.01), "mse")
        stop = k.callbacks.TerminateOnNaN()
        history = model.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0, callbacks=[stop])
        printed.append(capsys.readouterr().out.strip())
        epochs.append(len(history.history["loss"]))
        weights.append(np.isfinite(model.get_weights()[0]).all())
    assert printed[0] == printed[1] == ("" if bad is None else f"Batch {bad}: Invalid loss, terminating training")
    assert epochs[0] == epochs[1] and weights[0] == weights[1]


def test_what_the_end_leaves_is_what_batch_by_batch_leaves(capsys):
    x = RNG.normal(size=(400, 3)).astype("float32")
    x[4 * 53, 1] = np.inf
    logs = []
    for more in ([], [fourfold.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: None)]):
        model = fourfold.Sequential([fourfold.Input((3,)), fourfold.layers.Dense(1, kernel_initializer="ones")])
        model.compile("adam", "mse")
        stop = fourfold.callbacks.TerminateOnNaN()
        model.fit(x, x[:, :1], batch_size=4, epochs=2, shuffle=False, verbose=0, callbacks=[stop, *more])
        logs.append((capsys.readouterr().out, int(model._compiled.state.step), model.get_weights()))
    assert logs[0][:2] == logs[1][:2] == ("Batch 53: Invalid loss, terminating training\n", 54)
    for a, b in zip(logs[0][2], logs[1][2]):
        np.testing.assert_array_equal(a, b)
