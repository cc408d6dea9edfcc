"""Models that say themselves what is minimised, reported, or done in a step, as they are written for Keras on JAX."""

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

import fourfold
from fourfold.errors import OptionError

RNG = np.random.default_rng(0)
X = RNG.normal(size=(50, 6)).astype("float32")
Y = RNG.normal(size=(50, 1)).astype("float32")
CLASSES = RNG.integers(0, 3, 50)


def with_weights(model):
    rng = np.random.default_rng(1)
    values = [rng.normal(size=tuple(w.shape)).astype("float32") * 0.3 for w in model.weights]
    model.set_weights([abs(v) + 0.5 if "variance" in w.path else v for w, v in zip(model.weights, values)])
    return model


def both(run):
    """What a program finds with each library: all numbers are the same."""
    theirs, ours = run(keras), run(fourfold)
    assert sorted(ours) == sorted(theirs)
    for name, value in theirs.items():
        np.testing.assert_allclose(ours[name], value, rtol=2e-4, atol=1e-5, err_msg=name)


def test_compute_loss_on_top_of_the_compiled_loss():
    def run(library):
        layers = library.layers

        class Doubled(library.Model):
            def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
                return 2 * super().compute_loss(x, y, y_pred, sample_weight, training)

        x = library.Input((6,))
        hidden = layers.Dense(4, kernel_regularizer="l2")(x)
        model = with_weights(Doubled(x, layers.Dense(3, activation="softmax")(layers.BatchNormalization()(hidden))))
        model.compile(
            library.optimizers.SGD(0.1, momentum=0.9),
            "sparse_categorical_crossentropy",
            metrics=["accuracy"],
            weighted_metrics=["accuracy"],
        )
        weights = {0: 1.0, 1: 2.0, 2: 0.5}
        fitted = model.fit(
            X, CLASSES, epochs=3, class_weight=weights, validation_split=0.2, shuffle=False, verbose=0
        )
        fitted.history["iterations"] = int(model.optimizer.iterations)
        return fitted.history | {f"e_{k}": v for k, v in model.evaluate(X, CLASSES, verbose=0, return_dict=True).items()}

    both(run)


def test_compute_loss_of_several_outputs():
    def run(library):
        class Own(library.Model):
            def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
                return library.ops.sum(super().compute_loss(x, y, y_pred, sample_weight, training)) + 1

        x = library.Input((6,))
        model = with_weights(Own(x, [library.layers.Dense(1, name=name)(x) for name in "ab"]))
        model.compile("sgd", ["mse", "mae"], metrics=[["mae"], ["mse"]], loss_weights=[1, 0.5])
        return model.fit(X, [Y, Y], epochs=2, shuffle=False, verbose=0).history

    both(run)


def test_a_loss_of_ones_own_with_a_metric_of_ones_own():
    def run(library):
        class Own(library.Model):
            def __init__(self, *args, **kwargs):
                super().__init__(*args, **kwargs)
                self.tracker = library.metrics.Mean(name="loss")

            def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
                loss = library.ops.mean(library.ops.square(y_pred - y)) + sum(self.losses)
                self.tracker.update_state(loss)
                return loss

            def reset_metrics(self):
                self.tracker.reset_state()

            @property
            def metrics(self):
                return [self.tracker]

        x = library.Input((6,))
        model = with_weights(Own(x, library.layers.Dense(1, kernel_regularizer="l2")(x)))
        model.compile("sgd")
        history = model.fit(X, Y, epochs=2, validation_data=(X, Y), shuffle=False, verbose=0).history
        return history | {"tracked": float(model.tracker.result())}

    both(run)


