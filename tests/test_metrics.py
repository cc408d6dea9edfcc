"""Metrics agree with the installed Keras over batches, weighted and masked; they are pure and scan."""

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
from keras.src import backend
from keras.src.trainers.compile_utils import get_metric

from fourfold import losses, metrics
from fourfold.errors import OptionError, ShapeError

RNG = np.random.default_rng(0)
BATCHES = 3


def floats(*shape):
    return RNG.normal(size=(BATCHES, *shape)).astype(np.float32)


def softmax(x):
    e = np.exp(x)
    return e / e.sum(-1, keepdims=True)


def classes(count, *shape):
    return RNG.integers(0, count, size=(BATCHES, *shape))


def one_hot(count, *shape):
    return np.eye(count, dtype=np.float32)[classes(count, *shape)]


DATA = {  # targets and outputs, batch after batch
    "equal or not": (classes(2, 5, 3), classes(2, 5, 3).astype(np.float32)),
    "regression": (floats(5, 3), floats(5, 3)),
    "regression, flat target": (floats(5), floats(5, 1)),
    "regression of sequences": (floats(5, 4, 2), floats(5, 4, 2)),
    "yes or no": (classes(2, 5, 1), softmax(floats(5, 2))[..., :1]),
    "yes or no, flat target": (classes(2, 5), softmax(floats(5, 2))[..., :1]),
    "yes or no, several": (classes(2, 5, 3), softmax(floats(5, 3, 2))[..., 0]),
    "yes or no, logits": (classes(2, 5, 1), 5 * floats(5, 1)),
    "classes": (one_hot(4, 5), softmax(floats(5, 4))),
    "classes of sequences": (one_hot(4, 5, 6), softmax(floats(5, 6, 4))),
    "integer classes": (classes(4, 5), softmax(floats(5, 4))),
    "integer classes in a column": (classes(4, 5, 1), softmax(floats(5, 4))),
    "integer classes of sequences": (classes(4, 5, 6), softmax(floats(5, 6, 4))),
    "integer classes, logits": (classes(4, 5), 9 * floats(5, 4)),
}
CASES = [
    ("Accuracy", {}, "equal or not"),
    ("BinaryAccuracy", {}, "yes or no"),
    ("BinaryAccuracy", {}, "yes or no, flat target"),
    ("BinaryAccuracy", {"threshold": 0.3}, "yes or no, several"),
    ("BinaryAccuracy", {"threshold": 0.0}, "yes or no, logits"),
    ("CategoricalAccuracy", {}, "classes"),
    ("CategoricalAccuracy", {}, "classes of sequences"),
    ("SparseCategoricalAccuracy", {}, "integer classes"),
    ("SparseCategoricalAccuracy", {}, "integer classes in a column"),
    ("SparseCategoricalAccuracy", {}, "integer classes of sequences"),
    ("MeanSquaredError", {}, "regression"),
    ("MeanSquaredError", {}, "regression, flat target"),
    ("MeanSquaredError", {}, "regression of sequences"),
    ("MeanAbsoluteError", {}, "regression"),
    ("MeanAbsoluteError", {"name": "mine"}, "regression of sequences"),
    ("RootMeanSquaredError", {}, "regression"),
    ("RootMeanSquaredError", {}, "regression, flat target"),
    ("RootMeanSquaredError", {}, "regression of sequences"),
    ("BinaryCrossentropy", {}, "yes or no"),
    ("BinaryCrossentropy", {"from_logits": True, "label_smoothing": 0.1}, "yes or no, logits"),
    ("CategoricalCrossentropy", {"label_smoothing": 0.1}, "classes"),
    ("CategoricalCrossentropy", {}, "classes of sequences"),
    ("SparseCategoricalCrossentropy", {}, "integer classes of sequences"),
    ("SparseCategoricalCrossentropy", {"from_logits": True}, "integer classes, logits"),
    ("SparseCategoricalCrossentropy", {"ignore_class": 1}, "integer classes"),
]
WEIGHTS = [None, (5,), (5, 1)]
TIME_STEPS = {"regression of sequences": 4, "classes of sequences": 6, "integer classes of sequences": 6}


def keras_results(metric, y_true, y_pred, weights, masks):
    results = []
    for i in range(BATCHES):
        output = backend.convert_to_tensor(y_pred[i])
        if masks is not None:
            backend.set_keras_mask(output, backend.convert_to_tensor(masks[i]))
        metric.update_state(y_true[i], output, sample_weight=None if weights is None else weights[i])
        results.append(float(metric.result()))
    return results


def our_results(metric, y_true, y_pred, weights, masks):
    """The pure functions in one compiled scan, and Keras's face beside it."""

    def step(state, batch):
        state = metric.update(state, *batch)
        return state, metric.compute(state)

    batches = (y_true, y_pred, weights, masks)
    with jax.numpy_rank_promotion("raise"):
        _, results = jax.jit(lambda: jax.lax.scan(step, metric.init(), batches))()
    metric.reset_state()
    for i in range(BATCHES):
        value = metric(*(None if part is None else part[i] for part in batches))
        np.testing.assert_allclose(value, results[i], rtol=1e-6)
    return results


