"""Losses and metrics in `fit` and `evaluate`: names and numbers in the history are Keras's, also of a split batch."""

import jax
import keras
import numpy as np
import pytest

import fourfold
from fourfold.models import compiling
from fourfold.training import splitting

RNG = np.random.default_rng(0)
ROWS = 70  # the last batch of 32 is not full
X = RNG.normal(size=(ROWS, 6, 5)).astype("float32")
WEIGHTS = RNG.uniform(0, 2, ROWS).astype("float32")
CLASSES = RNG.integers(0, 3, ROWS)
TARGETS = {
    "softmax": np.eye(3, dtype="float32")[CLASSES],
    "sigmoid": RNG.integers(0, 2, (ROWS, 3)).astype("float32"),
    "linear": RNG.normal(size=(ROWS, 3)).astype("float32"),
    "softplus": np.abs(RNG.normal(size=(ROWS, 3))).astype("float32"),
}
CASES = {  # the last activation, loss, metrics
    "classes": (
        "softmax",
        "kld",
        lambda m: ["accuracy", "top_k_categorical_accuracy", "kl_divergence", "F1Score", m.F1Score("macro", name="f1"), m.OneHotMeanIoU(3), m.TopKCategoricalAccuracy(2), m.Precision(top_k=2)],
    ),
    "focus": ("softmax", "categorical_focal_crossentropy", lambda m: ["categorical_hinge", m.FBetaScore("weighted", beta=2.0)]),
    "integer classes": ("softmax", "sparse_categorical_crossentropy", lambda m: ["sparse_top_k_categorical_accuracy", m.SparseTopKCategoricalAccuracy(2)]),
    "labels": (
        "sigmoid",
        "binary_focal_crossentropy",
        lambda m: ["binary_accuracy", "AUC", m.AUC(multi_label=True, name="each"), "TruePositives", m.FalseNegatives(thresholds=[0.2, 0.7]), m.PrecisionAtRecall(0.5), m.RecallAtPrecision(0.4), m.SensitivityAtSpecificity(0.5), m.SpecificityAtSensitivity(0.5), m.BinaryIoU(name="iou")],
    ),
    "regions": ("sigmoid", "dice", lambda m: ["hinge", "squared_hinge"]),
    "regions, errors weighted": ("sigmoid", lambda l: l.Tversky(0.3, 0.7, axis=1), lambda m: []),
    "margins": ("linear", "squared_hinge", lambda m: ["Hinge"]),
    "numbers": (
        "linear",
        "cosine_similarity",
        lambda m: ["mape", "MSLE", "cosine_similarity", m.LogCoshError(), "R2Score", m.R2Score(None, name="each"), "pearson_correlation", "concordance_correlation"],
    ),
    "counts": ("softplus", "poisson", lambda m: ["poisson", "msle", "MeanAbsolutePercentageError"]),
}  # fmt: skip


def model_of(k, case):
    activation, loss, metrics = CASES[case]
    keras.utils.clear_session(free_memory=False)
    x = k.Input((6, 5))
    model = k.Model(x, k.layers.Dense(3, activation=activation)(k.layers.LSTM(4)(x)))
    loss = loss(k.losses) if callable(loss) else loss
    model.compile("sgd", loss, metrics=metrics(k.metrics), weighted_metrics=metrics(k.metrics)[:1])
    return model


def fitted(model, case):
    y = CLASSES if case == "integer classes" else TARGETS[CASES[case][0]]
    options = {"sample_weight": None if case == "regions" else WEIGHTS, "batch_size": 32, "verbose": 0}
    found = model.fit(X, y, epochs=2, shuffle=False, validation_data=(X[:40], y[:40]), **options).history
    return {name: np.stack(values) for name, values in found.items()}


@pytest.mark.parametrize("case", CASES)
def test_the_history_agrees(case):
    theirs, ours = (model_of(k, case) for k in (keras, fourfold))
    ours.set_weights(theirs.get_weights())
    wanted, got = fitted(theirs, case), fitted(ours, case)
    assert sorted(got) == sorted(wanted)
    for name, values in wanted.items():
        np.testing.assert_allclose(got[name], values, rtol=2e-4, atol=1e-5, err_msg=name)


