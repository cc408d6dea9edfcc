"""Metrics agree with the installed Keras over batches, weighted and masked; they are pure and scan."""

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
from keras.src import backend
from keras.src.trainers.compile_utils import get_metric

import fourfold
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
    "many classes": (one_hot(9, 5), softmax(floats(5, 9))),
    "many classes, ties": (one_hot(9, 5), np.round(softmax(floats(5, 9)), 1).astype(np.float32)),
    "many classes of sequences": (one_hot(9, 5, 4), softmax(floats(5, 4, 9))),
    "many integer classes": (classes(9, 5), softmax(floats(5, 9))),
    "many integer classes of sequences": (classes(9, 5, 4), softmax(floats(5, 4, 9))),
    "classes in their order": (classes(9, 5), np.argsort(floats(5, 9)).astype(np.float32)),
    "positive": (np.abs(floats(5, 3)), np.abs(floats(5, 3))),
    "counts": (classes(9, 5, 3), np.exp(floats(5, 3))),
    "signs": (2 * classes(2, 5, 3) - 1, floats(5, 3)),
    "distributions of sequences": (softmax(floats(5, 4, 3)), softmax(floats(5, 4, 3))),
    "one column": (floats(5, 1), floats(5, 1)),
    "many rows": (classes(2, 400, 1), np.clip(softmax(floats(400, 2))[..., :1] + 0.2, 0, 1)),
    "many rows, columns": (classes(2, 400, 3), softmax(floats(400, 3, 2))[..., 0]),
    "many rows, logits": (classes(2, 400, 1), 5 * floats(400, 1)),
    "edges": (classes(2, 8, 1), np.tile(np.float32([0, 0, 0.5, 0.5, 1, 1, 0.25, 0.75])[:, None], (BATCHES, 1, 1))),
    "labels": (classes(4, 30), classes(4, 30)),
    "pictures of labels": (classes(4, 3, 5, 6), classes(5, 3, 5, 6)),
    "pictures of scores": (one_hot(4, 3, 5), softmax(floats(3, 5, 4))),
    "pictures of labels and scores": (classes(4, 3, 5), softmax(floats(3, 5, 4))),
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
    ("TopKCategoricalAccuracy", {}, "many classes"),
    ("TopKCategoricalAccuracy", {"k": 2}, "many classes, ties"),
    ("TopKCategoricalAccuracy", {"k": 20}, "many classes"),
    ("TopKCategoricalAccuracy", {"k": 3}, "many classes of sequences"),
    ("SparseTopKCategoricalAccuracy", {}, "many integer classes"),
    ("SparseTopKCategoricalAccuracy", {"k": 1}, "many integer classes of sequences"),
    ("SparseTopKCategoricalAccuracy", {"k": 3, "from_sorted_ids": True}, "classes in their order"),
    ("MeanAbsolutePercentageError", {}, "regression"),
    ("MeanAbsolutePercentageError", {}, "regression of sequences"),
    ("MeanSquaredLogarithmicError", {}, "positive"),
    ("CosineSimilarity", {}, "regression"),
    ("CosineSimilarity", {"axis": 1}, "regression"),
    ("CosineSimilarity", {}, "regression of sequences"),
    ("LogCoshError", {}, "regression of sequences"),
    ("KLDivergence", {}, "classes"),
    ("KLDivergence", {}, "distributions of sequences"),
    ("Poisson", {}, "counts"),
    ("Hinge", {}, "signs"),
    ("Hinge", {}, "yes or no, several"),
    ("SquaredHinge", {}, "signs"),
    ("CategoricalHinge", {}, "classes of sequences"),
    ("PearsonCorrelation", {}, "regression"),
    ("PearsonCorrelation", {"axis": 0}, "many rows, columns"),
    ("ConcordanceCorrelation", {}, "regression"),
    ("R2Score", {}, "regression"),
    ("R2Score", {"class_aggregation": None}, "regression"),
    ("R2Score", {"class_aggregation": "variance_weighted_average"}, "regression"),
    ("R2Score", {"num_regressors": 2}, "one column"),
    ("R2Score", {"num_regressors": 40}, "one column"),
    ("F1Score", {}, "classes"),
    ("F1Score", {"average": "macro", "threshold": 0.4}, "yes or no, several"),
    ("F1Score", {"average": "weighted", "threshold": 0.5}, "yes or no"),
    ("FBetaScore", {"average": "micro", "beta": 2.0}, "classes"),
    ("FBetaScore", {"average": "weighted", "beta": 0.5}, "many classes, ties"),
    ("TruePositives", {}, "yes or no, several"),
    ("TrueNegatives", {"thresholds": [0.2, 0.5, 0.9]}, "yes or no, several"),
    ("FalsePositives", {"thresholds": [0.0, 0.5, 1.0]}, "edges"),
    ("FalseNegatives", {"thresholds": 0.3}, "yes or no, flat target"),
    ("Precision", {"thresholds": [0.5]}, "yes or no"),
    ("Precision", {"top_k": 2}, "many classes"),
    ("Precision", {"top_k": 2, "class_id": 3, "thresholds": 0.1}, "many classes"),
    ("Recall", {"top_k": 3}, "many classes"),
    ("Recall", {"thresholds": [0.0, 0.25, 0.5, 0.75, 1.0]}, "edges"),
    ("AUC", {"curve": "PRGAIN"}, "many rows"),
    ("AUC", {"curve": "roc", "summation_method": "Majoring"}, "many rows"),
    ("AUC", {"thresholds": [0.7, 0.2, 0.4]}, "many rows"),
    ("AUC", {"thresholds": [0.25, 0.5, 0.75]}, "edges"),
    ("AUC", {"multi_label": True}, "many rows, columns"),
    ("AUC", {"multi_label": True, "num_labels": 3, "curve": "PR"}, "many rows, columns"),
    ("AUC", {"multi_label": True, "label_weights": [0.2, 0.5, 0.3]}, "many rows, columns"),
    ("AUC", {"label_weights": [0.2, 0.5, 0.3], "num_thresholds": 30}, "many rows, columns"),
    ("AUC", {"multi_label": True, "thresholds": [0.2, 0.4, 0.7]}, "many rows, columns"),
    ("AUC", {"from_logits": True, "curve": "PR", "summation_method": "minoring"}, "many rows, logits"),
    ("SensitivityAtSpecificity", {"specificity": 0.6}, "many rows"),
    ("SensitivityAtSpecificity", {"specificity": 0.5, "num_thresholds": 1}, "many rows"),
    ("SpecificityAtSensitivity", {"sensitivity": 0.4, "class_id": 1}, "many rows, columns"),
    ("SpecificityAtSensitivity", {"sensitivity": 0.5, "num_thresholds": 2}, "edges"),
    ("PrecisionAtRecall", {"recall": 0.7}, "many rows"),
    ("PrecisionAtRecall", {"recall": 0.2, "num_thresholds": 5}, "edges"),
    ("RecallAtPrecision", {"precision": 0.5}, "many rows, columns"),
    ("RecallAtPrecision", {"precision": 1.0}, "many rows, columns"),
    ("IoU", {"num_classes": 4, "target_class_ids": [1, 3]}, "labels"),
    ("MeanIoU", {"num_classes": 4, "dtype": "float32"}, "labels"),
    ("MeanIoU", {"num_classes": 6, "ignore_class": 2}, "labels"),
    ("BinaryIoU", {"threshold": 0.3, "dtype": "float32"}, "edges"),
]
PICTURES = [  # Keras takes weights of flat labels only
    ("IoU", {"num_classes": 3, "target_class_ids": (0, 1)}, "pictures of labels"),
    ("MeanIoU", {"num_classes": 4, "ignore_class": 1}, "pictures of labels"),
    ("MeanIoU", {"num_classes": 4, "sparse_y_pred": False}, "pictures of labels and scores"),
    ("BinaryIoU", {"target_class_ids": [1]}, "yes or no, several"),
    ("OneHotIoU", {"num_classes": 4, "target_class_ids": [0, 2]}, "pictures of scores"),
    ("OneHotMeanIoU", {"num_classes": 4}, "pictures of scores"),
]
CURVES = ("SensitivityAtSpecificity", "SpecificityAtSensitivity", "PrecisionAtRecall", "RecallAtPrecision", "AUC")
DIFFERENCES = ("R2Score", "PearsonCorrelation", "ConcordanceCorrelation", "CosineSimilarity", "Poisson")
"""Numbers that may be small differences of large ones."""
COUNTS = ("TruePositives", "TrueNegatives", "FalsePositives", "FalseNegatives", "Precision", "Recall", *CURVES)
FLAT_WEIGHTS = ("Accuracy", "R2Score", "F1Score", "FBetaScore", "MeanIoU", "BinaryIoU", *COUNTS)
"""Metrics that take weights (N,) alone in Keras."""
TIME_STEPS = {
    "regression of sequences": 4, "classes of sequences": 6, "integer classes of sequences": 6, "many classes of sequences": 4,
    "many integer classes of sequences": 4, "distributions of sequences": 4,
}  # fmt: skip


