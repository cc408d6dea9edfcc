"""Losses that compute with layers of their own, and models without a ``call``, as they are written for Keras on JAX."""

import jax
import keras
import numpy as np
import pytest

import fourfold
from fourfold.errors import OptionError

RNG = np.random.default_rng(0)
X = RNG.normal(size=(48, 6)).astype("float32")
Y = RNG.normal(size=(48, 3)).astype("float32")
STEPS = RNG.normal(size=(16, 4, 2)).astype("float32")
TARGETS = RNG.normal(size=(16, 4, 3)).astype("float32")
FITTING = {"epochs": 3, "batch_size": 16, "shuffle": False, "verbose": 0}


def filled(*models):
    rng = np.random.default_rng(1)
    for model in models:
        values = [rng.normal(size=tuple(w.shape)).astype("float32") * 0.3 for w in model.weights]
        model.set_weights([abs(v) + 0.5 if "variance" in w.path else v for w, v in zip(model.weights, values)])


def both(run):
    theirs, ours = run(keras), run(fourfold)
    for got, wanted in zip(jax.tree.leaves(ours), jax.tree.leaves(theirs), strict=True):
        np.testing.assert_allclose(got, wanted, rtol=2e-4, atol=1e-5)


def net(library, width, rate=0.0):
    layers = library.layers
    parts = [library.Input((6,)), layers.Dense(width), layers.BatchNormalization(), layers.Dropout(rate)]
    return library.Sequential([*parts, layers.Dense(3)])


@pytest.mark.parametrize("training", [None, False, True])
def test_a_net_that_only_the_loss_calls_is_trained(training):
    def run(library):
        class Distiller(library.Model):
            def __init__(self, student, teacher):
                super().__init__()
                self.student, self.teacher = student, teacher

            def call(self, x, training=False):
                return self.student(x, training=training)

            def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
                taught = self.teacher(x, **told)
                return library.ops.mean(library.ops.square(y_pred - taught) + library.ops.square(taught - y))

        told = {} if training is None else {"training": training}
        student, teacher = net(library, 4), net(library, 5)
        filled(student, teacher)
        model = Distiller(student, teacher)
        model.compile(library.optimizers.SGD(0.1))
        history = model.fit(X, Y, **FITTING).history["loss"]
        return history, student.get_weights(), teacher.get_weights(), model.evaluate(X, Y, verbose=0)

    both(run)


def test_dropout_in_the_loss_drops_where_it_is_told_to_train():
    class Twice(fourfold.Model):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            return fourfold.ops.mean(fourfold.ops.square(y_pred - self(x, training=True)))

    made = net(fourfold, 8, rate=0.5)
    model = Twice(made.input, made.output)
    model.compile(fourfold.optimizers.SGD(0.0))
    losses = model.fit(X, Y, **FITTING).history["loss"]
    assert min(losses) > 0 and len(set(losses)) == 3


def test_the_loss_as_a_function_of_values_inside_a_step():
    def run(library):
        class Stepping(library.Model):
            def found(self, weights, fixed, metrics, x, y, sample_weight):
                y_pred, fixed = self.stateless_call(weights, fixed, x, training=True)
                loss, (_, fixed, metrics) = self.stateless_compute_loss(
                    weights, fixed, metrics, x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, training=True
                )
                return loss, (fixed, metrics)

            def train_step(self, state, data):
                weights, fixed, own, metrics = state
                x, y, sample_weight = library.utils.unpack_x_y_sample_weight(data)
                gradient = jax.value_and_grad(self.found, has_aux=True)
                (loss, (fixed, metrics)), grads = gradient(weights, fixed, metrics, x, y, sample_weight)
                weights, own = self.optimizer.stateless_apply(own, grads, weights)
                return {"loss": loss}, (weights, fixed, own, metrics)

        x = library.Input((6,))
        model = Stepping(x, library.layers.Dense(3, kernel_regularizer="l2")(library.layers.BatchNormalization()(x)))
        filled(model)
        model.compile(library.optimizers.Adam(0.01), "mse")
        model.fit(X, Y, sample_weight=np.linspace(0, 2, 48), **FITTING)
        return model.get_weights()

    both(run)


