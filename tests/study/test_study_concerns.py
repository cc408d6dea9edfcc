"""What a study hands over for doubts: leaks in the data, seen through any form of input."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from fourfold.comparison import compare
from fourfold.data import from_arrays, read
from fourfold.data.judgement.case import row_keys
from fourfold.data.judgement.findings import judge
from fourfold.evidence import names
from fourfold.layers import Dense, Rescaling
from fourfold.preprocessing.table import Table
from fourfold.study import concerns as concerns_of
from fourfold.study.blocks import Run
from fourfold.study.concerns import best_column, concerns, merged, twins
from fourfold.study.efforts import EFFORTS
from fourfold.study.study import Study
from fourfold.study.trials import Trial, Trials
from fourfold.study.workers import Inline
from fourfold.training.replicas import DIVERGED


def test_twins_are_equal_rows_in_any_form():
    random = np.random.default_rng(0)
    images = random.normal(size=(40, 4, 4, 1)).astype(np.float32)
    train, test = np.arange(30), np.arange(30, 40)
    assert twins(row_keys(images), [(train, test)]) == 0
    images[30:33], images[33] = images[:3], images[34]  # three twins in training, one pair inside test
    assert twins(row_keys(images), [(train, test)]) == pytest.approx(0.3)
    words = np.array(["a", "b", None, "a"] * 10, dtype=object)
    numbers = np.arange(40.0)
    table = Table({"word": words, "number": numbers})
    assert twins(row_keys(table), [(train, test)]) == 0
    numbers[30:35], words[30:35] = numbers[:5], words[:5]
    numbers[[0, 30]] = np.nan
    numbers[1] = -0.0
    numbers[31] = 0.0
    assert twins(row_keys(table), [(train, test)]) == pytest.approx(0.5)


def test_twins_are_counted_within_each_split():
    x = np.array([[1.0], [1.0], [2.0], [3.0]])
    assert twins(row_keys(x), [(np.array([0, 1]), np.array([2, 3])), (np.array([2, 3]), np.array([0, 1]))]) == 0
    assert twins(row_keys(x), [(np.array([0, 2]), np.array([1, 3])), (np.array([1, 3]), np.array([0, 2]))]) == 0.5


def test_rows_whose_level_gets_no_place_of_its_own_are_counted():
    words = np.array([f"w{i % 80}" for i in range(800)] + ["w0"] * 200, dtype=object)
    assert merged(words) == (80, pytest.approx(16 * 10 / 1000))
    assert merged(words[:64]) == (64, 0.0)


def test_twins_among_validation_rows_count_since_what_is_tested_learnt_from_these_too(tmp_path):
    x = np.repeat(np.random.default_rng(0).normal(size=(60, 3)), 2, axis=0)
    study = Study(from_arrays(x, np.arange(120) // 2 % 2), EFFORTS["tiny"], [0], 0, tmp_path)
    fold = np.zeros(120)
    for number, split in enumerate(study.splits):
        fold[split.test] = number
    share = next(e.value for e in concerns(study, {}) if e.measure == names.TWINS)
    assert share == pytest.approx((fold[::2] != fold[1::2]).mean()) and share > 0.5


@pytest.mark.parametrize("levels, suspect", [(2, False), (1000, True)])
def test_rows_that_agree_by_chance_are_no_suspects(levels, suspect, tmp_path):
    """Twelve columns of two levels, most alike; or a fifth of the rows again, of columns that hardly repeat a value."""
    random = np.random.default_rng(0)
    x = np.floor(levels * random.random((300, 12)) ** (4 if levels == 2 else 1))
    if suspect:
        x[240:] = x[:60]
    y = np.array(["no", "yes"])[(x[:, 0] + 0.3 * random.random(300) * levels > 0.5 * levels).astype(int)]
    y[240:] = y[:60] if suspect else y[240:]
    dataset = from_arrays(x, y)
    dataset = replace(dataset, findings=judge(dataset))
    found = concerns(Study(dataset, EFFORTS["tiny"], [0], 0, tmp_path), {})
    by_measure = {e.measure: e.value for e in found if e.subject == "study"}
    assert by_measure[names.TWINS] > 0.01 and (names.BY_CHANCE not in by_measure) is suspect


def test_a_class_that_no_family_ever_predicts_is_found(tmp_path):
    random = np.random.default_rng(0)
    y = np.array(["often", "seldom", "well"], dtype=object)[np.repeat([0, 1, 2], [120, 12, 60])]
    x = random.normal(size=(192, 3))
    x[y == "well"] += 3  # nothing tells the second class from the first
    found = compare(x, y, effort="tiny", out=tmp_path / "out", candidates=["dense"], verbose=False)
    (doubt,) = [doubt for doubt in found.verdict["doubts"] if "ever predicts" in doubt]
    assert doubt == "No family ever predicts “seldom” (12 test rows): accuracy says nothing of it."


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("kind", ["classes", "numbers"])
def test_a_family_that_learns_nothing_of_what_another_tells_is_found(kind, told, tmp_path):
    """One candidate is blind. Of a target that nobody tells it is no fault to learn nothing."""
    random = np.random.default_rng(0)
    x = random.normal(size=(300, 4))
    y = 3.0 * x[:, 0] if told else random.normal(size=300)
    y = y if kind == "numbers" else np.where(y > 0, "high", "low")
    blind = {"blind": lambda x: Dense(4)(Rescaling(0.0)(x))}
    effort = replace(EFFORTS["tiny"], steps=200)
    study = Study(from_arrays(x, y), effort, [0], 0, tmp_path, ("dense",), blind)
    found = {e.subject: e.value for e in concerns(study, study.run(Inline())) if e.measure == names.UNLEARNT}
    assert bool(found) is told
    if told:
        assert found["dense"] < 0.3 and 0.9 < found["blind"] < 1.05


@pytest.mark.parametrize("kind", ["number", "category", "regression", "date"])
def test_a_column_that_is_the_target_in_disguise_is_found(kind):
    random = np.random.default_rng(1)
    y = random.integers(0, 3, 300)
    leak = {
        "number": y * 10.0 + random.random(300),
        "category": np.array(["u", "v", "w"], dtype=object)[y],
        "regression": y + 0.0,
        "date": np.datetime64("2020-01-01") + y * np.timedelta64(30, "D"),
    }[kind]
    import pandas

    frame = pandas.DataFrame({"a": random.random(300), "leak": leak, "b": random.random(300)})
    target = 3.0 * y**2 + 0.01 * random.normal(size=300) if kind == "regression" else np.array(list("xyz"))[y]
    data = from_arrays(frame, target)
    assert data.task.kind == ("regression" if kind == "regression" else "classification")
    column, score = best_column(data, np.arange(300))
    assert column == "leak" and score > 0.995


@pytest.mark.parametrize("kind", ["classification", "regression"])
def test_a_column_is_as_good_as_it_is_for_the_rows_that_count(kind):
    random = np.random.default_rng(0)
    y, told = random.integers(0, 2, 300), np.arange(300) % 4 > 0
    x = np.stack([np.where(told, y, 1 - y) + 0.1 * random.random(300), random.random(300)], axis=1)
    data = from_arrays(x, y + 0.001 * random.random(300) if kind == "regression" else np.array(list("xy"))[y])
    assert best_column(data, np.arange(300))[1] < 0.8
    alone, weighed = (best_column(replace(data, weights=np.where(told, 1.0, w)), np.arange(300))[1] for w in (0, 1e-6))
    assert alone > 0.99
    assert weighed > best_column(data, np.arange(300))[1] + 0.1


@pytest.mark.parametrize("name", ["iris", "wine", "breast-cancer", "diabetes"])
def test_honest_columns_are_not_suspect(name):
    data = read(name)
    assert best_column(data, np.arange(data.rows))[1] < 0.98


def refitted(scores, again):
    """Trials of one setting and their refits, by validation scores; None is a refit that diverged."""
    kept = Trials("dense")
    for seed, (score, other) in enumerate(zip(scores, again)):
        run = Run(0.01, seed, 0)
        trial = Trial("dense", "M", run, 0, 0, 9, score, 0.1, 0.1, *[np.zeros(1)] * 5)
        kept.add(trial)
        status = DIVERGED if other is None else 0
        kept.refits[seed, 0] = replace(trial, status=status, validation_score=math.nan if other is None else other)
    return kept


def test_what_refits_lose_is_that_of_those_which_are_left_out():
    """Of one that diverged it is what the worst trial has less."""
    study = SimpleNamespace(dataset=SimpleNamespace(task=SimpleNamespace(score="accuracy")), deviation=1.0)
    lost = concerns_of._lost_by_refits(study, refitted([0.9, 0.8, 0.7, 0.9], [0.95, 0.78, 0.7, None]))
    np.testing.assert_allclose(lost, [0.02, 0.2])
