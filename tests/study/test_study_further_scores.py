"""The scores beside the one that decides: their intervals, and which family is best by them."""

import numpy as np
import pytest
from sklearn import metrics

from fourfold.evidence.evidence import Evidence
from fourfold.preprocessing.task import Task, regression_of
from fourfold.study.measures import further_scores, quality
from fourfold.study.tested import losses

CLASSES = Task("classification", ("a", "b", "c"), "softmax", "categorical crossentropy", "accuracy")
TWO = Task("classification", ("a", "b"), "sigmoid", "binary crossentropy", "accuracy")
LABELS = Task("multilabel", ("a", "b", "c"), "sigmoid", "binary crossentropy", "jaccard")
NUMBERS = regression_of(["first", "second"])


def predicted(task, draw, n, seeds=1):
    """Predictions (S, n, K) that are right more often than not, by models that differ from seed to seed, and truth."""
    if task.kind == "regression":
        truth = draw.normal(size=(n, 2)) + draw.exponential(size=(n, 2))
        slope = 0.6 + 0.05 * draw.normal(size=(seeds, 1, 2))
        return slope * truth + 0.6 * draw.normal(size=(seeds, n, 2)), truth
    count = len(task.classes)
    truth = draw.choice(count, n, p=[0.6, *[0.4 / (count - 1)] * (count - 1)])
    labels = np.eye(count)[truth]
    if task.kind == "multilabel":
        labels = (draw.random((n, count)) < [0.5, 0.3, 0.2]).astype(float)
    base = 2 * labels + draw.normal(size=(n, count))
    logits = base * (1 + 0.1 * draw.normal(size=(seeds, 1, 1))) + 0.3 * draw.normal(size=(seeds, n, count))
    if task.kind == "multilabel":
        return 1 / (1 + np.exp(1 - logits)), labels
    powers = np.exp(logits)
    return powers / powers.sum(axis=-1, keepdims=True), truth


def spans(task, values, truth, weights=None):
    runs = np.repeat(np.arange(len(values))[:, None], values.shape[1], axis=1)
    found = quality.scores(task, values, truth, weights=weights)
    return quality.intervals({"it": found}, runs, np.zeros(values.shape[1], int), None)["it"]


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("task", [CLASSES, TWO, LABELS, NUMBERS], ids=["classes", "two", "labels", "numbers"])
def test_an_interval_is_as_wide_as_resampled_examples_make_it(task, weighted):
    draw, n = np.random.default_rng(0), 500
    values, truth = predicted(task, draw, n)
    weights = draw.choice([0.5, 1.0, 3.0], n) if weighted else None
    found, again = spans(task, values, truth, weights), {}
    for _ in range(300):
        rows = draw.integers(0, n, n)
        again_weights = None if weights is None else weights[rows]
        for score in quality.scores(task, values[:, rows], truth[rows], weights=again_weights):
            again.setdefault(score.measure, []).append(score.values[0])
    assert set(again) - set(found) <= {"calibration error"}
    for measure, span in found.items():
        assert span.standard_error == pytest.approx(np.std(again[measure]), rel=0.17), measure
        assert span.low < span.value < span.high


@pytest.mark.parametrize("task", [TWO, NUMBERS], ids=["classes", "numbers"])
def test_intervals_cover_with_models_that_differ(task):
    draw, hits, count = np.random.default_rng(1), {}, 120
    many = [quality.scores(task, *predicted(task, draw, 5_000, seeds=10)) for _ in range(20)]
    truth = {score.measure: np.mean([s.values for one in many for s in one if s.measure == score.measure])
             for score in many[0] if score.losses is not None}  # fmt: skip
    for _ in range(count):
        for measure, span in spans(task, *predicted(task, draw, 300, seeds=5)).items():
            hits[measure] = hits.get(measure, 0) + (span.low <= truth[measure] <= span.high)
    assert hits.keys() == truth.keys()
    assert min(hits.values()) >= 0.88 * count, hits


def test_a_score_that_no_example_changes_has_no_interval():
    truth, sure = np.array([0, 1] * 10), np.eye(2)[[0, 1] * 10][None]
    assert "AUC" not in spans(TWO, sure, truth)
    assert "accuracy" in spans(TWO, sure, truth)  # without an error, as many examples may have made none by chance


@pytest.mark.parametrize("task", [CLASSES, TWO], ids=["three classes", "two"])
def test_a_row_without_numbers_is_told_wrongly_and_has_no_probability_to_score(task):
    values, truth = predicted(task, np.random.default_rng(0), 600)
    truth[:60] = 0
    known = {score.measure: score.values for score in quality.scores(task, values[:, 60:], truth[60:])}
    values[:, :60] = np.nan
    scores = quality.scores(task, values, truth)
    found = {e.measure: e for e in quality.told("it", scores, "test rows", (1, 600), spans(task, values, truth))}
    assert found["accuracy"].value == pytest.approx(0.9 * known["accuracy"].mean())
    assert found["accuracy"].value == pytest.approx(1 - losses(task, values, truth, np.ones(600)).mean())
    for measure in ("log loss", "Brier score", "AUC", "calibration error"):
        assert found[measure].value is None and found[measure].reason == quality.NO_NUMBERS


