"""Columns that stand side by side and are alike: steps of a series, or pixels, that are read one by one."""

import numpy as np
import pandas as pd
import pytest

from fourfold.data import from_arrays, read
from fourfold.data.judgement.findings import judge

RNG = np.random.default_rng(0)
N, T = 200, 36


def smoothed(rows: int = N, steps: int = T) -> np.ndarray:
    """The mean of each four neighbours of noise."""
    noise = np.random.default_rng(1).normal(size=(rows, steps + 3))
    return np.stack([noise[:, place : place + steps] for place in range(4)]).mean(axis=0)


def found(x: np.ndarray, **options):
    return {finding.slug: finding for finding in judge(from_arrays(x, np.arange(len(x)) % 2, **options))}


SERIES = {
    "smoothed noise": smoothed(),
    "random walks": np.cumsum(RNG.normal(size=(N, T)), axis=1),
    "a bump somewhere": np.exp(-((np.arange(T) - RNG.uniform(0, T, (N, 1))) ** 2) / 18) + 0.1 * RNG.normal(size=(N, T)),
    "values that are missing": np.where(RNG.random((N, T)) < 0.1, np.nan, smoothed()),
    "an age beside them": np.column_stack([smoothed(), RNG.integers(18, 90, N)]),
}

FACTOR = RNG.normal(size=(N, 1))
TABLES = {
    "noise": RNG.normal(size=(N, T)),
    "one factor in all": FACTOR + 0.4 * RNG.normal(size=(N, T)),
    "few factors": RNG.normal(size=(N, 4)) @ RNG.normal(size=(4, T)) + 0.3 * RNG.normal(size=(N, T)),
    "six questions about each of six things": np.repeat(RNG.normal(size=(N, 6)), 6, axis=1)
    + 0.4 * RNG.normal(size=(N, T)),
    "columns in another order": smoothed()[:, RNG.permutation(T)],
    "few columns": smoothed(steps=8),
    "few rows": smoothed(rows=20),
}


@pytest.mark.parametrize("name", SERIES)
def test_steps_that_are_read_one_by_one_are_said(name):
    finding = found(SERIES[name])["alike-neighbours"]
    assert finding.important and finding.do.startswith("--layout sequence, if ")


@pytest.mark.parametrize("name", TABLES)
def test_columns_in_any_order_are_not_taken_for_steps(name):
    assert "alike-neighbours" not in found(TABLES[name])


def test_what_was_asked_for_is_not_questioned():
    assert "alike-neighbours" not in found(smoothed(), layout="flat")
    assert "alike-neighbours" not in found(smoothed(), layout="sequence")


