"""Rows that are written twice are told from rows that are alike by chance."""

import numpy as np
import pandas as pd
import pytest
from data_samples import N, found, table

from fourfold.data import from_arrays
from fourfold.data.columns.roles import Roles
from fourfold.data.judgement.findings import judge

NUMBER = np.random.default_rng(5).normal(size=N)


def test_copies_across_the_split():
    frame = table()
    copies = found(pd.concat([frame, frame[:100]]))["duplicates"]
    assert (
        copies.important and 0.2 < copies.number < 0.45 and copies.what.startswith("100 rows with the inputs")
    )
    few = table()[["colour", "kind"]].assign(other=np.arange(N) % 5)
    assert not found(few)["duplicates"].important  # there are only 15 combinations
    assert found(few)["contradictions"].number > 0.9
    assert not found(few)["contradictions"].important  # their targets differ by their nature
    twice = pd.concat([frame, frame[:40].assign(kind=frame["kind"][:40].map({"a": "b", "b": "a"}))])
    assert found(twice)["contradictions"].important and "correct the targets" in found(twice)["contradictions"].do
    ordered = frame.assign(group=np.arange(N) // 4)
    kept = found(pd.concat([ordered, ordered[:100]]), roles=Roles(group="group"))
    assert kept["duplicates"].number == 0 and not kept["duplicates"].important


# name: (rows, whether copies of them are known as such)
COPIES = {
    "written twice": (lambda f: pd.concat([f, f]), True),
    "words written twice": (lambda f: pd.concat([f[["colour", "kind"]].assign(other=np.arange(N) % 37)] * 2), True),
    "measured, and copied several times": (
        lambda f: pd.concat([f.sample(N // 2, random_state=seed) for seed in range(8)]), True,
    ),
    "few combinations": (lambda f: pd.concat([f, table(seed=1)])[["colour", "kind"]].assign(other=np.arange(2 * N) % 5), False),
    "each combination equally often": (lambda f: f[["kind"]].assign(a=np.arange(N) % 5, b=np.arange(N) // 5 % 5), False),
    "one number of few values": (lambda f: f[["kind"]].assign(age=NUMBER.round(1)), False),
}  # fmt: skip


@pytest.mark.parametrize("name", COPIES)
def test_copies_are_told_from_rows_that_agree_by_chance(name):
    rows, known = COPIES[name]
    finding = found(rows(table()))["duplicates"]
    assert (finding.important, "remove the copies" in finding.do) == (known, known)


def drawn(rows=800, **columns):
    """Rows of whole numbers below the one of each column, and a number of the first two and of chance."""
    rng = np.random.default_rng(11)
    frame = pd.DataFrame({name: rng.integers(0, most, rows) for name, most in columns.items()})
    return frame.assign(number=frame.iloc[:, 0] - frame.iloc[:, 1] + rng.normal(0, 20, rows))


# name: columns, their kinds (None: the number is the target), and whether so few rows agree that copies are seen
CHANCE = {
    "columns that tell nothing of each other": (drawn(a=100, b=100), lambda f: f["a"] > f["b"], True),
    "other classes": (drawn(a=40, b=40, c=2), lambda f: f["number"] > 0, False),
    "few of another class": (drawn(a=40, b=40, c=2), lambda f: f["number"] > 25, False),
    "other numbers": (drawn(a=24, b=7, c=30), None, True),
    "other numbers, and columns that tell of each other": (drawn(a=24, b=40).assign(c=lambda f: f["a"] // 3), None, False),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANCE)
def test_twins_of_chance_are_no_copies_and_copies_beside_them_are(name):
    frame, kind, seen = CHANCE[name]
    if kind is not None:
        frame = frame.assign(kind=np.where(kind(frame), "a", "b")).drop(columns="number")
    target = frame.columns[-1] if kind is not None else "number"
    alone = found(frame, target=target)["duplicates"]
    assert not alone.important and not alone.do and alone.number > 0.01
    assert found(pd.concat([frame, frame]), target=target)["duplicates"].important
    if seen:
        copied = found(pd.concat([frame, frame[:160]]).sample(frac=1, random_state=0), target=target)["duplicates"]
        assert copied.important and "remove the copies" in copied.do


@pytest.mark.parametrize("seed", range(3))
def test_of_few_values_more_twins_than_these_must_have_are_copies(seed):
    rng = np.random.default_rng(seed)
    bits = pd.DataFrame(rng.integers(0, 2, (1000, 10))).add_prefix("bit")
    bits["kind"] = np.where((bits["bit0"] != bits["bit1"]) ^ (rng.random(1000) < 0.1), "yes", "no")
    alone = found(bits)["duplicates"]
    assert alone.number > 0.3 and not alone.important and alone.what.endswith("as chance makes of values like these")
    copied = found(pd.concat([bits[:700], bits[:300]]).sample(frac=1, random_state=seed))["duplicates"]
    assert copied.important and "chance" not in copied.what
    likert = np.clip(np.round(3 + rng.normal(size=(1000, 1)) + rng.normal(size=(1000, 5))), 1, 5)
    agree = pd.DataFrame(likert).add_prefix("q").assign(kind=bits["kind"])  # answers that tell of each other
    assert not found(agree)["duplicates"].important


def test_rows_that_must_repeat_are_no_copies_though_one_kind_is_most_of_them():
    """As those on board a ship: at most sixteen kinds of rows, and two in five rows are of one of them."""
    rng = np.random.default_rng(0)
    crew = rng.random(2000) < 0.4
    cabin = np.where(crew, "crew", rng.choice(["first", "second", "third"], 2000))
    frame = pd.DataFrame({"cabin": cabin, "grown": crew | (rng.random(2000) < 0.9), "man": crew | (rng.random(2000) < 0.5)})
    frame["left"] = np.where(rng.random(2000) < 0.3, "yes", "no")
    alone = found(frame, target="left")["duplicates"]
    assert alone.number == 1 and not alone.important and not alone.do
    assert found(pd.concat([frame, frame]), target="left")["duplicates"].important


def test_rows_measured_again_and_again_at_one_setting_are_no_copies():
    """As in Anscombe's quartet, whose fourth part has one x: equal inputs, and another target each time."""
    rng = np.random.default_rng(1)
    x = np.concatenate([*(rng.permutation(15) for _ in range(3)), np.full(15, 8)])
    frame = pd.DataFrame({"series": np.repeat(list("abcd"), 15), "x": x}).assign(y=3 + x / 2 + rng.normal(size=60))
    alone = found(frame, target="y")["duplicates"]
    assert alone.number > 0.1 and not alone.important and not alone.do


@pytest.mark.parametrize("again", [3, 12])
def test_rows_of_a_class_that_are_drawn_again_and_again_are_copies(again):
    rng = np.random.default_rng(4)
    frame = pd.DataFrame({"spent": rng.normal(size=240).round(3), "visits": rng.integers(0, 50, 240)})
    frame["left"] = np.where(frame["spent"] + rng.normal(0, 0.7, 240) > 0, "yes", "no")
    drawn_again = pd.concat([frame] + [frame[frame["left"] == "yes"]] * again)
    finding = found(drawn_again.sample(frac=1, random_state=0), target="left")["duplicates"]
    assert finding.important and "remove the copies" in finding.do


def test_one_who_is_measured_again_is_known_by_the_measures():
    frame = table().assign(height=NUMBER, kind=np.random.default_rng(2).normal(size=N))
    again = frame[: N // 4].assign(kind=np.random.default_rng(3).normal(size=N // 4))
    assert found(pd.concat([frame, again]))["duplicates"].important


def test_test_rows_that_are_the_training_rows():
    assert found(table(), test=table())["duplicates"].important


def spiked(rows=900):
    """Ages and two earnings, which are 0 together in half of the rows, and a number that they say nothing of."""
    rng = np.random.default_rng(5)
    works = rng.random(rows) < 0.5
    earnings = {name: np.where(works, rng.normal(size=rows), 0) for name in ("before", "after")}
    return pd.DataFrame({"age": rng.integers(20, 50, rows), "school": rng.integers(8, 16, rows), **earnings})


def seldom(rows=40):
    """Measurements of two columns, of which two rows are equal."""
    frame = pd.DataFrame({name: np.random.default_rng(seed).normal(size=rows) for seed, name in enumerate("ab")})
    return pd.concat([frame, frame[:1]], ignore_index=True)


def test_one_series_that_equals_another_is_a_copy():
    series = np.random.default_rng(0).normal(size=(60, 30, 1))
    series[7] = series[3]
    finding = {one.slug: one for one in judge(from_arrays(series, np.arange(60) % 4 / 7))}["duplicates"]
    assert "remove the copies" in finding.do


@pytest.mark.parametrize("rows", [spiked, seldom, lambda: spiked()[["age"]].round(-1)], ids=["a spike", "once", "one column"])
def test_equal_rows_that_a_spike_or_a_coincidence_explains_are_no_copies(rows):
    frame = rows()
    first = frame.groupby([*frame.columns], sort=False).ngroup()
    frame["y"] = np.random.default_rng(7).normal(size=len(frame))[first]  # targets of twins are equal, as of copies
    finding = found(frame, target="y")["duplicates"]
    assert finding.number > 0.01 and not finding.important and not finding.do
    if len(frame) > 100 and len(frame.columns) > 2:
        copied = pd.concat([frame, frame.sample(200, random_state=1)])
        assert found(copied, target="y")["duplicates"].important
