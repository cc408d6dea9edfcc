"""Training agrees with Keras: the same builder under both libraries, equal weights, no shuffling.

A row is (name, builder, data, compile arguments, fit arguments). The builder takes a library: ``keras`` or
``fourfold``.
"""

import keras
import numpy as np
import pytest

import fourfold

RNG = np.random.default_rng(0)


def flat(n=50, classes=3):
    return RNG.normal(size=(n, 6)).astype("float32"), RNG.integers(classes, size=n)


def series(n=30):
    return RNG.normal(size=(n, 7, 4)).astype("float32"), RNG.normal(size=(n, 1)).astype("float32")


def images(n=24):
    return RNG.normal(size=(n, 8, 8, 2)).astype("float32"), RNG.integers(2, size=n)


def tokens(n=30):
    x = RNG.integers(1, 9, size=(n, 6))
    x[::3, 4:] = 0
    return x, RNG.integers(2, size=n)


def mlp(k):
    x = k.Input(shape=(6,))
    hidden = k.layers.Dense(8, activation="relu", kernel_regularizer="l2")(x)
    return k.Model(x, k.layers.Dense(3, activation="softmax")(hidden))


def logits(k):
    return k.Sequential([k.Input(shape=(6,)), k.layers.Dense(5, activation="tanh"), k.layers.Dense(3)])


def normalised(k):
    x = k.Input(shape=(6,))
    hidden = k.layers.BatchNormalization()(k.layers.Dense(8, use_bias=False)(x))
    hidden = k.layers.LayerNormalization()(k.layers.Activation("gelu")(hidden))
    return k.Model(x, k.layers.Dense(3, activation="softmax")(hidden))


def lstm(k):
    x = k.Input(shape=(7, 4))
    return k.Model(x, k.layers.Dense(1)(k.layers.LSTM(5)(x)))


def gru_both_ways(k):
    x = k.Input(shape=(7, 4))
    hidden = k.layers.Bidirectional(k.layers.GRU(4, return_sequences=True))(x)
    return k.Model(x, k.layers.Dense(1)(k.layers.GlobalAveragePooling1D()(hidden)))


def attention(k):
    x = k.Input(shape=(7, 4))
    hidden = k.layers.Add()([x, k.layers.MultiHeadAttention(2, 3)(x, x)])
    return k.Model(x, k.layers.Dense(1)(k.layers.Flatten()(hidden)))


def convolution(k):
    x = k.Input(shape=(8, 8, 2))
    hidden = k.layers.Conv2D(4, 3, padding="same", activation="relu")(x)
    hidden = k.layers.MaxPooling2D(2)(hidden)
    return k.Model(x, k.layers.Dense(1, activation="sigmoid")(k.layers.GlobalMaxPooling2D()(hidden)))


def embedded(k):
    x = k.Input(shape=(6,), dtype="int32")
    hidden = k.layers.LSTM(4)(k.layers.Embedding(9, 3, mask_zero=True)(x))
    return k.Model(x, k.layers.Dense(1, activation="sigmoid")(hidden))


def two_outputs(k):
    x = k.Input(shape=(6,))
    hidden = k.layers.Dense(4, activation="relu")(x)
    return k.Model(
        x, [k.layers.Dense(1, name="a")(hidden), k.layers.Dense(3, activation="softmax", name="b")(hidden)]
    )


def shared(k):
    x = k.Input(shape=(6,))
    layer = k.layers.Dense(6, activation="tanh")
    return k.Model(x, k.layers.Dense(3, activation="softmax")(layer(layer(x))))


