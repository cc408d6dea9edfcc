"""Variance components against the analysis of variance, the paired t-test, and worlds that are known."""

import numpy as np
import pytest
from scipy import stats

from fourfold.errors import OptionError
from fourfold.evidence.components import TRAINING_PER_EXCESS, TRAINING_PER_RUN, TRAINING_SHARED, Components
from fourfold.evidence.design import Design
from fourfold.evidence.simulate import World
from fourfold.evidence.statistics import Analysis


def hold_out(seeds: int, examples: int) -> Design:
    return Design.of(np.repeat(np.arange(seeds)[:, None], examples, 1), np.zeros(examples))


def test_one_seed_and_a_hold_out_is_the_paired_t_test():
    random = np.random.default_rng(1)
    a, b = random.normal(size=(2, 1, 40)) + np.array([0.3, 0.0])[:, None, None]
    estimate = Components({"a": a, "b": b}, hold_out(1, 40)).contrast({"a": 1, "b": -1})
    expected = stats.ttest_rel(a[0], b[0])
    assert estimate.value / estimate.standard_error == pytest.approx(expected.statistic)
    assert estimate.dof == pytest.approx(39)


def test_a_hold_out_with_many_seeds_is_the_two_way_analysis_of_variance():
    random = np.random.default_rng(2)
    S, n = 80, 50
    loss = 1.5 * random.normal(size=(S, 1)) + random.normal(size=(1, n)) + random.normal(size=(S, n))
    estimate = Components({"it": loss}, hold_out(S, n)).contrast({"it": 1})

    grand, rows, columns = loss.mean(), loss.mean(1), loss.mean(0)
    run_square = n * rows.var(ddof=1)
    example_square = S * columns.var(ddof=1)
    residual = loss - rows[:, None] - columns + grand
    residual_square = (residual**2).sum() / ((S - 1) * (n - 1))
    assert estimate.variance == pytest.approx((run_square + example_square - residual_square) / (S * n))
    assert estimate.example == pytest.approx(example_square / (S * n))
    assert n - 1 < estimate.dof < S + n


def test_cross_validation_knows_its_components():
    """Averaged over many draws, the parts are what the world put in."""
    S, K, n, draws = 4, 5, 200, 300
    example_sd, run_sd, residual_sd = 1.0, 0.4, 0.8
    random, parts, means = np.random.default_rng(3), [], []
    fold = np.arange(n) % K
    design = Design.of(np.arange(S)[:, None] * K + fold, fold)
    for _ in range(draws):
        losses = {}
        example = example_sd * random.normal(size=n)
        for name in "abc":
            run = run_sd * random.normal(size=(S, K))[:, fold]
            losses[name] = example + run + residual_sd * random.normal(size=(S, n))
        estimate = Components(losses, design).contrast({"a": 1})
        parts.append([estimate.example, estimate.run, estimate.training])
        means.append(estimate.value)
    example, run, training = np.mean(parts, 0)
    assert example == pytest.approx((example_sd**2 + residual_sd**2 / S) / n, rel=0.05)
    assert run == pytest.approx(run_sd**2 / (S * K), rel=0.1)
    assert training == pytest.approx(TRAINING_PER_RUN * (K - 1) / K * run_sd**2, rel=0.1)
    # without an effect of training sets in the world, example and run are the variance of the mean
    assert example + run == pytest.approx(np.var(means, ddof=1), rel=0.25)


def partitions(random, repeats, K, n):
    return np.stack([random.permutation(np.arange(n) % K) for _ in range(repeats)])


def test_repeats_know_their_components():
    """What a row and the training set without it have to do with each other is averaged over the repeats."""
    S, R, K, n, draws = 6, 2, 5, 200, 300
    example_sd, partition_sd, run_sd, residual_sd = 1.0, 0.8, 0.4, 0.8
    random, parts, means = np.random.default_rng(3), [], []
    repeat = np.arange(S) // (S // R)
    for _ in range(draws):
        fold = partitions(random, R, K, n)[repeat]
        design = Design.of(np.arange(S)[:, None] * K + fold, fold)
        assert (design.seeds, design.folds, design.repeats) == (S, K, R)
        losses = {}
        example = example_sd * random.normal(size=n)
        for name in "abc":
            run = np.take_along_axis(run_sd * random.normal(size=(S, K)), fold, axis=1)
            partition = partition_sd * random.normal(size=(R, n))[repeat]
            losses[name] = example + partition + run + residual_sd * random.normal(size=(S, n))
        estimate = Components(losses, design).contrast({"a": 1})
        parts.append([estimate.example, estimate.run, estimate.training, estimate.fold])
        means.append(estimate.value)
    example, run, training, fold = np.mean(parts, 0)
    known = (example_sd**2 + partition_sd**2 / R + residual_sd**2 / S) / n
    assert example == pytest.approx(known, rel=0.05)
    assert run == pytest.approx(run_sd**2 / (S * K), rel=0.1)
    assert training == pytest.approx(TRAINING_PER_RUN * (K - 1) / K * run_sd**2, rel=0.1)
    assert example + run == pytest.approx(np.var(means, ddof=1), rel=0.25)
    assert fold < 0.1 * (example + run)  # believed in a twentieth of the draws


