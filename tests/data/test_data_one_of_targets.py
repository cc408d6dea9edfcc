"""A target that may be one of several: it is called as the columns before it, and other inputs are not."""

import numpy as np
import pytest

from fourfold.data import read
from fourfold.data.judgement.findings import judge

RNG = np.random.default_rng(0)


def found(names, last=None, **options):
    table = {name: RNG.normal(size=60) for name in names}
    if last is not None:
        table[names[-1]] = last
    return {one.slug: one for one in judge(read(table, **options))}


LAYERS = ["X1", "X2", "X3", "Y1", "Y2"]


def test_a_second_target_is_told():
    one = found(LAYERS)["one-of-targets"]
    assert one.important and one.columns == ("Y1",)
    assert one.what == "the target 'Y2' is called as 'Y1' before it, and other inputs are not: these may be targets, too"
    assert one.do == "--drop Y1, if it is not known before the target is; --target Y1,Y2, if all are asked for"
    assert found(["age", "sex", "school", "G1", "G2", "G3"])["one-of-targets"].columns == ("G1", "G2")


@pytest.mark.parametrize(
    ("names", "options"),
    [
        (LAYERS, {"target": "Y2"}),
        (LAYERS, {"last": np.arange(60) % 2}),
        (["age", "V1", "V2", "V3", "V4"], {}),
        ([f"V{place}" for place in range(1, 7)], {}),
        ([f"x{place}" for place in range(6)], {}),
        (["a", "b", "c", "Y1", "Y4"], {}),
        (["a", "b", "Y1", "c", "Y2"], {}),
    ],
    ids=["asked for", "classes", "most are", "all are", "no names", "another number", "not side by side"],
)
def test_other_targets_stand_alone(names, options):
    assert "one-of-targets" not in found(names, **options)
