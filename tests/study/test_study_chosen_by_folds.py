"""With few rows beside the user's own test rows, settings are chosen over folds that validate in turn."""

from itertools import product

import numpy as np
import pytest

from fourfold.data import from_arrays
from fourfold.study import tested
from fourfold.study.baselines import BASELINES
from fourfold.study.efforts import EFFORTS
from fourfold.study.study import Study


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 5))
    y = np.where(x[:, 0] + 0.3 * rng.normal(size=60) > 0, "yes", "no")
    data = from_arrays(x[:40], y[:40], x_test=x[40:], y_test=y[40:])
    folder = tmp_path_factory.mktemp("chosen")
    return Study(data, EFFORTS["tiny"], [0, 1], 0, folder, families=("dense", "convolution"))


@pytest.fixture(scope="module")
def trials(study):
    study.learning_rates = [1e-3, 3e-2]
    return study.run()


def test_every_setting_is_tried_on_every_fold_and_one_run_a_seed_answers(study, trials):
    assert study.protocol == "hold-out"
    for found in trials.values():
        tried = {(t.run.learning_rate, t.run.seed, t.run.split) for t in found.all}
        assert tried == set(product([1e-3, 3e-2], [0, 1], range(5)))
        assert set(found.answers()) == {(0, 0), (1, 0)}
        assert found.median().run.split == 0
        predicted = tested.of_trials(study, found.answers())
        assert predicted.values.shape == (2, 20, 2)


def test_what_is_chosen_is_best_over_all_folds(trials):
    for found in trials.values():
        for setting in found.by_setting:
            scores = [t.validation_score for t in found.by_setting[setting]]
            assert found.rank(setting, 0)[0] == pytest.approx(np.mean(scores), abs=1e-8)
        best = max(found.by_setting, key=found.rank)
        assert {(t.size, t.run.learning_rate) for t in found.chosen().values()} == {best}


def test_a_refit_learns_from_every_row_that_is_not_tested(study, trials):
    runs = [run for block in study.refits(trials) for run in block.runs]
    assert sorted((run.seed, run.split) for run in runs) == [(0, 0), (0, 0), (1, 0), (1, 0)]


def test_a_baselines_strength_is_chosen_over_all_folds(study, trials):
    (arrays,) = study.baselines()["logistic regression"]
    assert {name for name in arrays if name.startswith("strength")} == {"strength-0"}
    baseline, prepared = BASELINES["classification"]["logistic regression"], study.prepared
    y = prepared.targets[0, :, 0]
    scores = [
        np.mean(
            [
                baseline.of(strength, y).fit(x[s.train], y[s.train]).score(x[s.validation], y[s.validation])
                for s, x in zip(prepared.splits, prepared.inputs)
            ]
        )
        for strength in baseline.strengths
    ]
    assert float(arrays["strength-0"]) == baseline.strengths[int(np.argmax(scores))]
    assert float(arrays["validation-0"]) == pytest.approx(max(scores))
    assert len(arrays["test-0"]) == 20
