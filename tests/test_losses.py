"""Losses agree with the installed Keras: values a sample, weights, masks, reductions, configs, gradients."""

import inspect
import itertools

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from keras.src import backend

import fourfold
from fourfold import Input, Sequential, layers, losses, optimizers
from fourfold.core.catalog import snake_case
from fourfold.errors import OptionError, ShapeError
from fourfold.random import set_seed

RNG = np.random.default_rng(0)


def floats(*shape):
    return RNG.normal(size=shape).astype(np.float32)


def softmax(x):
    e = np.exp(x)
    return e / e.sum(-1, keepdims=True)


def classes(count, *shape):
    return RNG.integers(0, count, size=shape)


def one_hot(count, *shape):
    return np.eye(count, dtype=np.float32)[classes(count, *shape)]


def bits(*shape):
    return RNG.integers(0, 2, size=shape)


def units(*shape):
    rows = floats(*shape)
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


TARGETS = {  # what is compared: target, output
    "regression": (floats(5, 3), floats(5, 3)),
    "regression, flat target": (floats(5), floats(5, 1)),
    "regression, flat output": (floats(5, 1), floats(5)),
    "regression of sequences": (floats(5, 4, 3), floats(5, 4, 3)),
    "regression of sequences, a number a step": (floats(5, 4), floats(5, 4, 1)),
    "yes or no": (bits(5, 1), softmax(floats(5, 2))[:, :1]),
    "yes or no, flat target": (bits(5), softmax(floats(5, 2))[:, :1]),
    "yes or no, certain": (bits(6, 1), np.float32([[0], [1], [0], [1], [1e-9], [0.5]])),
    "yes or no, logits": (bits(5, 3), 20 * floats(5, 3)),
    "yes or no, huge logits": (bits(4, 1), np.float32([[1e4], [-1e4], [300], [-300]])),
    "classes": (one_hot(4, 5), softmax(floats(5, 4))),
    "classes, logits": (one_hot(4, 5), 30 * floats(5, 4)),
    "classes of sequences": (one_hot(4, 5, 6), softmax(floats(5, 6, 4))),
    "classes on axis 1": (one_hot(4, 5, 4), softmax(floats(5, 4, 4))),
    "yes or no, several": (bits(5, 3), softmax(floats(5, 3, 2))[..., 0]),
    "yes or no of sequences": (bits(5, 4, 3), softmax(floats(5, 4, 3, 2))[..., 0]),
    "positive": (np.abs(floats(5, 3)), np.abs(floats(5, 3))),
    "positive of sequences": (np.abs(floats(5, 4, 3)), np.abs(floats(5, 4, 3))),
    "some targets of 0": (np.float32([[0, 1, -2], [0, 0, 3]]), floats(2, 3)),
    "counts": (classes(9, 5, 3), np.exp(floats(5, 3))),
    "counts, flat target": (classes(9, 5), np.exp(floats(5, 1))),
    "scores": (floats(5, 4), floats(5, 4)),
    "signs": (2 * bits(5, 3) - 1, 2 * floats(5, 3)),
    "signs, flat target": (2 * bits(5) - 1, 2 * floats(5, 1)),
    "distributions": (softmax(floats(5, 4)), softmax(floats(5, 4))),
    "distributions of sequences": (softmax(floats(5, 6, 4)), softmax(floats(5, 6, 4))),
    "regions": (bits(3, 4, 5, 2), softmax(floats(3, 4, 5, 2, 2))[..., 0]),
    "regions, none": (np.zeros((3, 4, 5, 2)), np.zeros((3, 4, 5, 2), np.float32)),
    "embeddings": (np.array([0, 1, 0, 2, 1, 0, 3]), units(7, 4)),
    "embeddings in a column": (np.array([[0], [1], [0], [0]]), units(4, 3)),
    "embeddings of one class": (np.zeros(4, int), units(4, 3)),
    "integer classes": (classes(4, 5), softmax(floats(5, 4))),
    "integer classes in a column": (classes(4, 5, 1), softmax(floats(5, 4))),
    "integer classes of sequences, told": (classes(4, 5, 6), softmax(floats(5, 6, 4))),
    "integer classes of sequences": (classes(4, 5, 6), 9 * floats(5, 6, 4)),
    "integer classes of sequences in columns": (classes(4, 5, 6, 1), softmax(floats(5, 6, 4))),
}
CASES = [
    ("MeanSquaredError", {}, "regression"),
    ("MeanSquaredError", {}, "regression, flat target"),
    ("MeanSquaredError", {}, "regression, flat output"),
    ("MeanSquaredError", {}, "regression of sequences"),
    ("MeanSquaredError", {}, "regression of sequences, a number a step"),
    ("MeanAbsoluteError", {}, "regression"),
    ("MeanAbsoluteError", {}, "regression, flat target"),
    ("Huber", {}, "regression"),
    ("Huber", {"delta": 0.3}, "regression of sequences"),
    ("LogCosh", {}, "regression"),
    ("BinaryCrossentropy", {}, "yes or no"),
    ("BinaryCrossentropy", {}, "yes or no, flat target"),
    ("BinaryCrossentropy", {}, "yes or no, certain"),
    ("BinaryCrossentropy", {"label_smoothing": 0.2}, "yes or no"),
    ("BinaryCrossentropy", {"from_logits": True}, "yes or no, logits"),
    ("BinaryCrossentropy", {"from_logits": True}, "yes or no, huge logits"),
    ("BinaryCrossentropy", {"from_logits": True, "axis": 0}, "yes or no, logits"),
    ("CategoricalCrossentropy", {}, "classes"),
    ("CategoricalCrossentropy", {}, "classes of sequences"),
    ("CategoricalCrossentropy", {"label_smoothing": 0.1}, "classes"),
    ("CategoricalCrossentropy", {"from_logits": True, "label_smoothing": 0.1}, "classes, logits"),
    ("CategoricalCrossentropy", {"axis": 1}, "classes on axis 1"),
    ("MeanAbsolutePercentageError", {}, "regression"),
    ("MeanAbsolutePercentageError", {}, "regression, flat target"),
    ("MeanAbsolutePercentageError", {}, "regression of sequences"),
    ("MeanAbsolutePercentageError", {}, "some targets of 0"),
    ("MeanSquaredLogarithmicError", {}, "positive"),
    ("MeanSquaredLogarithmicError", {}, "positive of sequences"),
    ("MeanSquaredLogarithmicError", {}, "regression"),
    ("CosineSimilarity", {}, "scores"),
    ("CosineSimilarity", {}, "regression of sequences"),
    ("CosineSimilarity", {"axis": 1}, "regression of sequences"),
    ("Poisson", {}, "counts"),
    ("Poisson", {}, "counts, flat target"),
    ("Poisson", {}, "positive of sequences"),
    ("KLDivergence", {}, "distributions"),
    ("KLDivergence", {}, "distributions of sequences"),
    ("KLDivergence", {}, "classes"),
    ("Hinge", {}, "signs"),
    ("Hinge", {}, "signs, flat target"),
    ("Hinge", {}, "yes or no, several"),
    ("Hinge", {}, "regression of sequences"),
    ("SquaredHinge", {}, "signs"),
    ("SquaredHinge", {}, "yes or no, flat target"),
    ("CategoricalHinge", {}, "classes"),
    ("CategoricalHinge", {}, "classes, logits"),
    ("CategoricalHinge", {}, "classes of sequences"),
    ("BinaryFocalCrossentropy", {}, "yes or no"),
    ("BinaryFocalCrossentropy", {}, "yes or no, flat target"),
    ("BinaryFocalCrossentropy", {}, "yes or no of sequences"),
    ("BinaryFocalCrossentropy", {"apply_class_balancing": True, "alpha": 0.7, "gamma": 1.5}, "yes or no, several"),
    ("BinaryFocalCrossentropy", {"from_logits": True, "label_smoothing": 0.1}, "yes or no, logits"),
    ("BinaryFocalCrossentropy", {"axis": 0, "gamma": 3.0}, "yes or no, several"),
    ("CategoricalFocalCrossentropy", {}, "classes"),
    ("CategoricalFocalCrossentropy", {"alpha": 0.6, "gamma": 1.5}, "classes of sequences"),
    ("CategoricalFocalCrossentropy", {"from_logits": True, "label_smoothing": 0.1}, "classes, logits"),
    ("CategoricalFocalCrossentropy", {"axis": 1}, "classes on axis 1"),
    ("CategoricalGeneralizedCrossEntropy", {}, "integer classes"),
    ("CategoricalGeneralizedCrossEntropy", {"q": 0.2}, "integer classes of sequences, told"),
    ("Dice", {}, "regions"),
    ("Dice", {"axis": (1, 2, 3)}, "regions"),
    ("Dice", {"axis": -1}, "regions"),
    ("Dice", {}, "regions, none"),
    ("Circle", {}, "embeddings"),
    ("Circle", {"gamma": 3.0, "margin": 0.2}, "embeddings in a column"),
    ("Circle", {"gamma": 3.0, "remove_diagonal": False}, "embeddings"),
    ("Circle", {}, "embeddings of one class"),
    ("Tversky", {}, "regions"),
    ("Tversky", {"alpha": 0.3, "beta": 0.8, "axis": (1, 2)}, "regions"),
    ("Tversky", {"alpha": 0.3, "axis": -1}, "classes"),
    ("SparseCategoricalCrossentropy", {}, "integer classes"),
    ("SparseCategoricalCrossentropy", {}, "integer classes in a column"),
    ("SparseCategoricalCrossentropy", {"from_logits": True}, "integer classes of sequences"),
    ("SparseCategoricalCrossentropy", {}, "integer classes of sequences in columns"),
    ("SparseCategoricalCrossentropy", {"ignore_class": 1}, "integer classes"),
    (
        "SparseCategoricalCrossentropy",
        {"ignore_class": 1, "from_logits": True},
        "integer classes of sequences",
    ),
    ("SparseCategoricalCrossentropy", {"ignore_class": 1}, "integer classes of sequences in columns"),
]
REDUCTIONS = ["sum_over_batch_size", "mean_with_sample_weight", "sum", None]


