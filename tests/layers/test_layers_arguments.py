"""What layers say of arguments and inputs that can't be: the message names what to give instead."""

import json
import re

import numpy as np
import pytest

from fourfold import layers
from fourfold.errors import FourfoldError
from fourfold.layers import Input

CONSTRUCTED = [
    (lambda: layers.Dense(0), "units is not a whole number of at least 1: got units=0"),
    (lambda: layers.Dense(2.5), "units is not a whole number of at least 1: got units=2.5"),
    (lambda: layers.Dense(2, activation="rellu"), "got 'rellu', wanted one of .*: activation=\"relu\""),
    (lambda: layers.Dense(2, lora_rank=4), "Dense has no lora_rank: got lora_rank=4, wanted None"),
    (lambda: layers.Conv2D(2, 3, padding="sane"), "got padding='sane', wanted one of 'valid', 'same'. "
     'Do this: padding="same"'),
    (lambda: layers.Conv2D(2, 3, padding="causal"), "got padding='causal', wanted one of 'valid', 'same'"),
    (lambda: layers.Conv2D(2, (3, 3, 3)), r"kernel_size does not fit 2 axes: got kernel_size=\(3, 3, 3\)"),
    (lambda: layers.Conv1D(2, 3, strides=2, dilation_rate=2), "can't have strides and dilation at once"),
    (lambda: layers.DepthwiseConv1D(3, 2, dilation_rate=2), "can't have strides and dilation at once"),
    (lambda: layers.SeparableConv2D(2, 3, padding="causal"), "padding has no such value"),
    (lambda: layers.Conv1DTranspose(2, 3, 2, dilation_rate=2), "can't have strides and dilation at once"),
    (lambda: layers.Conv2DTranspose(2, 3, output_padding=1), "output_padding is not below the strides: got output_padding=\\(1, 1\\), strides=\\(1, 1\\)"),
    (lambda: layers.UpSampling1D(0), "size is not a whole number of at least 1"),
    (lambda: layers.UpSampling2D(interpolation="bilinaer"), "interpolation=\"bilinear\""),
    (lambda: layers.Cropping2D((1, 2, 3)), "cropping doesn't fit two axes"),
    (lambda: layers.Conv1D(3, 3, groups=2), "filters can't be divided into that many groups"),
    (lambda: layers.MaxPooling2D(0), "pool_size is not a whole number of at least 1"),
    (lambda: layers.MaxPooling2D(data_format="channel_first"), 'Do this: data_format="channels_first"'),
    (lambda: layers.Dropout(50), "rate is not a share: got rate=50, wanted a number from 0 to 1"),
    (lambda: layers.Dropout(0.5, noise_shape=(0, 2)), r"noise_shape is no shape: got noise_shape=\(0, 2\)"),
    (lambda: layers.Dropout(0.5, noise_shape=3), "got noise_shape=3, wanted for each axis 1, its length, or None"),
    (lambda: layers.Dropout(0.5, noise_shape="ab"), "got noise_shape='ab'"),
    (lambda: layers.BatchNormalization(renorm=True), "BatchNormalization has no renorm"),
    (lambda: layers.Permute((0, 1)), "start from 1: the batch axis 0 stays where it is"),
    (lambda: layers.Reshape((-1, -1)), "one of them -1 at most"),
    (lambda: layers.ZeroPadding2D((1, 2, 3)), "padding doesn't fit two axes"),
    (lambda: layers.ZeroPadding3D((1, 2)), r"padding doesn't fit three axes: got padding=\(1, 2\), wanted a number, \(depth, "),
    (lambda: layers.EinsumDense("ab->ba", 3), "can't read this equation: got 'ab->ba', wanted the form"),
    (lambda: layers.PositionalEncoding("learnt"), 'Do this: kind="learned"'),
    (lambda: layers.ReLU(max_value=-1), "max_value is negative"),
]  # fmt: skip


@pytest.mark.parametrize("make, message", CONSTRUCTED, ids=lambda v: v if isinstance(v, str) else "")
def test_constructor(make, message):
    with pytest.raises(FourfoldError, match=message) as caught:
        make()
    assert isinstance(caught.value, ValueError)


