"""What the line that fits a baseline says of its inputs is what the study fits it to."""

import numpy as np
import pytest

from fourfold.study.baseline_blocks import features, read_as
from fourfold.study.candidates.base import Problem


@pytest.mark.parametrize(
    "layout, shape, options, words",
    [
        ("flat", (5,), {}, ""),
        ("image", (4, 4, 1), {}, ""),
        ("sequence", (6, 2), {"masked": True}, "x: the steps of a series one after the other, 0 behind its last"),
        ("text", (9,), {"vocabulary": 30}, "x: log(1 + count) of each word"),
        ("sequence", (6, 2), {"stepwise": True}, "a row for each step, with the "),
    ],
)
def test_words_of_inputs(layout, shape, options, words):
    problem = Problem(layout, shape, units=2, rows=100, **options)
    assert read_as(problem, "word").startswith(words) and bool(read_as(problem, "word")) is bool(words)


def test_texts_are_counted():
    """Number 0 is padding."""
    np.testing.assert_allclose(features(np.array([[1, 1, 2, 0]]), 4), np.log1p([[0, 2, 1, 0]]), rtol=1e-6)