def keras_loss(loss, y_true, y_pred, sample_weight=None, mask=None):
    y_pred = backend.convert_to_tensor(y_pred)
    if mask is not None:
        backend.set_keras_mask(y_pred, backend.convert_to_tensor(mask))
    return np.asarray(loss(backend.convert_to_tensor(y_true), y_pred, sample_weight=sample_weight))


def our_loss(loss, y_true, y_pred, sample_weight=None, mask=None):
    with jax.numpy_rank_promotion("raise"):
        return np.asarray(jax.jit(lambda *arrays: loss(*arrays))(y_true, y_pred, sample_weight, mask))


@pytest.mark.parametrize("name, arguments, data", CASES)
def test_values_and_configs_agree(name, arguments, data):
    for reduction in ("sum_over_batch_size", "none"):
        ours = getattr(losses, name)(reduction=reduction, **arguments)
        theirs = getattr(keras.losses, name)(reduction=reduction, **arguments)
        expected = keras_loss(theirs, *TARGETS[data])
        np.testing.assert_allclose(our_loss(ours, *TARGETS[data]), expected, rtol=1e-6, atol=1e-7)
    assert theirs.get_config().items() <= ours.get_config().items()
    assert losses.deserialize(losses.serialize(ours)).get_config() == ours.get_config()
    assert type(losses.deserialize(keras.losses.serialize(theirs))) is type(ours)


