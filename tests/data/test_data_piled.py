"""Targets that pile up at an end, where what lay beyond was cut off."""

import numpy as np
import pytest

from fourfold.data import read
from fourfold.data.judgement.findings import judge

N = 300
RNG = np.random.default_rng(0)
X = RNG.normal(size=N)
TIMES = 100 * RNG.weibull(1.3, N)
LEVELS = RNG.normal(size=N) + 3
TARGETS = {
    "times until a study ended": (np.minimum(TIMES, 150), "the largest value of 'y', 150, "),
    "prices up to a limit": (np.minimum(100_000 * TIMES, 15_000_001), "the largest value of 'y', 15000001, "),
    "whole days": (np.minimum(TIMES.round(), 150), "the largest value of 'y', 150, "),
    "below a limit of detection": (np.maximum(LEVELS, 2.5), "the smallest value of 'y', 2.5, "),
    "up to all, in percent": (np.clip(40 * LEVELS, 0.5, 100), None),
    "times without an end": (TIMES, None),
    "few at the end": (np.minimum(TIMES, np.sort(TIMES)[-8]), None),
    "no rain": (np.maximum(LEVELS - 3, 0), None),
    "counts from one on": (np.maximum((40 * (LEVELS - 3)).round(), 1), None),
    "grades": (RNG.integers(1, 12, N).clip(max=8).astype(float), None),
    "a value in the middle": (np.where(X > 0, 3.0, LEVELS), None),
    "rounded coarsely": (np.minimum(TIMES, 150) // 10 * 10.0 + 0.5, None),
}


def told(table, target):
    found = judge(read(table, target=target, task="regression"))
    return [one for one in found if one.slug == "piled-target"]


@pytest.mark.parametrize("name", TARGETS)
def test_what_was_cut_off_is_told(name):
    target, words = TARGETS[name]
    found = told({"x": X, "y": target}, "y")
    assert len(found) == (words is not None)
    for one in found:
        end = target.max() if "largest" in words else target.min()
        assert words in one.what and one.important and one.number == (target == end).sum()


def test_both_limits_of_an_instrument_are_told():
    found = [one.what for one in told({"x": X, "y": np.clip(LEVELS, 2, 4)}, "y")]
    assert ["largest value of 'y', 4," in found[0], "smallest value of 'y', 2," in found[1], len(found)] == [True, True, 2]


def test_of_several_targets_the_one_is_named():
    table = {"x": X, "a": LEVELS, "b": np.minimum(TIMES, 150), "c": -np.minimum(TIMES, 150)}
    found = [one.what for one in told(table, "a,b,c")]
    assert ["largest value of 'b', 150," in found[0], "smallest value of 'c', -150," in found[1], len(found)] == [True, True, 2]
