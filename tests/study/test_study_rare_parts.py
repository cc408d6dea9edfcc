"""Parts that lack a class or whose target does not vary: a comparison goes on, and says what can't be measured."""

import json

import numpy as np
import pytest

import fourfold
from fourfold.data import from_arrays, plan
from fourfold.data.columns.roles import Roles
from fourfold.errors import DataError, OptionError
from fourfold.evidence import class_scores
from fourfold.study.workers import Inline

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 2))


def compared(x, y, tmp_path, **options):
    return fourfold.compare(
        x, y, effort="tiny", candidates=["dense"], out=tmp_path / "out", verbose=False, executor=Inline(), **options
    )


@pytest.mark.parametrize("options", [{"group": np.arange(120) // 10}, {"time_ordered": True}])
def test_the_last_class_may_be_absent_from_validation_rows(options, tmp_path):
    """Of twelve patients three are sick; in order of time the sick come early and late."""
    sick = np.isin(np.arange(120) // 10, (0, 5, 11))
    found = compared(X, np.where(sick, "sick", "healthy"), tmp_path, **options)
    assert {row["name"] for row in found.results["baselines"]} >= {"logistic regression", "boosted trees"}
    assert all(0 <= row["score"]["value"] <= 1 for row in found.results["baselines"])


@pytest.mark.parametrize("kind", ["number", "class", "labels", "numbers"])
def test_tested_rows_whose_target_does_not_vary_have_no_share_of_its_variance(kind, tmp_path):
    y = {
        "number": X[:, 0],
        "class": np.where(X[:, 0] > 0, "up", "down"),
        "labels": (X > 0).astype(int),
        "numbers": X.copy(),
    }[kind]
    x_test, y_test = X[:3], np.repeat(y[:1], 3, axis=0)
    found = compared(X, y, tmp_path, test=(x_test, y_test))
    json.loads((tmp_path / "out" / "results.json").read_text(), parse_constant=pytest.fail)
    scores = {e.measure: e for e in found.evidence if e.subject == "dense"}
    absent = {"number": ["R2"], "class": ["AUC"], "numbers": ["R2", "R2 of y0", "R2 of y1"]}.get(kind, [])
    assert all(scores[name].reason == "the target does not vary over the test rows" for name in absent)


def test_test_rows_beside_x_and_y_are_a_pair(tmp_path):
    with pytest.raises(OptionError, match="wanted test=.x_test, y_test."):
        compared(X, X[:, 0], tmp_path, test=X[:3])
    found = compared(X, X[:, 0], tmp_path, test=(X[:50], X[:50, 0]))
    assert "test=test" in found.results["command"]  # and no numbers
    assert len(np.load(tmp_path / "out" / "predictions.npz")["rows"]) == 50


def test_areas_and_shares_of_one_class_and_one_number_are_no_numbers_without_a_warning():
    assert np.isnan(class_scores.auc_parts(np.array([[0.2, 0.8], [0.6, 0.4]]), np.array([1, 1]), np.ones(2))[0])


@pytest.mark.parametrize("time_ordered, wanted", [(True, "the rows of a training part all weigh 0"), (False, None)])
def test_parts_whose_rows_all_weigh_nothing_are_refused_before_training(time_ordered, wanted):
    weights = np.where(np.arange(120) < 70, 0.0, 1.0)
    data = from_arrays(X, X[:, 0], roles=Roles(weight=weights, time_ordered=time_ordered))
    if wanted is None:
        assert len(plan(data, seed=0)) == 5
        return
    with pytest.raises(DataError, match=wanted):
        plan(data, seed=0)
