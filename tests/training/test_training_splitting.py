"""A batch that is split over devices gives the numbers of one device: losses, weights, moving averages, dropout."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fourfold
from fourfold import layers, ops
from fourfold.models import compiling, predicting
from fourfold.regularizers import L2
from fourfold.training import parts, program, splitting


def convolution(x):
    x = layers.Conv1D(4, 3, padding="same", kernel_regularizer=L2(0.1))(x)
    x = layers.Dropout(0.3)(layers.ReLU()(layers.BatchNormalization()(x)))
    return layers.Dense(3, activation="softmax")(layers.Flatten()(x))


def recurrent(x):
    x = layers.Bidirectional(layers.LSTM(4, return_sequences=True, dropout=0.2))(layers.Masking()(x))
    return layers.Dense(3, activation="softmax")(layers.GRU(4, recurrent_dropout=0.2)(x))


def attention(x):
    x = layers.GaussianNoise(0.1)(layers.Dense(4)(x))
    x = layers.Add()([x, layers.MultiHeadAttention(2, 2, dropout=0.2)(x, x)])
    return layers.Dense(3, activation="softmax")(
        layers.GlobalAveragePooling1D()(layers.LayerNormalization()(x))
    )


def operations(x):
    x = x + layers.Conv1D(5, 3, padding="same")(x)
    x = layers.Lambda(lambda x: x * 2)(ops.reshape(x[:, ::-1], (-1, 6, 5)))
    return layers.Dense(3, activation=lambda x: jnp.exp(x) / jnp.exp(x).sum(-1, keepdims=True))(
        layers.LSTM(4)(x)
    )


class Block(layers.Layer):
    """A block of an encoder, written as for Keras."""

    def __init__(self, **options):
        super().__init__(**options)
        self.attention = layers.MultiHeadAttention(2, 3, dropout=0.2)
        self.network = fourfold.Sequential([layers.Dense(8, activation="relu"), layers.Dense(5)])
        self.normalization, self.dropout = layers.BatchNormalization(), layers.Dropout(0.3)

    def build(self, input_shape):
        self.scale = self.add_weight(shape=(input_shape[-1],), initializer="ones")

    def call(self, x, training=None):
        x = x + self.scale * self.dropout(self.attention(x, x), training=training)
        return self.normalization(x + self.network(x))


def written(x):
    return layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling1D()(Block()(x)))


class Convolved(layers.Layer):
    """A convolution by the operation."""

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(3, input_shape[-1], 32))

    def call(self, x):
        return ops.relu(ops.conv(x, self.kernel, padding="same"))


class Attended(layers.Layer):
    """Attention by the operation."""

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], 12))

    def call(self, x):
        query, key, value = ops.split(ops.matmul(x, self.kernel)[:, :, None], 3, axis=-1)
        return ops.dot_product_attention(query, key, value)[:, :, 0]


class Multiplied(layers.Layer):
    """A product of two matrices by the operation."""

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], 12))

    def call(self, x):
        return ops.matmul(x, self.kernel)


FILTERS = np.ones((3, 50, 32), "float32")


def attend_by_operations(x):
    heads = ops.expand_dims(x, 2)
    return ops.squeeze(ops.dot_product_attention(heads, heads, heads), 2)


def by_operations(x):
    return layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling1D()(Attended()(Convolved()(x))))


class Written(fourfold.Model):
    def __init__(self):
        super().__init__()
        self.block, self.last = Block(), layers.Dense(3, activation="softmax")

    def call(self, x):
        return self.last(self.block(x)[:, -1])


def of_a_class(x):
    return Written()(x)


def nested(x):
    inner = fourfold.Sequential([layers.Conv1D(4, 3, padding="same"), layers.BatchNormalization()])
    return layers.Dense(3, activation="softmax")(layers.Flatten()(inner(x)))


def trained(build, devices, monkeypatch):
    """Losses of three epochs with a last batch that is not full, sample weights, and all values after them."""
    monkeypatch.setattr(splitting, "MOST", devices)
    monkeypatch.setattr(splitting, "_worth_it", lambda *given: True)
    chosen = []
    choose = splitting.split_devices
    monkeypatch.setattr(
        compiling, "split_devices", lambda *given: chosen.append(choose(*given)) or chosen[-1]
    )
    fourfold.utils.set_random_seed(3)
    x = fourfold.Input(shape=(6, 5))
    model = fourfold.Model(inputs=x, outputs=build(x))
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    generator = np.random.default_rng(0)
    inputs = generator.normal(size=(70, 6, 5)).astype("float32")
    inputs[::3, 4:] = 0.0  # what Masking hides
    history = model.fit(
        inputs,
        np.arange(70) % 3,
        batch_size=32,
        epochs=3,
        sample_weight=generator.uniform(size=70),
        verbose=0,
    )
    assert len(chosen[0]) == devices
    return history.history, {path: np.asarray(value) for path, value in model.graph.values().items()}


@pytest.mark.parametrize(
    "build", [convolution, recurrent, attention, operations, written, by_operations, of_a_class, nested]
)
def test_a_split_batch_trains_as_a_whole_one(build, monkeypatch):
    assert len(jax.devices()) > 1, "the tests' machine has one core: nothing to split over"
    split, split_values = trained(build, 2, monkeypatch)
    whole, whole_values = trained(build, 1, monkeypatch)
    for name, values in whole.items():
        np.testing.assert_allclose(split[name], values, rtol=1e-5, err_msg=name)
    for path, value in whole_values.items():
        np.testing.assert_allclose(split_values[path], value, rtol=1e-4, atol=1e-6, err_msg=path)


@pytest.mark.parametrize("build", [attention, recurrent, of_a_class])
def test_a_split_batch_trains_in_parts_as_a_whole_one(build, monkeypatch):
    whole, whole_values = trained(build, 1, monkeypatch)
    counts = []

    def in_parts(*given):
        counts.append(given[-1])
        return parts.gradients_in_parts(*given)

    monkeypatch.setattr(parts, "PART_BYTES", 1)
    monkeypatch.setattr(parts, "WEIGHTS", 0)
    monkeypatch.setattr(program, "gradients_in_parts", in_parts)
    split, split_values = trained(build, 2, monkeypatch)
    assert set(counts) == ({2} if build is not of_a_class else set())  # the moments of a batch need all of it
    for name, values in whole.items():
        np.testing.assert_allclose(split[name], values, rtol=1e-5, err_msg=name)
    for path, value in whole_values.items():
        np.testing.assert_allclose(split_values[path], value, rtol=1e-4, atol=1e-6, err_msg=path)


def devices_for(build, batch_size=32, data_bytes=0, shape=(None, 9600, 50)):
    x = fourfold.Input(batch_shape=shape)
    graph = fourfold.Model(inputs=x, outputs=build(x)).graph
    inputs = [jax.ShapeDtypeStruct((batch_size, *shape[1:]), "float32")]
    return len(splitting.split_devices(graph, inputs, data_bytes))


class Centred(fourfold.Layer):
    """A user's layer that looks across rows."""

    def call(self, weights, inputs):
        return inputs - inputs.mean(axis=0, keepdims=True)