WEIGHTED = [
    ("MeanSquaredError", "regression", (5,), None),
    ("MeanSquaredError", "regression", (5, 1), None),
    ("MeanSquaredError", "regression, flat target", (5,), None),
    ("MeanSquaredError", "regression of sequences", (5, 4), None),
    ("MeanSquaredError", "regression of sequences", (5, 1), None),
    ("MeanSquaredError", "regression of sequences", None, (5, 4)),
    ("MeanSquaredError", "regression of sequences", (5, 4), (5, 4)),
    ("MeanSquaredError", "regression of sequences", (5, 1), (5, 4)),
    ("MeanAbsoluteError", "regression", (5,), (5,)),
    ("CategoricalCrossentropy", "classes of sequences", (5, 6), (5, 6)),
    ("MeanAbsolutePercentageError", "regression of sequences", (5, 4), (5, 4)),
    ("MeanSquaredLogarithmicError", "positive of sequences", (5, 1), (5, 4)),
    ("CosineSimilarity", "regression of sequences", (5, 4), (5, 4)),
    ("Poisson", "counts", (5,), (5,)),
    ("KLDivergence", "distributions of sequences", (5, 6), (5, 6)),
    ("Hinge", "signs", (5, 1), None),
    ("SquaredHinge", "yes or no, flat target", (5,), (5,)),
    ("CategoricalHinge", "classes of sequences", (5, 6), (5, 6)),
    ("BinaryFocalCrossentropy", "yes or no of sequences", (5, 4), (5, 4)),
    ("CategoricalFocalCrossentropy", "classes of sequences", (5, 6), (5, 6)),
    ("CategoricalGeneralizedCrossEntropy", "integer classes of sequences, told", (5, 6), (5, 6)),
    ("Dice", "regions", (3,), None),
    ("SparseCategoricalCrossentropy", "integer classes", (5,), None),
    ("SparseCategoricalCrossentropy", "integer classes of sequences in columns", (5, 6), (5, 6)),
]


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("name, data, weight_shape, mask_shape", WEIGHTED)
def test_weights_and_masks_agree(name, data, weight_shape, mask_shape, reduction):
    rng = np.random.default_rng(1)
    weight = None if weight_shape is None else rng.uniform(0, 3, weight_shape).astype(np.float32)
    mask = None if mask_shape is None else rng.uniform(size=mask_shape) < 0.6
    ours = getattr(losses, name)(reduction=reduction)
    theirs = getattr(keras.losses, name)(reduction=reduction)
    expected = keras_loss(theirs, *TARGETS[data], weight, mask)
    value = our_loss(ours, *TARGETS[data], weight, mask)  # unreduced, always (N, ...): Keras may add an axis
    np.testing.assert_allclose(value.ravel(), expected.ravel(), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "mean_with_sample_weight"])
