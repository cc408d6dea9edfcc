"""Training by each optimizer agrees with Keras: weights step by step, what is kept, and files that go on."""

import jax
import keras
import numpy as np
import pytest

import fourfold

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 6)).astype("float32")
Y = RNG.integers(0, 3, 40)
OPTIMIZERS = {
    "Adamax": {},
    "Nadam": {"learning_rate": 0.01},
    "Adagrad": {"learning_rate": 0.1},
    "Adadelta": {"learning_rate": 1.0},
    "Lion": {},
    "Ftrl": {"learning_rate": 0.05, "l2_regularization_strength": 0.01},
    "Lamb": {"learning_rate": 0.01},
    "Adafactor": {"learning_rate": 0.1},
    "Muon": {"learning_rate": 0.01},
    "ScheduleFreeAdamW": {"learning_rate": 0.01, "warmup_steps": 3},
    "SGD": {"learning_rate": 0.1, "momentum": 0.9, "use_ema": True, "ema_momentum": 0.7},
    "Adam": {"use_ema": True, "ema_momentum": 0.7, "ema_overwrite_frequency": 4, "amsgrad": True},
    "RMSprop": {"gradient_accumulation_steps": 2, "momentum": 0.5, "centered": True},
    "AdamW": {"gradient_accumulation_steps": 4, "use_ema": True, "ema_momentum": 0.5, "clipnorm": 1.0},
}


def model_of(k, name, options, weights=None):
    x = k.Input((6,))
    hidden = k.layers.Dense(5, activation="tanh", kernel_constraint=k.constraints.MaxNorm(1.5))(x)
    model = k.Model(x, k.layers.Dense(3, activation="softmax")(hidden))
    model.compile(getattr(k.optimizers, name)(**options), "sparse_categorical_crossentropy", metrics=["accuracy"])
    if weights is not None:
        model.set_weights(weights)
    return model


def assert_equal(got, wanted):
    for a, b in zip(got, wanted, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_ten_steps_and_files_that_go_on(name, tmp_path):
    theirs = model_of(keras, name, OPTIMIZERS[name])
    ours = model_of(fourfold, name, OPTIMIZERS[name], theirs.get_weights())
    fitting = {"batch_size": 8, "epochs": 2, "shuffle": False, "verbose": 0}
    histories = [model.fit(X, Y, **fitting).history for model in (ours, theirs)]
    np.testing.assert_allclose(histories[0]["loss"], histories[1]["loss"], rtol=1e-5)
    assert_equal(ours.get_weights(), theirs.get_weights())

    ours.save(tmp_path / "ours.keras")
    theirs.save(tmp_path / "theirs.keras")
    kept = [keras.models.load_model(tmp_path / f"{file}.keras").optimizer.variables for file in ("ours", "theirs")]
    assert_equal(*([np.asarray(variable.value) for variable in variables] for variables in kept))
    went_on = []
    for k, file in ((keras, "theirs"), (fourfold, "ours"), (fourfold, "theirs"), (keras, "ours")):
        model = k.models.load_model(tmp_path / f"{file}.keras")
        model.fit(X, Y, **fitting)
        went_on.append(model.get_weights())
    for weights in went_on[1:]:
        assert_equal(weights, went_on[0])


def reader_of(k, options, weights=None):
    words = k.Input((5,), dtype="int32")
    hidden = k.layers.GlobalAveragePooling1D()(k.layers.Embedding(9, 4)(words))
    outputs = k.layers.Dense(3, activation="softmax", name="head")(k.layers.Dense(6, activation="tanh", name="body")(hidden))
    model = k.Model(words, outputs)
    model.compile(k.optimizers.Muon(0.01, **options), "sparse_categorical_crossentropy")
    if weights is not None:
        model.set_weights(weights)
    return model


@pytest.mark.parametrize("options", [{}, {"exclude_embeddings": False}, {"exclude_layers": ["head", "^body/"]}])
def test_muon_knows_matrices_by_their_paths(options, tmp_path):
    words, fitting = RNG.integers(0, 9, (40, 5)), {"batch_size": 8, "shuffle": False, "verbose": 0}
    theirs = reader_of(keras, options)
    ours = reader_of(fourfold, options, theirs.get_weights())
    for model in (ours, theirs):
        model.fit(words, Y, **fitting)
    assert_equal(ours.get_weights(), theirs.get_weights())
    kept = [[variable.shape for variable in model.optimizer.variables] for model in (ours, theirs)]
    assert kept[0] == kept[1]
    ours.save(tmp_path / "ours.keras")
    for model in (theirs, keras.models.load_model(tmp_path / "ours.keras")):
        model.fit(words, Y, **fitting)
    np.testing.assert_allclose(model.get_weights()[0], theirs.get_weights()[0], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", ["Adafactor", "Muon", "ScheduleFreeAdamW"])
def test_what_is_kept_goes_on_from_weights_in_files_and_by_itself(name, tmp_path):
    model = model_of(fourfold, name, OPTIMIZERS[name])
    model.fit(X, Y, batch_size=8, verbose=0, shuffle=False)
    model.save_weights(tmp_path / "kept.weights.npz")
    again = model_of(fourfold, name, OPTIMIZERS[name])
    again.load_weights(tmp_path / "kept.weights.npz")
    loop = model_of(fourfold, name, OPTIMIZERS[name], model.get_weights())
    loop.optimizer.build(loop.trainable_variables)
    for variable, value in zip(loop.optimizer.variables, model.optimizer.variables, strict=True):
        variable.assign(value)
    model.fit(X, Y, batch_size=40, verbose=0, shuffle=False)
    again.fit(X, Y, batch_size=40, verbose=0, shuffle=False)
    assert_equal(again.get_weights(), model.get_weights())

    weights = [variable.value for variable in loop.trainable_variables]

    def loss(weights):
        outputs, _ = loop.stateless_call(weights, [], X, training=True)
        return fourfold.losses.SparseCategoricalCrossentropy()(Y, outputs)

    loop.optimizer.apply(jax.grad(loss)(weights), loop.trainable_variables)
    assert_equal(loop.get_weights(), model.get_weights())
