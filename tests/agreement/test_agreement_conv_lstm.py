"""ConvLSTM1D, ConvLSTM2D and ConvLSTM3D agree with Keras: a case is a line."""

import jax
import keras
import numpy as np
import pytest
from differential import assert_layers_agree
from exported import assert_exported

import fourfold
from fourfold import layers
from fourfold.ops.random import key

RNG = np.random.default_rng(0)
N, T, F = 3, 5, 4
MASK = np.array([[1, 1, 1, 0, 0], [0, 1, 1, 0, 1], [0, 0, 0, 0, 0]], bool)
SHAPES = {1: (9, 2), 2: (7, 6, 2), 3: (4, 5, 4, 2)}
FIRST = {1: (2, 9), 2: (2, 7, 6), 3: (2, 4, 5, 4)}
EVERYTHING = {"return_sequences": True, "return_state": True}

# axes, arguments, the mask, the shape of an initial state
CASES = [
    (2, {"kernel_size": 3}, None, None),
    (2, {"kernel_size": (2, 3), "padding": "same", "strides": (2, 1)} | EVERYTHING, None, None),
    (2, {"kernel_size": 3, "dilation_rate": (2, 1), "return_sequences": True}, MASK, None),
    (2, {"kernel_size": 2, "padding": "same"} | EVERYTHING, None, (7, 6, F)),
    (2, {"kernel_size": 3, "go_backwards": True} | EVERYTHING, None, (5, 4, F)),
    (2, {"kernel_size": 3, "go_backwards": True, "return_sequences": True}, MASK, None),
    (2, {"kernel_size": 3, "use_bias": False, "activation": "relu", "recurrent_activation": "hard_sigmoid"}, MASK, None),
    (2, {"kernel_size": 2, "data_format": "channels_first"} | EVERYTHING, None, (F, 6, 5)),
    (2, {"kernel_size": 2, "data_format": "channels_first", "return_sequences": True}, MASK, None),
    (2, {"kernel_size": 2, "unroll": True, "return_sequences": True}, MASK, None),
    (1, {"kernel_size": 3} | EVERYTHING, MASK, None),
    (1, {"kernel_size": 4, "strides": 2, "padding": "same", "go_backwards": True}, None, (5, F)),
    (1, {"kernel_size": 3, "data_format": "channels_first"}, MASK, None),
    (3, {"kernel_size": 2, "return_sequences": True}, MASK, None),
    (3, {"kernel_size": (1, 2, 3), "padding": "same", "data_format": "channels_first"}, None, None),
]

ZEROS = {"return_sequences": True, "zero_output_for_mask": True}
# arguments, the number of initial states, whether in both directions
OF_ONE_PIXEL = [
    (EVERYTHING, 2, False),
    (EVERYTHING | {"go_backwards": True}, 2, False),
    (ZEROS, 0, False),
    ({"go_backwards": True, "zero_output_for_mask": True}, 0, False),
    (EVERYTHING, 4, True),
    (ZEROS, 0, True),
]


def pair(axes, arguments, wrap=lambda k, layer: layer, masked=False):
    """Keras's layer and ours; with a mask Keras 3.15 on JAX fails unless its steps are unrolled."""
    name, theirs = f"ConvLSTM{axes}D", arguments | ({"unroll": True} if masked else {})
    return [wrap(k, getattr(k, name)(F, **given)) for k, given in ((keras.layers, theirs), (layers, arguments))]


def inputs(axes, arguments, initial=None):
    shape = (FIRST if "data_format" in arguments else SHAPES)[axes]
    x = RNG.normal(size=(N, T, *shape)).astype("float32")
    return [x] + ([[RNG.normal(size=(N, *initial)).astype("float32") for _ in "hc"]] if initial else [])


@pytest.mark.parametrize("axes, arguments, mask, initial", CASES)
def test_layer(axes, arguments, mask, initial):
    both = pair(axes, arguments, masked=mask is not None)
    assert_layers_agree(*both, inputs(axes, arguments, initial), mask=mask)


