"""Arrays that layers gave carry their masks outside of models, too: into layers, models, losses and metrics."""

import gc

import jax
import keras
import numpy as np
import pytest

import fourfold
from fourfold.core import calls

RNG = np.random.default_rng(0)
X = RNG.normal(size=(3, 5, 2)).astype("float32")
X[0, 3:] = X[1, :2] = 0
IDS = np.where(RNG.uniform(size=(3, 5)) < 0.4, 0, RNG.integers(1, 7, (3, 5)))
Y = RNG.normal(size=(3, 5, 2)).astype("float32")


def masked(k, x=X):
    return k.layers.Masking()(x)


def model(k):
    steps = k.Input((5, 2))
    return k.Model(steps, k.layers.Masking()(steps))


def recurrent(k):
    same = k.initializers.Constant(0.1)
    return k.layers.LSTM(2, return_sequences=True, kernel_initializer=same, recurrent_initializer=same)


def in_a_compiled_loop(k):
    whole, loss = model(k), k.losses.MeanSquaredError()
    return jax.jit(lambda x: loss(Y, whole.stateless_call([], [], x)[0]))(X)


def measured(k, **options):
    metric = k.metrics.MeanSquaredError()
    metric.update_state(Y, masked(k), **options)
    return metric.result()


CASES = {
    "a layer": lambda k: k.layers.GlobalAveragePooling1D()(masked(k)),
    "a recurrent layer": lambda k: recurrent(k)(masked(k)),
    "through layers that pass it on": lambda k: k.layers.GlobalAveragePooling1D()(k.layers.Dropout(0.5)(masked(k), training=False)),
    "an embedding's": lambda k: recurrent(k)(k.layers.Embedding(7, 2, "ones", mask_zero=True)(IDS)),
    "two inputs": lambda k: k.layers.Maximum()([masked(k), masked(k, -X)]),
    "attention": lambda k: k.layers.Attention()([masked(k), masked(k)]),
    "an operation ends it": lambda k: k.layers.GlobalAveragePooling1D()(masked(k) + 1.0),
    "a model gives it": lambda k: k.layers.GlobalAveragePooling1D()(model(k)(X)),
    "a model takes it": lambda k: k.Sequential([k.Input((5, 2)), k.layers.GlobalAveragePooling1D()])(masked(k)),
    "a loss": lambda k: k.losses.MeanSquaredError()(Y, masked(k)),
    "a loss of a model": lambda k: k.losses.MeanSquaredError()(Y, model(k)(X)),
    "a loss in a compiled loop": in_a_compiled_loop,
    "a metric": measured,
    "a weighted metric": lambda k: measured(k, sample_weight=np.ones((3, 5), "float32")),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_masks_reach(name):
    wanted, got = (np.asarray(CASES[name](k)) for k in (keras, fourfold))
    np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-6)


def test_a_mask_goes_with_its_array():
    output = masked(fourfold)
    assert calls.carried_mask(output).shape == (3, 5) and calls.carried_mask(X) is None
    place = id(output)
    del output
    gc.collect()
    assert place not in calls._CARRIED