def keras_results(metric, y_true, y_pred, weights, masks):
    results = []
    for i in range(BATCHES):
        output = backend.convert_to_tensor(y_pred[i])
        if masks is not None:
            backend.set_keras_mask(output, backend.convert_to_tensor(masks[i]))
        metric.update_state(y_true[i], output, sample_weight=None if weights is None else weights[i])
        results.append(np.asarray(metric.result()))
    return results


def our_results(metric, y_true, y_pred, weights, masks, **tolerance):
    """The pure functions in one compiled scan, and Keras's face beside it."""

    def step(state, batch):
        state = metric.update(state, *batch)
        return state, metric.compute(state)

    batches = (y_true, y_pred, weights, masks)
    metric.fit_to(y_true.shape[1:], y_pred.shape[1:])
    with jax.numpy_rank_promotion("raise"):
        _, results = jax.jit(lambda: jax.lax.scan(step, metric.init(), batches))()
    metric.reset_state()
    for i in range(BATCHES):
        value = metric(*(None if part is None else part[i] for part in batches))
        np.testing.assert_allclose(value, results[i], **{"rtol": 1e-6, **tolerance})
    return results


def plain(config):
    return {name: np.float32(value).tolist() if name == "label_weights" and value is not None else list(value) if isinstance(value, (tuple, range)) else value for name, value in config.items()}  # fmt: skip


