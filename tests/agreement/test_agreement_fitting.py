"""What `fit` and its kin report and tell, compared with the installed Keras."""

import subprocess
import sys

import keras
import numpy as np
import pytest

import fourfold


def test_class_weights_are_for_training_alone():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(40, 3)).astype("float32"), rng.integers(0, 2, 40)

    def losses(k, **options):
        model = k.Sequential([k.Input((3,)), k.layers.Dense(2, activation="softmax")])
        model.set_weights([np.full((3, 2), 0.1, "float32"), np.array([0.3, -0.2], "float32")])
        model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"], weighted_metrics=["accuracy"])
        history = model.fit(x, y, shuffle=False, verbose=0, validation_split=0.25, **options).history
        return {name: values[0] for name, values in sorted(history.items())}

    for options in ({}, {"class_weight": {0: 1.0, 1: 5.0}}):
        wanted, got = losses(keras, **options), losses(fourfold, **options)
        assert list(got) == list(wanted)
        np.testing.assert_allclose(list(got.values()), list(wanted.values()), rtol=1e-4)


def test_callbacks_are_told_what_keras_tells_them():
    def told(k):
        heard = []
        hooks = [name for name in vars(k.callbacks.Callback) if name.startswith("on_") and "batch" not in name]
        hooks += [f"on_{what}_batch_{when}" for what in ("train", "test", "predict") for when in ("begin", "end")]

        def hook(name):
            def hear(self, *args, logs=None):
                number, logs = (args[:-1], args[-1]) if logs is None else (args, logs)
                heard.append((name, number, sorted(logs)))

            return hear

        listener = type("Listener", (k.callbacks.Callback,), {name: hook(name) for name in hooks})
        model = k.Sequential([k.Input((2,)), k.layers.Dense(1)])
        model.compile("sgd", "mse", metrics=["mae"])
        x = np.ones((20, 2), "float32")
        y = np.ones((20, 1), "float32")
        model.fit(x, y, batch_size=8, epochs=2, verbose=0, validation_split=0.5, callbacks=[listener()])
        model.evaluate(x, y, batch_size=8, verbose=0, callbacks=[listener()])
        model.predict(x, batch_size=8, verbose=0, callbacks=[listener()])
        return heard

    assert told(fourfold) == told(keras)


def test_states_of_a_stateful_layer_are_no_weights():
    for layer in (lambda k: k.layers.LSTM(3, stateful=True), lambda k: k.layers.Bidirectional(k.layers.GRU(2, stateful=True))):
        shapes = [
            [w.shape for w in k.Sequential([k.Input(batch_shape=(2, 4, 3)), layer(k)]).get_weights()]
            for k in (keras, fourfold)
        ]
        assert shapes[0] == shapes[1]


def test_the_learning_rate_is_in_the_history_where_a_callback_sets_it():
    model = fourfold.Sequential([fourfold.Input((1,)), fourfold.layers.Dense(1)])
    model.compile("sgd", "mse")
    x = np.ones((8, 1), "float32")
    schedule = fourfold.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
    history = model.fit(x, x, epochs=2, verbose=0, callbacks=[schedule]).history
    first, second = history["learning_rate"]
    assert second == pytest.approx(first / 2)


def test_loading_fourfold_leaves_the_global_random_numbers_of_numpy():
    code = """
import numpy as np, fourfold
np.random.seed(0)
fourfold.Sequential, fourfold.layers
print(np.random.rand() == np.random.RandomState(0).rand())
"""
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "True\n"
