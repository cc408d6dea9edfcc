"""Classes that say themselves how they go to files or are compiled, and attributes that are changed afterwards."""

import numpy as np
import pytest

from fourfold import Input, Model, Sequential, layers, ops
from fourfold.errors import OptionError
from fourfold.models import load_model
from fourfold.saving import deserialize_keras_object, register_keras_serializable

X = np.random.default_rng(0).normal(size=(12, 4)).astype("float32")
Y = X.sum(1, keepdims=True)


def absolute(y_true, y_pred):
    return ops.mean(ops.abs(y_true - y_pred), axis=-1)


class Own(Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.last = layers.Dense(1)

    def call(self, x):
        return self.last(x)

    def compile(self, optimizer, own_loss):
        super().compile(optimizer=optimizer, loss=own_loss)
        self.own_loss = own_loss


class Told(Own):
    def get_compile_config(self):
        return {"optimizer": self.optimizer, "own_loss": self.own_loss}

    def compile_from_config(self, config):
        self.compile(**{name: deserialize_keras_object(value) for name, value in config.items()})


def test_a_class_says_with_what_it_is_compiled(tmp_path):
    model = Told()
    model.compile("adam", absolute)
    model.fit(X, Y, verbose=0)
    model.save(tmp_path / "told.keras")
    known = {"Told": Told, "absolute": absolute}
    again = load_model(tmp_path / "told.keras", custom_objects=known)
    assert again.own_loss is absolute and int(again.optimizer.iterations) == int(model.optimizer.iterations) == 1
    for one in (model, again):
        one.fit(X, Y, shuffle=False, verbose=0)
    np.testing.assert_allclose(again.get_weights()[0], model.get_weights()[0], rtol=1e-6)


def test_a_compile_of_its_own_is_not_called_with_what_it_does_not_know(tmp_path):
    model = Own()
    model.compile("adam", "mse")
    model.fit(X, Y, verbose=0)
    model.save(tmp_path / "own.keras")
    with pytest.warns(UserWarning, match="Own has a compile of its own.*Do this: call compile after loading it"):
        again = load_model(tmp_path / "own.keras", custom_objects={"Own": Own})
    assert not again.compiled
    np.testing.assert_array_equal(again.predict(X, verbose=0), model.predict(X, verbose=0))


@pytest.mark.parametrize("name", ["save_own_variables", "load_own_variables", "save_assets", "load_assets"])
def test_nothing_of_a_class_is_left_out_of_a_file(name, tmp_path):
    cls = register_keras_serializable(f"own_{name}")(type("Kept", (layers.Dense,), {name: lambda self, where: None}))
    model = Sequential([Input((4,)), cls(2)])
    for write in (lambda: model.save(tmp_path / "m.keras"), lambda: model.save_weights(tmp_path / "m.weights.h5")):
        with pytest.raises(OptionError, match=rf"got Kept\.{name}, wanted weights of add_weight"):
            write()


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (lambda: layers.Dense(3, activation="relu"), (4,)),
        (lambda: layers.EinsumDense("ab,bc->ac", 3, activation="relu"), (4,)),
        (lambda: layers.Conv1D(3, 2, activation="relu"), (4, 2)),
        (lambda: layers.SeparableConv2D(3, 2, activation="relu"), (4, 4, 2)),
        (lambda: layers.Conv2DTranspose(3, 2, activation="relu"), (4, 4, 2)),
    ],
)
def test_an_activation_can_be_taken_from_a_layer(layer, shape):
    made, x = layer(), np.random.default_rng(0).normal(size=(2, *shape)).astype("float32")
    before = np.asarray(made(x))
    made.activation = None
    after = np.asarray(made(x))
    assert (after < 0).any()
    np.testing.assert_allclose(np.maximum(after, 0), before, atol=1e-6)


def test_a_class_may_take_arguments_for_a_layer_of_its_own():
    class Masked(layers.Layer):
        def __init__(self, kind, **kwargs):
            super().__init__()
            self.kind, self.convolution = kind, layers.Conv2D(**kwargs)

        def call(self, x):
            return self.convolution(x)

    made = Masked("A", filters=3, kernel_size=2)
    assert made(np.ones((1, 4, 4, 1), "float32")).shape == (1, 3, 3, 3)
    assert made.get_config()["filters"] == 3
    with pytest.raises(OptionError, match=r"unknown argument 'filter' \(did you mean 'filters'\?\)"):
        Masked("A", filter=3, kernel_size=2)


def test_the_summary_of_windows_over_an_open_length(capsys):
    length = Input((None,), dtype="int32")
    x = layers.MaxPooling1D(5)(layers.Conv1D(4, 5)(layers.Embedding(9, 3)(length)))
    Model(length, layers.Dense(2)(layers.GlobalMaxPooling1D()(x))).summary(line_length=100)
    printed = capsys.readouterr().out
    lines = {line.split("(")[0].strip("│ "): line for line in printed.splitlines()}
    assert lines["conv1d"].rstrip("│ ").endswith("?") and "64" in lines["conv1d"]
    assert printed.rstrip().endswith("FLOPs a sample: 24, and those of the layers with ?")


def test_a_list_of_one_output_is_that_output():
    x = Input((4,))
    model = Model(x, [layers.Dense(2)(x)])
    model.compile("sgd", "mse")
    model.fit([X], [np.ones((12, 2))], verbose=0)
    assert model.evaluate([X], [np.ones((12, 2))], verbose=0) == model.evaluate(X, np.ones((12, 2)), verbose=0)
    assert model.predict([X], verbose=0).shape == model.predict(X, verbose=0).shape == model(X).shape == (12, 2)
    assert isinstance(model.output, list) and model.output_shape == (None, 2)
    assert Model(x, model(x)).predict(X, verbose=0).shape == (12, 2)
