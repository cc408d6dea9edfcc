"""Splits partition the rows, keep the shares of the classes, and follow from the seed alone."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fourfold.data import from_arrays, plan, read
from fourfold.data.columns.roles import Roles
from fourfold.data.judgement.findings import judge
from fourfold.data.splits import holds_out
from fourfold.errors import DataError, OptionError


def dataset(y):
    y = np.asarray(y)
    task = "regression" if y.dtype.kind == "f" else None
    return from_arrays(np.arange(len(y), dtype=float), y, task=task)


targets = st.one_of(
    st.lists(st.integers(2, 40), min_size=2, max_size=6)
    .filter(lambda counts: sum(counts) >= 10)
    .map(lambda counts: np.repeat([f"c{i}" for i in range(len(counts))], counts)),
    st.lists(st.floats(-1e6, 1e6), min_size=10, max_size=300)
    .filter(lambda values: min(values) < max(values))
    .map(lambda values: np.array(values)),
)


@given(y=targets, seed=st.integers(0, 2**32), folds=st.integers(2, 6), repeats=st.integers(1, 2))
def test_every_row_is_tested_once_a_repeat(y, seed, folds, repeats):
    data = dataset(y)
    splits = plan(data, seed=seed, folds=folds, repeats=repeats)
    rows = np.arange(len(y))
    for split in splits:
        parts = np.concatenate([split.train, split.validation, split.test])
        np.testing.assert_array_equal(np.sort(parts), rows)
    for repeat in range(repeats):
        mine = [split for split in splits if split.repeat == repeat]
        np.testing.assert_array_equal(np.sort(np.concatenate([split.test for split in mine])), rows)
        assert [split.fold for split in mine] == list(range(len(mine)))
    if data.task.kind == "classification":
        smallest = np.unique(y, return_counts=True)[1].min()
        assert len(splits) == repeats * max(2, min(folds, smallest))
        for split in splits:
            assert set(y[split.train]) == set(y)
            rest = np.concatenate([split.train, split.validation])
            for label, count in zip(*np.unique(y[rest], return_counts=True)):
                assert (y[split.validation] == label).sum() == min(max(1, round(0.2 * count)), count - 1)
    else:
        assert len(splits) == repeats * folds
    again = plan(data, seed=seed, folds=folds, repeats=repeats)
    for one, other in zip(splits, again, strict=True):
        for part in ("train", "validation", "test"):
            np.testing.assert_array_equal(getattr(one, part), getattr(other, part))


def test_folds_are_alike():
    data = read("diabetes")
    means = [data.target[split.test].mean() for split in plan(data, seed=1)]
    assert np.ptp(means) < 12  # five random folds of this target differ by about 20
    digits = read("digits")
    for split in plan(digits, seed=1):
        assert np.bincount(digits.target[split.test].astype(int)).min() >= 34
        assert abs(len(split.validation) / (len(split.train) + len(split.validation)) - 0.2) < 0.01


def test_seeds_give_other_splits():
    data = read("iris")
    first, second = plan(data, seed=0), plan(data, seed=1)
    assert not np.array_equal(first[0].test, second[0].test)
    repeated = plan(data, seed=0, repeats=2)
    assert not np.array_equal(repeated[0].test, repeated[5].test)


@pytest.mark.parametrize("kind", ["classes", "numbers"])
def test_one_hold_out_from_5000_rows(kind):
    y = np.repeat(["a", "b", "rare"], [3000, 1998, 2]) if kind == "classes" else np.linspace(-1, 1, 5000)
    (split,) = plan(dataset(y), seed=0, repeats=3)
    assert len(plan(dataset(y[:-1] if kind == "numbers" else y[1:]), seed=0)) == (
        5 if kind == "numbers" else 2
    )
    assert (len(split.test), len(split.validation)) == ((1001, 800) if kind == "classes" else (1000, 800))
    np.testing.assert_array_equal(
        np.sort(np.concatenate([split.train, split.validation, split.test])), np.arange(5000)
    )
    if kind == "classes":
        assert (y[split.test] == "rare").sum() == (y[split.train] == "rare").sum() == 1


def test_test_rows_of_the_user_stay_test_rows():
    x, y = np.arange(40.0), np.arange(40) % 2
    data = from_arrays(x[:30], y[:30], x_test=x[30:], y_test=y[30:])
    splits = plan(data, seed=5)
    assert [(split.fold, split.repeat) for split in splits] == [(0, 0)] * 5
    for split in splits:
        np.testing.assert_array_equal(split.test, np.arange(30, 40))
        np.testing.assert_array_equal(np.union1d(split.train, split.validation), np.arange(30))
        assert np.bincount(y[split.validation]).tolist() == [3, 3]
    np.testing.assert_array_equal(
        np.sort(np.concatenate([split.validation for split in splits])), np.arange(30)
    )


def test_a_fifth_of_many_rows_chooses_where_test_rows_are_given():
    x, y = np.arange(1100.0), np.arange(1100) % 2
    (split,) = plan(from_arrays(x[:1000], y[:1000], x_test=x[1000:], y_test=y[1000:]), seed=5)
    assert (len(split.train), len(split.validation), len(split.test)) == (800, 200, 100)


@pytest.mark.parametrize("rows, groups, splits", [(6000, 4, 4), (6000, 124, 5), (6000, 125, 1), (20_000, 4, 1)])
def test_many_rows_in_few_groups_are_all_tested(rows, groups, splits):
    """A fifth of four groups is one, which says nothing of the next; each fold takes memory for all rows."""
    data = from_arrays(np.arange(float(rows)), np.sin(np.arange(rows)))
    names = (np.arange(rows) % groups).astype(str)
    found = plan(replace(data, groups=names), seed=0)
    assert len(found) == splits and holds_out(replace(data, groups=names)) is (splits == 1)
    tested = [name for split in found for name in {*names[split.test]}]
    assert len(tested) == len({*tested}) == (round(groups / 5) if splits == 1 else groups)
    assert len(plan(data, seed=0)) == 1


@pytest.mark.parametrize("tested", [1, 2])
def test_one_test_row_is_refused(tested):
    x, y = np.arange(30.0), np.arange(30.0) ** 2
    data = from_arrays(x[tested:], y[tested:], x_test=x[:tested], y_test=y[:tested])
    if tested == 2:
        assert len(plan(data, seed=0)[0].test) == 2
        return
    with pytest.raises(DataError, match="one test row tells no two models apart.*got 1 row in the test file") as caught:
        plan(data, seed=0)
    assert caught.value.do.startswith("leave out --test")


@given(
    counts=st.lists(st.integers(2, 9), min_size=2, max_size=5).filter(lambda counts: sum(counts) >= 10),
    seed=st.integers(0, 99),
)
def test_each_class_trains_in_every_fold_that_chooses(counts, seed):
    y = np.repeat([f"c{i}" for i in range(len(counts))], counts)
    data = from_arrays(np.arange(len(y), dtype=float), y, x_test=np.arange(2.0) - 5, y_test=y[:2])
    splits = plan(data, seed=seed)
    validated = np.concatenate([split.validation for split in splits])
    np.testing.assert_array_equal(np.sort(validated), np.arange(len(y)))
    for split in splits:
        assert set(y[split.train]) == set(y)


def test_groups_validate_whole_where_test_rows_are_given():
    x, group = np.arange(60.0), np.arange(60) // 6
    y = np.arange(60) % 2
    data = from_arrays(x[:50], y[:50], x_test=x[50:], y_test=y[50:])
    grouped = replace(data, groups=np.where(np.arange(60) == 50, 7, group))
    splits = plan(grouped, seed=0)
    assert len(splits) == 5
    for split in splits:
        assert not set(group[split.validation]) & set(group[split.train])
        assert 7 not in group[split.train] and 7 not in group[split.validation]


@pytest.mark.parametrize("groups, left", [(6, "0 groups, of 0 rows"), (7, "1 group, of 6 rows")])
def test_groups_that_are_nearly_all_tested_are_refused(groups, left):
    y = np.arange(60) % 2
    data = from_arrays(np.arange(42.0), y[:42], x_test=np.arange(18.0), y_test=y[:18])
    names = np.concatenate([np.minimum(np.arange(42) // 6, groups - 1), np.arange(18) // 3])
    with pytest.raises(DataError, match=f"nearly all groups .* got {left}, without a test row, wanted at least 2"):
        plan(replace(data, groups=names), seed=0)


@pytest.mark.parametrize("numbers", [{"seed": -1}, {"seed": 0, "folds": 1}, {"seed": 0, "repeats": 0}])
def test_numbers_that_cannot_be(numbers):
    with pytest.raises(OptionError, match="seed 0 or more, 2 folds or more, 1 repeat or more"):
        plan(read("iris"), **numbers)


@pytest.mark.parametrize("tested", [0, 20])
def test_rows_that_stand_newest_first_are_learnt_from_in_order_of_time(tested):
    """The splits are those of the rows turned round; test rows of their own stay behind."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"day": pd.date_range("2024-01-01", periods=120), "v": rng.normal(size=120), "y": rng.normal(size=120)}
    )
    later = frame.assign(day=frame["day"] + pd.Timedelta(days=120))[:tested] if tested else None
    told, turned = (
        read(rows, target="y", test=later, roles=Roles(time_ordered=True)) for rows in (frame, frame[::-1])
    )
    assert "order of time: by day (the rows stand newest first; only the past is learnt from)" in map(str, turned.notes)
    for one, other in zip(plan(told, seed=0), plan(turned, seed=0), strict=True):
        for part in ("train", "validation", "test"):
            days = [data.inputs["day"][getattr(split, part)] for data, split in ((told, one), (turned, other))]
            np.testing.assert_array_equal(np.sort(days[0]), np.sort(days[1]))