def test_ignored_class_and_weights_agree(reduction):
    y_true, y_pred = TARGETS["integer classes of sequences"]
    weight = np.random.default_rng(2).uniform(size=(5, 6)).astype(np.float32)
    arguments = {"ignore_class": 2, "from_logits": True, "reduction": reduction}
    expected = keras_loss(keras.losses.SparseCategoricalCrossentropy(**arguments), y_true, y_pred, weight)
    ours = our_loss(losses.SparseCategoricalCrossentropy(**arguments), y_true, y_pred, weight)
    np.testing.assert_allclose(ours, expected, rtol=1e-6)


def test_rows_that_do_not_count_leave_the_loss_as_if_they_were_absent():
    """The last batch of an epoch is filled up with rows that a mask (N,) hides."""
    y_true, y_pred = TARGETS["regression of sequences"]
    weight, steps = np.arange(1.0, 6.0, dtype=np.float32), RNG.uniform(size=(5, 4)) < 0.7
    rows = np.arange(5) < 3
    loss = losses.MeanSquaredError()
    np.testing.assert_allclose(
        our_loss(loss, y_true, y_pred, weight, rows),
        our_loss(loss, y_true[:3], y_pred[:3], weight[:3]),
        rtol=1e-6,
    )
    np.testing.assert_allclose(
        our_loss(loss, y_true, y_pred, weight, steps & rows[:, None]),
        our_loss(loss, y_true[:3], y_pred[:3], weight[:3], steps[:3]),
        rtol=1e-6,
    )


def test_a_weight_a_sample_spreads_over_its_time_steps():
    y_true, y_pred = np.zeros((4, 4, 1), np.float32), np.ones((4, 4, 1), np.float32)
    loss = our_loss(losses.MeanSquaredError(reduction="none"), y_true, y_pred, np.arange(4.0))
    np.testing.assert_array_equal(loss, np.repeat(np.arange(4.0)[:, None], 4, axis=1))


def test_everything_masked_is_zero_with_a_finite_gradient():
    mask = np.zeros(5, bool)
    gradient = jax.grad(lambda p: losses.MeanSquaredError()(np.ones((5, 3)), p, None, mask))(jnp.ones((5, 3)))
    np.testing.assert_array_equal(gradient, np.zeros((5, 3)))
    ignored = losses.SparseCategoricalCrossentropy(ignore_class=0)
    gradient = jax.grad(lambda p: ignored(np.zeros(2, int), p))(jnp.ones((2, 3)))
    np.testing.assert_array_equal(gradient, np.zeros((2, 3)))


SMOOTH = [
    case for case in CASES if "ignore_class" not in case[1] or "from_logits" in case[1]
]  # else Keras: NaN


@pytest.mark.parametrize("name, arguments, data", SMOOTH)
def test_gradients_agree(name, arguments, data):
    y_true, y_pred = TARGETS[data]
    ours, theirs = getattr(losses, name)(**arguments), getattr(keras.losses, name)(**arguments)
    expected = jax.grad(lambda p: theirs(y_true, p))(jnp.asarray(y_pred))
    gradient = jax.grad(lambda p: ours(y_true, p))(jnp.asarray(y_pred))
    np.testing.assert_allclose(gradient, expected, rtol=2e-6, atol=1e-7)