class Numbered(layers.Layer):
    """A user's layer that embeds the places of steps, and, if told so, drops some of them."""

    def __init__(self, dropout=0.0):
        super().__init__()
        self.places, self.dropout = layers.Embedding(9600, 50), layers.Dropout(dropout)

    def call(self, x, training=None):
        return x + self.dropout(self.places(ops.arange(ops.shape(x)[1])), training=training)


class CentredLater(layers.Layer):
    """A user's layer that looks across rows when it predicts."""

    def call(self, x, training=None):
        return x if training else x - jnp.mean(x, axis=0)


class Penalized(layers.Layer):
    """A user's layer that adds a loss of the batch."""

    def call(self, inputs):
        self.add_loss(jnp.mean(inputs**2))
        return inputs


@pytest.mark.parametrize(
    "why, build, options",
    [
        ("dense layers use all cores", lambda x: layers.Dense(3)(layers.Flatten()(x)), {}),
        ("products of two matrices, too", lambda x: layers.Dense(3)(layers.Flatten()(Multiplied()(x))), {}),
        ("a user's layer", lambda x: layers.LSTM(3)(Centred()(x)), {}),
        ("an operation over rows", lambda x: layers.LSTM(3)(x - ops.mean(x, axis=0, keepdims=True)), {}),
        ("a function over rows", lambda x: layers.LSTM(3)(layers.Lambda(lambda x: x - x.mean(0))(x)), {}),
        ("an activation over rows", lambda x: layers.LSTM(3, activation=lambda x: x - x.mean(0))(x), {}),
        ("dropout of what rows share", lambda x: layers.LSTM(3)(Numbered(0.5)(x)), {}),
        ("a look over rows in prediction", lambda x: layers.LSTM(3)(CentredLater()(x)), {}),
        ("a penalty on outputs", lambda x: layers.LSTM(3, activity_regularizer="l2")(x), {}),
        ("a loss of a batch", lambda x: layers.LSTM(3)(Penalized()(x)), {}),
        ("noise that rows share", lambda x: layers.LSTM(3)(layers.Dropout(0.1, (32, 1, 1))(x)), {}),
        ("a layer over rows, nested", lambda x: fourfold.Sequential([Centred(), layers.LSTM(3)])(x), {}),
        ("a small batch", convolution, {"batch_size": 6}),
        ("short sequences: little work", attention, {"shape": (None, 6, 50)}),
        ("less work than batch normalisation costs", convolution, {"shape": (None, 250, 50)}),
        ("an odd batch", convolution, {"batch_size": 33}),
        ("large data", convolution, {"data_bytes": 1 << 31}),
        ("states of a batch", lambda x: layers.LSTM(3, stateful=True)(x), {"shape": (32, 9600, 50)}),
    ],
)
def test_what_is_not_split(why, build, options, monkeypatch):
    monkeypatch.setattr(splitting, "MOST", 2)
    assert devices_for(convolution) == devices_for(lambda x: layers.LSTM(3)(Numbered()(x))) == 2
    assert devices_for(lambda x: layers.RNN(layers.LSTMCell(3))(x)) == 2
    for helped in (Convolved(), Attended(), layers.Lambda(lambda x: ops.conv(x, FILTERS)), attend_by_operations):
        assert devices_for(lambda x, one=helped: layers.Dense(3)(layers.GlobalAveragePooling1D()(one(x)))) == 2
    assert devices_for(build, **options) == 1, why


