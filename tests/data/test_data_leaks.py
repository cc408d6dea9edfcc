"""Columns that give a target away are found where values lie far apart, too."""

import numpy as np
import pandas as pd
import pytest

from fourfold.data import read
from fourfold.data.columns.roles import Roles
from fourfold.data.judgement.findings import judge


@pytest.mark.parametrize(
    ("leak", "name", "gives"),
    [
        (lambda y: np.log(y), "leak", True),
        (lambda y: -np.sqrt(y), "leak", True),
        (lambda y: np.where(np.arange(60) % 3, y, np.nan), "leak", True),
        (lambda y: np.where(np.arange(60) % 3, np.nan, y), "leak", False),
        (lambda y: np.where(np.arange(60) == 7, 0, np.sqrt(y)), "leak", False),
        (lambda y: np.log(y), "year", False),
    ],
    ids=["logarithm", "root that falls", "a third missing", "mostly missing", "one row apart", "a time"],
)
def test_a_number_in_the_order_of_the_target_gives_it_away_however_far_its_values_lie_apart(leak, name, gives):
    rng = np.random.default_rng(0)
    y = np.exp(rng.normal(size=60) * 3)
    frame = pd.DataFrame({"v": rng.normal(size=60), name: leak(y), "target": y})
    said = [finding.what for finding in judge(read(frame)) if finding.slug == "gives-target-away"]
    assert said == ["column 'leak' alone tells the target (both have one order in all rows)"] * gives


def leaks(frame, **options):
    return [finding for finding in judge(read(frame, **options)) if finding.slug == "gives-target-away"]


# name: (another column than the target in which it is 0 or 1, what differs from it), and what is said
NEARLY = {
    "words, 1 % apart": (lambda y, apart: np.where(y ^ apart(0.01), "open", "closed"), "value for value in 99."),
    "a flag, 1 % apart": (lambda y, apart: y ^ apart(0.01), "value for value in 99."),
    "4 % apart": (lambda y, apart: y ^ apart(0.04), ""),
    "10 % apart": (lambda y, apart: y ^ apart(0.1), ""),
    "a strong predictor of many values": (lambda y, apart: (y ^ apart(0.015)) * 4 + np.arange(2000) % 4, ""),
}


@pytest.mark.parametrize("name", NEARLY)
def test_a_column_that_is_the_target_but_for_a_few_rows_is_told_and_a_predictor_is_not(name):
    make, said = NEARLY[name]
    rng = np.random.default_rng(5)
    y = rng.integers(0, 2, 2000).astype(bool)
    frame = pd.DataFrame({"v": rng.normal(size=2000), "status": make(y, lambda share: rng.random(2000) < share)})
    found = leaks(frame.assign(target=np.where(y, "a", "b")))
    assert len(found) == bool(said) and all(said in one.what and 0.95 < one.number < 1 for one in found)


def test_a_number_that_is_the_target_but_for_a_few_rows_is_told_where_the_target_is_not_mostly_one_value():
    rng = np.random.default_rng(5)
    y = rng.exponential(size=2000).round(2) + np.where(rng.random(2000) < 0.02, 1e6, 0)  # R^2 hears of few rows alone
    apart = rng.random(2000) < 0.01
    frame = pd.DataFrame({"v": rng.normal(size=2000), "old": np.where(apart, 5e6 * rng.random(2000), y), "target": y})
    assert [one.what for one in leaks(frame)] == ["column 'old' alone tells the target (value for value in 98.9 % of the rows)"]
    claims = np.where(rng.random(2000) < 0.985, 0, rng.integers(1, 30, 2000))
    assert not leaks(frame.assign(old=np.roll(claims, 7), target=claims), task="regression")


@pytest.mark.parametrize("time", [pd.date_range("2020-01-01", periods=400), 2 * np.arange(400) + 1500])
def test_the_time_in_whose_order_rows_stand_gives_no_slow_number_away(time):
    y = np.cumsum(np.random.default_rng(0).normal(size=400))
    frame = pd.DataFrame({"year": time, "v": np.random.default_rng(1).normal(size=400), "target": y})
    assert not leaks(frame)
    assert len(leaks(frame.sample(frac=1, random_state=0))) == 1
    assert len(leaks(frame.assign(target=np.where(np.arange(400) < 200, "a", "b")))) == 1


def test_a_number_and_its_square_name_no_groups_and_no_times_do():
    age = np.random.default_rng(0).integers(20, 60, 600)
    frame = pd.DataFrame({"v": np.random.default_rng(1).normal(size=600), "age": age, "target": age**2})
    assert [finding.do for finding in leaks(frame)] == ["--drop age, if it is not known before the target is"]
    clubs = np.random.default_rng(2).permutation(40)[age - 20] // 2
    assert leaks(frame.assign(target=clubs))[0].do.startswith("--group age, if its values name what rows belong to")
    months = frame.assign(target=clubs).rename(columns={"age": "month"})
    assert leaks(months)[0].do == "--drop month, if it is not known before the target is"


