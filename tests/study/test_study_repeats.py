"""Each five seeds of a cross-validation have folds of their own."""

import json

import numpy as np
import pytest

from fourfold.comparison import compare, load_model
from fourfold.data import from_arrays
from fourfold.study import tested
from fourfold.study.efforts import EFFORTS
from fourfold.study.price import price
from fourfold.study.study import Study


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(100, 5))
    return from_arrays(x, np.where(x[:, 0] + 0.3 * rng.normal(size=100) > 0, "yes", "no"))


def planned(data, folder, seeds, **options):
    return Study(data, EFFORTS["tiny"], list(range(seeds)), 0, folder, families=("dense", "recurrent"), **options)


@pytest.fixture(scope="module")
def study(data, tmp_path_factory):
    return planned(data, tmp_path_factory.mktemp("repeats"), 5, seeds_of_a_repeat=2)


@pytest.fixture(scope="module")
def trials(study):
    study.learning_rates = [1e-3, 3e-2]
    return study.run()


@pytest.mark.parametrize("seeds, repeats", [(1, 1), (5, 1), (9, 1), (10, 2), (14, 2), (15, 3)])
def test_a_new_partition_for_each_five_seeds(data, tmp_path, seeds, repeats):
    assert len(planned(data, tmp_path, seeds).repeats) == repeats


def test_every_row_is_tested_once_a_seed_by_models_that_have_not_seen_it(study, trials):
    assert len(study.repeats) == 2
    assert [study.repeats.index(study.repeat_of(seed)) for seed in range(5)] == [0, 0, 1, 1, 1]
    for found in trials.values():
        assert set(found.answers()) == {(seed, split) for seed in range(5) for split in range(5)}
    for repeat in study.repeats:
        rows = np.concatenate([split.test for split in repeat.prepared.splits])
        np.testing.assert_array_equal(np.sort(rows), np.arange(100))
    first, second = ([split.test.tolist() for split in repeat.prepared.splits] for repeat in study.repeats)
    assert first != second


def test_a_setting_is_chosen_within_a_repeat(study, trials):
    """Validation rows of one repeat are test rows of the other: they must not choose together."""
    for found in trials.values():
        for (seed, split), trial in found.chosen().items():
            mine = [t for t in found.all if (t.run.seed < 2, t.run.split) == (seed < 2, split)]
            assert {t.part for t in mine} == {trial.part}
            scores = {}
            for t in mine:
                scores.setdefault((t.size, t.run.learning_rate), []).append(t.validation_score)
            best = max(np.mean(values) for values in scores.values())
            assert np.mean(scores[trial.size, trial.run.learning_rate]) == pytest.approx(best)


def test_the_first_seeds_of_a_repeat_choose_for_the_others(data, tmp_path):
    """What a seed is trained in must not hang on its own test rows, nor on how many seeds follow."""
    study = planned(data, tmp_path, 7, seeds_of_a_repeat=3)
    study.learning_rates = [1e-3, 3e-2]
    assert study.choosing == [0, 1, 3, 4]
    for found in study.run().values():
        for setting, trials in found.by_setting.items():
            assert {(t.run.seed, t.run.split) for t in trials} == {(s, k) for s in study.choosing for k in range(5)}, setting
        others = [t for trials in found.others.values() for t in trials]
        assert sorted((t.run.seed, t.run.split) for t in others) == [(s, k) for s in (2, 5, 6) for k in range(5)]
        assert all(trial.setting == found.best(trial.part) for trial in others)
        settings = {key: trial.setting for key, trial in found.chosen().items()}
        assert settings == {key: refit.setting for key, refit in found.refits.items()}
        for (seed, split), setting in settings.items():
            assert setting == settings[0 if seed < 3 else 3, split]


def test_the_price_counts_the_trainings(data, tmp_path):
    study = planned(data, tmp_path, 7, seeds_of_a_repeat=3)
    study.run()
    saved = [path for family in study.families for path in (tmp_path / "blocks").glob(f"{family}-*.npz")]
    assert price(study, 1).replicas == sum(len(np.load(path)["steps"]) for path in saved)


def test_predictions_are_those_of_each_seeds_own_folds(study, trials):
    found = tested.of_trials(study, trials["dense"].answers())
    assert found.values.shape == (5, 100, 2) and found.fold.shape == (5, 100)
    for seed in range(5):
        for number, split in enumerate(study.repeat_of(seed).prepared.splits):
            assert (found.fold[seed, split.test] == number).all()
            outputs = trials["dense"].answers()[seed, number].outputs
            probability = 1 / (1 + np.exp(-outputs[:, 0].astype(float)))
            np.testing.assert_allclose(found.values[seed, split.test, 1], probability, rtol=1e-6)
    assert tested.analysis(study, {"dense": np.zeros((5, 100))}, found).design.repeats == 2


def test_baselines_are_fitted_in_each_repeat(study, trials):
    results = study.baselines()["logistic regression"]
    assert len(results) == 2
    values = tested.of_baseline(study, results, guess=False)
    assert values.shape == (2, 100, 2) and not np.allclose(values[0], values[1])


def test_more_seeds_add_to_what_is_there(data, tmp_path):
    def blocks():
        return {path.name for path in (tmp_path / "blocks").glob("*.npz")}

    few = planned(data, tmp_path, 2, seeds_of_a_repeat=2)
    few.run()
    before = blocks()
    more = planned(data, tmp_path, 4, seeds_of_a_repeat=2)
    assert more.prepared.key == few.prepared.key
    assert all(block.load(tmp_path) is not None for block in more.blocks(more.learning_rates) if block.runs[0].seed < 2)
    more.run()
    assert before < blocks()


def test_the_report_says_how_often(data, tmp_path):
    found = compare(data.inputs, data.target, effort="tiny", seeds=10, candidates=["dense"], out=tmp_path, verbose=False)
    assert "5-fold cross-validation, 2 times" in found.report().read_text().replace("\N{NO-BREAK SPACE}", " ")
    results = json.loads((tmp_path / "results.json").read_text())
    assert (results["design"]["folds"], results["design"]["repeats"]) == (5, 2)
    with np.load(tmp_path / "predictions.npz") as file:
        right = file["classes"][file["dense"].argmax(axis=-1)] == file["classes"][file["true"]]
        baseline = file["logistic regression"].argmax(axis=-1) == file["true"]
        assert file["fold"].shape == (10, 100)
    by_name = {row.get("family") or row.get("name"): row for row in [*results["families"], *results["baselines"]]}
    assert by_name["dense"]["score"]["value"] == pytest.approx(right.mean())
    assert by_name["logistic regression"]["score"]["value"] == pytest.approx(baseline.mean())
    assert len(load_model(tmp_path).predict(data.inputs)) == 100
