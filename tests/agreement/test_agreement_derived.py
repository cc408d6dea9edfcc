"""Classes derived from built-in layers, as they are written for Keras, and arguments by the names of Keras 2."""

import warnings

import keras
import numpy as np
import pytest

import fourfold
from fourfold.errors import OptionError

LIBRARIES = (keras, fourfold)


def scaled(library):
    class Scaled(library.layers.Dense):
        def __init__(self, units, scale=2.0, **kwargs):
            super().__init__(units, activation="tanh", **kwargs)
            self.scale = scale

        def call(self, inputs):
            return self.scale * super().call(inputs)

    return Scaled(4), (3,)


def with_a_weight(library):
    class Gained(library.layers.Conv1D):
        def build(self, input_shape):
            super().build(input_shape)
            self.gain = self.add_weight(shape=(self.filters,), initializer="ones", name="gain")

        def call(self, inputs):
            return super().call(inputs) * self.gain

    return Gained(4, 3), (7, 3)


def with_state(library):
    class Shifted(library.layers.BatchNormalization):
        def call(self, inputs, training=None):
            return super().call(inputs, training=training) + 1.0

    return Shifted(), (3,)


def other_defaults(library):
    class Same(library.layers.Conv2D):
        def __init__(self, filters, **kwargs):
            super().__init__(filters, kernel_size=3, padding="same", activation="relu", use_bias=False, **kwargs)

    return Same(2, strides=2, name="same"), (5, 5, 1)


def recurrent(library):
    class Sequences(library.layers.LSTM):
        def __init__(self, width):
            super().__init__(width, return_sequences=True, recurrent_activation="hard_sigmoid")

    return Sequences(2), (5, 1)


@pytest.mark.parametrize("made", [scaled, with_a_weight, with_state, other_defaults, recurrent])
def test_derived_layers_train_to_the_same_numbers(made):
    found = []
    for library in LIBRARIES:
        layer, shape = made(library)
        inputs = library.Input(shape)
        model = library.Model(inputs, layer(inputs))
        rng = np.random.default_rng(1)
        model.set_weights([abs(rng.normal(size=tuple(w.shape))) * 0.3 for w in model.weights])
        x = rng.normal(size=(8, *shape)).astype("float32")
        model.compile("sgd", "mse")
        history = model.fit(x, np.ones_like(model(x)), epochs=3, batch_size=4, shuffle=False, verbose=0)
        found.append((history.history["loss"], model.predict(x, verbose=0)))
    for theirs, ours in zip(*found):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


def test_the_configuration_is_that_of_the_derived_class():
    layer, _ = scaled(fourfold)
    config = layer.get_config()
    assert (config["units"], config["scale"]) == (4, 2.0) and "activation" not in config
    assert type(layer).from_config(config).activation is layer.activation


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("inside", [False, True])
def test_dropout_that_always_drops_is_random_in_prediction(library, inside):
    class Always(library.layers.Dropout):
        def call(self, inputs, training=False):
            return super().call(inputs, training=True)

    class Holding(library.layers.Layer):
        def __init__(self):
            super().__init__()
            self.dropout = library.layers.Dropout(0.5)

        def call(self, inputs):
            return self.dropout(inputs, training=True)

    inputs = library.Input((50,))
    model = library.Model(inputs, (Holding() if inside else Always(0.5))(inputs))
    one, another = (model.predict(np.ones((4, 50), "float32"), verbose=0) for _ in range(2))
    assert set(np.unique(one)) == {0.0, 2.0} and (one != another).any()


@pytest.mark.parametrize(
    "of",
    [
        lambda layers: layers.LeakyReLU(alpha=0.1).negative_slope,
        lambda layers: tuple(layers.InputLayer(input_shape=(None, 1)).batch_shape),
        lambda layers: tuple(layers.InputLayer(batch_input_shape=(2, 4)).batch_shape),
        lambda layers: layers.Embedding(5, 3, input_length=4).output_dim,
        lambda layers: layers.LSTM(3, implementation=2).units,
    ],
)
def test_arguments_of_keras_2_that_keras_takes(of):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert of(fourfold.layers) == of(keras.layers)


def test_an_argument_that_is_in_no_class_above_is_refused():
    class Same(fourfold.layers.Conv2D):
        def __init__(self, filters, **kwargs):
            super().__init__(filters, kernel_size=3, **kwargs)

    with pytest.raises(OptionError, match=r"unknown argument 'stride' \(did you mean 'strides'\?\)"):
        Same(2, stride=2)