@pytest.mark.parametrize("arguments, count, both", OF_ONE_PIXEL)
def test_pictures_of_one_pixel_are_rows_of_an_lstm(arguments, count, both):
    x = RNG.normal(size=(N, T, 2)).astype("float32")
    theirs, ours = keras.layers.LSTM(F, **arguments), layers.ConvLSTM2D(F, 1, **arguments)
    if both:
        theirs, ours = keras.layers.Bidirectional(theirs), layers.Bidirectional(ours)
    theirs.build(x.shape)
    ours.build((N, T, 1, 1, 2))
    values = [RNG.normal(size=w.shape).astype("float32") for w in theirs.weights]
    theirs.set_weights(values)
    ours.set_weights([value.reshape(w.shape) for value, w in zip(values, ours.weights, strict=True)])
    states = [RNG.normal(size=(N, F)).astype("float32") for _ in range(count)]
    pixels = [state[:, None, None] for state in states]
    wanted = theirs(x, initial_state=states or None, mask=MASK)
    got = ours(x[:, :, None, None], initial_state=pixels or None, mask=MASK)
    for a, b in zip(jax.tree.leaves(got), jax.tree.leaves(wanted), strict=True):
        np.testing.assert_allclose(a, np.asarray(b).reshape(a.shape), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("merge_mode, arguments", [("concat", {"return_sequences": True}), ("sum", {}), (None, EVERYTHING)])
def test_bidirectional(merge_mode, arguments):
    arguments = {"kernel_size": 2} | arguments
    assert_layers_agree(*pair(2, arguments, lambda k, layer: k.Bidirectional(layer, merge_mode=merge_mode)), inputs(2, arguments))


def test_with_a_mask_in_onnx():
    series = layers.Input((T, 12))
    pictures = layers.TimeDistributed(layers.Reshape((2, 3, 2)))(layers.Masking()(series))
    hidden = layers.ConvLSTM2D(3, 2, padding="same", return_sequences=True)(pictures)
    x = RNG.normal(size=(N, T, 12)).astype("float32") * MASK[:, :, None]
    assert_exported(fourfold.Model(series, layers.ConvLSTM2D(2, 2)(hidden)), [x])


def test_states_are_kept_from_batch_to_batch():
    theirs, ours = pair(2, {"kernel_size": 2, "stateful": True, "return_state": True})
    batches = [RNG.normal(size=(N, T, *SHAPES[2])).astype("float32") for _ in range(3)]
    theirs(batches[0])
    ours(batches[0])
    theirs.reset_state()
    ours.reset_state()
    ours.set_weights([np.asarray(weight) for weight in theirs.trainable_variables])
    for batch in batches:
        for got, wanted in zip(ours(batch), theirs(batch), strict=True):
            np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-6)
    with pytest.raises(fourfold.errors.ShapeError, match=r"the states of conv_lstm2d.* don't fit its input"):
        ours(batches[0][:2])


@pytest.mark.parametrize("of", ["dropout", "recurrent_dropout"])
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_dropout_agrees_in_distribution(of, data_format):
    """Its factors are those of an example, of all steps: the mean of many outputs is theirs, one example's differ."""
    arguments = {"kernel_size": 2, "padding": "same", of: 0.5, "data_format": data_format}
    theirs, ours = pair(2, arguments)
    x = np.tile(RNG.normal(size=(1, 3, *SHAPES[2])).astype("float32"), (600, 1, 1, 1, 1))
    theirs.build(x.shape)
    ours.build(x.shape)
    ours.set_weights([np.asarray(weight) for weight in theirs.trainable_variables])
    wanted, got = np.asarray(theirs(x, training=True)), np.asarray(ours.apply(ours.values(), x, training=True, key=key(3)).outputs)
    limit = 6 * wanted.std(0).max() / np.sqrt(len(x))
    assert limit > 0 and np.abs(wanted.mean(0) - got.mean(0)).max() < limit
    np.testing.assert_allclose(got.std(0).mean(), wanted.std(0).mean(), rtol=0.05)
    np.testing.assert_allclose(ours(x[:1]), theirs(x[:1]), atol=1e-5)


@pytest.mark.parametrize("shape, message", [
    ((5, 7, 6), r"an input of 5 axes: got shape \(None, 5, 7, 6\), wanted \(N, T, H, W, C\)"),
    ((5, 7, 6, None), "needs to know the length of axis -1"),
    ((5, 2, 6, 3), "spans 3 x 3 over an input of 2 x 6"),
])  # fmt: skip
def test_inputs_that_do_not_fit(shape, message):
    with pytest.raises(fourfold.errors.ShapeError, match=message):
        layers.ConvLSTM2D(2, 3)(layers.Input(shape))


def test_a_model_trains_to_the_losses_of_keras():
    x = RNG.normal(size=(8, 4, 6, 6, 1)).astype("float32")
    histories, values = [], None
    for k in (keras, fourfold):
        hidden = k.layers.ConvLSTM2D(3, 3, padding="same", return_sequences=True)(first := k.Input((None, 6, 6, 1)))
        hidden = k.layers.ConvLSTM2D(2, 3, padding="same", return_sequences=True)(k.layers.BatchNormalization()(hidden))
        model = k.Model(first, k.layers.Conv3D(1, 3, activation="sigmoid", padding="same")(hidden))
        if values is None:
            values = [w.copy() for w in model.get_weights()]
        model.set_weights(values)
        model.compile(k.optimizers.SGD(0.1), "binary_crossentropy")
        histories.append(model.fit(x, (x > 0).astype("float32"), epochs=3, batch_size=4, shuffle=False, verbose=0).history["loss"])
    np.testing.assert_allclose(histories[1], histories[0], rtol=1e-4)
