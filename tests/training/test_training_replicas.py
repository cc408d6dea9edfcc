"""A replica is data: what comes of it depends on nothing beside it, and failure is a value."""

import os
import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from replica_samples import CHECKS, ROWS, STEPS, X, Y, model, replica, shared, sweep, trainer

from fourfold import optimizers
from fourfold.errors import OutOfMemoryError
from fourfold.training.replicas import DIVERGED, STOPPED, TRAINED, permute, warm_up_then_cosine


def equal(a, b):
    pairs = list(zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True))
    return bool(pairs) and all(np.array_equal(x, y, equal_nan=True) for x, y in pairs)


def test_a_replica_does_not_know_its_block():
    run = trainer()
    replicas = [replica(seed=seed, rate=rate) for seed, rate in [(0, 0.03), (1, 0.1), (2, 0.01)]]
    together = run(shared(), replicas, 4)
    assert len({result.weights["dense/kernel"].tobytes() for result in together}) == 3
    for one, among_others in zip(replicas, together):
        assert equal(run(shared(), [one], 4)[0], among_others)  # the rest of the block is idle
        assert equal(run(shared(), [one], 1)[0], among_others)
    assert equal(run(shared(), replicas[::-1], 3)[::-1], together)


@pytest.mark.parametrize("name", ["Adafactor", "Muon", "ScheduleFreeAdamW"])
def test_slots_of_other_shapes_are_stacked_too(name):
    run = sweep(model(), optimizer=optimizers.get(name))
    replicas = [replica(seed=seed, rate=rate) for seed, rate in [(0, 0.03), (1, 0.1)]]
    together = run(shared(), replicas, 2)
    assert equal([run(shared(), [one], 2)[0] for one in replicas], together)
    assert all(result.status == TRAINED for result in together)
    assert not equal(together[0].weights, together[1].weights)


