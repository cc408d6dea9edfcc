"""KerasTensor and remat, under Keras and under Fourfold."""

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

import fourfold
from fourfold.errors import OptionError, ShapeError

BOTH = pytest.mark.parametrize("k", [keras, fourfold], ids=lambda k: k.__name__)
X = np.random.default_rng(0).normal(size=(8, 4)).astype("float32")


@BOTH
def test_symbols_are_keras_tensors(k):
    x = k.Input((4,))
    for symbol in (x, k.layers.Dense(2)(x), x + 1, k.ops.mean(x, axis=1), k.KerasTensor((None, 4))):
        assert isinstance(symbol, k.KerasTensor)
    for other in (X, jnp.asarray(X), None, k.layers.Dense(2), k.KerasTensor):
        assert not isinstance(other, k.KerasTensor)


@BOTH
def test_keras_tensors_are_made_of_a_whole_shape(k):
    x = k.KerasTensor(shape=(None, 3, 4), dtype="int32", name="ids")
    assert (tuple(x.shape), x.dtype, x.ndim, x.name) == ((None, 3, 4), "int32", 3, "ids")
    y = k.ops.sum(k.KerasTensor((2, 3)) * 2.0, axis=-1)
    assert (tuple(y.shape), y.dtype) == ((2,), "float32")
    assert tuple(k.KerasTensor([None, 5]).shape) == (None, 5)


def test_a_model_begins_with_a_keras_tensor():
    x = fourfold.KerasTensor((None, 4))
    model = fourfold.Model(x, fourfold.layers.Dense(3)(x) + 1.0)
    assert model.predict(X, verbose=0).shape == (8, 3)


@pytest.mark.parametrize("error, options, message", [
    (OptionError, {"sparse": True}, "Input has no sparse values"),
    (OptionError, {"ragged": True}, "Input has no ragged values"),
    (OptionError, {"record_history": False}, "always recorded: got record_history=False"),
    (ShapeError, {"shape": (None, -1)}, "an axis of Input is not a length: got -1"),
])  # fmt: skip
def test_keras_tensors_that_are_none(error, options, message):
    with pytest.raises(error, match=message):
        fourfold.KerasTensor(**{"shape": (None, 4), **options})


@BOTH
def test_gradients_through_what_is_computed_again_agree(k):
    def function(x, pair):
        return k.ops.sum(k.ops.tanh(k.ops.sin(x) * pair["a"]) ** 2)

    given = jnp.asarray(X), {"a": jnp.asarray(X[0])}
    plain, again = (jax.grad(f, argnums=(0, 1)) for f in (function, k.remat(function)))
    for a, b in zip(jax.tree.leaves(again(*given)), jax.tree.leaves(plain(*given)), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)
    assert "remat" in str(jax.make_jaxpr(again)(*given)) or "checkpoint" in str(jax.make_jaxpr(again)(*given))
    assert "checkpoint" not in str(jax.make_jaxpr(plain)(*given))


def blocks(again):
    class Block(fourfold.layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.hidden, self.drop = fourfold.layers.Dense(16, activation="gelu"), fourfold.layers.Dropout(0.5)
            self.out = fourfold.layers.Dense(4)

        def inner(self, x, training=False):
            return self.out(self.drop(self.hidden(x), training=training))

        def call(self, x, training=False):
            run = fourfold.remat(self.inner) if again else self.inner
            return x + run(x, training=training)

    fourfold.utils.set_random_seed(3)
    x = fourfold.Input((4,))
    model = fourfold.Model(x, fourfold.layers.Dense(1)(Block()(Block()(x))))
    model.compile(fourfold.optimizers.SGD(0.1), "mse")
    return model


def test_a_layer_that_computes_again_trains_as_one_that_keeps():
    losses = [blocks(again).fit(X, X[:, :1], epochs=3, verbose=0).history["loss"] for again in (False, True)]
    np.testing.assert_allclose(losses[1], losses[0], rtol=1e-5)


def test_on_symbols_the_function_is_called():
    x = fourfold.Input((4,))
    model = fourfold.Model(x, fourfold.remat(lambda x: fourfold.ops.tanh(x) * 2)(x))
    np.testing.assert_allclose(model.predict(X, verbose=0), np.tanh(X) * 2, rtol=1e-5, atol=1e-6)
