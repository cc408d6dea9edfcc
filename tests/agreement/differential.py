"""One layer under Keras and under Fourfold from equal weights: outputs and all gradients agree."""

import jax
import jax.numpy as jnp
import keras
import numpy as np
from keras.src.backend import set_keras_mask

TOLERANCE = 1e-5


def assert_layers_agree(keras_layer, layer, inputs, masks=(), tolerance=TOLERANCE, **options):
    """Calls both on ``inputs``, a list of arrays or of one list of arrays, each with its travelling mask.

    Both get the same weights, drawn anew so that no bias is 0 and no variance below it; compared are outputs and
    the gradients of a weighted sum of them with respect to every input and every trained weight, in Keras's order.
    """
    rng = np.random.default_rng(0)
    keras_layer(*inputs, **options)
    layer.build(*jax.tree.map(lambda x: tuple(x.shape), inputs))
    values = [rng.normal(size=w.shape).astype("float32") * 0.5 for w in keras_layer.weights]
    values = [abs(v) if "variance" in w.name else v for w, v in zip(keras_layer.weights, values)]
    keras_layer.set_weights(values)
    layer.set_weights(values)
    masks = masks or jax.tree.map(lambda x: None, inputs)
    wanted = _gradients(_keras_call(keras_layer, masks, options), keras_layer.trainable_variables, inputs)
    with jax.numpy_rank_promotion("raise"):
        got = _gradients(_fourfold_call(layer, masks, options), layer.trainable_weights, inputs)
    for a, b in zip(jax.tree.leaves(got), jax.tree.leaves(wanted), strict=True):
        assert a.shape == b.shape and np.isfinite(b).all()
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance * max(1.0, np.abs(b).max(initial=0)))


def _gradients(call, weights, inputs):
    """Outputs, and the gradients of a fixed weighted sum of them."""

    def total(values, inputs):
        outputs = [jnp.asarray(leaf) for leaf in jax.tree.leaves(call(values, inputs))]
        return sum(
            (leaf * jnp.cos(jnp.arange(leaf.size) * 1.0).reshape(leaf.shape)).sum() for leaf in outputs
        ), outputs

    values = [jnp.asarray(np.asarray(weight)) for weight in weights]
    inputs = jax.tree.map(jnp.asarray, inputs)
    (_, outputs), gradients = jax.jit(jax.value_and_grad(total, argnums=(0, 1), has_aux=True))(values, inputs)
    return outputs, gradients


def _keras_call(layer, masks, options):
    def call(values, inputs):
        copies = jax.tree.map(lambda x: x + 0, inputs)  # a mask belongs to a tensor object
        for x, mask in zip(jax.tree.leaves(copies), jax.tree.leaves(masks, is_leaf=lambda m: m is None)):
            if mask is not None:
                set_keras_mask(x, mask)
        with keras.StatelessScope(state_mapping=list(zip(layer.trainable_variables, values))):
            return layer(*copies, **options)

    return call


def _fourfold_call(layer, masks, options):
    names = [weight.name for weight in layer.trainable_weights]
    stored = {weight.name: jnp.asarray(weight.numpy()) for weight in layer.non_trainable_weights}

    def call(values, inputs):
        weights = dict(zip(names, values)) | stored
        return layer.apply(weights, *inputs, masks=tuple(masks), **options).outputs

    return call