@pytest.mark.parametrize("name, arguments, data", [*CASES, *PICTURES])
def test_results_agree(name, arguments, data):
    y_true, y_pred = DATA[data]
    rng = np.random.default_rng(1)
    rows, kinds = len(y_true[0]), [(None, None)]
    if arguments.get("axis") not in (0, 1) and ("IoU" not in name or "dtype" in arguments):
        kinds += [((rows,), None)] if name in FLAT_WEIGHTS else [((rows,), None), ((rows, 1), None)]
    if data in TIME_STEPS:
        steps = (5, TIME_STEPS[data])
        kinds = [(None, None), ((5,), None), (steps, None), (None, steps), (steps, steps)]
    for weight_shape, mask_shape in kinds:
        weights = masks = None
        if weight_shape is not None:
            weights = rng.uniform(0, 3, (BATCHES, *weight_shape)).astype(np.float32)
        if mask_shape is not None:
            masks = rng.uniform(size=(BATCHES, *mask_shape)) < 0.7
        keras.utils.clear_session(free_memory=False)  # else it numbers the names of metrics made before
        ours, theirs = getattr(metrics, name)(**arguments), getattr(keras.metrics, name)(**arguments)
        if name == "RootMeanSquaredError" and masks is not None:  # Keras drops the mask: give it as weights
            expected = keras_results(
                theirs, y_true, y_pred, masks * (1 if weights is None else weights), None
            )
        else:
            expected = keras_results(theirs, y_true, y_pred, weights, masks)
        tolerance = {"rtol": 2e-5, "atol": 1e-7} if name in (*CURVES, *DIFFERENCES) else {}
        results = our_results(ours, y_true, y_pred, weights, masks, **tolerance)
        np.testing.assert_allclose(results, expected, **{"rtol": 2e-6, **tolerance})
    own, known = ours.get_config(), theirs.get_config()
    if name == "CosineSimilarity":  # whose axis Keras forgets
        assert own.pop("axis") == arguments.get("axis", -1)
    assert ours.name == theirs.name and plain(own) == plain(known)
    assert ours.direction == getattr(theirs, "_direction", None)
    written = metrics.serialize(ours)
    assert {**written, "config": plain(own)} == {**keras.metrics.serialize(theirs), "config": plain(known)}
    assert metrics.deserialize(written).get_config() == ours.get_config()
    if "label_weights" not in arguments and name != "CosineSimilarity":  # Keras writes a tensor, and no axis
        assert metrics.deserialize(keras.metrics.serialize(theirs)).get_config() == ours.get_config()
    assert plain(keras.metrics.deserialize(written).get_config()) == plain(known)


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
    (lambda: metrics.Precision(class_id=2)([0, 1, 1], [0.1, 0.9, 0.8]), ShapeError, r"no class 2.*shape \(3,\)"),
    (lambda: metrics.Recall(class_id=3)(np.ones((2, 3)), np.ones((2, 3))), ShapeError, "more than 3"),
    (lambda: metrics.FalsePositives(thresholds=[-1, 0.5]), OptionError, "got -1, wanted numbers from 0 to 1"),
    (lambda: metrics.Precision(2.0), OptionError, "a threshold is no share: got 2, "),
    (lambda: metrics.FBetaScore(beta=None), OptionError, "this beta .* got None, wanted a number above 0"),
    (lambda: metrics.F1Score(threshold="0.5"), OptionError, "this threshold .* got '0.5'"),
    (lambda: metrics.Mean()(np.ones(4), np.ones(3)), ShapeError, r"got \(3,\), wanted \(4,\)"),
]


