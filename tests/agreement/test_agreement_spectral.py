"""Spectral normalization under Keras and under Fourfold: calls, training, files both ways."""

import keras
import numpy as np
import pytest

import fourfold
from fourfold.errors import OptionError

RNG = np.random.default_rng(0)
# the layer inside, the shape of a sample, power iterations
CASES = {
    "dense": (lambda k: k.layers.Dense(3, activation="relu", bias_regularizer="l2"), (4,), 1),
    "convolution": (lambda k: k.layers.Conv2D(3, 2), (5, 4, 2), 3),
    "embedding": (lambda k: k.layers.Embedding(6, 3), (4,), 1),
    "a kernel of zeros": (lambda k: k.layers.Dense(3, kernel_initializer="zeros"), (4,), 1),
}


def pair(case):
    inside, shape, iterations = CASES[case]
    models = []
    for k in (keras, fourfold):
        wrapped = k.layers.SpectralNormalization(inside(k), power_iterations=iterations)
        models.append(k.Sequential([k.Input(shape), wrapped, k.layers.Flatten(), k.layers.Dense(1)]))
    models[1].set_weights(models[0].get_weights())
    x = RNG.integers(0, 6, (12, *shape)) if case == "embedding" else RNG.normal(size=(12, *shape))
    return models, x.astype("float32")


def assert_equal(got, wanted):
    for a, b in zip(got, wanted, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("case", CASES)
def test_calls_training_and_files(case, tmp_path):
    (theirs, ours), x = pair(case)
    layers = [model.layers[0] for model in (theirs, ours)]
    assert [(w.name, w.shape) for w in layers[1].weights] == [(w.name, w.shape) for w in layers[0].weights]
    for training in (True, True, False):
        wanted, got = (np.asarray(layer(x, training=training)) for layer in layers)
        np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-5)
        assert_equal(layers[1].get_weights(), layers[0].get_weights())
    histories = []
    for model in (theirs, ours):
        model.compile("sgd", "mse")
        told = model.fit(x, x.reshape(12, -1)[:, :1], batch_size=4, epochs=2, shuffle=False, verbose=0)
        histories.append(told.history["loss"])
    np.testing.assert_allclose(histories[1], histories[0], rtol=1e-4)
    assert_equal(ours.get_weights(), theirs.get_weights())
    for model in (theirs, ours):
        model.save(tmp_path / "model.keras")
        for k in (keras, fourfold):
            read = k.models.load_model(tmp_path / "model.keras")
            assert_equal([read.predict(x, verbose=0)], [ours.predict(x, verbose=0)])
            assert read.layers[0].power_iterations == CASES[case][2]
            assert_equal(read.get_weights(), ours.get_weights())


def test_a_regularizer_is_of_what_is_trained():
    x, one = fourfold.Input((4,)), np.ones((8, 4), "float32")
    layer = fourfold.layers.SpectralNormalization(fourfold.layers.Dense(3, kernel_regularizer="l2"))
    model = fourfold.Model(x, layer(x))
    model.compile(fourfold.optimizers.SGD(0.0))
    kernel = np.asarray(layer.layer.kernel)
    for batch_size in (8, 4):
        told = model.fit(one, batch_size=batch_size, verbose=0).history["loss"]
        assert told == [pytest.approx(0.01 * np.square(kernel).sum(), rel=1e-5)]


def test_embeddings_of_whole_numbers_stay_floats():
    words = np.array([[0, 2]])
    layer = fourfold.layers.SpectralNormalization(fourfold.layers.Embedding(3, 2))
    np.testing.assert_array_equal(layer(words)[0], np.asarray(layer.layer.embeddings)[words[0]])


def test_what_has_no_kernel():
    with pytest.raises(OptionError, match="SpectralNormalization takes a layer: got 3"):
        fourfold.layers.SpectralNormalization(3)
    with pytest.raises(OptionError, match="SpectralNormalization takes a layer with a kernel: got"):
        fourfold.layers.SpectralNormalization(fourfold.layers.LayerNormalization())(np.ones((2, 3)))
