"""Rows that count more than others: in the training loss, the choice on validation rows, the score, the baselines."""

from dataclasses import replace

import numpy as np
import pytest

from fourfold.data import from_arrays
from fourfold.study.baseline_blocks import weighted
from fourfold.study.baselines import BASELINES
from fourfold.study.efforts import EFFORTS
from fourfold.study.prepared import Prepared
from fourfold.study.results import measure
from fourfold.study.study import Study
from fourfold.study.workers import Inline

RNG = np.random.default_rng(0)
N = 120
X = RNG.normal(size=(N, 3))
HEAVY = np.arange(N) % 2 == 0
Y = np.where(HEAVY, "heavy", "light")  # nothing in X tells them apart
WEIGHTS = np.where(HEAVY, 9.0, 1.0)
EFFORT = replace(EFFORTS["tiny"], steps=80)


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    dataset = replace(from_arrays(X, Y), weights=WEIGHTS)
    study = Study(dataset, EFFORT, [0], 0, tmp_path_factory.mktemp("weights"), families=("dense",))
    return measure(study, study.run(Inline()), 0.01)


def test_rows_are_worth_as_many_as_their_weights_say(measured):
    said = next(doubt for doubt in measured.verdict.doubts if doubt.startswith("A small test set"))
    assert said.startswith("A small test set, 120 rows, by their weights as good as 73")  # 600^2 / (60 (81 + 1))


def test_the_heavy_rows_are_learnt_and_counted(measured):
    predicted = measured.predicted()
    right = predicted["dense"][0].argmax(1) == predicted["true"]
    assert right[HEAVY].mean() > 0.9 > 0.2 > right[~HEAVY].mean()
    score = next(e.value for e in measured.verdict.evidence if (e.measure, e.subject) == ("score", "dense"))
    assert score == pytest.approx(np.average(right, weights=WEIGHTS), rel=1e-5)
    assert measured.study.prepared.given.mean() == pytest.approx(1)


def test_weights_are_kept_with_the_prepared_data(measured, tmp_path):
    prepared = measured.study.prepared
    prepared.save(tmp_path)
    assert np.array_equal(Prepared.load(tmp_path, prepared.key).given, prepared.given)
    assert replace(prepared, given=None).key != prepared.key


ESTIMATORS = [(kind, name) for kind in BASELINES for name, found in BASELINES[kind].items() if found.make]


@pytest.mark.parametrize("kind, name", ESTIMATORS)
def test_every_baseline_takes_weights(kind, name):
    y = (X[:, 0] if kind == "regression" else HEAVY.astype(int)).copy()
    for strength in BASELINES[kind][name].strengths[:1]:
        estimator = BASELINES[kind][name].make(strength)
        once = estimator.fit(X, y, **weighted(estimator, np.ones(N))).predict(X)
        again = estimator.fit(X, y, **weighted(estimator, WEIGHTS)).predict(X)
        assert kind == "regression" or (again == 1).sum() >= (once == 1).sum()
        assert np.isfinite(again).all()
