"""What is found in series: channels without news, and a few that are far longer than the others."""

import numpy as np
import pytest

from fourfold.data import from_arrays
from fourfold.data.judgement.findings import judge

DRAW = np.random.default_rng(0)


def series(longest, stepwise):
    """Thirty series of 10 to 20 steps, the last of another length, with a channel that never varies."""
    steps = [*DRAW.integers(10, 21, 29), longest]
    x = [np.column_stack([DRAW.normal(size=count), np.full(count, 3.5)]) for count in steps]
    y = [np.where(one[:, 0] > 0, "up", "down") for one in x] if stepwise else ["a", "b"] * 15
    return {finding.slug: finding for finding in judge(from_arrays(x, y))}


@pytest.mark.parametrize("stepwise", [False, True])
def test_few_series_far_longer_than_the_others_are_told(stepwise):
    found = series(900, stepwise)["far-longer-series"]
    assert found.important and "1 series of 30 is far longer" in found.what and "up to 900 steps" in found.what
    assert "far-longer-series" not in series(60, stepwise)


@pytest.mark.parametrize("stepwise", [False, True])
def test_channels_that_never_vary_are_told(stepwise):
    assert series(15, stepwise)["constant-channels"].columns == ("channel 1",)