def test_train_step_and_test_step():
    def run(library):
        class Own(library.Model):
            def __init__(self, *args, **kwargs):
                super().__init__(*args, **kwargs)
                self.loss_tracker = library.metrics.Mean(name="loss")
                self.error = library.metrics.MeanAbsoluteError(name="error")
                self.loss_of = library.losses.MeanSquaredError()

            def found(self, weights, fixed, x, y, training):
                y_pred, fixed = self.stateless_call(weights, fixed, x, training=training)
                return self.loss_of(y, y_pred), (y_pred, fixed)

            def reported(self, values, loss, y, y_pred):
                first = len(self.loss_tracker.variables)
                own = self.loss_tracker.stateless_update_state(values[:first], loss)
                error = self.error.stateless_update_state(values[first:], y, y_pred)
                logs = {"loss": self.loss_tracker.stateless_result(own), "error": self.error.stateless_result(error)}
                return logs, [*own, *error]

            def train_step(self, state, data):
                weights, fixed, optimizer, metrics = state
                x, y = data
                gradient = jax.value_and_grad(self.found, has_aux=True)
                (loss, (y_pred, fixed)), grads = gradient(weights, fixed, x, y, training=True)
                weights, optimizer = self.optimizer.stateless_apply(optimizer, grads, weights)
                logs, metrics = self.reported(metrics, loss, y, y_pred)
                return logs, (weights, fixed, optimizer, metrics)

            def test_step(self, state, data):
                weights, fixed, metrics = state
                x, y = data
                loss, (y_pred, fixed) = self.found(weights, fixed, x, y, training=False)
                logs, metrics = self.reported(metrics, loss, y, y_pred)
                return logs, (weights, fixed, metrics)

            @property
            def metrics(self):
                return [self.loss_tracker, self.error]

        x = library.Input((6,))
        hidden = library.layers.BatchNormalization()(library.layers.Dense(4)(x))
        model = with_weights(Own(x, library.layers.Dense(1)(hidden)))
        model.compile(optimizer=library.optimizers.SGD(0.01, momentum=0.9))
        history = model.fit(X, Y, epochs=3, batch_size=20, validation_data=(X, Y), shuffle=False, verbose=0).history
        history["evaluated"] = model.evaluate(X, Y, verbose=0)
        return history | {str(i): value for i, value in enumerate(model.get_weights())}

    both(run)


def test_a_loop_of_ones_own_with_stateless_calls():
    def run(library):
        x = library.Input((6,))
        hidden = library.layers.BatchNormalization()(library.layers.Dense(4, activation="relu")(x))
        model = with_weights(library.Model(x, library.layers.Dense(3, kernel_regularizer="l2")(hidden)))
        loss_of = library.losses.SparseCategoricalCrossentropy(from_logits=True)
        optimizer, accuracy = library.optimizers.Adam(0.01), library.metrics.SparseCategoricalAccuracy()
        optimizer.build(model.trainable_variables)

        def loss(weights, fixed, metric, x, y):
            y_pred, fixed, losses = model.stateless_call(weights, fixed, x, training=True, return_losses=True)
            return loss_of(y, y_pred) + sum(losses), (fixed, accuracy.stateless_update_state(metric, y, y_pred))

        @jax.jit
        def step(state, x, y):
            weights, fixed, own, metric = state
            (value, (fixed, metric)), grads = jax.value_and_grad(loss, has_aux=True)(weights, fixed, metric, x, y)
            weights, own = optimizer.stateless_apply(own, grads, weights)
            return value, (weights, fixed, own, metric)

        parts = (model.trainable_variables, model.non_trainable_variables, optimizer.variables, accuracy.variables)
        state, losses = tuple([v.value for v in part] for part in parts), []
        for start in range(0, 48, 16):
            value, state = step(state, X[start : start + 16], CLASSES[start : start + 16])
            losses.append(float(value))
        for part, values in zip(parts, state):
            for variable, value in zip(part, values, strict=True):
                variable.assign(value)
        return {
            "losses": losses,
            "accuracy": float(accuracy.result()),
            "predicted": model.predict(X, verbose=0),
            "mean": model.get_weights()[4],
        }

    both(run)


@pytest.mark.parametrize("built", [False, True])
def test_steps_of_ones_own_train_models_whose_parts_have_layers_of_the_same_names(built):
    def run(library):
        class Own(library.Model):
            def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
                return library.ops.mean(library.ops.square(y_pred - y))

        dense = library.layers.Dense
        first, second = (library.Sequential([dense(4, activation="tanh"), dense(3)], name=name) for name in "ab")
        x = library.Input((6,))
        model = Own(x, second(first(x)))
        with_weights(model).compile("adam")
        if built:
            model.optimizer.build(model.trainable_variables)
        history = model.fit(X, X[:, :3], epochs=2, shuffle=False, verbose=0).history
        kept = [np.asarray(variable) for variable in model.optimizer.variables]
        return history | {str(number): value for number, value in enumerate(kept)}

    both(run)


