"""Optimizers and metrics in loops of one's own, as programs write them for Keras: the same numbers."""

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

import fourfold
from fourfold.errors import OptionError

RNG = np.random.default_rng(0)
SHAPES = ((4, 3), (3,))
VALUES = [RNG.normal(size=shape).astype("float32") for shape in SHAPES]
GRADS = [[RNG.normal(size=shape).astype("float32") for shape in SHAPES] for _ in range(4)]

OPTIMIZERS = [
    ("SGD", {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True}),
    ("Adam", {"learning_rate": 0.01, "amsgrad": True}),
    ("AdamW", {"clipnorm": 1.0}),
    ("RMSprop", {"centered": True, "momentum": 0.5}),
    ("Adagrad", {}),
    ("SGD", {"gradient_accumulation_steps": 2}),
]


def weights_of(library):
    layer = library.layers.Dense(3)
    layer.build((None, 4))
    layer.set_weights(VALUES)
    return layer.trainable_weights


def optimizers(name, arguments):
    return [getattr(library.optimizers, name)(**arguments) for library in (keras, fourfold)]


@pytest.mark.parametrize(("name", "arguments"), OPTIMIZERS)
def test_apply_gradients_changes_weights_and_variables_as_in_keras(name, arguments):
    theirs, ours = optimizers(name, arguments)
    their_weights, our_weights = weights_of(keras), weights_of(fourfold)
    for grads in GRADS:
        theirs.apply_gradients(zip([jnp.asarray(g) for g in grads], their_weights))
        ours.apply_gradients(zip(grads, our_weights))
    assert int(ours.iterations) == int(theirs.iterations) > 0
    for a, b in zip(our_weights + ours.variables, their_weights + theirs.variables, strict=True):
        np.testing.assert_allclose(np.asarray(a), np.asarray(b.value), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("schedule", [False, True])
def test_a_pure_step_inside_jit(schedule):
    results = []
    for library in (keras, fourfold):
        rate = library.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5) if schedule else 0.1
        optimizer = library.optimizers.Adam(rate)
        optimizer.build(weights_of(library))
        own, values = [variable.value for variable in optimizer.variables], [jnp.asarray(v) for v in VALUES]
        step = jax.jit(lambda own, grads, values, of=optimizer: of.stateless_apply(own, grads, values))
        for grads in GRADS:
            values, own = step(own, [jnp.asarray(g) for g in grads], values)
        for variable, value in zip(optimizer.variables, own, strict=True):
            variable.assign(value)
        results.append([*values, float(optimizer.learning_rate), int(optimizer.iterations)])
    for a, b in zip(*results, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_the_learning_rate_is_read_and_assigned():
    for library in (keras, fourfold):
        optimizer = library.optimizers.SGD(0.5)
        optimizer.learning_rate.assign(0.25)
        assert float(optimizer.learning_rate) == 0.25 == float(optimizer.learning_rate.numpy())
        optimizer.learning_rate = 0.125
        assert float(library.ops.convert_to_numpy(optimizer.learning_rate)) == 0.125
    assert fourfold.optimizers.SGD(0.5).get_config()["learning_rate"] == 0.5


def test_a_learning_rate_that_follows_a_schedule_is_read_and_not_set():
    x, y = RNG.normal(size=(32, 4)).astype("float32"), np.ones((32, 1), "float32")
    rates = []
    for library in (keras, fourfold):
        rate = library.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5)
        model = library.Sequential([library.Input((4,)), library.layers.Dense(1)])
        model.compile(library.optimizers.SGD(rate), "mse")
        model.fit(x, y, batch_size=8, verbose=0)
        rates.append(float(model.optimizer.learning_rate))
        with pytest.raises(TypeError if library is keras else OptionError):
            model.optimizer.learning_rate = 0.5
    assert rates[0] == pytest.approx(rates[1]) and rates[1] < 0.1


def test_what_fit_leaves_is_seen_in_the_optimizer():
    x, y = RNG.normal(size=(32, 4)).astype("float32"), np.ones((32, 1), "float32")
    found = []
    for library in (keras, fourfold):
        model = library.Sequential([library.Input((4,)), library.layers.Dense(1)])
        model.set_weights([np.ones((4, 1), "float32"), np.ones(1, "float32")])
        model.compile(library.optimizers.SGD(0.01, momentum=0.9), "mse")
        model.fit(x, y, batch_size=8, shuffle=False, verbose=0)
        found.append([np.asarray(variable.value) for variable in model.optimizer.variables])
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_gradients_for_other_weights_are_refused():
    optimizer = fourfold.optimizers.SGD()
    with pytest.raises(OptionError, match="2 gradients for 2 weights, built for none"):
        optimizer.stateless_apply([], GRADS[0], VALUES)
    optimizer.build(weights_of(fourfold))
    with pytest.raises(OptionError, match="1 gradients"):
        optimizer.apply(GRADS[0][:1])


