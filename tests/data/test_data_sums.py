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
    "a margin": (PARTS["west"] - PARTS["north"], "difference of 'west', 'north'"),
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


@pytest.mark.parametrize(
    "target",
    [
        sum(PARTS.values()) + RNG.normal(0, 0.3, N),
        PARTS["north"] * PARTS["south"],
        np.where(np.arange(N) == 7, 0, sum(PARTS.values())),
    ],
    ids=["noise", "a product", "one row that is none"],
)
def test_other_targets_are_not_made_of_inputs(target):
    assert "made-of-inputs" not in found(target)


def test_classes_are_not_made_of_inputs():
    assert "made-of-inputs" not in found((PARTS["north"] > 10) * 1)
