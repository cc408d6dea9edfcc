"""Maps over an input: how alike two are, which places hold them, how far and how widely attention reads."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from fourfold.study import maps


def test_rank_correlation_is_spearmans():
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 4, (2, 3, 5, 4))
    by_hand = [spearmanr(x.ravel(), y.ravel()).statistic for x, y in zip(a, b)]
    assert maps.rank_correlation(a, b) == pytest.approx(np.mean(by_hand))
    assert maps.rank_correlation(a, np.zeros_like(a)) == 0


def test_padding_makes_no_maps_alike():
    """Maps that have nothing to do with each other, of rows that end at 4 to 20 of 20 places."""
    rng = np.random.default_rng(0)
    real = maps.within(rng.integers(4, 21, 200), 20)
    a, b = rng.random((2, 200, 20)) * real
    assert maps.rank_correlation(a, b) > 0.5 and abs(maps.rank_correlation(a, b, real)) < 0.1
    even = real.astype(float)
    assert maps.places_holding(even).mean() < 0.6 and maps.places_holding(even, real).min() >= 0.9
    reached = even[:, None, None, :] / even.sum(axis=1)[:, None, None, None]
    alike = np.broadcast_to(reached, (200, 2, 20, 20))
    distances = maps.token_distances((20,))
    assert maps.attention_entropy(alike, real) == pytest.approx(1)
    assert maps.attention_distance(alike, distances, real) == pytest.approx(maps.uniform_distance(distances, real))


def test_distances_from_the_centre_and_shares():
    ring = np.zeros((1, 7, 7))
    ring[0, 3, [1, 5]] = ring[0, [1, 5], 3] = 2.0
    assert maps.by_distance(ring)[2] == pytest.approx(1)
    assert maps.places_holding(ring)[0] == pytest.approx(4 / 49)
    assert maps.normalised(np.zeros((1, 2, 2))).tolist() == [[[0.25, 0.25], [0.25, 0.25]]]


def test_attention_that_reads_the_next_token():
    eye = np.roll(np.eye(5), 1, axis=1)[None, None]
    distances = maps.token_distances((5,))
    assert maps.attention_distance(eye, distances) == pytest.approx((4 * 1 + 4) / 5)
    assert maps.attention_entropy(eye) == 0
    assert maps.token_distances((2, 3))[0].round(3).tolist() == [0, 1, 2, 1, 1.414, 2.236]