def test_dropout_in_stateless_calls_differs_from_step_to_step():
    model = fourfold.Sequential([fourfold.Input((6,)), fourfold.layers.Dropout(0.5)])
    step = jax.jit(lambda fixed: model.stateless_call([], fixed, jnp.ones((4, 6)), training=True))
    fixed = [variable.value for variable in model.non_trainable_variables]
    first, after = step(fixed)
    second, _ = step(after)
    assert len(fixed) == 1 and not (first == second).all() and (first == step(fixed)[0]).all()


def test_dropout_under_compute_loss_differs_from_step_to_step():
    class Own(fourfold.Model):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            return fourfold.ops.sum(y_pred)

    x = fourfold.Input((64,))
    model = Own(x, fourfold.layers.Dropout(0.5)(x))
    model.compile(fourfold.optimizers.SGD(0.0))
    batches = model.fit(np.ones((3, 64)), np.ones((3, 64)), epochs=4, verbose=0).history["loss"]
    assert len(set(batches)) > 1


def test_steps_for_other_libraries_are_refused():
    with pytest.raises(OptionError, match=r"got Taped.train_step\(self, data\), wanted train_step\(self, state, data\)"):
        type("Taped", (fourfold.Model,), {"train_step": eval("lambda self, data: None")})


def test_losses_of_layers_alone_need_no_targets():
    def run(library):
        class Endpoint(library.layers.Layer):
            def call(self, targets, outputs):
                self.add_loss(library.ops.mean(library.ops.square(targets - outputs)))
                return outputs

        x, y = library.Input((6,), name="x"), library.Input((1,), name="y")
        model = with_weights(library.Model([x, y], Endpoint()(y, library.layers.Dense(1)(x))))
        model.compile("sgd")
        history = model.fit({"x": X, "y": Y}, epochs=2, shuffle=False, verbose=0).history
        return history | {"evaluated": model.evaluate([X, Y], verbose=0)}

    both(run)


def test_metrics_are_listed_and_can_be_asked_after_fit():
    model = with_weights(fourfold.Sequential([fourfold.Input((6,)), fourfold.layers.Dense(1)]))
    model.compile("sgd", "mse", metrics=["mae"])
    history = model.fit(X, Y, verbose=0).history
    assert [metric.name for metric in model.metrics] == ["loss", "compile_metrics"]
    loss, as_one = model.metrics
    for name, value in {"loss": loss.result(), **as_one.result()}.items():
        assert float(value) == pytest.approx(history[name][0])
    model.reset_metrics()
    assert float(model.metrics[1].result()["mae"]) == 0


def test_a_step_tells_the_metrics_of_compile_as_one():
    def run(library):
        class Stepping(library.Model):
            def logged(self, metrics, loss, y, y_pred):
                logs, new = {}, []
                for metric in self.metrics:
                    values = metrics[len(new) : len(new) + len(metric.variables)]
                    seen = (loss,) if metric.name == "loss" else (y, y_pred)
                    values = metric.stateless_update_state(values, *seen)
                    logs[metric.name] = metric.stateless_result(values)
                    new += values
                return {"loss": logs["loss"], **logs["compile_metrics"]}, new

            def found(self, weights, fixed, x, y, training):
                y_pred, fixed = self.stateless_call(weights, fixed, x, training=training)
                return self.compute_loss(x, y, y_pred), (y_pred, fixed)

            def train_step(self, state, data):
                weights, fixed, own, metrics = state
                gradient = jax.value_and_grad(self.found, has_aux=True)
                (loss, (y_pred, fixed)), grads = gradient(weights, fixed, *data, True)
                weights, own = self.optimizer.stateless_apply(own, grads, weights)
                logs, metrics = self.logged(metrics, loss, data[1], y_pred)
                return logs, (weights, fixed, own, metrics)

            def test_step(self, state, data):
                weights, fixed, metrics = state
                loss, (y_pred, fixed) = self.found(weights, fixed, *data, False)
                logs, metrics = self.logged(metrics, loss, data[1], y_pred)
                return logs, (weights, fixed, metrics)

        inputs = library.Input((6,))
        model = with_weights(Stepping(inputs, library.layers.Dense(1)(inputs)))
        model.compile("sgd", "mse", metrics=["mae", library.metrics.RootMeanSquaredError(name="root")])
        history = model.fit(X, Y, epochs=2, batch_size=len(X) // 2, shuffle=False, verbose=0).history
        return history | {"evaluated": sorted(model.evaluate(X, Y, len(X), 0, return_dict=True).values())}

    both(run)
