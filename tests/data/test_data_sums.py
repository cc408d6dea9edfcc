"""A target that is made of inputs, as totals, means of months and margins are."""

import numpy as np
import pytest

from fourfold.data import read
from fourfold.data.judgement.findings import judge

N = 60
RNG = np.random.default_rng(0)
PARTS = {name: RNG.normal(10, 3, N).round(2) for name in ("north", "south", "east", "west")}


def found(target, **beside):
    return {one.slug: one for one in judge(read(PARTS | beside | {"target": target}))}


# name: (target, what of which columns)
MADE = {
    "a total": (sum(PARTS.values()), "sum of 'north', 'south', 'east', 'west'"),
    "a total of some": (PARTS["south"] + PARTS["east"], "sum of 'south', 'east'"),
    "a total and a fee": (PARTS["south"] + PARTS["east"] + 1.5, "sum (plus 1.5) of 'south', 'east'"),
    "a margin": (PARTS["west"] - PARTS["north"], "difference of 'west', 'north'"),
    "a price times how many": ((PARTS["east"] * PARTS["south"]).round(1), "product of 'south', 'east'"),
    "a price for one": ((PARTS["west"] / PARTS["south"]).round(3), "quotient of 'west', 'south'"),
    "percent": ((100 * PARTS["north"] / PARTS["west"]).round(1), "quotient (times 100) of 'north', 'west'"),
    "a share": (100 - sum(PARTS.values()), "rest to 100 of 'north', 'south', 'east', 'west'"),
    "another unit": ((PARTS["north"] / PARTS["east"] * 3.6).round(2), "quotient (times 3.6) of 'north', 'east'"),
}


@pytest.mark.parametrize("name", MADE)
def test_a_target_that_is_made_of_inputs(name):
    target, what = MADE[name]
    one = found(target, colour=["red", "blue"] * (N // 2))["made-of-inputs"]
    assert one.important and one.what == f"the target 'target' is the {what}"
    assert one.do == f"--drop {','.join(one.columns)}, if they are not known before the target is; else compute it"


def test_roundings_hide_no_mean():
    one = found((sum(PARTS.values()) / 4).round(2))["made-of-inputs"]
    assert one.what.endswith("is the mean of 'north', 'south', 'east', 'west'")


@pytest.mark.parametrize(("whole", "places"), [(100, 1), (100, 0), (1, 3)])
def test_the_last_of_shares_that_are_rounded_is_made_of_the_others(whole, places):
    shares = (whole * np.random.default_rng(3).dirichlet([2, 3, 4, 3], 300)).round(places)
    table = {"depth": np.arange(300) % 7 / 3, **dict(zip("abc", shares.T)), "y": shares[:, 3]}
    told = [one.what for one in judge(read(table, task="regression")) if one.slug == "made-of-inputs"]
    assert told == [f"the target 'y' is the rest to {whole} of 'a', 'b', 'c'"]
    table["y"] = table["y"] + np.random.default_rng(4).normal(0, shares.std(), 300)
    assert not [one for one in judge(read(table, task="regression")) if one.slug == "made-of-inputs"]


@pytest.mark.parametrize(
    "target",
    [
        sum(PARTS.values()) + RNG.normal(0, 0.3, N),
        PARTS["north"] * PARTS["south"] + PARTS["east"],
        PARTS["north"] * PARTS["south"] * RNG.normal(1, 0.1, N),
        np.where(np.arange(N) == 7, 0, sum(PARTS.values())),
    ],
    ids=["noise", "a product and more", "a product and noise", "one row that is none"],
)
def test_other_targets_are_not_made_of_inputs(target):
    assert "made-of-inputs" not in found(target)


DAY = np.timedelta64(1, "D")
CAME = np.datetime64("2024-01-01T08:30") + RNG.integers(0, 300, N) * DAY
STAYED = RNG.integers(60, 90_000, N)


# name: (target, its unit)
BETWEEN = {
    "seconds": (STAYED, "seconds"),
    "minutes, rounded": ((STAYED / 60).round(1), "minutes"),
    "whole hours, the rest left out": (STAYED // 3600, "hours"),
}


@pytest.mark.parametrize("name", BETWEEN)
def test_a_target_that_is_the_time_between_two_dates(name):
    target, unit = BETWEEN[name]
    dates = {"came": CAME, "born": CAME - 9000 * DAY - STAYED * 7919 % 500 * DAY, "went": CAME + STAYED * np.timedelta64(1, "s")}
    one = found(target, **dates)["made-of-inputs"]
    assert one.what == f"the target 'target' is the time in {unit} between 'came', 'went'"
    assert one.columns == ("came", "went") and one.important
    assert "made-of-inputs" not in found(target + RNG.normal(0, target.std() / 9, N), **dates)


def test_one_column_alone_times_another_that_hardly_varies_is_no_product():
    assert "made-of-inputs" not in found(PARTS["north"], steady=RNG.normal(1, 0.001, N))


def test_classes_are_not_made_of_inputs():
    assert "made-of-inputs" not in found((PARTS["north"] > 10) * 1)


HOME, AWAY = np.random.default_rng(5).poisson(1.5, (2, 90))
RESULTS = {
    "who won": np.array(["away", "drawn", "home"])[np.sign(HOME - AWAY) + 1],
    "whether the first did": (HOME > AWAY).astype(int),
}


@pytest.mark.parametrize("name", RESULTS)
def test_classes_that_say_which_of_two_numbers_is_larger(name):
    table = {"shots": HOME * 2 + np.arange(90) % 5, "h": HOME, "a": AWAY, "y": RESULTS[name]}
    (one,) = [one for one in judge(read(table)) if one.slug == "made-of-inputs"]
    assert one.important and one.what == "the target 'y' says which of 'h', 'a' is larger, in all rows"
    assert one.do.startswith("--drop h,a, if they are not known")
    table["y"] = np.where(np.arange(90) == 3, RESULTS[name][RESULTS[name] != RESULTS[name][3]][0], RESULTS[name])
    assert not [one for one in judge(read(table)) if one.slug == "made-of-inputs"]


def test_a_flag_or_a_limit_of_one_number_does_not_say_which_of_two_is_larger():
    rng = np.random.default_rng(6)
    group = rng.permutation(np.arange(90) % 3)
    flags = {"ad": (group == 1) * 1, "joke": (group == 2) * 1, "y": (group > 0) * 1}
    earned = np.where(rng.random(90) < 0.4, 0.0, rng.integers(2, 5000, 90))
    limit = {"treat": rng.integers(0, 3, 90) / 2, "earned": earned, "y": np.where(earned > 0, "paid", "none")}
    for table in (flags, limit):
        assert not [one for one in judge(read(table)) if one.slug == "made-of-inputs"]