@pytest.mark.parametrize("name, arguments, data", CASES)
def test_results_agree(name, arguments, data):
    y_true, y_pred = DATA[data]
    rng = np.random.default_rng(1)
    kinds = [(shape, None) for shape in WEIGHTS if not (shape == (5, 1) and name == "Accuracy")]
    if data in TIME_STEPS:
        steps = (5, TIME_STEPS[data])
        kinds = [(None, None), ((5,), None), (steps, None), (None, steps), (steps, steps)]
    for weight_shape, mask_shape in kinds:
        weights = masks = None
        if weight_shape is not None:
            weights = rng.uniform(0, 3, (BATCHES, *weight_shape)).astype(np.float32)
        if mask_shape is not None:
            masks = rng.uniform(size=(BATCHES, *mask_shape)) < 0.7
        ours, theirs = getattr(metrics, name)(**arguments), getattr(keras.metrics, name)(**arguments)
        if name == "RootMeanSquaredError" and masks is not None:  # Keras drops the mask: give it as weights
            expected = keras_results(
                theirs, y_true, y_pred, masks * (1 if weights is None else weights), None
            )
        else:
            expected = keras_results(theirs, y_true, y_pred, weights, masks)
        np.testing.assert_allclose(our_results(ours, y_true, y_pred, weights, masks), expected, rtol=2e-6)
    assert ours.name == theirs.name and ours.get_config() == theirs.get_config()
    assert ours.direction == theirs._direction
    assert metrics.serialize(ours) == keras.metrics.serialize(theirs)
    assert metrics.deserialize(keras.metrics.serialize(theirs)).get_config() == ours.get_config()


@pytest.mark.parametrize(
    "shape, weight_shape", [((), None), ((5,), None), ((5, 3), None), ((5, 3), (5,)), ((5, 3), (5, 3))]
)
def test_mean_agrees(shape, weight_shape):
    values = floats(*shape)
    weights = None if weight_shape is None else np.abs(floats(*weight_shape))
    ours, theirs = metrics.Mean(), keras.metrics.Mean()
    assert ours.result() == theirs.result() == 0
    for i in range(BATCHES):
        weight = None if weights is None else weights[i]
        np.testing.assert_allclose(ours(values[i], weight), theirs(values[i], weight), rtol=1e-6)


def test_rows_that_do_not_count_leave_the_metric_as_if_they_were_absent():
    """The last batch of an epoch is filled up with rows that a mask (N,) hides."""
    y_true, y_pred = (part[0] for part in DATA["regression of sequences"])
    weights, rows = np.arange(5, dtype=np.float32), np.arange(5) < 3
    for metric in (metrics.RootMeanSquaredError(), metrics.MeanAbsoluteError()):
        filled = metric.compute(metric.update(metric.init(), y_true, y_pred, weights, rows))
        short = metric.compute(metric.update(metric.init(), y_true[:3], y_pred[:3], weights[:3]))
        np.testing.assert_allclose(filled, short, rtol=1e-6)


SHAPES = [
    ((5,), (5, 1)),
    ((5, 1), (5, 1)),
    ((5,), (5, 3)),
    ((5, 1), (5, 3)),
    ((5, 3), (5, 3)),
    ((5, 7), (5, 7, 3)),
    ((5, 7, 3), (5, 7, 3)),
]


@pytest.mark.parametrize("name", ["accuracy", "acc", "Accuracy"])
@pytest.mark.parametrize("target, output", SHAPES)
def test_accuracy_by_shape_agrees(name, target, output):
    ours = metrics.resolve(name, (None, *target[1:]), (None, *output[1:]))
    theirs = get_metric(name, np.zeros(target), np.zeros(output))
    assert type(ours).__name__ == type(theirs).__name__ and ours.name == theirs.name


def test_crossentropy_by_shape_reads_logits_where_the_loss_does():
    loss = losses.SparseCategoricalCrossentropy(from_logits=True)
    metric = metrics.resolve("ce", (None,), (None, 3), loss)
    assert isinstance(metric, metrics.SparseCategoricalCrossentropy) and metric.from_logits
    assert metric.name == "ce"
    assert not metrics.resolve("crossentropy", (None, 3), (None, 3)).from_logits


@pytest.mark.parametrize(
    "name", ["mse", "MAE", "bce", "root_mean_squared_error", "RootMeanSquaredError", "categorical_accuracy"]
)
def test_names_agree(name):
    theirs = get_metric(name, np.zeros((2, 1)), np.zeros((2, 1)))
    for ours in (metrics.get(name), metrics.resolve(name, (None, 1), (None, 1))):
        assert type(ours).__name__ == type(theirs).__name__ and ours.name == theirs.name == name


def test_functions_of_the_user():
    def bias(y_true, y_pred):
        return jnp.mean(y_pred - y_true, axis=-1)

    metric = metrics.get(bias)
    assert metric.name == "bias"
    assert metric([[1.0], [2.0]], [[2.0], [5.0]], sample_weight=[1.0, 0.0]) == 1.0


MISTAKES = [
    (lambda: metrics.get("acuracy"), OptionError, "there is no metric of this name.*write 'accuracy'"),
    (lambda: metrics.get(3), OptionError, "this is no metric: got 3"),
    (
        lambda: metrics.MeanAbsoluteError()(np.ones(4), np.ones((4, 2))),
        ShapeError,
        r"got a target of shape \(4,\)",
    ),
    (
        lambda: metrics.SparseCategoricalAccuracy()(np.ones((4, 2)), np.ones((4, 2))),
        ShapeError,
        "one-hot rows",
    ),
    (lambda: metrics.Mean()(np.ones(4), np.ones(3)), ShapeError, r"got \(3,\), wanted \(4,\)"),
]


@pytest.mark.parametrize("mistake, error, message", MISTAKES)
def test_mistakes_are_told(mistake, error, message):
    with pytest.raises(error, match=message):
        mistake()
