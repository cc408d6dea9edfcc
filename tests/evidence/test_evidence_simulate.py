"""Worlds have the expected scores, groups and tails that they say."""

import numpy as np
import pytest

from fourfold.evidence.simulate import World

WORLDS = {
    "accuracy": World((0.9, 0.8), 2, 5, 200, run=0.3, training=0.3),
    "classes": World((0.9, 0.8), 2, 5, 200, run=0.3, training=0.3, classes=(0.8, 0.15, 0.05)),
    "groups": World((0.9, 0.8), 2, 5, 200, run=0.3, groups=20),
    "steps": World((0.9, 0.8), 2, 1, 40, run=0.3, steps=10),
    "squares": World((2.0, 3.0), 2, 5, 200, run=0.2, training=0.2, score="rmse", tails=8),
    "absolute errors": World((2.0, 3.0), 2, 5, 200, run=0.2, training=0.2, score="mase", tails=5),
}


@pytest.mark.parametrize("name", WORLDS)
def test_the_mean_loss_is_the_expected_one(name):
    world = WORLDS[name]
    means = np.array([[loss.mean() for loss in losses.values()] for losses, _, _ in world.draws(600)])
    scores = np.array(world.scores)
    expected = {"rmse": scores**2, "mase": scores}.get(world.score, 1 - scores)
    error = means.std(0, ddof=1) / np.sqrt(len(means))
    assert np.all(np.abs(means.mean(0) - expected) < 3.5 * error), (means.mean(0), expected)


def test_each_class_has_the_score_and_each_fold_its_share_of_each_class():
    world = WORLDS["classes"]
    counts = np.bincount(world.strata)
    assert counts.tolist() == [160, 30, 10] and world.weights.mean() == pytest.approx(1)
    right = np.zeros(3)
    for losses, _, fold in world.draws(300):
        right += [np.mean(losses["family 1"][:, world.strata == k] == 0) / 300 for k in range(3)]
        table = np.bincount(3 * fold + world.strata, minlength=15).reshape(5, 3)
        assert np.ptp(table, axis=0).max() <= 1
    assert right == pytest.approx(np.full(3, 0.9), abs=0.02)


def test_rows_of_a_group_depend_on_each_other_and_stay_in_one_fold():
    world = WORLDS["groups"]
    within, across = [], []
    for losses, _, fold in world.draws(300):
        loss = losses["family 1"].mean(0) - 0.1
        sums = np.bincount(world.group, loss)
        within.append(sums @ sums)
        across.append(loss @ loss)
        assert all(len(np.unique(fold[world.group == g])) == 1 for g in range(20))
    assert np.mean(within) > 2 * np.mean(across)
    assert len(np.unique(np.bincount(world.group))) > 1  # groups of several sizes


def test_errors_have_heavy_tails():
    tails = {t: World((1.0,), 1, 1, 2000, run=0.0, score="rmse", tails=t) for t in (0.0, 5.0)}
    kurtosis = {}
    for t, world in tails.items():
        squares = np.concatenate([losses["family 1"].ravel() for losses, _, _ in world.draws(20)])
        kurtosis[t] = (squares**2).mean() / squares.mean() ** 2
    assert kurtosis[0.0] == pytest.approx(3, rel=0.1) and kurtosis[5.0] > 5
