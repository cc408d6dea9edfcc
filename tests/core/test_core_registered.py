"""A user's own classes and functions are found by the names under which they are registered, wherever names are read."""

from __future__ import annotations

import numpy as np
import pytest

from fourfold import (
    Input,
    Sequential,
    activations,
    constraints,
    initializers,
    layers,
    losses,
    metrics,
    ops,
    regularizers,
)
from fourfold.core import registered
from fourfold.errors import OptionError
from fourfold.models import clone_model
from fourfold.saving import custom_object_scope, get_custom_objects, register_keras_serializable


@register_keras_serializable("tests")
def twice(x):
    return 2 * x


@register_keras_serializable("tests")
def gap(y_true, y_pred):
    return ops.mean(ops.abs(y_true - y_pred), axis=-1)


@register_keras_serializable("tests")
class Threes(initializers.Initializer):
    def __call__(self, shape, dtype=None):
        return 3 * np.ones(shape, "float32")

    def get_config(self):
        return {}


@register_keras_serializable("tests")
class Cubes(regularizers.Regularizer):
    def __init__(self, factor=0.5):
        self.factor = factor

    def __call__(self, x):
        return self.factor * ops.sum(x**3)

    def get_config(self):
        return {"factor": self.factor}


@register_keras_serializable("tests")
class Halved(constraints.Constraint):
    def __call__(self, w):
        return w / 2

    def get_config(self):
        return {}


def test_names_are_found_in_every_table():
    assert activations.get("tests>twice") is twice
    assert losses.loss_of("tests>gap")(np.zeros((1, 1)), np.ones((1, 1))) == 1
    assert metrics.get("tests>gap").name == "gap"
    assert isinstance(regularizers.get("tests>Cubes"), Cubes)
    assert isinstance(constraints.get("tests>Halved"), Halved)
    np.testing.assert_array_equal(layers.Dense(2, kernel_initializer="tests>Threes")(np.ones((1, 2))), [[6, 6]])


def test_names_of_a_scope_end_with_it():
    with custom_object_scope(None), pytest.raises(OptionError, match="this activation is not known"):
        layers.Dense(1, activation="swoosh")
    with custom_object_scope({"swoosh": twice, "gap": gap}):
        model = Sequential([Input((2,)), layers.Dense(1, activation="swoosh", kernel_initializer="ones")])
        model.compile("sgd", "gap", metrics=["gap"])
        assert model.evaluate(np.ones((4, 2)), np.zeros((4, 1)), verbose=0) == [4, 4]
    with pytest.raises(OptionError, match="this activation is not known"):
        layers.Dense(1, activation="swoosh")


def test_more_names_may_be_put_among_the_registered_ones(monkeypatch):
    monkeypatch.setattr(registered, "_REGISTERED", dict(get_custom_objects()))
    get_custom_objects().update({"swoosh": twice})
    assert layers.Activation("swoosh").activation is twice


def test_own_names_come_first():
    with custom_object_scope({"relu": twice, "mse": gap}):
        assert activations.get("relu") is activations.relu
        assert isinstance(losses.loss_of("mse"), losses.MeanSquaredError)


@pytest.mark.parametrize("layer", ["Dense", "Conv1D", "LSTM", "GRU", "Activation", "EinsumDense"])
def test_layers_are_made_of_their_configurations(layer):
    arguments = {
        "Dense": {"units": 2},
        "Conv1D": {"filters": 2, "kernel_size": 1},
        "LSTM": {"units": 2},
        "GRU": {"units": 2},
        "Activation": {},
        "EinsumDense": {"equation": "ab,bc->ac", "output_shape": 2},
    }[layer]
    own = {} if layer == "Activation" else {"kernel_initializer": Threes(), "kernel_regularizer": Cubes(0.25)}
    config = getattr(layers, layer)(activation=twice, **own, **arguments).get_config()
    assert config["activation"]["config"] == "tests>twice"
    again = getattr(layers, layer).from_config(config)
    assert again.activation is twice and again.get_config() == config
    x = np.ones((1, 3) if layer in ("Dense", "Activation", "EinsumDense") else (1, 4, 3), "float32")
    again(x)
    if own:
        assert (np.asarray(again.weights[0]) == 3).all()
        assert again.losses[0] == 0.25 * 27 * again.weights[0].shape[0] * again.weights[0].shape[1] * (
            again.weights[0].shape[2] if layer == "Conv1D" else 1
        )


def test_a_registered_name_that_nobody_registered_gives_way_to_the_class():
    config = {"class_name": "Constant", "config": {"value": 2.0}, "registered_name": "elsewhere>Constant"}
    assert initializers.get(config).value == 2


def test_a_clone_has_the_configuration_where_a_class_writes_its_function_otherwise():
    class Named(layers.Layer):
        def __init__(self, function, **kwargs):
            super().__init__(**kwargs)
            self.function = {"twice": twice}.get(function, function)

        def call(self, x):
            return self.function(x)

        def get_config(self):
            return super().get_config() | {"function": f"by name: {self.function.__name__}"}

        @classmethod
        def from_config(cls, config):
            assert config.pop("function") == "by name: twice"
            return cls(function="twice", **config)

    twin = clone_model(Sequential([Input((2,)), Named(twice)]))
    np.testing.assert_array_equal(twin(np.ones((1, 2))), [[2, 2]])


def test_a_function_that_nobody_registered_is_told():
    def thrice(x):
        return 3 * x

    config = layers.Dense(2, activation=thrice).get_config()
    with pytest.raises(OptionError, match="this activation is not known: got 'thrice'"):
        layers.Dense.from_config(config)
    with custom_object_scope({"thrice": thrice}):
        assert layers.Dense.from_config(config).activation is thrice


def test_a_configuration_is_that_of_keras():
    import keras

    ours = layers.Dense(2, activation=twice, kernel_initializer=Threes()).get_config()
    with keras.saving.custom_object_scope({}):
        keras.saving.register_keras_serializable("tests")(twice)
        theirs = keras.layers.Dense(2, activation=twice).get_config()
    for name in ("class_name", "config"):
        assert ours["activation"][name] == theirs["activation"][name]
