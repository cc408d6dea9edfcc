"""Files of whole models: what Keras wrote Fourfold reads, what Fourfold wrote Keras reads, and both predict the same."""

import jax
import keras
import numpy as np
import pytest
from models_in_files import LAYERS, MODELS, activate, data, randomised, structures

import fourfold

EVERY = {**MODELS, **LAYERS}
every_model = pytest.mark.parametrize("make, shapes, ids", EVERY.values(), ids=EVERY)
WAYS = {"from Keras": (keras, fourfold), "to Keras": (fourfold, keras), "alone": (fourfold, fourfold)}
CUSTOM = {"activate": activate}
X = np.random.default_rng(1).normal(size=(24, 5)).astype("float32")
Y = (X @ np.arange(5.0)[:, None]).astype("float32")


def predicted(model, arrays):
    return jax.tree.leaves(model.predict(arrays if len(arrays) > 1 else arrays[0], verbose=0))


def assert_equal(got, wanted):
    for a, b in zip(got, wanted, strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-5, atol=2e-5 * max(1.0, np.abs(b).max(initial=0)))


@every_model
def test_what_keras_wrote(tmp_path, make, shapes, ids):
    theirs = randomised(make(keras))
    theirs.save(tmp_path / "m.keras")
    ours = fourfold.models.load_model(tmp_path / "m.keras", custom_objects=CUSTOM)
    arrays = data(shapes, ids)
    assert_equal(predicted(ours, arrays), predicted(theirs, arrays))
    assert ours.name == theirs.name and len(ours.weights) == len(theirs.weights)


@every_model
def test_what_fourfold_wrote(tmp_path, make, shapes, ids):
    ours = randomised(make(fourfold))
    ours.save(tmp_path / "m.keras")
    theirs = keras.models.load_model(tmp_path / "m.keras", custom_objects=CUSTOM)
    again = fourfold.models.load_model(tmp_path / "m.keras", custom_objects=CUSTOM)
    arrays = data(shapes, ids)
    wanted = predicted(ours, arrays)
    assert_equal(predicted(again, arrays), wanted)
    assert_equal(predicted(theirs, arrays), wanted)
    assert again.get_config() == ours.get_config()


@every_model
def test_there_and_back(tmp_path, make, shapes, ids):
    theirs = randomised(make(keras))
    theirs.save(tmp_path / "m.keras")
    fourfold.models.load_model(tmp_path / "m.keras", custom_objects=CUSTOM).save(tmp_path / "n.keras")
    again = keras.models.load_model(tmp_path / "n.keras", custom_objects=CUSTOM)
    arrays = data(shapes, ids)
    assert_equal(predicted(again, arrays), predicted(theirs, arrays))


def test_names_of_inputs_and_outputs(tmp_path):
    for writer, reader in WAYS.values():
        model = randomised(structures(writer))
        model.save(tmp_path / "m.keras")
        given = {"a": data([(3, 2)], None)[0], "b": data([(3, 3)], None)[0]}
        got, wanted = reader.models.load_model(tmp_path / "m.keras").predict(given, verbose=0), model.predict(given, verbose=0)
        assert got.keys() == wanted.keys()
        assert_equal(jax.tree.leaves(got), jax.tree.leaves(wanted))


OPTIMIZERS = {
    "adam": lambda k: "adam",
    "amsgrad": lambda k: k.optimizers.Adam(0.01, amsgrad=True),
    "adamw": lambda k: k.optimizers.AdamW(k.optimizers.schedules.CosineDecay(0.02, 50), clipnorm=1.0),
    "sgd": lambda k: k.optimizers.SGD(0.01, momentum=0.9, nesterov=True),
    "plain": lambda k: "sgd",
    "rmsprop": lambda k: k.optimizers.RMSprop(0.003, momentum=0.5, centered=True),
}


