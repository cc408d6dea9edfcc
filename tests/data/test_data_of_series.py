"""What is found in series: channels without news, a few that are far longer than the others, zeros that are padding."""

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


LENGTHS = np.arange(8, 20).repeat(3)
STEPS = np.arange(LENGTHS.max())
REAL = {
    "end": np.less(STEPS, LENGTHS[:, None]),
    "begin": np.less(STEPS[::-1], LENGTHS[:, None]),
}


def padded(real, x=None):
    """What is found in series (N, T, 2) with zeros where none is measured, by where they stand."""
    x = DRAW.normal(size=(*real.shape, 2)) if x is None else x
    found = judge(from_arrays(np.where(real[..., None], x, 0), ["a", "b"] * (len(x) // 2)))
    return {("end" if " end " in one.what else "begin"): one for one in found if one.slug == "padded-series"}


@pytest.mark.parametrize("where", REAL)
def test_zeros_that_are_likely_padding_are_told(where):
    found = padded(REAL[where])
    assert list(found) == [where] and found[where].important == (where == "end")
    assert found[where].what.startswith(f"30 of 36 series {where} with steps of zeros alone, up to 11, ")


def test_zeros_at_both_ends_are_told_one_by_one():
    assert set(padded(REAL["end"] & np.roll(REAL["begin"], 6, axis=0))) == {"end", "begin"}


@pytest.mark.parametrize(
    "x",
    {
        "zeros everywhere": DRAW.poisson(0.3, size=(36, 19, 2)),
        "one channel alone is zero": np.concatenate([DRAW.normal(size=(36, 19, 1)), np.zeros((36, 19, 1))], axis=2),
    }.values(),
)
def test_zeros_that_were_measured_are_no_padding(x):
    assert not padded(np.ones((36, 19), bool), x)
    assert not padded(REAL["end"], DRAW.poisson(0.3, size=(36, 19, 2)))


def test_few_series_or_ends_alike_are_no_padding():
    few = REAL["end"] | (np.arange(36) > 6)[:, None]
    assert few.all(axis=1).sum() == 29 and not padded(few)
    assert not padded(np.broadcast_to(STEPS < 15, (36, 19)))


def test_series_whose_ends_are_known_have_no_padding():
    series = [DRAW.normal(size=(steps, 2)) for steps in LENGTHS]
    assert "padded-series" not in {one.slug for one in judge(from_arrays(series, ["a", "b"] * 18))}