def test_replicas_that_do_not_fit_run_in_waves_that_are_halved_and_said(caplog):
    replicas = [replica(seed=seed) for seed in range(7)]
    together, run, sizes = trainer()(shared(), replicas, 7), trainer(), []
    train, fits = run._train, 2 * len(jax.devices())

    def small_memory(data, stack):
        sizes.append(len(stack.steps))
        if sizes[-1] > fits:
            raise jax.errors.JaxRuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 8 bytes")
        return train(data, stack)

    run._train = small_memory
    in_waves = run(shared(), replicas, 8 * len(jax.devices()))
    assert equal(in_waves, together)
    halvings = [4 * fits, 2 * fits, fits]
    assert sizes[:3] == halvings and len(sizes) == 2 + -(-7 // fits) and max(sizes[2:]) == fits
    said = [record.getMessage() for record in caplog.records]
    assert said == [f"out of memory: {size} training runs at a time" for size in halvings[1:]]


def test_a_replica_that_does_not_fit_alone_is_an_error_of_its_own():
    run = trainer()

    def no_memory(data, stack):
        raise jax.errors.JaxRuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 8 bytes")

    run._train = no_memory
    with pytest.raises(OutOfMemoryError, match="needs more memory than there is: got RESOURCE_EXHAUSTED"):
        run(shared(), [replica(seed=0)], 4)


def test_a_block_is_compiled_once():
    run = trainer()
    run(shared(), [replica(seed=0)], 2)
    traced = run._train._cache_size()
    run(shared(), [replica(seed=1, rate=0.5, steps=7, fold=1, labels=1), replica(seed=2)], 2)
    assert run._train._cache_size() == traced == 1


def test_a_replica_is_a_fit():
    """Equal weights, batches and rate: the engine of a sweep and `Model.fit` give the same model."""
    net = model(dropout=0.0)
    one = replica(seed=0, rate=0.05, net=net)
    result = sweep(net, schedule=lambda step, steps: 1.0, checks=1)(shared(), [one], 1)[0]
    net.graph.commit({**one.weights, **one.fixed})
    net.compile("sgd", loss="sparse_categorical_crossentropy")
    net.optimizer.learning_rate = 0.05
    order = one.indices.reshape(-1)
    history = net.fit(
        X[0][order], Y[0][order], batch_size=one.indices.shape[1], shuffle=False, verbose=0
    ).history
    for path, value in net.graph.values().items():
        np.testing.assert_allclose({**result.weights, **result.fixed}[path], value, rtol=1e-5, atol=1e-6)
    assert result.training_loss[0] == pytest.approx(history["loss"][0], rel=1e-5)
    np.testing.assert_allclose(
        result.outputs[len(ROWS["validation"]) :][: len(ROWS["test"])],
        net.predict(X[0][ROWS["test"]], verbose=0),
        rtol=1e-4,
        atol=1e-6,
    )
    loss = net.evaluate(X[0][ROWS["validation"]], Y[0][ROWS["validation"]], verbose=0)
    assert result.validation_loss[0] == pytest.approx(loss, rel=1e-5)


def test_a_diverged_run_is_a_status_and_harms_no_neighbour():
    run = trainer()
    calm, wild = replica(seed=0, rate=0.03), replica(seed=1, rate=1e30)
    alone = run(shared(), [calm], 3)[0]
    before, diverged, after = run(shared(), [calm, wild, calm], 3)
    assert equal(before, alone) and equal(after, alone)
    assert alone.status == TRAINED and alone.steps == STEPS
    assert diverged.status == DIVERGED and diverged.steps < STEPS
    assert all(np.isfinite(value).all() for value in diverged.weights.values())  # the last that were good


def test_a_run_of_no_steps_keeps_its_weights():
    idle = replica(seed=0, steps=0)
    result = trainer()(shared(), [idle], 1)[0]
    assert result.steps == 0 and result.status == TRAINED and not result.check_steps.any()
    assert equal(result.weights, idle.weights) and equal(result.fixed, idle.fixed)


@pytest.mark.parametrize("steps", [1, 5, CHECKS, STEPS - 1, STEPS])
def test_any_number_of_steps(steps):
    result = trainer()(shared(), [replica(seed=0, steps=steps)], 1)[0]
    reached = result.check_steps[result.check_steps > 0]
    assert result.steps == steps == reached[-1] and (np.diff(reached) > 0).all()
    assert np.isfinite(result.validation_loss[: len(reached)]).all()


def test_a_run_that_gets_worse_stops_and_goes_back():
    """It learns from validation rows, then from training rows whose labels contradict them."""
    run = trainer(patience=3)
    misled = replica(seed=0, rate=1.0, labels=1)
    misled.indices[:8] = np.random.default_rng(0).choice(ROWS["validation"], misled.indices[:8].shape)
    result = run(shared(), [misled], 1)[0]
    reached = int((result.check_steps > 0).sum())
    scores = result.validation_score[:reached]
    best = reached - 1 - int(np.argmax(scores[::-1]))  # the latest of equals
    assert result.status == STOPPED and result.steps < STEPS and best == reached - 1 - 3
    short = misled._replace(steps=np.int32(result.check_steps[best]))
    again = sweep(model(), schedule=same_rate_as(STEPS), checks=best + 1)(shared(), [short], 1)[0]
    for path, value in again.weights.items():
        np.testing.assert_allclose(result.weights[path], value, rtol=1e-5, atol=1e-6)


def same_rate_as(steps):
    schedule = warm_up_then_cosine()
    return lambda step, _: schedule(step, np.float32(steps))


def test_an_order_permutes_the_columns():
    order = np.array([3, 0, 2, 1], np.int32)
    permuted = shared()._replace(inputs=shared().inputs[..., order])
    ordered = trainer()(shared(), [replica(seed=0, order=order)], 1)[0]
    plain = trainer()(permuted, [replica(seed=0)], 1)[0]
    assert equal(ordered, plain) and not equal(
        plain.weights, trainer()(shared(), [replica(seed=0)], 1)[0].weights
    )
    images = np.arange(24).reshape(1, 2, 3, 4)
    moved = np.asarray(permute(jnp.asarray(images), np.array([5, 0, 1, 2, 3, 4])))
    assert (
        moved[0, 0, 0].tolist() == images[0, 1, 2].tolist()
        and moved[0, 0, 1].tolist() == images[0, 0, 0].tolist()
    )


def test_folds_and_labels_are_looked_up():
    second = shared()._replace(inputs=shared().inputs[1:], targets=shared().targets[1:])
    assert equal(
        trainer()(shared(), [replica(seed=0, fold=1, labels=1)], 1)[0],
        trainer()(second, [replica(seed=0)], 1)[0],
    )


def test_the_rate_warms_up_and_falls():
    factor = warm_up_then_cosine(warm_up=0.1, final=0.01)
    factors = [float(factor(np.float32(step), np.float32(100))) for step in range(100)]
    assert factors[0] == pytest.approx(0.1) and max(factors) == pytest.approx(1.0)
    assert (np.diff(factors[:10]) > 0).all() and (np.diff(factors[10:]) < 0).all()
    assert factors[-1] == pytest.approx(0.01, abs=1e-3)


def test_one_device_or_two_differ_by_rounding_alone(tmp_path):
    for devices in (1, 2):
        flags = f"--xla_force_host_platform_device_count={devices}"
        command = [sys.executable, "replica_samples.py", str(tmp_path / f"{devices}.npz"), str(devices)]
        subprocess.run(
            command, check=True, cwd=os.path.dirname(__file__), env={**os.environ, "XLA_FLAGS": flags}
        )
    one, two = (np.load(tmp_path / f"{devices}.npz") for devices in (1, 2))
    assert one.files == two.files and len(one.files) > 10
    for name in one.files:
        np.testing.assert_allclose(one[name], two[name], rtol=1e-4, atol=1e-6, err_msg=name)
