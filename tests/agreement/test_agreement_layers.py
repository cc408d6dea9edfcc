"""Each layer of the table agrees with Keras: outputs, gradients, weights, shapes and masks."""

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
from cases_layers import CASES
from differential import assert_layers_agree
from keras.src.backend import get_keras_mask, set_keras_mask

import fourfold
from fourfold import layers
from fourfold.ops import activations
from fourfold.ops.random import key

MERGES = {"Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot"}


def name_of(case):
    name, arguments, shapes, options = case
    return "-".join([name, *map(str, arguments.values()), "x".join(map(str, shapes[0])), *options])


def inputs_of(shapes, options, seed=0):
    rng = np.random.default_rng(seed)
    if "ids" in options:
        return [rng.integers(0, options["ids"], shape).astype("int32") for shape in shapes]
    if "ties" in options:
        return [rng.integers(-1, 2, shape).astype("float32") for shape in shapes]
    return [rng.normal(size=shape).astype("float32") for shape in shapes]


def masks_of(shapes, options):
    """Masks of steps, each with a valid first step; none where the case has none."""
    wanted = options.get("mask", False)
    wanted = wanted if isinstance(wanted, list) else [wanted] * len(shapes)
    rng = np.random.default_rng(5)
    masks = []
    for shape, use in zip(shapes, wanted):
        mask = rng.random(shape[:2]) < 0.6
        mask[..., :1] = True
        masks.append(mask if use else None)
    return masks


@pytest.mark.parametrize("case", [case for case in CASES if "ids" not in case[3]], ids=name_of)
def test_outputs_and_gradients(case):
    name, arguments, shapes, options = case
    inputs, masks = inputs_of(shapes, options), masks_of(shapes, options)
    if name in MERGES:
        inputs, masks = [inputs], [masks]
    assert_layers_agree(
        getattr(keras.layers, name)(**arguments), getattr(layers, name)(**arguments), inputs, masks
    )


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_shape_inference_weights_and_the_mask_that_travels_on(case):
    name, arguments, shapes, options = case
    dtype = "int32" if "ids" in options else "float32"
    keras_symbols = [keras.Input(shape[1:], dtype=dtype) for shape in shapes]
    symbols = [layers.Input(shape[1:], dtype=dtype) for shape in shapes]
    theirs, ours = getattr(keras.layers, name)(**arguments), getattr(layers, name)(**arguments)
    many = name in MERGES
    expected, got = theirs(keras_symbols if many else keras_symbols[0]), ours(symbols if many else symbols[0])
    # Keras leaves an axis open where EinsumDense's output_shape says None; here it comes from the input.
    assert got.shape[0] is None and len(got.shape) == len(expected.shape)
    assert all(wanted in (axis, None) for axis, wanted in zip(got.shape[1:], expected.shape[1:]))
    assert [(w.name, w.shape) for w in ours.weights] == [(w.name, tuple(w.shape)) for w in theirs.weights]

    arrays = [jnp.asarray(x) for x in inputs_of(shapes, options)]
    masks = masks_of(shapes, options)
    for x, mask in zip(arrays, masks):
        if mask is not None:
            set_keras_mask(x, jnp.asarray(mask))
    expected_mask = get_keras_mask(theirs(arrays if many else arrays[0]))
    call = (arrays, masks) if many else (arrays[0], masks[0])
    got_mask = ours.apply(ours.values(), call[0], masks=(call[1],)).masks
    assert (got_mask is None) == (expected_mask is None)
    if got_mask is not None:
        np.testing.assert_array_equal(got_mask, expected_mask)