def two_nets(library):
    class Both(library.Model):
        def __init__(self):
            super().__init__()
            layers = library.layers
            self.narrow = library.Sequential([library.Input((6,)), layers.Dense(2, use_bias=False), layers.BatchNormalization()])
            self.wide = library.Sequential([library.Input((2,)), layers.Dense(6)])
            self.error = library.metrics.Mean(name="error")
            self.built = True

        @property
        def metrics(self):
            return [self.error]

        def loss_of(self, weights, fixed, x):
            known = len(self.narrow.trainable_variables)
            narrow, fixed = self.narrow.stateless_call(weights[:known], fixed, x, training=True)
            wide, _ = self.wide.stateless_call(weights[known:], [], narrow)
            return library.ops.mean(library.ops.square(wide - x)), fixed

        def train_step(self, state, data):
            weights, fixed, own, metrics = state
            (loss, fixed), grads = jax.value_and_grad(self.loss_of, has_aux=True)(weights, fixed, data)
            weights, own = self.optimizer.stateless_apply(own, grads, weights)
            metrics = self.error.stateless_update_state(metrics, loss)
            return {"error": self.error.stateless_result(metrics)}, (weights, fixed, own, metrics)

    model = Both()
    filled(model.narrow, model.wide)
    model.compile(library.optimizers.Adam(0.05))
    return model


def test_a_model_without_a_call_is_trained_by_its_step():
    def run(library):
        model = two_nets(library)
        return model.fit(X, **FITTING).history, model.get_weights()

    both(run)


def test_a_model_without_a_call_predicts_nothing():
    class Holder(fourfold.Model):
        pass

    for model in (two_nets(fourfold), Holder()):
        with pytest.raises(OptionError, match=r"Do this: a method call\(self, x\) in (Both|Holder)"):
            model.predict(X, verbose=0)


@pytest.mark.parametrize("on_top", [False, True])
def test_losses_with_a_call_operator_of_their_own(on_top):
    def run(library):
        ops = library.ops

        class Own(library.losses.Loss):
            def __call__(self, y_true, y_pred, sample_weight=None):
                if on_top:
                    return 2.0 * super().__call__(y_true, y_pred, sample_weight)
                return ops.mean(ops.abs(y_true - y_pred)) * (1.0 if sample_weight is None else ops.mean(sample_weight))

            def call(self, y_true, y_pred):
                return ops.mean(ops.square(y_true - y_pred), axis=-1)

        steps = library.Input((4, 2))
        model = library.Model(steps, library.layers.GRU(3, return_sequences=True)(library.layers.Masking()(steps)))
        filled(model)
        model.compile(library.optimizers.SGD(0.1), Own())
        x = STEPS * (np.arange(4) < 3)[None, :, None]
        weights = {} if on_top else {"sample_weight": np.linspace(0, 2, 16)}
        return model.fit(x, TARGETS, epochs=2, batch_size=8, shuffle=False, verbose=0, **weights).history["loss"]

    both(run)


def test_losses_of_layers_may_be_arrays_and_vectors_be_normalised():
    def run(library):
        class Pulled(library.layers.Layer):
            def call(self, x):
                unit = library.utils.normalize(x, axis=1)
                self.add_loss(library.ops.mean(library.ops.square(x - unit), axis=-1))
                return unit

        x = library.Input((6,))
        model = library.Model(x, Pulled()(library.layers.Dense(3)(x)))
        filled(model)
        model.compile("sgd", "mse")
        return model.fit(X, Y, **FITTING).history, model.get_weights(), model.evaluate(X, Y, verbose=0)

    both(run)


@pytest.mark.parametrize("own", ["object", "function"])
def test_a_loss_that_is_set_is_for_compute_loss(own):
    """A model that is told its loss as an attribute, and fitted without targets."""

    def run(library):
        class Denoiser(library.Model):
            def __init__(self):
                super().__init__()
                self.inner = library.layers.Dense(6)
                error = library.losses.MeanAbsoluteError()
                self.loss = error if own == "object" else lambda y, z: error(y, z)

            def call(self, x):
                return self.inner(x)

            def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
                return self.loss(x, y_pred)

        model = Denoiser()
        model(X[:1])
        filled(model)
        told = model.loss
        model.compile(library.optimizers.SGD(0.1))
        history = model.fit(X, **FITTING).history["loss"]
        assert model.loss is told
        return history, model.get_weights()

    both(run)


def test_what_is_set_and_what_is_compiled():
    def run(library):
        model = net(library, 4)
        model.loss, model.optimizer = "mse", "sgd"
        before = [model.loss, model.optimizer]
        model.compile("adam", "mae")
        after = [model.loss, type(model.optimizer).__name__]
        model.loss = "mse"
        model.compile("sgd")
        return [str([*before, *after, model.loss, type(model.optimizer).__name__])]

    assert run(fourfold) == run(keras)


def test_an_optimizer_that_is_set_trains_from_then_on():
    def run(library):
        model = net(library, 4)
        filled(model)
        model.compile("adam", "mse", metrics=["mae"])
        model.optimizer = library.optimizers.SGD(0.1)
        model.optimizer.build(model.trainable_variables)
        return model.fit(X, Y, **FITTING).history["loss"], model.get_weights()

    both(run)