def trained(k, optimizer):
    x = k.Input((5,))
    hidden = k.layers.Dense(4, activation="tanh")
    both = k.layers.Dense(4)(hidden(x)) + k.layers.Dense(4)(x)
    model = k.Model(x, [k.layers.Dense(1, name="a")(both), k.layers.Dense(1, name="b")(k.layers.BatchNormalization()(both))])
    compile_as_it_was(k, model, optimizer)
    return model


def compile_as_it_was(k, model, optimizer):
    losses = ["mse", k.losses.Huber()]  # with its default: Keras does not write delta down
    model.compile(optimizer(k), losses, loss_weights=[1.0, 0.5], metrics=[["mae"], [k.metrics.MeanSquaredError(name="squares")]])


def go_on(model, epochs=2):
    return model.fit(X, [Y, Y], epochs=epochs, batch_size=8, shuffle=False, verbose=0).history


@pytest.mark.parametrize("writer, reader", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_training_goes_on_where_it_was(tmp_path, optimizer, writer, reader):
    model = trained(writer, optimizer)
    go_on(model)
    model.save(tmp_path / "m.keras")
    other = reader.models.load_model(tmp_path / "m.keras")
    got, wanted = go_on(other), go_on(model)
    assert got.keys() == wanted.keys()
    for name in wanted:
        np.testing.assert_allclose(got[name], wanted[name], rtol=2e-4)
    assert_equal(predicted(other, [X]), predicted(model, [X]))


@pytest.mark.parametrize("writer, reader", WAYS.values(), ids=WAYS)
def test_files_of_weights(tmp_path, writer, reader):
    model = trained(writer, OPTIMIZERS["adam"])
    go_on(model)
    model.save_weights(tmp_path / "m.weights.h5")
    other = trained(reader, OPTIMIZERS["adam"])
    if reader is keras:
        other.optimizer.build(other.trainable_variables)
    other.load_weights(tmp_path / "m.weights.h5")
    assert_equal(predicted(other, [X]), predicted(model, [X]))
    got, wanted = go_on(other), go_on(model)
    np.testing.assert_allclose(got["loss"], wanted["loss"], rtol=2e-4)


LOSSES = ["BinaryCrossentropy", "CategoricalCrossentropy", "SparseCategoricalCrossentropy", "Huber", "LogCosh", "MeanSquaredError", "MeanAbsoluteError"]
METRICS = ["Accuracy", "BinaryAccuracy", "CategoricalAccuracy", "SparseCategoricalAccuracy", "AUC", "Precision", "Recall", "RootMeanSquaredError"]


@pytest.mark.parametrize("loss", LOSSES)
def test_losses(tmp_path, loss):
    compiled(tmp_path, lambda k: {"loss": getattr(k.losses, loss)()}, lambda model: type(model.loss).__name__, loss)


FUNCTIONS = ["binary_crossentropy", "categorical_crossentropy", "kl_divergence", "log_cosh", "mean_squared_error", "poisson"]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_losses_and_metrics_that_are_functions(tmp_path, function):
    def arguments(k):
        return {"loss": getattr(k.losses, function), "metrics": [k.metrics.mean_absolute_error]}

    def look(model):
        x, y = np.ones((4, 3), "float32"), np.full((4, 3), 0.25, "float32")
        model.set_weights([np.full((3, 3), 0.1, "float32"), np.array([0.0, 0.1, 0.2], "float32")])
        return sorted(np.round(model.evaluate(x, y, verbose=0), 5))

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3)])
    model.compile("sgd", **arguments(keras))
    compiled(tmp_path, arguments, look, look(model))


@pytest.mark.parametrize("metric", METRICS)
def test_metrics(tmp_path, metric):
    compiled(tmp_path, lambda k: {"loss": "mse", "metrics": [getattr(k.metrics, metric)()]}, lambda model: model.loss, "mse")


def compiled(tmp_path, arguments, look, wanted):
    for writer, reader in WAYS.values():
        model = writer.Sequential([writer.Input((3,)), writer.layers.Dense(3)])
        model.compile("sgd", **arguments(writer))
        model.save(tmp_path / "m.keras")
        assert look(reader.models.load_model(tmp_path / "m.keras")) == wanted
