"""What is said of new rows in which the same, or much, is true of many columns."""

import numpy as np
import pandas as pd
import pytest

from fourfold.data import read, read_inputs
from fourfold.data.prediction.noticed import MOST_LINES
from fourfold.preprocessing import Preparation

N = 60
RNG = np.random.default_rng(0)
WORDS = {f"word{k}": np.array(["red", "blue", "green"])[RNG.integers(0, 3, N)] for k in range(3)}
NUMBERS = {f"v{k}": RNG.normal(size=N) for k in range(9)}


@pytest.fixture(scope="module")
def learnt():
    data = read(WORDS | NUMBERS | {"y": np.array(["p", "q"])[RNG.integers(0, 2, N)]})
    return Preparation.fit(data, np.arange(N))


def said(table, learnt):
    return [str(note) for note in read_inputs(table, learnt).notes]


def test_columns_of_which_the_same_is_true_are_one_line(learnt):
    assert said({name: ["pink"] * N for name in WORDS} | NUMBERS, learnt) == [
        "columns 'word0', 'word1', 'word2': 'pink' not told apart (not among the levels learnt; 60 of 60 rows)"
    ]
    (line,) = said({name: np.char.upper(words) for name, words in WORDS.items()} | NUMBERS, learnt)
    assert line.startswith("columns 'word0', 'word1', 'word2': ") and "'RED'" in line
    capitals = said({name.upper(): words for name, words in WORDS.items()} | NUMBERS, learnt)
    assert capitals == [
        "columns 'WORD0', 'WORD1', 'WORD2' taken for 'word0', 'word1', 'word2' (case, blanks and marks apart they are the "
        "same)"
    ]


def test_of_many_columns_with_something_else_each_the_first_are_shown(learnt):
    far = said(WORDS | {name: values + 1000 + k for k, (name, values) in enumerate(NUMBERS.items())}, learnt)
    assert len(far) == MOST_LINES + 1 and all("far outside what was learnt, such as" in line for line in far[:-1])
    assert far[-1] == "rows far outside what was learnt, too: columns 'v4', 'v5', 'v6', 'v7', 'v8'"


def test_options_that_predict_does_not_have_are_not_offered(learnt, tmp_path):
    table = {name: words.astype(object) for name, words in WORDS.items()} | NUMBERS
    frame = pd.DataFrame(table | {"word0": np.char.replace(WORDS["word0"], "red", "r\xe9d")})
    frame.to_csv(tmp_path / "new.csv", index=False, encoding="cp1252")
    assert any(line.endswith("--encoding NAME overrides") for line in said(tmp_path / "new.csv", learnt))
    places = {f"x{k}": values for k, values in enumerate(NUMBERS.values())}
    preparation = Preparation.fit(read(places | {"y": WORDS["word0"]}), np.arange(N))
    pd.DataFrame(places).to_csv(tmp_path / "bare.csv", index=False, header=False)
    assert not any("--" in line for line in said(tmp_path / "bare.csv", preparation))
