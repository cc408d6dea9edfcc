"""A batch that is trained in parts gives the numbers of the whole: losses, weights, metrics, dropout."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fourfold
from fourfold import layers, losses
from fourfold.regularizers import L2
from fourfold.training import parts, program
from fourfold.training.objective import Batch

ROWS, BATCH = 50, 16  # the last batch has two rows


def recurrent(x):
    x = layers.Bidirectional(layers.LSTM(4, return_sequences=True, dropout=0.2))(x)
    return layers.Dense(3, activation="softmax")(layers.GRU(4, recurrent_dropout=0.2)(x))


def attention(x):
    x = layers.GaussianNoise(0.1)(layers.Dense(4, kernel_regularizer=L2(0.1))(x))
    x = layers.Add()([x, layers.MultiHeadAttention(2, 2, dropout=0.2)(x, x)])
    x = layers.SpatialDropout1D(0.2)(layers.LayerNormalization()(x))
    return layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling1D()(x))


def convolution(x):
    x = layers.MaxPooling1D(2)(layers.Conv1D(4, 3, padding="same", activation="relu")(x))
    return layers.Dense(3, activation="softmax")(layers.Dropout(0.3)(layers.Flatten()(x)))


def normalised(x):
    return layers.Dense(3, activation="softmax")(layers.Flatten()(layers.BatchNormalization()(x)))


def masked(x):
    return layers.Dense(3, activation="softmax")(layers.LSTM(4, return_sequences=True)(layers.Masking()(x)))


def penalised(x):
    return layers.Dense(3, activation="softmax", activity_regularizer=L2(0.1))(layers.Flatten()(x))


def mixing(x):
    return layers.Dense(3, activation="softmax")(layers.Flatten()(layers.Lambda(lambda x: x - x.mean(0))(x)))


def data(steps=False):
    generator = np.random.default_rng(0)
    x = generator.normal(size=(ROWS, 6, 5)).astype("float32")
    return x, generator.integers(0, 3, (ROWS, 6) if steps else ROWS), generator.random(ROWS).astype("float32")


@pytest.fixture
def cut(monkeypatch):
    """Makes a test's batches be cut, whatever they leave, and notes into how many parts."""
    found = []

    def in_parts(*given):
        gradients = parts.gradients_in_parts(*given)
        found.append(given[-1])
        return gradients

    monkeypatch.setattr(parts, "PART_BYTES", 1)
    monkeypatch.setattr(parts, "WEIGHTS", 0)
    monkeypatch.setattr(program, "gradients_in_parts", in_parts)
    return found


def trained(build, loss="sparse_categorical_crossentropy", whole=False, steps=False, weighted=True):
    with pytest.MonkeyPatch.context() as patch:
        if whole:
            patch.setattr(parts, "MOST", 1)
        fourfold.utils.set_random_seed(1)
        x = fourfold.Input((6, 5))
        model = fourfold.Model(x, build(x))
        model.compile("adam", loss, metrics=["accuracy"], weighted_metrics=["sparse_categorical_crossentropy"])
        x, y, weight = data(steps)
        history = model.fit(
            x, y, batch_size=BATCH, epochs=3, sample_weight=weight if weighted else None, verbose=0
        )
    return history.history, model.get_weights()


@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("build", [recurrent, attention, convolution])
def test_parts_give_the_numbers_of_the_whole(build, weighted, cut):
    whole = trained(build, whole=True, weighted=weighted)
    assert not cut
    in_parts = trained(build, weighted=weighted)
    assert set(cut) == {2}  # a part has eight rows at least
    for name, values in whole[0].items():
        np.testing.assert_allclose(in_parts[0][name], values, rtol=2e-5)
    for a, b in zip(whole[1], in_parts[1], strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-3, atol=2e-5)


def over_batch(y_true, y_pred):
    return jnp.square(y_pred - y_pred.mean(0)).sum(-1)


@pytest.mark.parametrize(
    ("build", "loss"),
    [
        (normalised, "sparse_categorical_crossentropy"),
        (penalised, "sparse_categorical_crossentropy"),
        (mixing, "sparse_categorical_crossentropy"),
        (convolution, losses.SparseCategoricalCrossentropy(reduction="sum")),
        (convolution, losses.SparseCategoricalCrossentropy(reduction="mean_with_sample_weight")),
        (convolution, losses.SparseCategoricalCrossentropy(ignore_class=1)),
        (convolution, over_batch),
    ],
)
def test_what_is_no_mean_over_rows_stays_whole(build, loss, cut):
    trained(build, loss)
    assert not cut


def test_a_loss_with_masks_stays_whole(cut):
    trained(masked, steps=True, weighted=False)
    assert not cut


def test_a_loss_of_a_users_function_is_cut_where_it_treats_rows_apart(cut):
    trained(convolution, lambda y_true, y_pred: -jnp.log(y_pred[jnp.arange(len(y_pred)), y_true.astype(int)]))
    counted = list(cut)
    trained(convolution, lambda y_true, y_pred: ((y_pred - 0.5) ** 2).mean(-1))
    assert not counted  # who asks for rows' places is taken to mix them
    assert set(cut) == {2}


@settings(max_examples=200, deadline=None)
@given(
    rows=st.integers(1, 200),
    left=st.integers(1, 10**8),
    weights=st.integers(1, 10**7),
)
def test_parts_are_equal_have_rows_enough_and_fit_a_cache(rows, left, weights):
    count = parts.number_of_parts(
        jax.ShapeDtypeStruct((left,), "int8"),
        jax.ShapeDtypeStruct((weights,), "int8"),
        Batch(jax.ShapeDtypeStruct((rows, 1), "float32")),
    )
    assert 1 <= count <= parts.MOST
    assert rows % count == 0
    if count > 1:
        assert rows // count >= parts.FEWEST_ROWS
        assert left / count <= parts.LARGEST_PART
        assert left >= (count - 1) * max(parts.PART_BYTES, parts.WEIGHTS * weights)


def test_the_place_of_a_row_is_that_in_the_whole_batch():
    from fourfold.ops import random, rows

    key = random.key(3)
    whole = random.keep_mask(key, 0.5, (8, 5))
    with rows.part(1):
        assert jnp.array_equal(random.keep_mask(key, 0.5, (4, 5)), whole[4:])
        assert jnp.array_equal(random.keep_mask(key, 0.5, (1, 5)), random.keep_mask(key, 0.5, (1, 5)))
