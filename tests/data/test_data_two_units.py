"""A column whose unit changes in the middle of the file."""

import numpy as np
import pytest

from fourfold.data import read
from fourfold.data.judgement.findings import judge

N = 300
RNG = np.random.default_rng(0)
HEIGHT = RNG.normal(170, 9, N).round(1)
FIRST = np.arange(N) < 120

# name: (column, what is said)
COLUMNS = {
    "centimetres, then metres": (np.where(FIRST, HEIGHT, HEIGHT / 100), "is 100 times as large up to row 120 as behind it"),
    "kilograms, then grams": (np.where(FIRST, HEIGHT, 1000 * HEIGHT), "is 1,000 times as large from row 121 on as before"),
    "with gaps": (np.where(np.arange(N) % 7, np.where(FIRST, HEIGHT, HEIGHT / 100), np.nan), "up to row 120 as behind"),
    "one unit": (HEIGHT, ""),
    "two kinds of things, the small ones first": (np.where(FIRST, HEIGHT, 9 * HEIGHT), ""),
    "as large, with another spread": (np.where(FIRST, HEIGHT, 1530 + HEIGHT), ""),
    "both, here and there": (np.where(np.arange(N) % 2, HEIGHT, HEIGHT / 100), ""),
    "sorted": (np.sort(np.exp(RNG.normal(0, 2, N))), ""),
    "a few rows": (np.where(np.arange(N) < 5, HEIGHT, HEIGHT / 100), ""),
    "what counts": (np.arange(N) ** 2 + 1, ""),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_a_unit_that_changes_from_one_row_on_is_said(name):
    column, said = COLUMNS[name]
    data = read({"v": RNG.normal(size=N), "size": column, "y": RNG.choice(["a", "b"], N)})
    found = [one for one in judge(data) if one.slug == "two-units"]
    assert len(found) == bool(said) and all(said in one.what and one.important for one in found)
