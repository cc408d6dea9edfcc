"""Layers of one's own around another layer, on Wrapper under Keras and under Fourfold."""

import inspect

import keras
import numpy as np
import pytest

import fourfold

X = np.random.default_rng(0).normal(size=(12, 5, 4)).astype("float32")
Y = X.sum((1, 2))[:, None]


def classes(k):
    """Layers around others: with the base's constructor and build, with those of their own, around several inputs."""

    class Residual(k.layers.Wrapper):
        def call(self, x):
            return x + self.layer(x)

        def compute_output_shape(self, input_shape):
            return input_shape

    class Scaled(k.layers.Wrapper):
        def __init__(self, layer, factor=2.0, **kwargs):
            assert isinstance(layer, k.layers.Layer)
            super().__init__(layer, **kwargs)
            self.factor = factor

        def build(self, input_shape=None):
            super().build(input_shape)
            self.shift = self.add_weight(shape=(input_shape[-1],), initializer="zeros", name="shift")

        def call(self, x, training=False):
            return self.factor * self.layer(x + self.shift, training=training)

        def get_config(self):
            return {**super().get_config(), "factor": self.factor}

    class Halves(k.layers.Wrapper):
        def call(self, inputs):
            return self.layer(inputs) / 2

    return {"Residual": Residual, "Scaled": Scaled, "Halves": Halves}


CASES = {
    "dense": lambda k, c: lambda x: c["Residual"](k.layers.Dense(4, activation="tanh"))(x),
    "state": lambda k, c: lambda x: c["Scaled"](k.layers.BatchNormalization(), factor=0.5)(x),
    "recurrent": lambda k, c: lambda x: c["Residual"](k.layers.LSTM(4, return_sequences=True))(x),
    "nested": lambda k, c: lambda x: c["Scaled"](c["Residual"](k.layers.Dense(4)))(x),
    "several": lambda k, c: lambda x: c["Halves"](k.layers.Add())([x, k.layers.Dense(4)(x)]),
    "time": lambda k, c: lambda x: c["Residual"](k.layers.TimeDistributed(k.layers.Dense(4)))(x),
    "inside": lambda k, c: lambda x: k.layers.TimeDistributed(c["Residual"](k.layers.Dense(4)))(x),
}


def model_of(k, case, own):
    x = k.Input((5, 4))
    y = k.layers.Dense(1)(k.layers.GlobalAveragePooling1D()(CASES[case](k, own)(x)))
    return k.Model(x, y)


@pytest.mark.parametrize("case", CASES)
def test_outputs_training_and_files_agree(case, tmp_path):
    own = {k: classes(k) for k in (keras, fourfold)}
    models = {k: model_of(k, case, own[k]) for k in (keras, fourfold)}
    assert [w.shape for w in models[fourfold].weights] == [w.shape for w in models[keras].weights]
    models[fourfold].set_weights(models[keras].get_weights())
    losses = {}
    for k, model in models.items():
        model.compile(k.optimizers.SGD(0.01), "mse")
        losses[k] = model.fit(X, Y, batch_size=4, epochs=2, shuffle=False, verbose=0).history["loss"]
        model.save(tmp_path / f"{k.__name__}.keras")
    np.testing.assert_allclose(losses[fourfold], losses[keras], rtol=1e-5)
    wanted = models[keras].predict(X, verbose=0)
    np.testing.assert_allclose(models[fourfold].predict(X, verbose=0), wanted, rtol=1e-5, atol=1e-6)
    for k in (keras, fourfold):
        for written_by in (keras, fourfold):
            path = tmp_path / f"{written_by.__name__}.keras"
            read = k.models.load_model(path, custom_objects=own[k])
            np.testing.assert_allclose(read.predict(X, verbose=0), wanted, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("k", [keras, fourfold], ids=lambda k: k.__name__)
def test_configurations_hold_the_layer(k):
    own = classes(k)
    layer = own["Scaled"](k.layers.Dense(3, name="inner"), factor=3.0, name="outer")
    config = layer.get_config()
    assert (config["name"], config["factor"], config["layer"]["class_name"]) == ("outer", 3.0, "Dense")
    again = own["Scaled"].from_config(config)
    assert (again.name, again.factor, again.layer.name, again.layer.units) == ("outer", 3.0, "inner", 3)
    assert again.layer is not layer.layer
    assert not layer.layer.built
    layer.build((None, 4))
    assert layer.layer.built
    assert [w.shape for w in layer.weights] == [(4,), (4, 3), (3,)]


@pytest.mark.parametrize("k", [keras, fourfold], ids=lambda k: k.__name__)
def test_what_goes_around_a_layer_is_a_wrapper(k):
    for layer in (k.layers.TimeDistributed(k.layers.Dense(1)), k.layers.SpectralNormalization(k.layers.Dense(1))):
        assert isinstance(layer, k.layers.Wrapper)
    assert not isinstance(k.layers.Bidirectional(k.layers.GRU(1)), k.layers.Wrapper)
    assert list(inspect.signature(k.layers.Wrapper).parameters) == ["layer", "kwargs"]


def test_anything_else_is_refused():
    own = classes(fourfold)
    with pytest.raises(fourfold.errors.OptionError, match="Residual takes a layer: got 3"):
        own["Residual"](3)
    with pytest.raises(fourfold.errors.OptionError, match="Wrapper does not say what it computes"):
        fourfold.layers.Wrapper(fourfold.layers.Dense(1))(X)
    for k in (keras, fourfold):
        with pytest.raises(ValueError):
            classes(k)["Residual"](np.tanh)
