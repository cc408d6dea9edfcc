"""What is set on a layer that is built stands in its configuration and in files, as in Keras."""

import keras
import numpy as np
import pytest

import fourfold

# the layer, the shape of a sample, the attribute, its new value
CASES = [
    (lambda k: k.layers.Dense(3, activation="relu"), (4,), "activation", lambda k: k.activations.tanh),
    (lambda k: k.layers.Dense(3), (4,), "units", lambda k: 5),
    (lambda k: k.layers.Dense(3), (4,), "trainable", lambda k: False),
    (lambda k: k.layers.Dense(3), (4,), "name", lambda k: "other"),
    (lambda k: k.layers.Dense(3), (4,), "kernel_regularizer", lambda k: k.regularizers.L2(0.5)),
    (lambda k: k.layers.Dense(3), (4,), "activity_regularizer", lambda k: k.regularizers.L2(0.5)),
    (lambda k: k.layers.Dense(3), (4,), "kernel_constraint", lambda k: k.constraints.MaxNorm(2)),
    (lambda k: k.layers.Dense(3), (4,), "bias_initializer", lambda k: k.initializers.Ones()),
    (lambda k: k.layers.Conv2D(3, 2, activation="relu"), (4, 4, 2), "activation", lambda k: k.activations.linear),
    (lambda k: k.layers.Conv2D(3, 2), (4, 4, 2), "kernel_regularizer", lambda k: k.regularizers.L1(0.5)),
    (lambda k: k.layers.Dropout(0.5), (4,), "rate", lambda k: 0.1),
    (lambda k: k.layers.GaussianNoise(0.5), (4,), "stddev", lambda k: 0.1),
    (lambda k: k.layers.BatchNormalization(), (4,), "momentum", lambda k: 0.5),
    (lambda k: k.layers.LayerNormalization(), (4,), "epsilon", lambda k: 0.5),
    (lambda k: k.layers.Activation("relu"), (4,), "activation", lambda k: k.activations.tanh),
    (lambda k: k.layers.LeakyReLU(0.1), (4,), "negative_slope", lambda k: 0.5),
    (lambda k: k.layers.ReLU(), (4,), "max_value", lambda k: 0.5),
    (lambda k: k.layers.Embedding(5, 3), (4,), "mask_zero", lambda k: True),
    (lambda k: k.layers.LSTM(3), (4, 2), "return_sequences", lambda k: True),
    (lambda k: k.layers.UpSampling2D(2), (4, 4, 2), "interpolation", lambda k: "bilinear"),
    (lambda k: k.layers.Rescaling(2), (4,), "scale", lambda k: 0.5),
]


def described(value):
    """A part of a configuration, without where its class is to be found."""
    return {name: value[name] for name in ("class_name", "config")} if isinstance(value, dict) else value


@pytest.mark.parametrize(("build", "shape", "name", "value"), CASES)
def test_what_is_set_on_a_layer(build, shape, name, value, tmp_path):
    found, x = [], np.ones((2, *shape), "float32")
    for k in (keras, fourfold):
        layer = build(k)
        model = k.Sequential([k.Input(shape), layer])
        model.predict(x, verbose=0)
        setattr(layer, name, value(k))
        found.append(described(layer.get_config()[name]))
        again = type(layer).from_config(layer.get_config())
        assert described(again.get_config()[name]) == found[-1]
        if name != "units":  # the weights have the shape they had
            model.save(tmp_path / "model.keras")
            for reader in (keras, fourfold):
                read = reader.models.load_model(tmp_path / "model.keras").layers[-1]
                assert described(read.get_config()[name]) == found[-1]
    assert found[0] == found[1]


def test_arguments_of_a_class_of_ones_own():
    class Half(fourfold.layers.Dropout):
        def __init__(self, share, kind=None, **kwargs):
            super().__init__(share / 2, **kwargs)
            self.share, self.kind = share, str(kind)

    layer = Half(0.5, noise_shape=(None, 1))
    assert layer.get_config() | {"name": ""} == {
        "name": "", "trainable": True, "dtype": "float32", "share": 0.5, "kind": None, "noise_shape": [None, 1],
    }  # fmt: skip
    layer.noise_shape = None
    assert layer.get_config()["noise_shape"] is None and "rate" not in layer.get_config()


def test_a_variable_takes_lists_and_a_built_sequential_is_built_again():
    found = []
    for k in (keras, fourfold):
        variable = k.Variable(np.ones(3, "float32"))
        variable.assign_add([1.0, 2.0, 3.0])
        variable.assign_sub([1, 1, 1])
        model = k.Sequential([k.Input((4,)), k.layers.Dense(2)])
        model.build()
        found.append([variable.numpy(), np.asarray(variable * [1.0, 0.0, 2.0]), np.asarray(model.output_shape[1:])])
    for got, wanted in zip(found[1], found[0], strict=True):
        np.testing.assert_array_equal(got, wanted)
