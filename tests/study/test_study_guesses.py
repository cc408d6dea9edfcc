"""What a guess is worth, beside which a training is said to learn: scikit-learn's dummies, in every scale of a target."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn import dummy, metrics

from fourfold.data import from_arrays
from fourfold.evidence import scoring
from fourfold.study import tested
from fourfold.study.efforts import EFFORTS
from fourfold.study.measure import Inquiry
from fourfold.study.measures import memorisation
from fourfold.study.prepared import prepare
from fourfold.study.study import Study
from fourfold.study.variants import varied
from fourfold.study.workers import Inline

N = 120
DRAW = np.random.default_rng(0)
X = DRAW.normal(size=(N, 3))
WEIGHTS = np.tile([0.5, 4.0, 1.0], N // 3)
SKEWED = np.exp(X[:, 0] + 0.1 * DRAW.normal(size=N)) * np.tile([1.0, 3.0, 0.5], N // 3)


def study_of(dataset, folder, **effort) -> Study:
    effort = replace(EFFORTS["tiny"], **{"steps": 40, **effort})
    return Study(dataset, effort, [0], 0, folder, families=("dense",))


@pytest.mark.parametrize("weights", [None, WEIGHTS])
@pytest.mark.parametrize("bounds, output", [(None, "softplus"), ((-50.0, 200.0), "tanh"), (None, "linear")])
def test_a_guess_of_numbers_is_their_mean_however_they_are_scaled(bounds, output, weights, tmp_path):
    y = SKEWED if output != "linear" else SKEWED - 3
    dataset = replace(from_arrays(X, y, bounds=bounds), weights=weights)
    assert dataset.task.output == output
    study = study_of(dataset, tmp_path)
    guess = tested.guessing(study.prepared, dataset.task)
    told = scoring.of_validation("rmse", guess, study.deviation)
    mean = dummy.DummyRegressor().fit(X, y, weights).predict(X)
    assert told == pytest.approx(metrics.mean_squared_error(y, mean, sample_weight=weights) ** 0.5, rel=1e-5)


def test_a_guess_of_classes_and_of_labels_knows_weights(tmp_path):
    y = np.where(WEIGHTS == 4.0, "heavy", "light")
    dataset = replace(from_arrays(X, y), weights=WEIGHTS)
    prepared, _ = prepare(dataset, study_of(dataset, tmp_path / "classes").splits)
    told = dummy.DummyClassifier().fit(X, y, WEIGHTS).predict(X)
    share = metrics.accuracy_score(y, told, sample_weight=WEIGHTS)
    assert tested.guessing(prepared, dataset.task) == pytest.approx(share) and share > 0.7
    labels = np.stack([WEIGHTS == 4.0, WEIGHTS == 1.0, X[:, 0] > 1], axis=1).astype(int)
    dataset = replace(from_arrays(X, labels, task="multilabel"), weights=WEIGHTS)
    prepared, _ = prepare(dataset, study_of(dataset, tmp_path / "labels").splits)
    told = np.tile([1, 0, 0], (N, 1))
    none = (labels.sum(axis=1) == 0) & (told.sum(axis=1) == 0)
    each = np.array([metrics.jaccard_score(a, b, zero_division=0) for a, b in zip(labels, told)]) + none
    assert tested.guessing(prepared, dataset.task) == pytest.approx(np.average(each, weights=WEIGHTS))


def test_the_loss_of_a_guess_is_what_scikit_learns_prior_loses(tmp_path):
    y = np.where(WEIGHTS == 4.0, "heavy", np.where(X[:, 0] > 1, "a", "b"))
    dataset = replace(from_arrays(X, y), weights=WEIGHTS)
    prepared, _ = prepare(dataset, study_of(dataset, tmp_path / "classes").splits)
    prior = dummy.DummyClassifier().fit(X, y, WEIGHTS).predict_proba(X)
    wanted = metrics.log_loss(y, prior, sample_weight=WEIGHTS)
    assert tested.guessing_loss(prepared, dataset.task) == pytest.approx(wanted, rel=1e-5)
    labels = np.stack([WEIGHTS == 4.0, X[:, 0] > 1], axis=1).astype(int)
    dataset = from_arrays(X, labels, task="multilabel")
    prepared, _ = prepare(dataset, study_of(dataset, tmp_path / "labels").splits)
    wanted = [metrics.log_loss(one, np.full(N, one.mean())) for one in labels.T]
    assert tested.guessing_loss(prepared, dataset.task) == pytest.approx(np.mean(wanted), rel=1e-5)


def test_the_loss_of_a_guess_of_steps_counts_each_series_alike(tmp_path):
    lengths = np.tile([4, 9], N // 2)
    x = [DRAW.normal(size=(length, 2)) for length in lengths]
    y = [np.where(DRAW.random(length) < 1 / length, "rise", "fall") for length in lengths]
    dataset = from_arrays(x, y)
    assert dataset.task.stepwise
    prepared, _ = prepare(dataset, study_of(dataset, tmp_path).splits)
    share = np.mean([(one == "rise").mean() for one in y])
    wanted = -share * np.log(share) - (1 - share) * np.log(1 - share)
    assert tested.guessing_loss(prepared, dataset.task) == pytest.approx(wanted, rel=1e-5)


def test_r2_of_stored_labels_is_that_of_the_targets_own_spread(tmp_path):
    """Of wide bounds the whole target has a variance of a thousandth, and no network stores anything in two steps."""
    dataset = from_arrays(X, SKEWED, bounds=(-1000.0, 1000.0))
    study = study_of(dataset, tmp_path, steps=2, memorisation=True, probe_splits=2)
    trials = study.run(Inline())
    study.probe(trials, [memorisation.MEASURE], Inline())
    found = {e.subject: e.value for e in memorisation.find(Inquiry(study, trials, 0.01)).evidence}
    assert found["study"] == 0 and found["dense"] < 0.5


def test_r2_of_stored_labels_is_scikit_learns_of_the_rows_that_are_scored(tmp_path):
    """Few of all training rows are, and targets as skewed as these vary among them as they vary among no others."""
    study = study_of(from_arrays(X, SKEWED), tmp_path, memorisation=True, probe_splits=2)
    trials = study.run(Inline())
    study.probe(trials, [memorisation.MEASURE], Inline())
    (found,) = (e for e in memorisation.find(Inquiry(study, trials, 0.01)).evidence if e.subject == "dense")
    (block,) = study.probe_blocks(trials["dense"], "labels:shuffled")
    data, wanted = varied(study.prepared, "labels:shuffled", 0), []
    for run, outputs in zip(block.runs, block.load(tmp_path)["outputs"]):
        rows, targets = data.splits[run.split].validation, data.targets[run.split % len(data.targets)]
        wanted.append(metrics.r2_score(targets[rows], outputs[: len(rows)]))
    assert len(wanted) == 2
    assert found.value == pytest.approx(np.mean(wanted), abs=1e-4)
    assert found.interval == pytest.approx((min(wanted), max(wanted)), abs=1e-4)


def test_shuffled_labels_keep_what_they_count(tmp_path):
    y = np.where(np.arange(N) % 10 == 0, "rare", "usual")
    dataset = replace(from_arrays(X, y), weights=np.where(y == "rare", 2.0, 1.0) * WEIGHTS)
    assert dataset.task.score == "balanced_accuracy"
    prepared, _ = prepare(dataset, study_of(dataset, tmp_path).splits)
    shuffled = varied(prepared, "labels:shuffled", 0)
    for one in (prepared, shuffled):
        counted = np.bincount(one.targets[0, :, 0], one.weights_of(np.arange(N)))
        assert counted == pytest.approx(np.full(2, N / 2), rel=1e-5)
        assert one.given is not None
        assert one.given.sum() == pytest.approx(N)
        assert np.corrcoef(one.given, one.weights)[0, 1] > 0.3
