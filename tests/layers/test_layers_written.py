"""Layers written as for Keras run under both libraries with the same numbers; so do operations on symbols."""

import keras
import numpy as np
import pytest

import fourfold
from fourfold import Input, Model, layers, ops

BOTH = (keras, fourfold)


def fill(model):
    """Weights that are the same in both libraries."""
    rng = np.random.default_rng(0)
    values = [rng.uniform(-0.4, 0.4, tuple(w.shape)).astype("float32") for w in model.weights]
    model.set_weights(values)
    return model


def agree(build, *args, tolerance=1e-4):
    """What ``build(library, *args)`` returns is the same, leaf by leaf."""
    wanted, got = (build(library, *args) for library in BOTH)
    assert len(wanted) == len(got)
    for a, b in zip(got, wanted):
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=tolerance, atol=tolerance)


def trained(k, inputs, outputs, x, y, **options):
    model = fill(k.Model(inputs, outputs))
    model.compile("sgd", "mse", **options)
    before = model.predict(x, verbose=0)
    history = model.fit(x, y, epochs=2, batch_size=8, shuffle=False, verbose=0, validation_split=0.25)
    return [before, history.history["loss"], history.history["val_loss"], *model.get_weights()]


def transformer(k):
    class Tokens(k.layers.Layer):
        def __init__(self, length, words, width):
            super().__init__()
            self.words = k.layers.Embedding(words, width, mask_zero=True)
            self.places = k.layers.Embedding(length, width)

        def call(self, x):
            return self.words(x) + self.places(k.ops.arange(start=0, stop=k.ops.shape(x)[-1], step=1))

    class Block(k.layers.Layer):
        def __init__(self, width, heads):
            super().__init__()
            self.attention = k.layers.MultiHeadAttention(heads, width)
            self.dense = k.Sequential([k.layers.Dense(6, activation="relu"), k.layers.Dense(width)])
            self.norms = [k.layers.LayerNormalization(epsilon=1e-6) for _ in range(2)]
            self.dropout = k.layers.Dropout(0.0)

        def call(self, inputs, training=None):
            x = self.norms[0](inputs + self.dropout(self.attention(inputs, inputs), training=training))
            return self.norms[1](x + self.dense(x))

    inputs = k.Input((5,))
    x = k.layers.GlobalAveragePooling1D()(Block(4, 2)(Tokens(5, 9, 4)(inputs)))
    rng = np.random.default_rng(1)
    return trained(k, inputs, k.layers.Dense(1)(x), rng.integers(1, 9, (32, 5)), rng.normal(size=(32, 1)))


def test_a_transformer_block_trains_as_in_keras():
    agree(transformer)


