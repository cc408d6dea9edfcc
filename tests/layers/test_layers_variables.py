"""Variables among the attributes of layers, models and metrics, beside the installed Keras."""

import copy
import pickle
from types import SimpleNamespace

import keras
import numpy as np
import pytest

import fourfold
from fourfold.errors import OptionError, ShapeError

X = np.random.default_rng(0).normal(size=(12, 3)).astype("float32")
Y = X.sum(axis=1, keepdims=True)


def classes(library) -> SimpleNamespace:
    """The same layer, model and metric, written for a library."""

    class Scaled(library.layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.calls = library.Variable(0, trainable=False, name="calls")
            self.factor = library.Variable(np.ones(3))
            self.shifts = []
            self.shifts.append(library.Variable([0.5, 0.0, -0.5]))
            self.powers = {"last": library.Variable("ones", shape=(3,), name="power")}

        def call(self, x):
            self.calls.assign_add(1)
            return x * self.factor * self.powers["last"] + self.shifts[0]

    class Gain(library.Model):
        def __init__(self):
            super().__init__()
            self.gain = library.Variable(2.0, name="gain")
            self.last = library.layers.Dense(1, kernel_initializer="ones")

        def call(self, x):
            return self.gain * self.last(x)

    class Total(library.metrics.Metric):
        def __init__(self, name="total", **kwargs):
            super().__init__(name=name, **kwargs)
            self.sum = library.Variable(0.0, name="sum")
            self.counts = []
            self.counts.append(library.Variable(0.0))

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.sum.assign_add(library.ops.sum(y_true - y_pred))
            self.counts[0].assign_add(1.0)

        def result(self):
            return self.sum / self.counts[0]

    return SimpleNamespace(Scaled=Scaled, Gain=Gain, Total=Total, library=library)


OURS, THEIRS = classes(fourfold), classes(keras)
Scaled = OURS.Scaled
Scaled.__qualname__ = "Scaled"  # where pickle looks for it


def trained(of: SimpleNamespace):
    layers = [of.Scaled(name="scaled"), of.library.layers.Dense(1, kernel_initializer="ones")]
    model = of.library.Sequential(layers)
    model.compile(of.library.optimizers.SGD(0.05), "mse", metrics=[of.Total()])
    return model, model.fit(X, Y, batch_size=4, epochs=2, shuffle=False, verbose=0).history


def test_a_layer_with_variables_trains_to_keras_s_numbers():
    (ours, history), (theirs, wanted) = trained(OURS), trained(THEIRS)
    for name, values in wanted.items():
        np.testing.assert_allclose(history[name], values, rtol=1e-4, atol=1e-5)
    names = [name.rstrip("_0123456789") for name in (weight.name for weight in theirs.layers[0].weights)]
    assert [weight.name for weight in ours.layers[0].weights] == names
    for weight, other in zip(ours.weights, theirs.weights, strict=True):
        np.testing.assert_allclose(np.asarray(weight), np.asarray(other), rtol=1e-4, atol=1e-5)
        assert weight.dtype == other.dtype
    assert int(ours.layers[0].calls) == int(theirs.layers[0].calls.numpy()) == 6
    assert len(ours.trainable_weights) == len(theirs.trainable_weights) == 5


def test_variables_of_a_model_are_its_weights():
    histories = []
    for of in (OURS, THEIRS):
        model = of.Gain()
        model.compile(of.library.optimizers.SGD(0.01), "mse")
        histories.append(model.fit(X, Y, batch_size=4, epochs=2, shuffle=False, verbose=0).history["loss"])
        assert [weight.path.split("/")[-1] for weight in model.weights] == ["gain", "kernel", "bias"]
    np.testing.assert_allclose(*histories, rtol=1e-5)


def test_variables_travel_in_files_between_the_libraries(tmp_path):
    ours, _ = trained(OURS)
    path = tmp_path / "model.keras"
    ours.save(path)
    theirs = keras.models.load_model(path, custom_objects={"Scaled": THEIRS.Scaled, "Total": THEIRS.Total})
    calls = int(ours.layers[0].calls)
    assert int(theirs.layers[0].calls.numpy()) == calls
    np.testing.assert_allclose(theirs.predict(X, verbose=0), ours.predict(X, verbose=0), rtol=1e-6)
    theirs.save(path)
    again = fourfold.models.load_model(path, custom_objects={"Scaled": OURS.Scaled, "Total": OURS.Total})
    np.testing.assert_array_equal(again.predict(X, verbose=0), ours.predict(X, verbose=0))


@pytest.mark.parametrize(
    "made_again", [copy.deepcopy, lambda layer: pickle.loads(pickle.dumps(layer))], ids=["copy", "pickle"]
)
def test_variables_are_copied_with_their_layer(made_again):
    layer = Scaled()
    first = np.asarray(layer(X))
    again = made_again(layer)
    layer.factor.assign(np.zeros(3))
    np.testing.assert_array_equal(np.asarray(again(X)), first)


def test_a_layer_that_is_not_trained_keeps_its_variables():
    model, _ = trained(OURS)
    model.layers[0].trainable = False
    assert [weight.path for weight in model.trainable_weights] == ["dense/kernel", "dense/bias"]
    assert not OURS.Scaled(trainable=False).trainable_weights


def test_a_subclass_of_one_of_ours_has_variables_of_its_own():
    class Louder(fourfold.layers.Dense):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.gain = fourfold.Variable(3.0)

        def call(self, x):
            return self.gain * super().call(x)

    layer = Louder(1, kernel_initializer="ones")
    np.testing.assert_allclose(np.asarray(layer(X)), 3 * Y, rtol=1e-5)
    assert [weight.name for weight in layer.weights] == ["kernel", "bias", "variable"]


@pytest.mark.parametrize(
    "value", [3, True, 1.5, [1, 2], [1.0, 2.0], np.ones(2), np.arange(3), np.array([True]), np.float64(2)], ids=repr
)
def test_a_variable_holds_the_kind_of_numbers_that_keras_s_does(value):
    ours, theirs = fourfold.Variable(value), keras.Variable(value)
    assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
    np.testing.assert_array_equal(np.asarray(ours), np.asarray(theirs))


def test_whole_numbers_are_never_trained():
    assert not fourfold.Variable(0).trainable
    assert fourfold.Variable(0.0).trainable


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (lambda: fourfold.Variable("ones"), OptionError),
        (lambda: fourfold.Variable("onse", shape=(2,)), OptionError),
        (lambda: fourfold.Variable([1.0, 2.0], shape=(3,)), ShapeError),
        (lambda: fourfold.Variable(1.0, name="a/b"), OptionError),
        (lambda: fourfold.Variable(None), OptionError),
        (lambda: fourfold.Variable([1.0]).assign([1.0, 2.0]), ShapeError),
    ],
    ids=["no shape", "no such initializer", "another shape", "a path for a name", "no numbers", "assigned another shape"],
)
def test_what_is_no_variable_is_refused(wrong, error):
    with pytest.raises(error):
        wrong()