@pytest.mark.parametrize("mistake, error, message", MISTAKES)
def test_mistakes_are_told(mistake, error, message):
    with pytest.raises(error, match=message):
        mistake()


class Share(fourfold.metrics.Metric):
    """A metric as people write them: it hands arguments on, and keeps one of its own under another name."""

    def __init__(self, threshold=0.5, scale=2.0, name="share", **kwargs):
        super().__init__(name=name, **kwargs)
        self.threshold, self._times = threshold, scale
        self.above = self.add_weight(name="above")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.above.assign_add(fourfold.ops.sum(fourfold.ops.cast(y_pred > self.threshold, "float32")))

    def result(self):
        return self.above


def test_a_metric_of_a_user_that_hands_arguments_on_is_saved_with_its_model(tmp_path):
    model = fourfold.Sequential([fourfold.Input((1,)), fourfold.layers.Dense(1, kernel_initializer="ones")])
    model.compile("sgd", "mse", metrics=[Share(0.25, name="high")])
    model.save(tmp_path / "model.keras")
    again = fourfold.models.load_model(tmp_path / "model.keras", custom_objects={"Share": Share})
    x = np.array([[0.1], [0.3], [0.9]])
    assert again.evaluate(x, x, verbose=0, return_dict=True)["high"] == 2
    assert Share(0.25).get_config() == {"name": "share", "dtype": "float32", "threshold": 0.25}
    assert repr(Share(0.25)) == "Share(threshold=0.25)"