@pytest.mark.parametrize("name", ["CosineSimilarity", "KLDivergence", "Dice", "BinaryFocalCrossentropy"])
def test_gradients_are_finite_at_the_edges(name):
    loss = getattr(losses, name)()
    gradient = jax.grad(loss, argnums=1)
    for target in (0.0, 1.0):
        for output in (0.0, 1.0):
            assert np.isfinite(gradient(jnp.full((3, 4), target), jnp.full((3, 4), output))).all()


@given(
    hnp.arrays(np.float32, (4, 3), elements=st.floats(-10, 10, width=32)),
    hnp.arrays(np.float32, (4, 3), elements=st.floats(-10, 10, width=32)),
    st.sampled_from(
        ["MeanAbsolutePercentageError", "MeanSquaredLogarithmicError", "CosineSimilarity", "Hinge", "SquaredHinge", "CategoricalHinge"]
    ),
)
def test_any_numbers_agree(y_true, y_pred, name):
    expected = getattr(keras.losses, name)(reduction=None)(y_true, y_pred)
    ours = getattr(losses, name)(reduction=None)(y_true, y_pred)
    np.testing.assert_allclose(ours, expected, rtol=1e-5, atol=1e-5)


@given(
    hnp.arrays(np.float32, (4, 3), elements=st.floats(0, 1, width=32)),
    hnp.arrays(np.float32, (4, 3), elements=st.floats(0, 1, width=32)),
    st.sampled_from(["KLDivergence", "Poisson", "BinaryFocalCrossentropy", "Dice", "Tversky"]),
)
def test_any_probabilities_agree(y_true, y_pred, name):
    expected = getattr(keras.losses, name)(reduction=None)(y_true, y_pred)
    ours = getattr(losses, name)(reduction=None)(y_true, y_pred)
    np.testing.assert_allclose(ours, expected, rtol=1e-5, atol=1e-6)


@given(
    hnp.arrays(np.float32, (3, 4), elements=st.floats(-50, 50, width=32)),
    st.lists(st.integers(0, 3), min_size=3, max_size=3),
)
def test_the_forms_of_cross_entropy_agree(logits, labels):
    """One-hot and integer classes are one loss; logits and their probabilities too, but for the clipping."""
    labels = np.array(labels)
    hot = np.eye(4, dtype=np.float32)[labels]
    sparse = losses.sparse_categorical_crossentropy(labels, logits, from_logits=True)
    np.testing.assert_allclose(
        losses.categorical_crossentropy(hot, logits, from_logits=True), sparse, rtol=1e-6
    )
    exact = np.log(np.exp(np.float64(logits)).sum(1)) - np.float64(logits)[np.arange(3), labels]
    np.testing.assert_allclose(sparse, exact, rtol=1e-5, atol=1e-5)
    clipped = -np.log(np.clip(np.exp(-exact), 1e-7, 1 - 1e-7))
    probabilities = jax.nn.softmax(jnp.asarray(logits))
    np.testing.assert_allclose(
        losses.sparse_categorical_crossentropy(labels, probabilities), clipped, rtol=1e-4, atol=1e-5
    )


NAMES = [
    ("mse", "MeanSquaredError"),
    ("mean_squared_error", "MeanSquaredError"),
    ("MAE", "MeanAbsoluteError"),
    ("huber", "Huber"),
    ("mape", "MeanAbsolutePercentageError"),
    ("MSLE", "MeanSquaredLogarithmicError"),
    ("kld", "KLDivergence"),
    ("KLD", "KLDivergence"),
    ("kl_divergence", "KLDivergence"),
    ("cosine_similarity", "CosineSimilarity"),
    ("poisson", "Poisson"),
    ("hinge", "Hinge"),
    ("squared_hinge", "SquaredHinge"),
    ("categorical_hinge", "CategoricalHinge"),
    ("binary_focal_crossentropy", "BinaryFocalCrossentropy"),
    ("categorical_focal_crossentropy", "CategoricalFocalCrossentropy"),
    ("dice", "Dice"),
    ("tversky", "Tversky"),
    ("bce", "BinaryCrossentropy"),
    ("BinaryCrossentropy", "BinaryCrossentropy"),
    ("categorical_crossentropy", "CategoricalCrossentropy"),
    ("sparse_categorical_crossentropy", "SparseCategoricalCrossentropy"),
]