@pytest.mark.parametrize("name", ["Mean", "MeanSquaredError", "Precision", "CosineSimilarity"])
def test_metrics_without_a_state_of_their_own(name):
    y, p = (RNG.random((6, 2)) > 0.5).astype("float32"), RNG.random((6, 2)).astype("float32")
    batches = [(p[:4],), (p[4:],)] if name == "Mean" else [(y[:4], p[:4]), (y[4:], p[4:])]
    results = []
    for library in (keras, fourfold):
        metric = getattr(library.metrics, name)()
        values = [variable.value for variable in metric.variables]
        for batch in batches:
            values = metric.stateless_update_state(values, *[jnp.asarray(part) for part in batch])
        results.append([float(metric.stateless_result(values)), float(metric.result())])
        for variable, value in zip(metric.variables, values, strict=True):
            variable.assign(value)
        results[-1].append(float(metric.result()))
    np.testing.assert_allclose(results[0], results[1], rtol=1e-6)
    assert results[1][0] == results[1][2] != results[1][1]


def test_metrics_that_build_on_others():
    """By inheritance, with ``super``, and with metrics among the attributes, in `fit` and alone."""
    x = RNG.normal(size=(64, 4)).astype("float32")
    y = (RNG.random((64, 1)) > 0.5).astype("float32")
    start, found = [VALUES[0][:, :1], VALUES[1][:1]], []
    for library in (keras, fourfold):
        ops, metrics = library.ops, library.metrics

        class Late(metrics.MeanSquaredError):
            def update_state(self, y_true, y_pred, sample_weight=None, ops=ops):
                return super().update_state(ops.maximum(y_true, 0.5), y_pred, sample_weight)

            def result(self, ops=ops):
                return ops.sqrt(super().result())

        class Balance(metrics.Metric):
            def __init__(self, name="balance", metrics=metrics):
                super().__init__(name=name)
                self.precision, self.recall = metrics.Precision(), metrics.Recall()

            def update_state(self, y_true, y_pred, sample_weight=None):
                self.precision.update_state(y_true, y_pred, sample_weight)
                self.recall.update_state(y_true, y_pred, sample_weight)

            def result(self):
                return self.precision.result() + 2 * self.recall.result()

            def reset_state(self):
                self.precision.reset_state()
                self.recall.reset_state()

        model = library.Sequential([library.Input((4,)), library.layers.Dense(1, activation="sigmoid")])
        model.set_weights(start)
        model.compile(library.optimizers.SGD(0.1), "mse", metrics=[Late(name="late"), Balance()])
        history = model.fit(x, y, epochs=2, validation_split=0.25, shuffle=False, verbose=0).history
        alone = Balance()
        alone.update_state(y, y * 0.7)
        alone.update_state(y, np.ones_like(y))
        history["alone"] = [float(alone.result()), len(alone.variables)]
        alone.reset_state()
        history["reset"] = [float(alone.result())]
        found.append(history)
    assert list(found[1]) == list(found[0])
    for name, values in found[0].items():
        np.testing.assert_allclose(found[1][name], values, rtol=1e-5, err_msg=name)


@pytest.mark.parametrize(("name", "arguments"), OPTIMIZERS[:5])
def test_weights_without_gradients_stay_as_they_are(name, arguments):
    found = []
    for library, optimizer in zip((keras, fourfold), optimizers(name, arguments)):
        weights = weights_of(library)
        optimizer.apply([jnp.asarray(g) for g in GRADS[0]], weights)
        with pytest.warns(UserWarning, match="kernel"):
            optimizer.apply([None, jnp.asarray(GRADS[1][1])], weights)
        found.append([np.asarray(v) for v in [*weights, *optimizer.variables]])
        with pytest.raises(ValueError, match="[Nn]o (weight has a )?gradient"):
            optimizer.apply([None, None], weights)
    for wanted, got in zip(*found, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("name", "arguments"), OPTIMIZERS)
def test_an_optimizer_takes_the_variables_of_another(name, arguments):
    first, second = (fourfold.optimizers.get({"class_name": name, "config": arguments}) for _ in range(2))
    weights = weights_of(fourfold)
    first.apply(GRADS[0], weights)
    with pytest.raises(OptionError, match="other variables: got .* arrays, wanted a built optimizer"):
        second.set_weights(first.variables)
    second.build(weights)
    second.set_weights(first.variables)
    for wanted, got in zip(first.variables, second.variables, strict=True):
        np.testing.assert_array_equal(np.asarray(got), np.asarray(wanted))
    with pytest.raises(OptionError, match="other variables: got 1 arrays, wanted"):
        second.set_weights([1])


@pytest.mark.parametrize("name", ["SGD", "RMSprop", "Adam", "AdamW", "Nadam", "Muon", "ScheduleFreeAdamW"])
def test_an_optimizer_has_the_name_of_its_class(name):
    keras.utils.clear_session(free_memory=False)  # else it numbers the names
    theirs, ours = optimizers(name, {})
    assert ours.name == theirs.name == ours.get_config()["name"]
