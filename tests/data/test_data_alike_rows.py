"""Rows that are the steps of a series, which no column says."""

import numpy as np
import pytest

from fourfold.data import read
from fourfold.data.columns.roles import Roles
from fourfold.data.judgement.alike_rows import in_cycles
from fourfold.data.judgement.findings import judge

N = 300
RNG = np.random.default_rng(0)


def walks(count, rows=N):
    return {f"v{i}": np.cumsum(RNG.normal(size=rows)).round(3) for i in range(count)}


def told(columns, **options):
    found = judge(read(columns, target="target", **options))
    return [one for one in found if one.slug == "alike-rows"]


def by_class(names):
    """Rows sorted by a class, whose numbers differ by class, and not within it."""
    codes = np.unique(names, return_inverse=True)[1]
    return {"a": 9.0 * codes + RNG.normal(size=N), "b": 5.0 * codes + RNG.normal(size=N), "target": names}


WALK, SORTED, KIND = walks(4), np.sort(RNG.normal(size=N)), np.repeat(["x", "y", "z"], N // 3)
MINUTES = np.arange(N)
PRICES = dict(zip(("DAX", "SMI", "CAC", "target"), WALK.values()))
# name: (columns, whether it is said)
ROWS = {
    "prices of days": (PRICES, True),
    "with a hole and a category": (
        PRICES | {"DAX": np.where(np.arange(N) == 9, np.nan, PRICES["DAX"]), "day": np.arange(N) % 7 // 5 == 1},
        True,
    ),
    "a recording by class": (PRICES | {"target": KIND}, True),
    "beside minutes": (PRICES | {"minute": MINUTES % 60}, True),
    "beside minutes that count down": (PRICES | {"left": 59 - MINUTES % 60}, True),
    "beside hours, months and days of the week without holidays": (
        PRICES | {"hour": MINUTES // 3 % 24, "month": MINUTES // 10 % 12 + 1, "weekday": (MINUTES + MINUTES // 40) % 7}, True
    ),
    "beside yes and no": (PRICES | {"open": RNG.integers(0, 2, N)}, True),
    "sorted by yes and no": ({"sick": MINUTES // (N // 4) % 2, "a": 9.0 * (MINUTES // (N // 4) % 2) + RNG.normal(size=N), "target": 7.0 * (MINUTES // (N // 4) % 2) + RNG.normal(size=N)}, False),
    "of the minutes alone": ({"minute": MINUTES % 60, "a": np.sin(MINUTES % 60 / 9), "target": np.cos(MINUTES % 60 / 9) + 0.01 * RNG.normal(size=N)}, False),
    "one number that jumps beside minutes": (PRICES | {"minute": MINUTES % 60, "noise": RNG.normal(size=N)}, False),
    "minutes and the target alone": ({"minute": MINUTES % 60, "target": PRICES["target"]}, False),
    "sorted in each of three runs": ({"a": np.sort(RNG.normal(size=(3, N // 3))).ravel(), "b": np.tile(SORTED[::3], 3) ** 3, "target": np.sin(np.tile(SORTED[::3], 3))}, False),
    "in another order": ({name: values[RNG.permutation(N)] for name, values in PRICES.items()}, False),
    "one number that jumps": (PRICES | {"noise": RNG.normal(size=N)}, False),
    "a target that jumps": (PRICES | {"target": RNG.normal(size=N)}, False),
    "sorted by a number": ({"a": SORTED, "b": SORTED**3, "target": np.sin(SORTED)}, False),
    "sorted by class": (by_class(KIND), False),
    "settings that are held": ({"a": np.repeat(RNG.normal(size=N // 10), 10), "target": np.repeat(RNG.normal(size=N // 10), 10) + 0.01 * RNG.normal(size=N)}, False),
    "few rows": ({name: values[:40] for name, values in PRICES.items()}, False),
    "with dates": (PRICES | {"day": np.datetime64("2020-01-01") + np.arange(N)}, False),
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_rows_that_stand_side_by_side_and_are_alike(name):
    columns, said = ROWS[name]
    found = told(columns)
    assert len(found) == said
    for one in found:
        assert one.important and one.number > 0.9
        assert one.do.startswith("if the rows are in order of time, --time-ordered, ")
        assert ("--forecast" in one.do) == (columns["target"].dtype.kind == "f")


@pytest.mark.parametrize(
    "cycles, words",
    [((), "all 4 columns of numbers correlate"), ((60,), "all 4 columns of numbers beside 'every 60' correlate"),
     ((60, 24, 12, 7), "all 4 columns of numbers beside 4 in cycles correlate")],
)  # fmt: skip
def test_columns_that_begin_anew_are_told_apart(cycles, words):
    (found,) = told({f"every {length}": MINUTES % length for length in cycles} | PRICES)
    assert words in found.what


@pytest.mark.parametrize("known", [0, 1])
def test_a_column_of_which_nothing_is_known_goes_in_no_cycles(known):
    assert not in_cycles(np.where(np.arange(9) < known, 1.0, np.nan))


def test_nothing_is_said_where_the_rows_are_kept_in_order_or_together():
    assert not told(PRICES, roles=Roles(time_ordered=True))
    assert not told(PRICES | {"week": (np.arange(N) // 7).astype(str)}, roles=Roles(group="week"))