@pytest.mark.parametrize("name, cls", NAMES)
def test_names(name, cls):
    assert type(losses.loss_of(name)).__name__ == cls == type(losses.get(cls)).__name__
    assert getattr(losses.get(name), "__name__", cls) == getattr(keras.losses.get(name), "__name__", cls)


@pytest.mark.parametrize("seed", range(4))
def test_ctc(seed):
    """Also where an alignment is impossible, since more labels than steps are to be told."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(1, 5, size=(6, 4)) * (np.arange(4) < rng.integers(0, 5, size=(6, 1)))
    logits = rng.normal(size=(6, 3 if seed == 3 else 9, 5)).astype("float32")
    wanted, got = keras.losses.CTC(reduction=None)(labels, logits), losses.CTC(reduction=None)(labels, logits)
    np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-4)
    of_keras = jax.grad(lambda x: keras.losses.ctc(labels, x).sum())(logits)
    own, possible = jax.grad(lambda x: losses.ctc(labels, x).sum())(logits), np.asarray(wanted) < 1e4
    np.testing.assert_allclose(own[possible], of_keras[possible], rtol=1e-3, atol=1e-4)


def test_ctc_is_the_sum_over_alignments():
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(size=(1, 4, 3)), [1, 1]
    p = np.exp(logits[0]) / np.exp(logits[0]).sum(-1, keepdims=True)

    def told(path):
        return [a for a, b in zip(path, (None, *path)) if a != b and a != 0]

    paths = [path for path in itertools.product(range(3), repeat=4) if told(path) == labels]
    total = sum(np.prod(p[range(4), path]) for path in paths)
    assert float(losses.ctc([labels], logits)[0]) == pytest.approx(-np.log(total), rel=1e-5)
    with pytest.raises(ShapeError, match="wanted targets"):
        losses.ctc(labels, logits)


def test_a_network_learns_labels_in_order():
    rng = np.random.default_rng(0)
    labels = rng.integers(1, 4, size=(64, 3))
    x = np.zeros((64, 9, 4), "float32")
    for step in range(9):
        x[np.arange(64), step, labels[:, step // 3] if step % 3 else 0] = 1
    set_seed(0)
    model = Sequential([Input((9, 4)), layers.LSTM(16, return_sequences=True), layers.Dense(4)])
    model.compile(optimizers.Adam(0.02), "ctc")
    history = model.fit(x, labels, epochs=30, batch_size=16, verbose=0).history["loss"]
    assert history[-1] < history[0] / 4


def test_all_losses_of_keras():
    missing = {name for name in dir(keras.losses) if not name.startswith("_") and name not in vars(losses)}
    assert not missing


@pytest.mark.parametrize("arguments", [{}, {"remove_diagonal": False, "gamma": 2.0}])
@pytest.mark.parametrize("weights", [None, np.float32([1, 2, 0, 1, 3, 1, 1])])
def test_circle_with_weights_gradients_and_references(arguments, weights):
    """Rows without others of their class have the loss 0, no gradient, and no part in the mean."""
    labels, rows = TARGETS["embeddings"]
    found = []
    for module in (keras.losses, losses):
        loss = module.Circle(**arguments)
        found.append(jax.value_and_grad(lambda x, loss=loss: loss(labels, x, sample_weight=weights))(jnp.asarray(rows)))
    np.testing.assert_allclose(found[1][0], found[0][0], rtol=1e-5)
    np.testing.assert_allclose(found[1][1], found[0][1], rtol=1e-4, atol=1e-5)
    references = {"ref_labels": labels[:5], "ref_embeddings": rows[:5], **arguments}
    wanted, got = (module.circle(labels, rows, **references) for module in (keras.losses, losses))
    np.testing.assert_allclose(got, wanted, rtol=1e-5)


def test_a_model_learns_by_circle_as_in_keras():
    x, labels, found, weights = floats(20, 4), RNG.integers(0, 3, 20), [], None
    for k in (keras, fourfold):
        model = k.Sequential([k.Input((4,)), k.layers.Dense(3), k.layers.UnitNormalization()])
        weights = model.get_weights() if weights is None else weights
        model.set_weights(weights)
        model.compile(k.optimizers.SGD(0.01), "circle")
        found.append(model.fit(x, labels, batch_size=8, epochs=2, shuffle=False, verbose=0).history["loss"])
    np.testing.assert_allclose(found[1], found[0], rtol=1e-4)


def parameters(function):
    return list(inspect.signature(function).parameters)


@pytest.mark.parametrize("name", sorted({name for name, _, _ in CASES}))
def test_functions_and_arguments_agree(name):
    """The function under the loss's name gives its values; arguments have Keras's names, places and defaults."""
    data = next(data for loss, _, data in CASES if loss == name)
    ours, theirs = getattr(losses, name), getattr(keras.losses, name)
    assert parameters(ours) == parameters(theirs)
    assert theirs().get_config().items() <= ours().get_config().items() and ours().name == theirs().name
    assert type(theirs.from_config(ours().get_config())) is theirs
    function = snake_case(name)
    assert parameters(getattr(losses, function)) == parameters(getattr(keras.losses, function))
    default = {"q": 0.5} if name == "CategoricalGeneralizedCrossEntropy" else {}
    y_true, y_pred = TARGETS[data]
    values = getattr(losses, function)(y_true, y_pred, **default)
    np.testing.assert_allclose(values, ours(reduction=None)(y_true, y_pred), rtol=1e-6)


def test_functions_and_subclasses_of_the_user():
    def cubed(y_true, y_pred):
        return jnp.mean(jnp.abs(y_true - y_pred) ** 3, axis=-1)

    class Cubed(losses.Loss):
        def call(self, y_true, y_pred):
            return cubed(y_true, y_pred)

    y_true, y_pred = np.float32([[1], [2]]), np.float32([[3], [2]])
    assert (
        losses.loss_of(cubed)(y_true, y_pred, np.float32([2, 1]))
        == 8
        == Cubed()(y_true, y_pred, np.float32([2, 1]))
    )
    assert losses.loss_of(cubed).name == "cubed" == Cubed().name
    assert losses.loss_of(lambda t, p: jnp.sum(t - p))(y_true, y_pred) == -2


@pytest.mark.parametrize(
    "target, output, expected",
    [
        ((None,), (None, 1), "BinaryCrossentropy"),
        ((None, 3), (None, 3), "CategoricalCrossentropy"),
        ((None,), (None, 3), "SparseCategoricalCrossentropy"),
        ((None, 7), (None, 7, 3), "SparseCategoricalCrossentropy"),
    ],
)
def test_crossentropy_by_shape(target, output, expected):
    assert type(losses.resolve("ce", target, output)).__name__ == expected
    assert type(losses.resolve("mse", target, output)).__name__ == "MeanSquaredError"


MISTAKES = [
    (lambda: losses.CategoricalGeneralizedCrossEntropy(1.0), OptionError, "q is out of range: got 1.0, wanted 0 < q < 1"),
    (lambda: losses.Hinge()(np.ones((5, 2)), np.ones((5, 3))), ShapeError, r"got a target of shape \(5, 2\)"),
    (lambda: losses.get("mean_square_error"), OptionError, "write 'mean_squared_error'"),
    (lambda: losses.MeanSquaredError("avg"), OptionError, "unknown reduction: got 'avg'"),
    (
        lambda: losses.MeanSquaredError()(np.ones((5, 1)), np.ones((5, 3))),
        ShapeError,
        r"doesn't fit the output of shape \(5, 3\): got a target of shape \(5, 1\), wanted \(5, 3\)",
    ),
    (
        lambda: losses.CategoricalCrossentropy()(np.ones(5), np.ones((5, 3))),
        ShapeError,
        "use the sparse categorical",
    ),
    (
        lambda: losses.SparseCategoricalCrossentropy()(np.ones((5, 3)), np.ones((5, 3))),
        ShapeError,
        r"wanted integer classes of shape \(5,\). Do this: for one-hot rows use the categorical loss",
    ),
    (
        lambda: losses.MeanSquaredError()(np.ones((5, 2)), np.ones((5, 2)), np.ones(4)),
        ShapeError,
        r"sample weights or a mask don't fit the losses: got \(4,\), wanted \(5,\)",
    ),
]


@pytest.mark.parametrize("mistake, error, message", MISTAKES)
def test_mistakes_are_told(mistake, error, message):
    with pytest.raises(error, match=message):
        mistake()