@pytest.mark.parametrize("mask", [False, True])
@pytest.mark.parametrize(
    "arguments, shape",
    [
        ({}, (16, 4)),
        ({"momentum": 0.5, "epsilon": 0.1}, (6, 5, 4)),
        ({"axis": 1}, (6, 5, 4)),
        ({}, (4, 3, 3, 2)),
    ],
)
def test_batch_normalisation_in_training(arguments, shape, mask):
    rng = np.random.default_rng(0)
    x = rng.normal(2, 3, shape).astype("float32")
    valid = rng.random(shape[:-1]) < 0.6 if mask else None
    theirs, ours = keras.layers.BatchNormalization(**arguments), layers.BatchNormalization(**arguments)
    theirs.build(shape)
    ours.build(shape)
    values = [rng.uniform(0.5, 2, w.shape).astype("float32") for w in theirs.weights]
    theirs.set_weights(values)
    ours.set_weights(values)

    def loss(gamma, beta, x):
        weights = ours.values() | {"gamma": gamma, "beta": beta}
        applied = ours.apply(weights, x, masks=(valid,), training=True)
        return jnp.sum(jnp.sin(applied.outputs)), applied

    def keras_loss(gamma, beta, x):
        mapping = [(theirs.gamma, gamma), (theirs.beta, beta)]
        with keras.StatelessScope(state_mapping=mapping) as scope:
            outputs = theirs(x, training=True, mask=valid)
            state = [scope.get_current_value(w) for w in (theirs.moving_mean, theirs.moving_variance)]
        return jnp.sum(jnp.sin(outputs)), (outputs, state)

    with jax.numpy_rank_promotion("raise"):
        gradients, applied = jax.grad(loss, (0, 1, 2), has_aux=True)(*values[:2], x)
    expected, (outputs, state) = jax.grad(keras_loss, (0, 1, 2), has_aux=True)(*values[:2], x)
    np.testing.assert_allclose(applied.outputs, outputs, rtol=1e-5, atol=1e-5)
    for got, wanted in zip([*applied.updates.values(), *gradients], [*state, *expected]):
        np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-5 * max(1, np.abs(wanted).max()))


def test_batch_normalisation_that_is_not_trainable_infers_also_in_training():
    layer = layers.BatchNormalization()
    x = np.random.default_rng(0).normal(3, 2, (5, 2)).astype("float32")
    expected = layer(x)
    layer.trainable = False
    np.testing.assert_array_equal(layer(x, training=True), expected)
    np.testing.assert_array_equal(layer.moving_mean.numpy(), 0)


def test_embedding_and_the_gradient_of_its_table():
    theirs, ours = keras.layers.Embedding(6, 5), layers.Embedding(6, 5)
    ids = np.random.default_rng(0).integers(0, 6, (3, 9))
    table = np.random.default_rng(1).normal(size=(6, 5)).astype("float32")
    theirs.build()
    ours.build((3, 9))

    def loss(table):
        return jnp.sum(jnp.sin(ours.apply({"embeddings": table}, ids).outputs))

    def keras_loss(table):
        with keras.StatelessScope(state_mapping=[(theirs.embeddings, table)]):
            return jnp.sum(jnp.sin(theirs(ids)))

    for got, wanted in zip(jax.value_and_grad(loss)(table), jax.value_and_grad(keras_loss)(table)):
        np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-6)
    given = layers.Embedding(6, 5, weights=[table])
    np.testing.assert_array_equal(given(ids), table[ids])


# threshold has arguments, and is compared among the functions; Keras 3.15's sparsemax does not sum to 1
@pytest.mark.parametrize("name", sorted(set(activations.ACTIVATIONS) - {"sparsemax", "threshold"}))
def test_activations_by_name(name):
    x = np.random.default_rng(0).normal(0, 3, (5, 8)).astype("float32")
    theirs = lambda v: jnp.sum(jnp.sin(keras.activations.get(name)(v)))  # noqa: E731
    ours = lambda v: jnp.sum(jnp.sin(activations.get(name)(v)))  # noqa: E731
    np.testing.assert_allclose(activations.get(name)(x), keras.activations.get(name)(x), rtol=2e-5, atol=1e-6)
    np.testing.assert_allclose(jax.grad(ours)(x), jax.grad(theirs)(x), rtol=1e-4, atol=1e-5)