@pytest.mark.parametrize("case", ["classes", "labels", "numbers", "regions", "margins"])
def test_a_split_batch_has_the_history_of_a_whole_one(case, monkeypatch):
    assert len(jax.devices()) > 1, "the tests' machine has one core: nothing to split over"
    monkeypatch.setattr(splitting, "_worth_it", lambda *given: True)
    chosen, choose, histories = [], splitting.split_devices, []
    monkeypatch.setattr(compiling, "split_devices", lambda *given: chosen.append(choose(*given)) or chosen[-1])
    for devices in (2, 1):
        monkeypatch.setattr(splitting, "MOST", devices)
        fourfold.utils.set_random_seed(3)
        histories.append(fitted(model_of(fourfold, case), case))
        assert len(chosen[-1]) == devices
    for name, values in histories[1].items():
        np.testing.assert_allclose(histories[0][name], values, rtol=1e-5, atol=1e-6, err_msg=name)


def test_metrics_of_masked_steps_see_what_is_there():
    """Keras drops the mask for these; here they are as if hidden steps were absent."""
    x, y = X.copy(), RNG.integers(0, 2, (ROWS, 6, 1)).astype("float32")
    x[::2, 4:] = 0
    inputs = fourfold.Input((6, 5))
    hidden = fourfold.layers.LSTM(4, return_sequences=True)(fourfold.layers.Masking()(inputs))
    model = fourfold.Model(inputs, fourfold.layers.Dense(1, activation="sigmoid")(hidden))
    names = ["TruePositives", "FalseNegatives", "AUC", "BinaryIoU"]
    model.compile("sgd", "bce", metrics=names)
    found = model.evaluate(x, y, verbose=0, return_dict=True)
    told = model.predict(x, verbose=0)
    there = np.broadcast_to(np.any(x != 0, axis=2, keepdims=True), y.shape)
    for name in names:
        alone = getattr(keras.metrics, name)()
        alone.update_state(y[there], told[there])
        np.testing.assert_allclose(found[name], alone.result(), rtol=1e-5, err_msg=name)
    assert found["TruePositives"] + found["FalseNegatives"] == y[there].sum()


def test_masked_steps_count_alike_in_fit_and_in_evaluation():
    """Keras on JAX loses the mask between the gradients and the metrics of `fit`."""
    steps, classes = RNG.integers(1, 9, (ROWS, 6)), RNG.integers(0, 3, (ROWS, 6))
    steps[:, 4:] = 0
    found, weights = [], None
    for k in (keras, fourfold):
        inputs = k.Input((6,))
        hidden = k.layers.LSTM(4, return_sequences=True)(k.layers.Embedding(9, 3, mask_zero=True)(inputs))
        model = k.Model(inputs, k.layers.Dense(3, activation="softmax")(hidden))
        weights = model.get_weights() if weights is None else weights
        model.set_weights(weights)
        model.compile(k.optimizers.SGD(0.0), "sparse_categorical_crossentropy", metrics=["accuracy"])
        told = model.fit(steps, classes, verbose=0, validation_data=(steps, classes)).history
        found.append([told[name][0] for name in ("val_accuracy", "accuracy", "loss", "val_loss")])
    np.testing.assert_allclose(found[1], [found[0][0], found[0][0], *found[0][2:]], rtol=1e-5)
    every = model.predict(steps, verbose=0).argmax(-1) == classes
    assert found[0][1] == pytest.approx(every.mean(), rel=1e-5)