def nested(k):
    class Linear(k.layers.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units = units

        def build(self, input_shape):
            self.w = self.add_weight(shape=(input_shape[-1], self.units), name="w", regularizer="l2")
            self.b = self.add_weight(shape=(self.units,), initializer="zeros", constraint="non_neg")
            super().build(input_shape)

        def call(self, inputs):
            return k.ops.matmul(inputs, self.w) + self.b

    class Penalised(k.layers.Layer):
        def __init__(self):
            super().__init__()
            self.first = Linear(3)
            self.normal = k.layers.BatchNormalization()

        def call(self, inputs):
            x = self.normal(k.activations.tanh(self.first(inputs)))
            self.add_loss(0.1 * k.ops.mean(k.ops.abs(x)))
            return x

    inputs = k.Input((4,))
    rng = np.random.default_rng(1)
    x = rng.normal(size=(32, 4)).astype("float32")
    return trained(k, inputs, Linear(1)(Penalised()(inputs)), x, x[:, :1])


def test_nested_layers_with_state_regularizers_constraints_and_added_losses():
    agree(nested)


def test_a_layer_assigns_its_state():
    def sums(k):
        class Sum(k.layers.Layer):
            def __init__(self):
                super().__init__()
                self.total = self.add_weight(shape=(2,), initializer="zeros", trainable=False)

            def call(self, inputs):
                self.total.assign_add(k.ops.sum(inputs, axis=0))
                return self.total

        layer = Sum()
        x = np.ones((3, 2), "float32")
        return [np.array(layer(x)), np.array(layer(x)), *layer.get_weights(), len(layer.trainable_weights)]

    agree(sums)


def test_masks_reach_sublayers_and_the_layers_after():
    def model(k):
        class Read(k.layers.Layer):
            def __init__(self):
                super().__init__()
                self.words = k.layers.Embedding(7, 3, mask_zero=True)
                self.lstm = k.layers.LSTM(4, return_sequences=True)

            def call(self, x):
                return self.lstm(self.words(x))

        class Mean(k.layers.Layer):
            def __init__(self):
                super().__init__()
                self.supports_masking = True

            def call(self, x, mask=None):
                known = k.ops.expand_dims(k.ops.cast(mask, "float32"), -1)
                return k.ops.sum(x * known, axis=1) / k.ops.sum(known, axis=1)

        inputs = k.Input((None,))
        means = Mean()(k.layers.Embedding(7, 3, mask_zero=True)(inputs))
        both = fill(k.Model(inputs, [Read()(inputs), means]))
        return both.predict(np.array([[1, 2, 0], [3, 0, 0]]), verbose=0)

    agree(model)


def test_a_frozen_layer_stays_and_names_are_told_apart():
    class Two(layers.Layer):
        def __init__(self):
            super().__init__()
            self.parts = {"a": layers.Dense(2), "b": layers.Dense(2)}

        def call(self, x):
            return self.parts["b"](self.parts["a"](x))

    inputs = Input((2,))
    layer = Two()
    model = Model(inputs, layer(inputs))
    assert [w.path for w in model.weights] == [
        "two/dense/kernel", "two/dense/bias", "two/dense_1/kernel", "two/dense_1/bias",
    ]  # fmt: skip
    layer.trainable = False
    assert model.trainable_weights == [] and len(model.non_trainable_weights) == 4


def test_random_numbers_change_from_step_to_step_and_repeat_with_the_seed():
    class Noise(layers.Layer):
        def __init__(self):
            super().__init__()
            self.seeds = fourfold.random.SeedGenerator(3)

        def call(self, x, training=None):
            return fourfold.random.dropout(x, 0.5, seed=self.seeds) if training else x

    x = np.ones((4, 50), "float32")
    fourfold.random.set_seed(1)
    layer = Noise()
    first, second = np.asarray(layer(x, training=True)), np.asarray(layer(x, training=True))
    assert set(np.unique(first)) == {0.0, 2.0} and (first != second).any()
    assert (np.asarray(layer(x)) == x).all()
    np.testing.assert_array_equal(fourfold.random.normal((3,), seed=5), fourfold.random.normal((3,), seed=5))


WRAPPED = {
    "TimeDistributed": ((4, 3), lambda k: k.layers.TimeDistributed(k.layers.Dense(2, activation="tanh"))),
    "TimeDistributed of images": ((2, 5, 5, 1), lambda k: k.layers.TimeDistributed(k.layers.Conv2D(2, 3))),
    "RepeatVector": ((3,), lambda k: k.layers.RepeatVector(4)),
    "Lambda": ((3,), lambda k: k.layers.Lambda(lambda x, p: x**p, arguments={"p": 2})),
}


@pytest.mark.parametrize("name", WRAPPED)
def test_wrapping_layers(name):
    shape, make = WRAPPED[name]
    x = np.random.default_rng(0).normal(size=(16, *shape)).astype("float32")

    def found(k):
        inputs = k.Input(shape)
        outputs = k.layers.Dense(1)(k.layers.Flatten()(make(k)(inputs)))
        return trained(k, inputs, outputs, x, np.ones((16, 1), "float32"))

    agree(found)


def test_what_cannot_be_is_said():
    class Open(layers.Layer):
        def build(self, input_shape):
            self.w = self.add_weight(shape=(input_shape[1], 2))

        def call(self, x):
            return x

    with pytest.raises(fourfold.errors.ShapeError, match="needs to know its shape: got \\(None, 2\\)"):
        Open()(Input((None, 3)))
    with pytest.raises(fourfold.errors.OptionError, match="add_loss outside of call"):
        layers.Dense(2).add_loss(1.0)
    with pytest.raises(fourfold.errors.OptionError, match="TimeDistributed takes a layer: got 3"):
        layers.TimeDistributed(3)
    with pytest.raises(
        AttributeError, match="'matmull' \\(did you mean 'matmul'\\?\\): jax.numpy may have it"
    ):
        _ = ops.matmull
    with pytest.raises(TypeError, match=r"use fourfold\.ops instead of NumPy"):
        np.exp(Input((3,)))


OPERATIONS = {
    "arithmetic": lambda k, x: (1 - x) * 2 + x / 3 - x**2,
    "slices": lambda k, x: x[:, 1:, 0],
    "power of a number": lambda k, x: 2 ** (-x),
    "comparison": lambda k, x: k.ops.cast(x > 0.5, "float32"),
    "matmul": lambda k, x: x @ k.ops.transpose(x, (0, 2, 1)),
    "sum": lambda k, x: k.ops.sum(x, axis=[1, 2]),
    "mean": lambda k, x: k.ops.mean(x, axis=-1, keepdims=True),
    "concatenate": lambda k, x: k.ops.concatenate([x, x * 2], axis=-1),
    "stack": lambda k, x: k.ops.stack([x, -x], axis=1),
    "reshape": lambda k, x: k.ops.reshape(x, (-1, 12)),
    "expand": lambda k, x: k.ops.squeeze(k.ops.expand_dims(x, 2), 2),
    "softmax": lambda k, x: k.ops.softmax(x, axis=1),
    "gelu": lambda k, x: k.ops.gelu(x - 1),
    "top_k": lambda k, x: k.ops.top_k(x, 2)[0],
    "one_hot": lambda k, x: k.ops.one_hot(k.ops.cast(x * 3, "int32"), 4),
    "take": lambda k, x: k.ops.take(x, [0, 2], axis=1),
    "where": lambda k, x: k.ops.where(x > 0.5, x, k.ops.zeros_like(x)),
    "einsum": lambda k, x: k.ops.einsum("nij,nkj->nik", x, x),
    "split": lambda k, x: k.ops.split(x, 2, axis=-1)[1],
    "normalize": lambda k, x: k.ops.normalize(x, axis=-1),
    "clip": lambda k, x: k.ops.clip(x, 0.2, 0.8),
    "pad": lambda k, x: k.ops.pad(x, [[0, 0], [1, 1], [0, 0]]),
    "logsumexp": lambda k, x: k.ops.logsumexp(x, axis=-1),
    "argmax": lambda k, x: k.ops.argmax(x, axis=-1),
    "flip": lambda k, x: k.ops.flip(x, axis=1),
    "relu": lambda k, x: k.ops.relu(x - 0.5) + k.ops.sigmoid(x) + k.ops.tanh(x),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_operations_on_symbols_and_arrays(name):
    x = np.random.default_rng(0).uniform(size=(2, 3, 4)).astype("float32")

    def found(k):
        inputs = k.Input((3, 4))
        outputs = OPERATIONS[name](k, inputs)
        assert tuple(outputs.shape) == (None, *OPERATIONS[name](k, k.ops.convert_to_tensor(x)).shape[1:])
        return [
            k.Model(inputs, outputs).predict(x, verbose=0),
            OPERATIONS[name](k, k.ops.convert_to_tensor(x)),
        ]

    agree(found, tolerance=1e-5)


def residual(k):
    inputs = k.Input((4,))
    x = k.layers.Dense(4, activation="tanh")(inputs)
    x = k.layers.BatchNormalization()(x + 0.5 * inputs)[:, 1:]
    rng = np.random.default_rng(1)
    x0 = rng.normal(size=(32, 4)).astype("float32")
    return trained(k, inputs, k.layers.Dense(1)(k.ops.concatenate([x, inputs], axis=-1)), x0, x0[:, :1])


def test_a_model_with_operations_trains_and_is_evaluated_as_in_keras():
    agree(residual)


def test_operations_are_told_in_the_summary_and_not_among_the_layers(capsys):
    inputs = Input((3,))
    x = layers.Dense(3)(inputs)
    model = Model(inputs, layers.Dense(1)(x + inputs))
    model.summary()
    assert "add (Add)" in capsys.readouterr().out
    assert [layer.name for layer in model.layers] == ["input_layer", "dense", "dense_1"]