X, IMAGE = Input((9, 4)), Input((8, 6, 3))
CALLED = [
    (lambda: layers.Dense(2)(Input((5, None))), "needs to know the length of axis -1 for its weights"),
    (
        lambda: layers.Dense(2)(Input(())),
        r"takes an input of at least 2 axes: got shape \(None,\), wanted \(N, F\)",
    ),
    (lambda: layers.Conv2D(2, 3)(X), r"an input of 4 axes: got shape \(None, 9, 4\), wanted \(N, H, W, C\)"),
    (lambda: layers.Conv2D(2, 9)(IMAGE), 'spans 9 x 9 over an input of 8 x 6.*Do this: padding="same"'),
    (lambda: layers.Cropping2D(2)(Input((4, 9, 1))), "leaves no pixel.*wanted more than 4 pixels"),
    (lambda: layers.DepthwiseConv2D(2)(Input((4, 9, None))), "needs to know the length of axis -1"),
    (lambda: layers.UpSampling2D()(Input((4, 9))), "takes an input of 4 axes"),
    (lambda: layers.Conv1D(2, 3, groups=2)(Input((9, 3))), "3 channels, groups=2"),
    (lambda: layers.MaxPooling1D(10)(X), "the window is longer than the input"),
    (lambda: layers.GlobalAveragePooling1D()(IMAGE), r"wanted \(N, T, C\). Do this: join axes"),
    (lambda: layers.Reshape((5, 7))(X), r"got 36 entries, of shape \(9, 4\), for \(5, 7\), wanted 35"),
    (lambda: layers.LayerNormalization(axis=3)(X), "no axis to normalise along"),
    (
        lambda: layers.Add()(X),
        r"Add 'add' joins a list of tensors: got one tensor. Do this: Add\(\)\(\[a, b\]\)",
    ),
    (
        lambda: layers.Add()([X, Input((8, 4))]),
        r"can't join these shapes: got \(None, 9, 4\), \(None, 8, 4\)",
    ),
    (lambda: layers.Subtract()([X, X, X]), "exactly two tensors: got 3 tensors"),
    (lambda: layers.Concatenate()([X, Input((8, 4))]), "the same length along every other axis"),
    (lambda: layers.PositionalEncoding("learned")(Input((None, 4))), "needs to know the length of axis 1"),
    (lambda: layers.PositionalEncoding("learned", max_length=5)(X), "got 9 steps, wanted 5 at most"),
    (lambda: layers.EinsumDense("abc,cd->abd", (8, 7))(X), "another length than its input at 'b'"),
    (lambda: layers.EinsumDense("abcd,de->abce", 7)(X), "doesn't have the axes of its equation"),
]


@pytest.mark.parametrize("call, message", CALLED, ids=lambda v: v if isinstance(v, str) else "")
def test_call(call, message):
    with pytest.raises(FourfoldError, match=message) as caught:
        call()
    assert not re.search(r"\b(83|89|97|101)\b", str(caught.value)), "a stand-in for an open axis shows"


def test_positions_can_be_told_apart_by_a_layer_that_sees_no_order():
    x = np.zeros((2, 50, 8), "float32")
    for layer in (layers.PositionalEncoding(), layers.PositionalEncoding("learned", max_length=60)):
        y = np.asarray(layer(x))
        distances = np.abs(y[0][:, None] - y[0][None]).max(-1)
        assert (distances[~np.eye(50, dtype=bool)] > 1e-3).all()
        np.testing.assert_array_equal(y[0], y[1])
    assert layer.embeddings.shape == (60, 8)
    np.testing.assert_array_equal(np.asarray(layer(x[:, :7])), y[:, :7])


def test_sinusoids_are_those_of_the_paper():
    y = np.asarray(layers.PositionalEncoding()(np.zeros((1, 6, 5), "float32")))[0]
    for t in range(6):
        for f in range(5):
            angle = t / 10000 ** (2 * (f // 2) / 5)
            assert abs(y[t, f] - (np.cos if f % 2 else np.sin)(angle)) < 1e-6


ROUND_TRIPS = [
    (
        layers.Conv2D,
        {"filters": 3, "kernel_size": (2, 3), "activation": "gelu", "kernel_regularizer": "l2"},
        (8, 6, 3),
    ),
    (layers.BatchNormalization, {"axis": 1, "momentum": 0.9, "gamma_initializer": "zeros"}, (9, 4)),
    (layers.EinsumDense, {"equation": "abc,cd->abd", "output_shape": (None, 5), "bias_axes": "d"}, (9, 4)),
    (layers.PositionalEncoding, {"kind": "learned", "max_length": 12}, (9, 4)),
    (layers.Rescaling, {"scale": [0.5, 1.0, 1.0, 2.0], "offset": -1.0}, (9, 4)),
    (layers.Embedding, {"input_dim": 5, "output_dim": 2, "weights": [np.ones((5, 2), "float32")]}, (9,)),
]


@pytest.mark.parametrize("cls, arguments, shape", ROUND_TRIPS, ids=lambda v: getattr(v, "__name__", ""))
def test_a_layer_made_from_its_configuration_computes_the_same(cls, arguments, shape):
    layer = cls(**arguments)
    twin = cls.from_config(json.loads(json.dumps(layer.get_config())))
    x = np.random.default_rng(0).integers(0, 3, (2, *shape)).astype("float32")
    expected = layer(x)
    twin.build(x.shape)
    twin.set_weights(layer.get_weights())
    np.testing.assert_array_equal(twin(x), expected)
