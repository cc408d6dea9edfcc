"""What the convolutional candidate reads at its end."""

import pytest

from fourfold.study.architecture import architecture
from fourfold.study.candidates import CANDIDATES, Problem


@pytest.mark.parametrize("steps", [20, 300])
@pytest.mark.parametrize("forecast", [False, True])
def test_of_a_series_to_be_continued_the_last_step_is_read_beside_the_pooled_ones(forecast, steps):
    problem = Problem("sequence", (steps, 1), 2, 500, numeric=True, forecast=forecast)
    net = architecture("convolution", problem, "S", "linear", ())
    features = net.model.layers[-1].kernel.shape[0]
    assert features == (6 if forecast else 4) * net.width
    assert ("the last step" in CANDIDATES["convolution"].describe(problem, net.width)) == forecast
