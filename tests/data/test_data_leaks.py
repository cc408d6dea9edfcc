"""Columns that give a target away are found where values lie far apart, too."""

import numpy as np
import pandas as pd
import pytest

from fourfold.data import read
from fourfold.data.judgement.findings import judge


@pytest.mark.parametrize(
    ("leak", "name", "gives"),
    [
        (lambda y: np.log(y), "leak", True),
        (lambda y: -np.sqrt(y), "leak", True),
        (lambda y: np.where(np.arange(60) % 3, y, np.nan), "leak", True),
        (lambda y: np.where(np.arange(60) % 3, np.nan, y), "leak", False),
        (lambda y: np.where(np.arange(60) == 7, 0, y), "leak", False),
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
