"""SwapEMAWeights under Keras and under Fourfold: who looks at a model, and when, finds the same weights."""

import keras
import numpy as np
import pytest

import fourfold

X = np.random.default_rng(0).normal(size=(24, 4)).astype("float32")
Y = X @ np.array([1.0, -1.0, 0.5, 2.0], "float32")[:, None]
KERNEL = np.array([[0.1], [0.2], [-0.3], [0.4]], "float32")


def compiled(k, **options):
    model = k.Sequential([k.Input((4,)), k.layers.LayerNormalization(), k.layers.Dense(1)])
    model.set_weights([np.ones(4), np.zeros(4), KERNEL, np.zeros(1)])
    model.compile(k.optimizers.Adam(0.05, use_ema=True, ema_momentum=0.8, **options), "mse", metrics=["mae"])
    return model


def watched(k, swap_on_epoch, **options):
    """(the weights at each moment of a training, what is found)."""
    model, seen = compiled(k, **options), []

    class Looks(k.callbacks.Callback):
        pass

    for moment in ("on_epoch_begin", "on_epoch_end", "on_test_begin", "on_predict_begin", "on_train_end"):
        setattr(Looks, moment, lambda *_, moment=moment: seen.append((moment, [*map(np.array, model.get_weights())])))
    told = [k.callbacks.SwapEMAWeights(swap_on_epoch=swap_on_epoch), Looks()]
    given = {"batch_size": 8, "shuffle": False, "verbose": 0, "validation_data": (X[:8], Y[:8])}
    history = model.fit(X, Y, epochs=3, callbacks=told, **given).history
    found = [history[name] for name in sorted(history)] + model.get_weights()
    if not swap_on_epoch:  # after which weights and averages are one array in Keras on JAX, which predict deletes
        found.append(model.predict(X, verbose=0, callbacks=told))
        found += model.evaluate(X, Y, verbose=0, callbacks=told)
        found += model.get_weights()
    return seen, found


@pytest.mark.parametrize("options", [{}, {"ema_overwrite_frequency": 2}], ids=str)
@pytest.mark.parametrize("swap_on_epoch", [False, True])
def test_the_same_weights_at_the_same_moments(swap_on_epoch, options):
    (seen, got), (wanted_seen, wanted) = (watched(k, swap_on_epoch, **options) for k in (fourfold, keras))
    assert [moment for moment, _ in seen] == [moment for moment, _ in wanted_seen]
    assert len(seen) == (10 if swap_on_epoch else 12)
    for (moment, weights), (_, wanted_weights) in zip(seen, wanted_seen):
        for a, b in zip(weights, wanted_weights, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6, err_msg=moment)
    for a, b in zip(got, wanted, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("swap_on_epoch", [False, True])
def test_the_weights_that_are_evaluated_are_not_those_that_are_trained(swap_on_epoch):
    alone, swapped = compiled(fourfold), compiled(fourfold)
    given = {"epochs": 3, "shuffle": False, "verbose": 0, "validation_data": (X, Y)}
    plain = alone.fit(X, Y, **given).history
    told = [fourfold.callbacks.SwapEMAWeights(swap_on_epoch)]
    watched = swapped.fit(X, Y, callbacks=told, **given).history
    assert plain["loss"] == watched["loss"]
    assert plain["val_loss"][1] != watched["val_loss"][1]
    assert all((a == b).all() for a, b in zip(alone.get_weights(), swapped.get_weights(), strict=True))
    assert alone.fit(X, Y, **given).history["loss"] == swapped.fit(X, Y, callbacks=told, **given).history["loss"]


def test_a_checkpoint_after_it_holds_the_averages(tmp_path):
    model = compiled(fourfold)
    keep = fourfold.callbacks.ModelCheckpoint(tmp_path / "after-{epoch}.weights.npz", save_weights_only=True)
    told = [fourfold.callbacks.SwapEMAWeights(swap_on_epoch=True), keep]
    history = model.fit(X, Y, epochs=2, verbose=0, shuffle=False, validation_data=(X, Y), callbacks=told).history
    for epoch in (1, 2):
        model.load_weights(tmp_path / f"after-{epoch}.weights.npz")
        loss, _ = model.evaluate(X, Y, verbose=0)
        np.testing.assert_allclose(loss, history["val_loss"][epoch - 1], rtol=1e-6)


@pytest.mark.parametrize("swap_on_epoch", [False, True])
def test_a_training_that_is_ended_early_leaves_the_averages(swap_on_epoch):
    def stop(epoch, logs):
        model.stop_training = epoch == 1

    model, whole = compiled(fourfold), compiled(fourfold)
    told = [fourfold.callbacks.SwapEMAWeights(swap_on_epoch), fourfold.callbacks.LambdaCallback(on_epoch_end=stop)]
    model.fit(X, Y, epochs=5, verbose=0, shuffle=False, callbacks=told)
    whole.fit(X, Y, epochs=2, verbose=0, shuffle=False)
    assert all((a == b).all() for a, b in zip(model.get_weights(), whole.get_weights(), strict=True))


def test_steps_of_ones_own_and_a_loop_of_ones_own_have_averages_too():
    class Own(fourfold.Model):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            return 2 * super().compute_loss(x, y, y_pred, sample_weight, training)

    x = fourfold.Input((4,))
    model = Own(x, fourfold.layers.Dense(1)(x))
    optimizer = fourfold.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5)
    model.compile(optimizer, "mse")
    told = [fourfold.callbacks.SwapEMAWeights()]
    history = model.fit(X, Y, epochs=2, verbose=0, validation_data=(X, Y), callbacks=told).history
    np.testing.assert_allclose(model.evaluate(X, Y, verbose=0), history["val_loss"][-1], rtol=1e-5)
    before = model.get_weights()
    optimizer.apply([np.ones_like(w) for w in before], model.trainable_weights)
    stepped = model.predict(X, verbose=0)
    halfway = model.predict(X, verbose=0, callbacks=told)
    model.set_weights([(a + b.numpy()) / 2 for a, b in zip(before, model.trainable_weights)])
    np.testing.assert_allclose(halfway, model.predict(X, verbose=0), rtol=1e-5, atol=1e-6)
    assert abs(halfway - stepped).max() > 0.01


@pytest.mark.parametrize("k", [keras, fourfold], ids=lambda k: k.__name__)
def test_without_averages_it_says_so(k):
    model = compiled(k)
    model.compile("adam", "mse")
    told = [k.callbacks.SwapEMAWeights()]
    with pytest.raises(ValueError, match="use_ema=True"):
        model.fit(X, Y, verbose=0, validation_data=(X, Y), callbacks=told)


def test_before_the_first_step_there_are_none():
    with pytest.raises(fourfold.errors.OptionError, match="has made no step.* fit the model before"):
        compiled(fourfold).evaluate(X, Y, verbose=0, callbacks=[fourfold.callbacks.SwapEMAWeights()])


def test_weights_that_a_callback_sets_when_an_epoch_begins_are_trained_on():
    def zero(k):
        model = compiled(k)
        reset = k.callbacks.LambdaCallback(on_epoch_begin=lambda *_: model.layers[-1].set_weights([KERNEL, np.ones(1)]))
        model.fit(X, Y, epochs=3, shuffle=False, verbose=0, callbacks=[reset])
        return model.get_weights()

    for a, b in zip(zero(fourfold), zero(keras), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)
