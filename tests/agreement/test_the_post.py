"""The post's code, with its imports changed, prints the post's numbers."""

import numpy as np
import pytest

import fourfold as tf
from fourfold import Input, Model
from fourfold.layers import LSTM, Dense, Flatten

DENSE = [
    [0.23494382, -0.40392348],
    [0.10658629, -0.31808627],
    [0.42371386, -0.46299127],
    [0.34416917, -0.11493915],
]
LAST = [
    [-0.06428523, 0.3131591],
    [-0.04120642, 0.3528567],
    [-0.04273851, 0.37192333],
    [0.03797218, 0.33612275],
]
SEQUENCES = [
    [[-0.08234972, 0.12292314], [-0.05217044, 0.19100665], [-0.06428523, 0.3131591]],
    [[0.0381453, 0.26402596], [0.04725918, 0.34620702], [-0.04120642, 0.3528567]],
    [[-0.21114576, 0.08922277], [-0.02972354, 0.24037611], [-0.04273851, 0.37192333]],
    [[-0.06888272, -0.01702049], [0.0117887, 0.10608622], [0.03797218, 0.33612275]],
]


def test_fully_connected():
    np.random.seed(42)
    tf.random.set_seed(42)
    x = np.random.rand(4, 32, 32, 3)
    inp = Input(shape=x.shape[1:])
    hidden = Dense(8, activation="relu")(inp)
    flat = Flatten()(hidden)
    out = Dense(2)(flat)
    mdl = Model(inputs=inp, outputs=out)
    np.testing.assert_allclose(mdl(x), DENSE, atol=1e-6)


@pytest.mark.parametrize("sequences, expected", [(False, LAST), (True, SEQUENCES)])
def test_recurrent(sequences, expected):
    np.random.seed(42)
    tf.random.set_seed(42)
    x = np.random.rand(4, 3, 32)
    inp = Input(shape=x.shape[1:])
    lstm = LSTM(8, return_sequences=sequences)(inp)
    out = Dense(2)(lstm)
    mdl = Model(inputs=inp, outputs=out)
    np.testing.assert_allclose(mdl(x), expected, atol=1e-6)