@pytest.mark.parametrize("build", [convolution, recurrent, attention])
def test_a_split_prediction_is_the_whole_one_and_compiles_once(build, monkeypatch):
    monkeypatch.setattr(predicting, "PREDICTION_ROWS", 16)
    x = fourfold.Input(shape=(6, 5))
    model = fourfold.Model(inputs=x, outputs=build(x))
    inputs = np.random.default_rng(0).normal(size=(70, 6, 5)).astype("float32")
    whole, traced, apply = np.asarray(model(inputs)), [], model.graph.apply
    monkeypatch.setattr(model.graph, "apply", lambda *given: (traced.append(given), apply(*given))[1])
    for rows in (70, 64, 33):
        np.testing.assert_allclose(
            model.predict(inputs[:rows], batch_size=8, verbose=0), whole[:rows], rtol=1e-5, atol=1e-6
        )
    assert model.split_prediction().parts > 1 and len(traced) == 1


def test_large_activations_are_predicted_in_smaller_parts(monkeypatch):
    x = fourfold.Input(shape=(6, 5))
    model = fourfold.Model(inputs=x, outputs=convolution(x))
    assert model.graph.row_bytes() == 4 * 6 * 5
    monkeypatch.setattr(predicting, "PREDICTION_ROWS", 64)
    monkeypatch.setattr(predicting, "PREDICTION_BYTES", 16 * model.graph.row_bytes())
    inputs = np.random.default_rng(0).normal(size=(64, 6, 5)).astype("float32")
    split, sizes = model.split_prediction(), []
    run = split._run
    monkeypatch.setattr(split, "_run", lambda values, part: sizes.append(len(part)) or run(values, part))
    np.testing.assert_allclose(model.predict(inputs, verbose=0), model(inputs), rtol=1e-5, atol=1e-6)
    assert sizes == [16] * 4


def test_a_prediction_is_not_split_where_rows_may_depend_on_each_other():
    x = fourfold.Input(shape=(6, 5))
    assert len(splitting.prediction_devices(fourfold.Model(x, layers.LSTM(3)(x)).graph)) > 1
    assert len(splitting.prediction_devices(fourfold.Model(x, layers.LSTM(3)(Centred()(x))).graph)) == 1


def test_a_prediction_puts_the_weights_on_the_device_once():
    x = fourfold.Input(shape=(6, 5))
    model = fourfold.Model(x, layers.LSTM(3)(x))
    jax.jit(model)(np.zeros((1, 6, 5), "float32"))  # what is kept are values, although the call is traced
    first = model.graph.values()
    model.predict_on_batch(np.zeros((1, 6, 5), "float32"))
    assert all(
        isinstance(value, jax.Array) and value is first[path] for path, value in model.graph.values().items()
    )
    model.set_weights([np.zeros_like(value) for value in model.get_weights()])
    assert not model.predict_on_batch(np.ones((1, 6, 5), "float32")).any()


def test_predictions_that_look_over_rows_are_not_split():
    x = fourfold.Input(shape=(6, 5))
    assert len(splitting.prediction_devices(fourfold.Model(x, layers.LSTM(3)(x)).graph)) > 1
    assert len(splitting.prediction_devices(fourfold.Model(x, layers.LSTM(3)(CentredLater()(x))).graph)) == 1
