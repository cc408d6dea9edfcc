"""What the convolutional candidate reads at its end."""

import numpy as np
import pytest

from fourfold import ConvolutionClassifier
from fourfold.study.architecture import architecture
from fourfold.study.candidates import CANDIDATES, Problem


@pytest.mark.parametrize("steps", [20, 300])
@pytest.mark.parametrize("forecast", [False, True])
def test_of_a_series_to_be_continued_the_last_step_is_read_beside_the_pooled_ones(forecast, steps):
    problem = Problem("sequence", (steps, 1), 2, 400, numeric=True, forecast=forecast)
    net = architecture("convolution", problem, "S", "linear", ())
    features = net.model.layers[-1].kernel.shape[0]
    assert features == (6 if forecast else 4) * net.width
    assert ("the last step" in CANDIDATES["convolution"].describe(problem, net.width)) == forecast


@pytest.mark.parametrize(
    "options, quarters",
    [
        ({}, True),
        ({"steps": 3}, False),
        ({"steps": 7}, True),
        ({"steps": 300}, True),
        ({"rows": 500}, True),
        ({"rows": 499}, False),
        ({"masked": True}, False),
        ({"forecast": True}, False),
    ],
    ids=["many", "three steps", "seven steps", "halved", "enough", "few", "of unequal lengths", "to be continued"],
)
def test_of_many_series_of_one_length_the_averages_of_the_quarters_are_read_beside_the_pooled_ones(options, quarters):
    given = {"steps": 20, "rows": 5000} | options
    problem = Problem("sequence", (given.pop("steps"), 1), 2, given.pop("rows"), **given)
    net = architecture("convolution", problem, "S", "linear", ())
    features = net.model.layers[-1].kernel.shape[0]
    assert features == (12 if quarters else 6 if problem.forecast else 4) * net.width
    assert ("up to 4 parts" in CANDIDATES["convolution"].describe(problem, net.width)) == quarters


def test_the_order_of_two_motifs_is_learnt():
    """By what is averaged over the whole series alone, in most rows."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(1600, 40, 1)), np.arange(1600) % 2
    for row, first in zip(x, y):
        for place, which in ((rng.integers(0, 12), first), (rng.integers(24, 36), 1 - first)):
            row[place : place + 4, 0] += (3, -3, 3, -3) if which else (3, 3, -3, -3)
    model = ConvolutionClassifier(learning_rate=0.01, steps=200).fit(x[:1400], y[:1400])
    assert model.score(x[1400:], y[1400:]) > 0.95