DAYS = pd.date_range("2020-01-01", periods=120)
FALLING = {
    "a date that is dropped": ({"when": DAYS}, {"drop": "when"}),
    "a date that names the rows": ({"when": DAYS}, {"id": "when"}),
    "dates as words, one of them missing": ({"when": [None, *DAYS.strftime("%d.%m.%Y")[1:]]}, {}),
    "seconds": ({"timestamp": 1_600_000_000 + 3_600 * np.arange(120)}, {}),
    "years": ({"year": 1900 + np.arange(120)}, {}),
    "years that repeat": ({"year": 1990 + np.arange(120) // 4}, {}),
    "years and months": ({"year": 2010 + np.arange(120) // 12, "month": 1 + np.arange(120) % 12}, {}),
    "a date beside one of birth": ({"when": DAYS, "birth": DAYS[np.arange(120) * 7 % 120]}, {}),
}


@pytest.mark.parametrize("name", FALLING)
def test_the_latest_rows_are_tested_whatever_tells_the_time(name):
    columns, roles = FALLING[name]
    frame = pd.DataFrame({**columns, "v": np.arange(120) * 11 % 17, "y": np.arange(120) * 7 % 5 / 2})[::-1]
    data = read(frame, target="y", roles=Roles(time_ordered=True, **roles))
    assert any("the rows stand newest first" in note.because for note in data.notes)
    time = np.arange(120)[::-1]
    for split in plan(data, seed=0):
        assert time[split.train].max() < time[split.validation].min() and time[split.validation].max() < time[split.test].min()
    assert "not-in-order-of-time" not in {finding.slug for finding in judge(data)}


@pytest.mark.parametrize("days, said", [(120, False), (-60, True)])
def test_test_rows_before_those_that_are_learnt_from_are_said(days, said):
    frame = pd.DataFrame({"when": DAYS, "v": np.arange(120) * 11 % 17, "y": np.arange(120) * 7 % 5 / 2})
    test = frame[:40].assign(when=frame["when"][:40] + pd.Timedelta(days=days))
    found = judge(read(frame, target="y", test=test, roles=Roles(time_ordered=True)))
    assert ("tests-in-the-past" in {finding.slug for finding in found}) is said


def test_of_several_dates_in_no_order_the_nearest_to_one_is_named():
    frame = pd.DataFrame({"a": DAYS[np.arange(120) * 31 % 120], "b": DAYS[np.arange(120) * 49 % 120], "y": np.arange(120) / 2})
    found = judge(read(frame, roles=Roles(time_ordered=True)))
    assert "the rows are not in order of time: 'a' goes back" in "\n".join(map(str, found))


def test_files_in_the_order_of_their_names_are_put_in_order_of_time(tmp_path):
    """Those of months have another one."""
    for name, month in (("jan", 1), ("feb", 2), ("mar", 3)):
        lines = [f"2024-{month:02d}-{day:02d},{day % 9},{day * 7 % 5}.5" for day in range(1, 29)]
        (tmp_path / f"{name}.csv").write_text("\n".join(["day,v,y", *lines]))
    data = read(tmp_path, roles=Roles(time_ordered=True))
    assert "order of time: by day (it goes back in 1 row; only the past is learnt from)" in map(str, data.notes)
    days = data.inputs["day"]
    for split in plan(data, seed=0):
        assert days[split.train].max() < days[split.validation].min() <= days[split.validation].max() < days[split.test].min()
    found = [finding.slug for finding in judge(read(tmp_path))]
    assert "in-order-of-time" in found


@pytest.mark.parametrize("order, said", [(np.arange(40), 0), (np.arange(40)[::-1], 0), (np.arange(40) * 7 % 40, 1)])
def test_rows_in_no_order_of_time_are_said(order, said):
    days = pd.date_range("2024-01-01", periods=40)[order]
    frame = pd.DataFrame({"day": days, "v": np.arange(40) * 3 % 7, "y": np.arange(40) * 11 % 40 / 3})
    found = judge(read(frame, test=frame[:20], roles=Roles(time_ordered=True)))
    assert [finding.slug for finding in found].count("not-in-order-of-time") == said


def test_the_folder_of_one_class_is_refused_as_test_rows(tmp_path):
    for path in (tmp_path / part / c / f"{i}.txt" for part in ("train", "test") for c in ("neg", "pos") for i in range(12)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"so it is {path.stem} {path.parent.name}")
    with pytest.raises(DataError, match="the test rows are the folder of one class: got .*/test/pos, wanted the folder in which each class has one") as caught:
        read(tmp_path / "train", test=tmp_path / "test" / "pos")
    assert caught.value.do == f"--test {tmp_path / 'test'}"
    assert len(read(tmp_path / "train", test=tmp_path / "test").test_rows) == 24