def test_a_column_of_words_makes_a_table():
    frame = pd.DataFrame(smoothed()).assign(place=["here", "there"] * (N // 2), kind=np.arange(N) % 2)
    assert "alike-neighbours" not in {finding.slug for finding in judge(read(frame, target="kind"))}


def test_the_correlations_are_those_of_numpy():
    x = smoothed()
    correlations = np.abs(np.corrcoef(x.T))
    finding = found(x)["alike-neighbours"]
    assert finding.number == pytest.approx(np.median(np.diag(correlations, 1)))
    assert finding.what.endswith(f"any two of the {T} by {np.median(correlations[np.triu_indices(T, 1)]):.2f}")


def test_as_many_columns_as_a_square_picture_has_may_be_pixels():
    assert "--layout image" in found(smoothed(steps=64))["alike-neighbours"].do
    assert "--layout image" not in found(smoothed(steps=60))["alike-neighbours"].do


def test_columns_called_pixels_are_said_to_be_a_picture():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.integers(0, 255, (60, 64)), columns=[f"pixel{place}" for place in range(64)])
    frame["kind"] = np.arange(60) % 3
    found = {finding.slug: finding for finding in judge(read(frame, target="kind"))}
    assert found["pixels"].important and found["pixels"].do == "--layout image"
    assert "pixels" not in {finding.slug for finding in judge(read(frame, target="kind", layout="image"))}
    fewer = frame.drop(columns="pixel3")
    assert "pixels" not in {finding.slug for finding in judge(read(fewer, target="kind"))}


def pictures(rows: int = 60, side: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """Bytes of a bright square somewhere, dark in the corners (rows, side * side), and one of three classes."""
    rng = np.random.default_rng(0)
    x = np.zeros((rows, side, side), int)
    for picture, (row, column) in zip(x, rng.integers(1, side - 3, (rows, 2))):
        picture[row : row + 2, column : column + 2] = rng.integers(100, 256, (2, 2))
    return x.reshape(rows, -1), np.arange(rows) % 3


def test_pixels_are_called_by_row_and_column_too():
    x, kind = pictures()
    names = [f"{row}x{column}" for row in range(1, 9) for column in range(1, 9)]
    frame = pd.DataFrame(x, columns=names).assign(kind=kind)
    found = {finding.slug: finding for finding in judge(read(frame, target="kind"))}
    assert found["pixels"].what == "64 columns are called pixels, '1x1' to '8x8', and are read one by one"


def test_bytes_of_as_many_numbered_columns_as_a_square_has_may_be_pixels():
    x, kind = pictures()
    for names, said in (([f"c{place}" for place in range(64)], True), ([f"word {'a' * n}" for n in range(64)], False)):
        frame = pd.DataFrame(x, columns=names).assign(kind=kind)
        found = {finding.slug: finding for finding in judge(read(frame, target="kind"))}
        assert ("pixels" in found) is said
        assert not said or found["pixels"].do == "--layout image, if they are pixels"
    answers = pd.DataFrame(x % 6, columns=[f"q{place}" for place in range(64)]).assign(kind=kind)
    assert "pixels" not in {finding.slug for finding in judge(read(answers, target="kind"))}


@pytest.mark.parametrize("first", [True, False])
def test_pictures_without_names_have_their_classes_first_or_last(first, tmp_path):
    x, kind = pictures()
    parts = [kind[:, None], x] if first else [x, kind[:, None]]
    np.savetxt(tmp_path / "pictures.csv", np.hstack(parts), fmt="%d", delimiter=",")
    data = read(tmp_path / "pictures.csv")
    assert data.target_name == ("x0" if first else "x64") and data.task.kind == "classification"
    assert ("the others are pixels" in "; ".join(map(str, data.notes))) is first
    assert "pixels" in {finding.slug for finding in judge(data)}


NAMES = {
    "steps": ([f"t{step}" for step in range(24)], True),
    "hours": ([f"hour_{hour:02d}" for hour in range(24)], True),
    "clocks": ([f"{hour:02d}:{minute}" for hour in range(12) for minute in ("00", "30")], True),
    "months": ([f"{2020 + month // 12}-{month % 12 + 1:02d}" for month in range(24)], True),
    "anything": ([f"x{place}" for place in range(24)], False),
    "bare numbers": ([*map(str, range(24))], False),
    "few steps": ([f"t{step}" for step in range(8)], False),
    "steps with gaps": ([f"t{step**2}" for step in range(24)], False),
    "another column among them": ([f"t{step}" for step in range(23)] + ["age"], False),
}


@pytest.mark.parametrize("name", NAMES)
def test_columns_that_are_called_steps_are_said_also_if_neighbours_are_not_alike(name):
    names, said = NAMES[name]
    frame = pd.DataFrame(RNG.normal(size=(N, len(names))), columns=names).assign(kind=np.arange(N) % 2)
    assert ("called-steps" in {finding.slug for finding in judge(read(frame, target="kind"))}) == said
    asked = judge(read(frame, target="kind", layout="flat"))
    assert "called-steps" not in {finding.slug for finding in asked}


DRAWN = np.random.default_rng(3).choice([*"ACGT"], (N, 14))
ANSWERS = np.random.default_rng(4).choice(["agree", "no opinion", "disagree"], (N, 14))
BEASTS = np.char.add([f"{place}" for place in range(14)], np.random.default_rng(5).choice([*"abc"], (N, 14)))


def of_words(cells, **options):
    frame = pd.DataFrame(cells, columns=[f"c{place}" for place in range(cells.shape[1])]).assign(y=["p", "q"] * (N // 2))
    return {finding.slug: finding for finding in judge(read(frame, target="y", **options))}


@pytest.mark.parametrize("cells", [DRAWN, ANSWERS])
def test_columns_that_hold_the_same_words_are_said(cells):
    finding = of_words(cells)["words-in-common"]
    assert not finding.important and finding.number == 14 and "--layout text" in finding.do


@pytest.mark.parametrize(
    "cells, options",
    [
        (BEASTS, {}),
        (DRAWN[:, :11], {}),
        (np.where(DRAWN == "A", "T", "C"), {}),
        (np.where(np.arange(14) == 3, BEASTS, DRAWN), {}),
        (DRAWN, {"layout": "flat"}),
        (DRAWN, {"layout": "text"}),
    ],
)
def test_columns_of_other_words_are_not(cells, options):
    assert "words-in-common" not in of_words(cells, **options)