SGD = {"optimizer": lambda k: k.optimizers.SGD(0.05, momentum=0.9)}
CASES = [
    ("dense, l2, last batch not full", mlp, flat, {**SGD, "loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]}, {}),
    ("logits", logits, flat, {**SGD, "loss": lambda k: k.losses.SparseCategoricalCrossentropy(from_logits=True)}, {}),
    ("adam, few steps", mlp, flat, {"optimizer": "adam", "loss": "sparse_categorical_crossentropy"}, {"epochs": 1, "batch_size": 25}),
    ("rmsprop, few steps", mlp, flat, {"optimizer": "rmsprop", "loss": "sparse_categorical_crossentropy"}, {"epochs": 1, "batch_size": 25}),
    ("batch and layer normalisation", normalised, flat, {**SGD, "loss": "sparse_categorical_crossentropy"}, {"epochs": 2}),
    ("validation split", mlp, flat, {**SGD, "loss": "sparse_categorical_crossentropy", "metrics": ["acc"]}, {"validation_split": 0.3}),
    ("class weights", mlp, flat, {**SGD, "loss": "sparse_categorical_crossentropy"}, {"class_weight": {0: 1.0, 1: 2.0, 2: 0.5}}),
    ("lstm", lstm, series, {**SGD, "loss": "mse", "metrics": ["mae"]}, {"epochs": 2}),
    ("gru both ways", gru_both_ways, series, {**SGD, "loss": "huber"}, {"epochs": 2}),
    ("attention", attention, series, {**SGD, "loss": "mse"}, {"epochs": 2}),
    ("convolution", convolution, images, {**SGD, "loss": "binary_crossentropy", "metrics": ["accuracy"]}, {"epochs": 2}),
    ("masked embedding", embedded, tokens, {**SGD, "loss": "binary_crossentropy"}, {"epochs": 2}),
    ("a layer used twice", shared, flat, {**SGD, "loss": "sparse_categorical_crossentropy"}, {}),
]  # fmt: skip


def compiled(k, build, arguments):
    model = build(k)
    model.compile(**{name: value(k) if callable(value) else value for name, value in arguments.items()})
    return model


@pytest.mark.parametrize(
    "build, data, compiling, fitting", [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_histories_and_weights_agree(build, data, compiling, fitting):
    x, y = data()
    theirs, ours = compiled(keras, build, compiling), compiled(fourfold, build, compiling)
    ours.set_weights(theirs.get_weights())
    arguments = {"batch_size": 16, "epochs": 3, "shuffle": False, "verbose": 0, **fitting}
    expected = theirs.fit(x, y, **arguments).history
    history = ours.fit(x, y, **arguments).history
    assert list(history) == list(expected)
    for name in expected:
        np.testing.assert_allclose(history[name], expected[name], rtol=2e-4, atol=1e-6, err_msg=name)
    for weight, a, b in zip(ours.weights, ours.get_weights(), theirs.get_weights()):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=2e-5, err_msg=weight.path)
    np.testing.assert_allclose(ours.predict(x, verbose=0), theirs.predict(x, verbose=0), rtol=1e-3, atol=1e-5)
    found, wanted = ours.evaluate(x, y, verbose=0), theirs.evaluate(x, y, verbose=0)
    np.testing.assert_allclose(found, wanted, rtol=5e-4)


def test_several_outputs_agree():
    x, labels = flat()
    y = [x[:, :1] * 2, labels]
    arguments = {
        **SGD,
        "loss": ["mse", "sparse_categorical_crossentropy"],
        "loss_weights": [0.5, 2.0],
        "metrics": [["mae"], ["accuracy"]],
    }
    theirs, ours = compiled(keras, two_outputs, arguments), compiled(fourfold, two_outputs, arguments)
    ours.set_weights(theirs.get_weights())
    fitting = {"batch_size": 16, "epochs": 2, "shuffle": False, "verbose": 0}
    expected, history = theirs.fit(x, y, **fitting).history, ours.fit(x, y, **fitting).history
    assert set(history) == set(expected)
    for name in expected:
        np.testing.assert_allclose(history[name], expected[name], rtol=2e-4, err_msg=name)


def test_sample_weights_agree():
    x, y = flat()
    weights = np.linspace(0, 2, len(x)).astype("float32")
    arguments = {
        **SGD,
        "loss": "sparse_categorical_crossentropy",
        "metrics": ["accuracy"],
        "weighted_metrics": ["accuracy"],
    }
    theirs, ours = compiled(keras, mlp, arguments), compiled(fourfold, mlp, arguments)
    ours.set_weights(theirs.get_weights())
    fitting = {"batch_size": 16, "epochs": 2, "shuffle": False, "verbose": 0, "sample_weight": weights}
    expected, history = theirs.fit(x, y, **fitting).history, ours.fit(x, y, **fitting).history
    assert len(history) == len(expected)
    for name in ("loss", "accuracy"):
        np.testing.assert_allclose(history[name], expected[name], rtol=2e-4, err_msg=name)


@pytest.mark.parametrize(
    "build", [mlp, normalised, lstm, gru_both_ways, attention, convolution, embedded, two_outputs, shared]
)
def test_layers_and_weights_come_in_keras_order(build):
    theirs, ours = build(keras), build(fourfold)
    assert [type(layer).__name__ for layer in ours.layers] == [
        type(layer).__name__ for layer in theirs.layers
    ]
    assert [w.shape for w in ours.weights] == [tuple(w.shape) for w in theirs.weights]
    assert ours.count_params() == theirs.count_params()
    assert ours.output_shape == theirs.output_shape
