"""Models written as classes, under Keras and under Fourfold: from equal weights, equal outputs and trainings."""

import keras
import numpy as np
import pytest

import fourfold

RNG = np.random.default_rng(0)
ROWS = RNG.normal(size=(24, 4)).astype("float32")
SERIES = RNG.normal(size=(24, 6, 3)).astype("float32")
IDS = RNG.integers(0, 5, (24, 6)).astype("int32")
Y = RNG.normal(size=(24, 1)).astype("float32")


def dense(k):
    class Block(k.layers.Layer):
        def __init__(self, width):
            super().__init__()
            self.dense, self.norm = k.layers.Dense(width, activation="tanh"), k.layers.LayerNormalization()

        def call(self, x):
            return self.norm(x + self.dense(x))

    class Net(k.Model):
        def __init__(self, width, **kwargs):
            super().__init__(**kwargs)
            self.first = k.layers.Dense(width, activation="relu", kernel_regularizer="l2")
            self.drop = k.layers.Dropout(0.0)
            self.blocks = [Block(width) for _ in range(2)]
            self.rest = k.Sequential([k.layers.Dense(4), k.layers.BatchNormalization()])
            self.last = k.layers.Dense(1)

        def call(self, inputs, training=False):
            x = self.drop(self.first(inputs), training=training)
            for block in self.blocks:
                x = block(x)
            return self.last(self.rest(x, training=training))

    return Net(8)


def recurrent(k):
    class Net(k.Model):
        def __init__(self):
            super().__init__()
            self.embedding = k.layers.Embedding(5, 4, mask_zero=True)
            self.reader = k.layers.Bidirectional(k.layers.LSTM(3))
            self.last = k.layers.Dense(1)

        def call(self, ids):
            return self.last(self.reader(self.embedding(ids)))

    return Net()


def built(k):
    class Net(k.Model):
        def build(self, input_shape):
            self.scale = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="scale")
            self.attention = k.layers.MultiHeadAttention(2, 3)
            self.last = k.layers.Dense(1)
            self.attention.build(input_shape, input_shape) if k is keras else None
            self.last.build((None, input_shape[-1])) if k is keras else None

        def call(self, x):
            x = x * self.scale
            x = self.attention(x, x)
            return self.last(x[:, -1])

    return Net()


def two_inputs(k):
    class Net(k.Model):
        def __init__(self):
            super().__init__()
            self.left, self.right, self.last = k.layers.Dense(3), k.layers.Conv1D(3, 2), k.layers.Dense(1)

        def call(self, inputs):
            rows, series = inputs
            return self.last(self.left(rows) + k.ops.mean(self.right(series), axis=1))

    return Net()


CASES = {
    "dense": (dense, ROWS),
    "recurrent": (recurrent, IDS),
    "built": (built, SERIES),
    "two inputs": (two_inputs, [ROWS, SERIES]),
}


@pytest.mark.parametrize("make, x", CASES.values(), ids=CASES)
def test_outputs_and_trainings_agree(make, x):
    theirs, ours = make(keras), make(fourfold)
    for model in (theirs, ours):
        model.predict(x, verbose=0)
    values = [RNG.normal(size=w.shape).astype("float32") * 0.3 + 0.5 for w in theirs.weights]
    assert [w.shape for w in ours.weights] == [w.shape for w in values]
    found = []
    for k, model in ((keras, theirs), (fourfold, ours)):
        model.set_weights(values)
        model.compile(k.optimizers.SGD(0.01), "mse", metrics=["mae"])
        before = model.predict(x, verbose=0)
        history = model.fit(x, Y, batch_size=8, epochs=3, shuffle=False, verbose=0).history
        found.append((before, history, model.predict(x, verbose=0), model.evaluate(x, Y, verbose=0)))
    for theirs, ours in zip(*found):
        if isinstance(theirs, dict):
            assert theirs.keys() == ours.keys()
            theirs, ours = list(theirs.values()), [ours[name] for name in theirs]
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


def encoder_of(k):
    class Encoder(k.layers.Layer):
        def __init__(self, **named):
            super().__init__(**named)
            self.first, self.rest = k.layers.Dense(3, name="first"), [k.layers.LSTM(2, name="steps")]

        def build(self, shape):
            self.gain = self.add_weight(shape=(), initializer="ones", name="gain")

        def call(self, x):
            return self.gain * self.rest[0](self.first(x))

    return Encoder(name="encoder")


def model_of_a_class(k, name):
    class Net(k.Model):
        def __init__(self):
            super().__init__(name=name)
            self.encoder, self.head = encoder_of(k), k.layers.Dense(1, name="head")

        def call(self, x):
            return self.head(self.encoder(x))

    model = Net()
    model(np.zeros((1, 4, 2), "float32"))
    return model


def model_of_symbols(k, name):
    x = k.Input((4, 2))
    return k.Model(x, k.layers.Dense(1, name="head")(encoder_of(k)(x)), name=name)


@pytest.mark.parametrize("build", [model_of_a_class, model_of_symbols])
@pytest.mark.parametrize("name", [None, "autoencoder"])
def test_paths_of_weights_begin_with_the_class_that_makes_them(build, name):
    keras.backend.clear_session()  # which counts the names of models anew
    paths = [[weight.path.replace("/lstm_cell/", "/") for weight in build(k, name).weights] for k in (keras, fourfold)]
    assert paths[0] == paths[1]
