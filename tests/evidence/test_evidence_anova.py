"""Functional analysis of variance against worlds whose components are known."""

from itertools import combinations

import numpy as np
import pytest

from fourfold.errors import OptionError
from fourfold.evidence.anova import decompose

FACTORS = ("rate", "batch", "depth", "width")
SHAPE = (3, 2, 2, 2)


def effect(values, axis):
    """A main effect of an axis, centred, as an array over the grid."""
    values = np.asarray(values, float) - np.mean(values)
    return np.reshape(values, [-1 if a == axis else 1 for a in range(len(SHAPE))])


def draws(truth, sigma, seeds, count, rng, **options):
    for _ in range(count):
        noise = rng.normal(size=(*SHAPE, seeds)) * np.broadcast_to(sigma, SHAPE)[..., None]
        yield decompose(np.broadcast_to(truth, SHAPE)[..., None] + noise, FACTORS, **options)


def components(found):
    return np.array([e.component for e in (*found.effects, found.rest, found.noise)])


def test_known_effects_are_recovered_without_bias():
    rate, depth = effect([0, 0.5, 1], 0), effect([0, 1], 2)
    pair = effect([1, 0], 1) * effect([0, 2], 3)
    sigma = np.linspace(0.2, 1.4, 24).reshape(SHAPE)  # cells as unequally noisy as they are
    found = [components(d) for d in draws(rate + depth + pair, sigma, 3, 1500, np.random.default_rng(0))]
    names = [e.name for e in next(draws(0.0, 1.0, 3, 1, np.random.default_rng(0))).effects]
    truth = dict.fromkeys([*names, "rest", "noise"], 0.0)
    truth |= {
        "rate": rate.var(),
        "depth": depth.var(),
        "batch x width": pair.var(),
        "noise": (sigma**2).mean(),
    }
    mean, error = np.mean(found, 0), np.std(found, 0) / np.sqrt(len(found))
    assert (np.abs(mean - list(truth.values())) < 4 * error + 1e-12).all()


def test_noise_alone_has_no_importance_on_average_where_the_naive_share_is_large():
    """Without correction noise passes for effects with a quarter of the variance."""
    rng = np.random.default_rng(1)
    found = list(draws(0.0, 1.0, 3, 1500, rng))
    shares = np.mean([[e.share for e in (*d.effects, d.rest)] for d in found], axis=0)
    assert np.abs(shares).max() < 0.01
    naive = np.mean([rng.normal(size=(24, 3)).mean(1).var() for _ in range(300)])
    assert naive / (naive + 1) > 0.2
    claims = np.mean([bool(d.significant()) for d in found])
    assert 0.01 < claims < 0.075


def test_an_effect_that_is_there_is_named():
    truth = effect([0, 2, 0], 0)
    found = list(draws(truth, 1.0, 3, 200, np.random.default_rng(2)))
    assert np.mean([any(e.name == "rate" for e in d.significant()) for d in found]) > 0.95
    assert all(sum(e.share for e in (*d.effects, d.rest, d.noise)) == pytest.approx(1) for d in found)


@pytest.mark.parametrize("gap", [0.0, 1.0, 4.0])
def test_given_the_best_rate_the_rate_explains_nothing(gap):
    """What is chosen has no row, and choosing among noisy means invents no importance of the others."""
    truth, rng = effect([0, gap, 0], 0), np.random.default_rng(3)
    found = list(draws(truth, 1.0, 3, 600, rng, best="rate"))
    assert [e.name for e in found[0].main] == ["batch", "depth", "width"]
    total = np.mean([sum(e.component for e in (*d.effects, d.rest)) for d in found])
    assert -0.06 < total < 0.03
    tied = list(draws(truth + effect([0, 2], 2), 1.0, 3, 600, rng, best="rate"))
    depth = np.mean([d.main[1].component for d in tied])
    assert depth == pytest.approx(1.0, abs=0.08)


def test_the_rest_is_what_three_factors_do_together():
    signs = np.array([-1.0, 1.0])
    triple = np.einsum("b,d,w->bdw", signs, signs, signs)[None] * np.ones((3, 1, 1, 1))
    found = decompose(np.repeat(triple[..., None], 3, axis=-1), FACTORS)
    assert found.rest.share == pytest.approx(1) and not found.significant()
    assert [e.factors for e in found.interactions] == list(combinations(FACTORS, 2))


def test_equal_scores_and_wrong_grids():
    flat = decompose(np.ones((*SHAPE, 3)), FACTORS)
    assert not flat.significant() and {e.share for e in (*flat.effects, flat.rest, flat.noise)} == {0.0}
    broken = np.ones((*SHAPE, 3))
    broken[0, 0, 0, 0, 0] = np.nan
    for scores, factors in [(np.ones((*SHAPE, 2)), FACTORS), (np.ones((3, 1, 3)), FACTORS[:2]),
                            (np.ones((3, 2, 3)), FACTORS), (broken, FACTORS)]:  # fmt: skip
        with pytest.raises(OptionError, match="balanced grid"):
            decompose(scores, factors)