def test_softmax_with_a_mask_of_its_inputs_shape():
    x = np.random.default_rng(0).normal(size=(3, 9, 4)).astype("float32")
    mask = np.random.default_rng(1).random(x.shape) < 0.5
    expected = keras.layers.Softmax()(x, mask=mask)
    np.testing.assert_allclose(layers.Softmax()(x, mask=mask), expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("name, arguments", [("Dropout", {}), ("Dropout", {"noise_shape": (None, 1, None)}),
                                             ("SpatialDropout1D", {}), ("SpatialDropout3D", {})])  # fmt: skip
def test_dropout_agrees_in_distribution_and_in_what_it_shares(name, arguments):
    x = np.ones((200, 20, *(2, 2)[: 2 * ("3D" in name)], 10), "float32")
    theirs = np.asarray(getattr(keras.layers, name)(0.3, **arguments)(x, training=True))
    layer = getattr(layers, name)(0.3, **arguments)
    ours = np.asarray(layer.apply({}, x, training=True, key=key(1)).outputs)
    np.testing.assert_array_equal(np.unique(ours), np.unique(theirs))
    shared = [(y == y[:, :1]).all() for y in (ours, theirs)]
    assert shared[0] == shared[1]
    draws = ours[:, 0].size if shared[0] else ours.size
    assert abs(ours.mean() - 1) < 5 * np.sqrt(0.3 / 0.7 / draws)


def test_gaussian_noise_agrees_in_distribution():
    x = np.zeros((300, 300), "float32")
    noise = np.asarray(layers.GaussianNoise(0.5).apply({}, x, training=True, key=key(1)).outputs)
    assert abs(noise.mean()) < 5 * 0.5 / 300
    assert abs(noise.std() - 0.5) < 5 * 0.5 / (300 * np.sqrt(2))


@pytest.mark.parametrize("axis", [-1, None, (1, 2), 1])
@pytest.mark.parametrize("of", ["an array", "batches"])
def test_normalization_adapts_as_keras_does(axis, of):
    x = np.random.default_rng(0).normal(3.0, 2.0, (7, 5, 4)).astype("float32")
    x[..., 1] = 2.0  # a channel without variance
    data = x if of == "an array" else [x[:3], x[3:]]
    theirs, ours = keras.layers.Normalization(axis), layers.Normalization(axis)
    theirs.adapt(x)
    ours.adapt(data)
    np.testing.assert_allclose(ours(x), np.asarray(theirs(x)), rtol=1e-4, atol=1e-4)
    for own, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(own, other, rtol=1e-5, atol=1e-6)
    assert not ours.trainable_weights
    for own, other in ((ours.mean, theirs.mean), (ours.variance, theirs.variance)):
        assert own.shape == other.shape
        np.testing.assert_allclose(own, other, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("moments", [(2.0, 4.0), ([1.0, 2.0, 3.0, 4.0], [1.0, 1.0, 4.0, 9.0])], ids=["one", "each"])
def test_normalization_tells_the_moments_that_it_was_given(moments):
    theirs, ours = (of.layers.Normalization(mean=moments[0], variance=moments[1]) for of in (keras, fourfold))
    for layer in (theirs, ours):
        layer(np.ones((2, 5, 4), "float32"))
    for name in ("mean", "variance"):
        np.testing.assert_array_equal(getattr(ours, name), np.asarray(getattr(theirs, name)), strict=True)
    assert layers.Normalization().mean is None


def test_normalization_in_a_model_and_a_file(tmp_path):
    x = np.random.default_rng(0).normal(3.0, 2.0, (20, 4)).astype("float32")
    layer = layers.Normalization()
    layer.adapt(x)
    model = fourfold.Sequential([fourfold.Input((4,)), layer, layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(x, x[:, 0], verbose=0)
    np.testing.assert_allclose(layer.get_weights()[0], x.mean(0), rtol=1e-5)
    model.save(tmp_path / "model.keras")
    wanted = model.predict(x, verbose=0)
    for load in (fourfold.models.load_model, keras.models.load_model):
        loaded = load(tmp_path / "model.keras")
        np.testing.assert_allclose(loaded.predict(x, verbose=0), wanted, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["AlphaDropout", "GaussianDropout"])
def test_dropout_that_keeps_mean_and_variance(name):
    x = np.random.default_rng(0).normal(size=(400, 300)).astype("float32")
    theirs = np.asarray(getattr(keras.layers, name)(0.3)(x, training=True))
    ours = np.asarray(getattr(layers, name)(0.3).apply({}, x, training=True, key=key(1)).outputs)
    assert abs(ours.mean() - theirs.mean()) < 0.02 and abs(ours.std() - theirs.std()) < 0.02


def test_alpha_dropout_has_two_values():
    x = np.ones((200, 300), "float32")
    theirs = np.asarray(keras.layers.AlphaDropout(0.3)(x, training=True))
    ours = np.asarray(layers.AlphaDropout(0.3).apply({}, x, training=True, key=key(1)).outputs)
    np.testing.assert_allclose(np.unique(ours), np.unique(theirs), rtol=1e-5)
    assert abs((ours < 0).mean() - 0.3) < 0.01