def test_a_function_that_leaves_out_hidden_steps_itself_gives_one_number_a_batch():
    """As a loss and as a metric, with a mask: the numbers are Keras's."""
    steps, classes = RNG.integers(1, 9, (ROWS, 6)), RNG.integers(0, 3, (ROWS, 6))
    for row, length in enumerate(RNG.integers(1, 7, ROWS)):
        steps[row, length:] = classes[row, length:] = 0
    found, weights = [], None
    for k in (keras, fourfold):

        def own_loss(y_true, y_pred, k=k):
            there = k.ops.cast(y_true != 0, "float32")
            return k.ops.sum(k.losses.sparse_categorical_crossentropy(y_true, y_pred) * there) / k.ops.sum(there)

        def own_share(y_true, y_pred, k=k):
            same = k.ops.cast(y_true, "int32") == k.ops.cast(k.ops.argmax(y_pred, axis=-1), "int32")
            there = k.ops.cast(y_true != 0, "float32")
            return k.ops.sum(k.ops.cast(same, "float32") * there) / k.ops.sum(there)

        inputs = k.Input((6,))
        hidden = k.layers.LSTM(4, return_sequences=True)(k.layers.Embedding(9, 3, mask_zero=True)(inputs))
        model = k.Model(inputs, k.layers.Dense(3, activation="softmax")(hidden))
        weights = model.get_weights() if weights is None else weights
        model.set_weights(weights)
        model.compile(k.optimizers.SGD(0.1), own_loss, metrics=[own_share, own_loss])
        told = model.fit(steps, classes, shuffle=False, verbose=0).history
        found.append([told[name][0] for name in sorted(told)])
    np.testing.assert_allclose(found[1], found[0], rtol=1e-4)
    model.compile("sgd", own_loss, metrics=[own_loss], weighted_metrics=[own_share])  # Keras stops here
    one = model.evaluate(steps[:9], classes[:9], sample_weight=np.full(9, 0.5), verbose=0, return_dict=True)
    np.testing.assert_allclose(one["own_loss"], one["loss"] / 0.5, rtol=1e-5)


def test_a_number_a_class_is_shown(capsys):
    model = model_of(fourfold, "classes")
    model.fit(X, TARGETS["softmax"], epochs=1, verbose=1)
    assert "F1Score: [0." in capsys.readouterr().out
    assert model.evaluate(X, TARGETS["softmax"], verbose=0, return_dict=True)["F1Score"].shape == (3,)


STATES = {  # metrics, and what Keras keeps of them in attributes
    "Mean": ((), "total count"),
    "Sum": ((), "total"),
    "CategoricalAccuracy": ((), "total count"),
    "TruePositives": ((), "accumulator thresholds"),
    "FalsePositives": (([0.2, 0.5],), "accumulator thresholds"),
    "Precision": ((), "true_positives false_positives thresholds"),
    "Recall": (([0.2, 0.5], 2), "true_positives false_negatives thresholds"),
    "F1Score": ((), "true_positives false_positives false_negatives intermediate_weights"),
    "R2Score": ((), "squared_sum sum total_mse count num_samples"),
    "OneHotMeanIoU": ((3,), "total_cm"),
    "AUC": ((5,), "true_positives false_positives true_negatives false_negatives thresholds"),
    "PrecisionAtRecall": (
        (0.5, 7),
        "true_positives false_positives true_negatives false_negatives thresholds",
    ),
    "SensitivityAtSpecificity": ((0.5, 1), "true_positives false_negatives thresholds"),
}


@pytest.mark.parametrize("name", STATES)
def test_what_is_kept_over_batches_has_the_names_of_keras(name):
    arguments, kept = STATES[name]
    theirs, ours = (getattr(k.metrics, name)(*arguments) for k in (keras, fourfold))
    y = TARGETS["softmax"]
    told = RNG.dirichlet(np.ones(3), ROWS).astype("float32")
    for rows in (slice(0, 40), slice(40, ROWS)):
        for metric in (theirs, ours):
            metric.update_state(*((told[rows],) if name in ("Mean", "Sum") else (y[rows], told[rows])))
    for attribute in kept.split():
        wanted, got = (np.asarray(getattr(metric, attribute)) for metric in (theirs, ours))
        assert got.shape == wanted.shape
        np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-5, err_msg=attribute)
    with pytest.raises(AttributeError, match=f"{name} has no attribute 'totl'"):
        ours.totl  # noqa: B018


def test_a_threshold_curve_is_described_by_what_it_was_given():
    for arguments in ({"num_thresholds": 7}, {"thresholds": [0.7, 0.2]}):
        theirs, ours = (k.metrics.AUC(name="auc", **arguments) for k in (keras, fourfold))
        np.testing.assert_allclose(ours.thresholds, theirs.thresholds)
        assert ours.get_config() == theirs.get_config()
        assert fourfold.metrics.AUC.from_config(ours.get_config()).thresholds == ours.thresholds
    assert "thresholds" not in repr(fourfold.metrics.AUC()) + repr(fourfold.metrics.Precision())