def test_a_column_each_value_of_which_has_one_target_gives_it_away_though_it_has_few_rows():
    rng = np.random.default_rng(3)
    session = np.repeat(np.arange(60), rng.integers(2, 5, 60))
    churn = rng.integers(0, 2, 60)[session]
    frame = pd.DataFrame({"session": [f"s{n:02x}f" for n in session], "v": rng.normal(size=len(session)), "churn": churn})
    found = leaks(frame, target="churn")
    assert [finding.what for finding in found] == ["column 'session' alone tells the target (it is the same in all rows of each value)"]
    assert found[0].do.startswith("--group session, if its values name what rows belong to")
    assert not leaks(frame, target="churn", roles=Roles(group="session"))
    assert not leaks(frame.assign(churn=rng.permutation(churn)), target="churn")
    rare = frame.assign(churn=(session == 7).astype(int)).groupby("session").head(2)
    assert not leaks(rare, target="churn")  # which chance may do


# name: (how many of the rows with the target, and of the others, have a value), and the gain that is said
FILLED = {
    "93 % and 1 %": ((0.93, 0.01), "9"),
    "missing in 95 %, there in the others": ((0.05, 1.0), "9"),
    "70 % and 15 %": ((0.7, 0.15), ""),
    "10 % of both": ((0.1, 0.1), ""),
    "15 % and none": ((0.15, 0.0), ""),
}


@pytest.mark.parametrize("values", ["words", "numbers", "dates"])
@pytest.mark.parametrize("name", FILLED)
def test_a_column_that_is_written_once_the_target_is_known_is_told_by_where_it_has_values(name, values):
    (with_it, without), said = FILLED[name]
    rng = np.random.default_rng(7)
    y = rng.random(800) < 0.3
    written = {
        "words": rng.choice(["price", "moved", "service"], 800),
        "numbers": rng.normal(50, 9, 800).round(1).astype(str),
        "dates": (np.datetime64("2020-01-01") + rng.integers(0, 400, 800)).astype(str),
    }[values]
    cells = np.where(rng.random(800) < np.where(y, with_it, without), written, None)
    frame = pd.DataFrame({"v": rng.normal(size=800), "reason": cells, "left": np.where(y, "yes", "no")})
    found = leaks(frame)
    assert len(found) == bool(said)
    for one in found:
        assert f"whether it has a value tells {said}" in one.what and 0.8 < one.number < 0.98
        assert one.do == "--drop reason, if it is written once the target is known"


def test_a_few_rows_that_have_a_value_tell_nothing():
    y = np.arange(400) < 9
    note = np.where(np.arange(400) < 8, 3.5, np.nan)
    frame = pd.DataFrame({"v": np.random.default_rng(0).normal(size=400), "note": note})
    assert not leaks(frame.assign(target=np.where(y, "a", "b")))


# name: what names the units (N,), and whether it may name what rows belong to
NAMES = {
    "words": (lambda units: [f"store {unit}" for unit in units], True),
    "whole numbers": (lambda units: units + 1000, True),
    "whole numbers in the target's order": (lambda units: np.argsort(np.argsort(LEVELS))[units], False),
    "fractions": (lambda units: units / 7, False),
}
LEVELS = np.random.default_rng(1).normal(size=40)


@pytest.mark.parametrize("name", NAMES)
def test_a_column_that_may_name_what_rows_belong_to_is_first_said_to_group_them(name):
    named, groups = NAMES[name]
    rng = np.random.default_rng(2)
    units = rng.integers(0, 40, 800)
    target = LEVELS[units] + rng.normal(0, 0.05, 800)
    (one,) = leaks(pd.DataFrame({"v": rng.normal(size=800), "lot": named(units), "target": target}))
    assert one.do.startswith("--group lot, if its values name what rows belong to") == groups
    assert one.do.endswith("--drop lot, if it is not known before the target is")


def test_numbers_of_groups_whose_rows_have_one_class_but_for_a_few_are_told_as_words_are():
    rng = np.random.default_rng(2)
    units = rng.integers(0, 40, 800)
    target = np.where((LEVELS[units] > 0) ^ (rng.random(800) < 0.004), "late", "in time")
    for named in (units, [f"lot {unit}" for unit in units]):
        (one,) = leaks(pd.DataFrame({"v": rng.normal(size=800), "lot": named, "target": target}))
        assert one.do.startswith("--group lot") and 0.98 <= one.number < 1
