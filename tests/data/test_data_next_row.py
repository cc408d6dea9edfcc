"""A target that is what a column has in the next row, or in the one before."""

import numpy as np
import pytest

from fourfold.data import read
from fourfold.data.columns.roles import Roles
from fourfold.data.judgement.findings import judge

N = 200
RNG = np.random.default_rng(0)
FLOW = RNG.normal(size=N).round(3)
SLOW = np.repeat(RNG.normal(size=N // 4), 4)


def told(flow, target, **options):
    data = read({"v": RNG.normal(size=N), "flow": flow, "target": target}, target="target", **options)
    return [one for one in judge(data) if one.slug == "value-of-a-neighbour"]


# name: (flow, target, and which row's it is)
ROWS = {
    "the next": (FLOW, np.append(FLOW[1:], np.nan), "next"),
    "the one before": (FLOW, np.append(0, FLOW[:-1]), "previous"),
    "the next of ten series": (FLOW, np.append(FLOW.reshape(10, -1)[:, 1:], np.zeros((10, 1)), axis=1).ravel(), "next"),
    "a walk": (np.cumsum(FLOW), np.append(np.cumsum(FLOW)[1:], 0), "next"),
    "one that changes slowly": (SLOW, SLOW, ""),
    "its own row's, but for noise": (FLOW, FLOW + RNG.normal(0, 0.1, N), ""),
    "the one after the next": (FLOW, np.append(FLOW[2:], [0, 0]), ""),
    "the next of a few numbers": (np.arange(N) % 3, (np.arange(N) + 1) % 3, ""),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_target_that_is_the_value_of_a_row_beside_it(name):
    flow, target, which = ROWS[name]
    found = told(flow, target, task="regression")
    assert len(found) == bool(which)
    for one in found:
        assert one.important and one.what.startswith(f"the target 'target' is 'flow' of the {which} row in ")
        assert one.do.startswith("--time-ordered; or --target flow --drop target --forecast HORIZON")


def test_nothing_is_said_where_the_rows_are_taken_in_order_of_time():
    flow, target, _ = ROWS["the next"]
    assert not told(flow, target, roles=Roles(time_ordered=True))