def test_the_answer_names_the_best_by_each_score_and_all_that_tie():
    found = [
        Evidence("AUC", "dense", 0.9, "fraction", (0.8, 0.95)),
        Evidence("AUC", "recurrent", 0.8, "fraction", (0.7, 0.9)),
        Evidence("log loss", "dense", 0.3, "nats"),
        Evidence("log loss", "recurrent", 0.3, "nats"),
        Evidence("accuracy", "dense", 0.7, "fraction"),
        Evidence("AUC", "boosted trees", 0.99, "fraction"),
        Evidence("calibration error", "dense", None, "fraction", reason="few rows"),
    ]
    measured = further_scores.side_by_side(TWO, ["dense", "recurrent"], found)
    assert measured.answer == (
        "Best by AUC (90.0 %) is Fully connected; best by log loss (0.300) are Fully connected and Recurrent."
    )
    auc, loss = measured.figures
    assert auc.rows[0] == {"series": "dense", "group": "AUC", "value": 0.9, "low": 0.8, "high": 0.95}
    assert "Intervals" in auc.note and "Intervals" not in loss.note and "low" not in loss.rows[0]
    assert "Of log loss less is better." in auc.note and auc.name == loss.name  # side by side in the report
    assert not further_scores.side_by_side(TWO, ["dense"], found[4:5]).applicable


@pytest.mark.parametrize("value, said", [(0.0, True), (0.012, False)])
def test_a_calibration_error_of_nothing_is_said_to_be_no_more_than_chance_gives(value, said):
    found = [
        Evidence("calibration error", name, error, "fraction")
        for name, error in (("dense", 0.02), ("recurrent", value))
    ]
    (figure,) = further_scores.side_by_side(CLASSES, ["dense", "recurrent"], found).figures
    assert ("that so few rows can't show" in figure.note) is said


@pytest.mark.parametrize("task", [TWO, CLASSES], ids=["two classes", "three"])
def test_a_brier_score_of_two_classes_is_said_to_be_twice_scikit_learns(task):
    draw, two = np.random.default_rng(0), task is TWO
    p, truth = draw.dirichlet(np.ones(len(task.classes)), 50), draw.integers(0, len(task.classes), 50)
    found = quality.told("dense", quality.scores(task, p[None], truth), "test rows", (1, 50))
    (note,) = (f.note for f in further_scores.side_by_side(task, ["dense"], found).figures if f.note)
    value = next(e.value for e in found if e.measure == "Brier score")
    assert ("twice scikit-learn's" in note) == two
    assert value == pytest.approx(((p - np.eye(len(task.classes))[truth]) ** 2).sum(1).mean())
    assert not two or value == pytest.approx(2 * metrics.brier_score_loss(truth, p[:, 1]))


@pytest.mark.parametrize("task", [TWO, LABELS, NUMBERS], ids=["two classes", "labels", "numbers"])
def test_no_interval_of_few_rows_goes_below_the_worst_score_there_is(task):
    """F1 and AUC end at 0; R2 of a guess that is worse than the mean does not."""
    draw, lowest = np.random.default_rng(1), {}
    for _ in range(30):
        values, truth = predicted(task, draw, 12)
        if task.kind == "regression":
            values = values[:, ::-1]  # of other rows
        for measure, span in spans(task, values, truth).items():
            if measure in ("AUC", "R2") or "F1" in measure:
                lowest[measure] = min(span.low, lowest.get(measure, 1.0))
    assert lowest and all(low < 0 if measure == "R2" else low >= 0 for measure, low in lowest.items())


@pytest.mark.parametrize("weighted", [False, True])
def test_an_rmse_over_seeds_is_the_root_of_their_mean_square(weighted):
    """As of the score that decides: the error of a row of a seed drawn at random, not the mean of roots, which is less."""
    draw = np.random.default_rng(0)
    values, truth = predicted(NUMBERS, draw, 200, seeds=3)
    values[0] *= 2  # a seed that went wrong
    weights = draw.random(200) if weighted else None
    found = quality.scores(NUMBERS, values, truth, weights=weights)
    items = {e.measure: e for e in quality.told("it", found, "200 rows", values.shape[:2], spans(NUMBERS, values, truth, weights))}
    for k, name in enumerate(NUMBERS.names):
        of_seeds = [metrics.root_mean_squared_error(truth[:, k], line[:, k], sample_weight=weights) for line in values]
        rmse, mae = items[f"RMSE of {name}"], items[f"MAE of {name}"]
        assert rmse.value == pytest.approx(np.sqrt(np.mean(np.square(of_seeds)))) != pytest.approx(np.mean(of_seeds))
        assert rmse.interval[0] < rmse.value < rmse.interval[1] and rmse.method.startswith("root of the mean square over")
        assert mae.method.startswith("mean over seeds")
