"""The season that is found in a series, where no clock tells it."""

import numpy as np
import pytest

from fourfold.data.series.seasons import autocorrelated

WAVES = {
    "sine": lambda t, season: np.sin(2 * np.pi * t / season),
    "two waves": lambda t, season: np.sin(2 * np.pi * t / season) + 0.6 * np.sin(4 * np.pi * t / season + 1),
    "pulse": lambda t, season: 1.5 * (t % season < season / 5),
}
TRENDS = {"level": lambda t: 0 * t, "line": lambda t: 0.05 * t, "parabola": lambda t: 3e-4 * t**2}


@pytest.mark.parametrize("trend", TRENDS)
@pytest.mark.parametrize("wave", WAVES)
def test_a_season_is_found_under_noise_of_half_its_height(wave, trend):
    rng, found = np.random.default_rng(0), []
    for season in range(6, 26):
        t = np.arange(10 * season)
        values = WAVES[wave](t, season) + TRENDS[trend](t) + 0.4 * rng.normal(size=len(t))
        found.append(autocorrelated([values]) == season)
    assert np.mean(found) >= 0.8


def test_several_series_say_together_what_each_hides():
    rng, t = np.random.default_rng(0), np.arange(120)
    series = [np.sin(2 * np.pi * (t + rng.integers(12)) / 12) + 0.95 * rng.normal(size=120) for _ in range(30)]
    assert autocorrelated(series) == 12
    assert np.mean([autocorrelated([one]) == 12 for one in series]) < 0.8


def test_noise_and_walks_have_none():
    rng = np.random.default_rng(0)
    noise = [rng.normal(size=length) for length in range(60, 260, 5)]
    for series in (noise, [np.cumsum(one) for one in noise]):
        assert np.mean([autocorrelated([one]) > 1 for one in series]) <= 0.1


@pytest.mark.parametrize("values", [np.ones(40), np.arange(40.0), np.arange(40.0) ** 2, np.array([1.0, np.nan, 2.0])])
def test_what_has_no_season_has_one_of_a_step(values):
    assert autocorrelated([values]) == 1