def test_repeats_whose_folds_scatter_are_believed():
    random = np.random.default_rng(6)
    S, R, K, n = 6, 2, 5, 500
    fold = partitions(random, R, K, n)[np.arange(S) // 3]
    design = Design.of(np.arange(S)[:, None] * K + fold, fold)
    loss = (random.random((S, n)) < 0.2 + 0.4 * (fold == 4)).astype(float)
    estimate = Components({"it": loss}, design).contrast({"it": 1})
    assert estimate.fold > 10 * estimate.example
    assert estimate.fold == pytest.approx(0.4**2 * 0.2 / (R * K), rel=0.3)  # the variance of five, over K R
    assert estimate.dof < 2 * R * K


def test_the_order_of_seeds_and_the_names_of_folds_do_not_matter_to_repeats():
    world = World((0.9, 0.85), 6, 5, 300, repeats=2, partition_share=0.3)
    losses, runs, fold = world.draw(np.random.default_rng(8))
    order = np.array([4, 0, 5, 2, 1, 3])
    moved = {name: loss[order] for name, loss in losses.items()}
    renamed = np.where(fold == 2, 7, fold)[order]
    for weights in ({"family 1": 1.0}, {"family 1": 1.0, "family 2": -1.0}):
        one = Components(losses, Design.of(runs, fold)).contrast(weights)
        other = Components(moved, Design.of(runs[order], renamed)).contrast(weights)
        assert (other.value, other.variance, other.dof) == pytest.approx((one.value, one.variance, one.dof))


def test_a_predictor_without_seeds_stands_beside_repeats():
    losses, runs, fold = World((0.9, 0.8), 4, 5, 300, repeats=2).draw(np.random.default_rng(9))
    losses["baseline"] = (np.arange(300) % 10 == 0)[None].astype(float)
    components = Components(losses, Design.of(runs, fold), deterministic=("baseline",))
    estimate = components.contrast({"baseline": 1})
    assert (estimate.run, estimate.training) == (0, 0)
    assert estimate.example == pytest.approx(0.09 / 300, rel=0.02)


def test_the_difference_of_equal_families_keeps_what_they_do_not_share():
    losses, runs, fold = World((0.9, 0.9), 3, 5, 400, run=0.2).draw(np.random.default_rng(4))
    components = Components(losses, Design.of(runs, fold))
    components.run_variance[:] = components.training_variance[:] = 1e-3
    both = components.contrast({"family 1": 1, "family 2": -1}).training
    one = components.contrast({"family 1": 1}).training
    assert both == pytest.approx(2 * (1 - TRAINING_SHARED) * one)


def test_covariance_and_contrast_agree_where_folds_do_not_scatter():
    losses, runs, fold = World((0.9, 0.8, 0.85), 3, 5, 400).draw(np.random.default_rng(5))
    components = Components(losses, Design.of(runs, fold))
    for weights in ([1, 0, 0], [1, -1, 0], [0, 1, -1]):
        estimate = components.contrast(dict(zip(components.names, weights)))
        w = np.array(weights, float)
        assert w @ components.covariance() @ w == pytest.approx(estimate.variance - estimate.fold)


def test_folds_that_scatter_are_believed():
    """A learning rate chosen badly in one fold moves all its seeds together."""
    random = np.random.default_rng(6)
    S, K, n = 3, 5, 500
    fold = np.arange(n) % K
    shift = np.array([0.0, 0.0, 0.0, 0.0, 0.4])[fold]
    loss = (random.random((S, n)) < 0.2 + shift).astype(float)
    design = Design.of(np.arange(S)[:, None] * K + fold, fold)
    estimate = Components({"it": loss}, design).contrast({"it": 1})
    assert estimate.fold > 10 * estimate.example
    assert estimate.dof < 2 * K


@pytest.mark.parametrize(
    "runs, fold",
    [
        (np.zeros((2, 6), int), np.zeros(6)),  # two seeds, one model
        (np.arange(6)[None], np.zeros(6)),  # six models for one seed and fold
        (np.zeros((1, 5), int), np.zeros(6)),
        (np.arange(8).reshape(2, 4), np.array([[0, 0, 1, 1], [0, 1, 0, 1]])),  # a partition for each seed
        (np.array([[0, 0, 1, 1]] * 2 + [[2, 3, 4, 4]]), np.array([[0, 0, 1, 1]] * 2 + [[0, 1, 2, 2]])),
        (np.arange(8).reshape(2, 4), np.zeros((3, 4))),
        (np.zeros((1, 0), int), np.zeros(0)),
    ],
)
def test_runs_that_do_not_fit_are_refused(runs, fold):
    with pytest.raises(OptionError) as caught:
        Design.of(runs, fold)
    assert caught.value.slug == "bad-runs"


@pytest.mark.parametrize("losses", [np.zeros((3, 6)), np.zeros((2, 5)), np.full((2, 6), np.nan)])
def test_losses_that_do_not_fit_are_refused(losses):
    with pytest.raises(OptionError, match="'mine'") as caught:
        Components({"mine": losses}, hold_out(2, 6))
    assert caught.value.slug == "bad-losses"


def test_an_unsteady_family_stands_by_itself():
    """Its runs are not averaged with those of families that train alike each time."""
    random, S, n = np.random.default_rng(7), 5, 400
    example = random.normal(size=n)
    spread = {"a": 0.05, "b": 0.05, "c": 0.05, "unsteady": 1.0}
    losses = {
        f: example + sd * random.normal(size=(S, 1)) + random.normal(size=(S, n)) for f, sd in spread.items()
    }
    components = Components(losses, hold_out(S, n))
    own = losses["unsteady"].mean(1).var(ddof=1)
    assert components.run_variance[3] == pytest.approx(own, rel=0.1)
    assert components.run_dof[3] == S - 1 < components.run_dof[0]
    assert components.run_variance[:3].max() < 0.05 * own
    assert components.training_variance[:3] == pytest.approx(TRAINING_PER_RUN * components.run_variance[:3])
    assert TRAINING_PER_EXCESS * own < components.training_variance[3] < 0.5 * own


def test_an_unsteady_family_stands_by_itself_in_the_folds_of_one_seed():
    """It widens its own interval, not those of the others, which are what they are without it."""
    S, K, n = 1, 5, 1000
    random = np.random.default_rng(5)
    fold, spread = np.arange(n) % K, {"a": 0.02, "b": 0.02, "c": 0.02, "unsteady": 1.0}
    losses = {
        name: random.normal(size=(S, n)) + sd * random.normal(size=(S, K))[:, fold]
        for name, sd in spread.items()
    }
    design = Design.of(np.arange(K)[None, fold], fold)
    components = Components(losses, design)
    alone = Components({name: losses[name] for name in "abc"}, design)
    for name in "abc":
        assert components.contrast({name: 1.0}) == alone.contrast({name: 1.0})
    wide, narrow = (components.contrast({name: 1.0}) for name in ("unsteady", "a"))
    assert wide.standard_error > 5 * narrow.standard_error
    assert wide.training < wide.run  # which seeds shrink
    assert components.run_dof.tolist() == [8, 8, 8, 4] and wide.dof < 6 < narrow.dof
    pair = components.contrast({"a": 1.0, "unsteady": -1.0})
    assert pair.dof < 6 and pair.run + pair.training >= wide.run


def test_examples_that_repeat_each_other_in_groups_count_once():
    rng = np.random.default_rng(0)
    alone = (rng.random((3, 200)) < 0.2).astype(float)
    repeated = np.repeat(alone, 5, axis=1)
    runs, fold = np.arange(3)[:, None] * np.ones(200, int), np.zeros(200)
    many, whole = np.arange(3)[:, None] * np.ones(1000, int), np.zeros(1000)
    once = Analysis({"it": alone}, runs, fold).mean("it")
    ignored = Analysis({"it": repeated}, many, whole).mean("it")
    known = Analysis({"it": repeated}, many, whole, groups=np.repeat(np.arange(200), 5)).mean("it")
    assert known.value == pytest.approx(once.value)
    assert known.standard_error == pytest.approx(once.standard_error, rel=0.02)
    assert ignored.standard_error < 0.9 * once.standard_error
