"""Important hyperparameters: the grid is balanced and small, and what decides a task is named."""

from dataclasses import replace

import numpy as np
import pytest

from fourfold.data import from_arrays
from fourfold.evidence.anova import Effect, decompose
from fourfold.evidence.evidence import Evidence
from fourfold.evidence.sentences import FRACTION, show
from fourfold.study.architecture import build, fitting_width
from fourfold.study.candidates import CANDIDATES, Problem
from fourfold.study.efforts import EFFORTS
from fourfold.study.measure import Inquiry
from fourfold.study.measures.hyperparameters import (
    AT_BEST,
    BATCH,
    MEASURE,
    RATE,
    WHOLE,
    Grid,
    _answer,
    _bars,
    _figure,
)
from fourfold.study.price import price
from fourfold.study.study import Study
from fourfold.study.workers import Inline

RNG = np.random.default_rng(0)
X = RNG.normal(size=(240, 6))
Y = np.where(X[:, 0] * X[:, 1] > 0, "same", "other")  # a product: one rate of three learns it in time
EFFORT = replace(EFFORTS["quick"], steps=60, sizes=("S",), learning_rates=(1e-5, 1e-4, 3e-2), extensions=0)
PROBLEMS = (
    Problem("flat", (6,), 2, 200), Problem("sequence", (20, 2), 2, 200), Problem("image", (8, 8, 1), 10, 2000),
    Problem("text", (12,), 2, 200, 50),
)  # fmt: skip


def study(folder, **options):
    return Study(from_arrays(X, Y), EFFORT, [0], 0, folder, families=("dense",), **options)


@pytest.fixture(scope="module")
def inquiry(tmp_path_factory):
    asked = study(tmp_path_factory.mktemp("hyperparameters"), hyperparameters=True)
    executor = Inline()
    trials = asked.run(executor)
    asked.probe(trials, [MEASURE], executor)
    return Inquiry(asked, trials, 0.01)


def test_not_unless_it_is_asked_for(inquiry, tmp_path):
    silent = study(tmp_path)
    assert MEASURE.wants(silent, inquiry.trials) == []
    assert "--hyperparameters" in MEASURE.find(Inquiry(silent, inquiry.trials, 0.01)).reason
    assert EFFORTS["thorough"].hyperparameters and not EFFORTS["standard"].hyperparameters


def test_the_grid_is_balanced_with_at_most_eight_architectures_and_seeds_of_its_own(inquiry):
    grid = Grid.around(inquiry.study, inquiry.trials["dense"])
    width = inquiry.study.net("dense", grid.size).width
    assert grid.factors == {
        RATE: (1e-5, 1e-4, 3e-2), BATCH: (16, 8), "units": (width, width // 2), "depth": (2, 1), "dropout": (0.1, 0.0),
    }  # fmt: skip
    blocks = grid.blocks()
    assert len({(block.batch, block.settings) for block in blocks}) == len(blocks) == 16
    assert len({block.settings for block in blocks}) == 8
    assert blocks[0].settings == () and blocks[-1].settings == (("units", width // 2), ("depth", 1), ("dropout", 0.0))
    seeds = [run.seed for block in blocks for run in block.runs]
    assert len(set(seeds)) == len(seeds) == 144 and not set(seeds) & set(inquiry.study.seeds)
    assert all(sorted({run.learning_rate for run in block.runs}) == list(grid.rates) for block in blocks)
    assert price(inquiry.study, 1).replicas == 15 + 5 + 144 + 3 + 3  # sweep, refits, grid, a share of the rows, longer


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.layout)
@pytest.mark.parametrize("family", CANDIDATES)
def test_every_setting_of_a_family_changes_its_network(family, problem):
    width = fitting_width(family, problem, "S")
    factors = CANDIDATES[family].factors(problem, width)
    assert len(factors) == (3 if family == "dense" else 2) and all(first != second for first, second in factors.values())

    def text(**settings):
        net = build(family, problem, "S", "softmax", width, tuple(settings.items()))
        weights = {path: spec.shape for path, spec in net.trained.specs().items()}
        return (
            net.description,
            str(weights),
            str([vars(node.layer).get("rate") for node in net.trained.nodes]),
        )

    recipe = text()
    assert text(**{name: first for name, (first, _) in factors.items()}) == recipe
    for name, (_, other) in factors.items():
        changed = text(**{name: other})
        assert (changed[0] != recipe[0] and changed[1:] != recipe[1:]) or name == "heads", name
        assert changed[0] != recipe[0]


def test_the_rate_decides_this_task_and_shares_add_up(inquiry):
    found = MEASURE.find(inquiry)
    assert "Over the whole grid, of what is varied the score moves most with learning rate for Fully connected" in found.answer
    shares = {(e.measure, e.subject): e.value for e in found.evidence}
    assert f", seeds {show(shares[WHOLE, 'dense: seeds'], FRACTION)})" in found.answer
    assert shares[WHOLE, "dense: learning rate"] > 0.5
    assert (AT_BEST, "dense: learning rate") not in shares
    for measure in (WHOLE, AT_BEST):
        assert sum(v for (m, _), v in shares.items() if m == measure) == pytest.approx(1)
    bars, best, levels = found.figures
    assert [row["group"] for row in bars.rows][:5] == ["learning rate", "batch size", "units", "depth", "dropout"]
    assert all(row["value"] >= 0 for row in (*bars.rows, *best.rows))
    there = {row["group"]: row["found"] for row in bars.rows}
    assert there["learning rate"] and not there["seeds"]
    means = {(row["Factor"], row["Level"]): row["Mean score"] for row in levels.rows}
    assert means[RATE, "0.03"] > means[RATE, "1e-05"] + 0.15
    grand = [
        np.mean([m for (f, _), m in means.items() if f == factor])
        for factor in (RATE, BATCH, "units", "depth", "dropout")
    ]
    assert grand == pytest.approx([grand[0]] * 5)


def test_bars_of_noise_are_shares():
    """Where the settings differ by less than their seeds have it, what is theirs falls below 0, and seeds have more than all."""
    scores = np.tile([0.8, 0.9, 1.0], (3, 2, 2, 1))
    found = decompose(scores, (RATE, BATCH, "units"))
    assert found.noise.share > 1 and max(effect.share for effect in found.main) < 0
    values = {bar["group"]: bar["value"] for bar in _bars("dense", found)}
    assert values.pop("seeds") == 1 and set(values.values()) == {0.0}


def test_bars_that_add_up_to_more_than_all_say_why():
    bars = [{"series": "dense", "group": "units", "value": 0.1, "found": False}]
    for family, seeds, told in (("dense", 0.9, False), ("recurrent", 1.0, False), ("dense", 0.93, True)):
        figure = _figure("hyperparameters", "Over the whole grid", [*bars, {**bars[0], "series": family, "value": seeds}])
        assert ("more than 100 %" in figure.note) is told


def test_a_training_that_diverged_counts_as_a_guess(inquiry, monkeypatch):
    grid = Grid.around(inquiry.study, inquiry.trials["dense"])
    before = grid.scores()

    collect = inquiry.study.collect

    def diverging(blocks):
        found = collect(blocks)
        for trials in found.values():
            for setting, mine in trials.by_setting.items():
                trials.by_setting[setting] = [
                    replace(t, status=2, validation_score=float("nan")) for t in mine
                ]
        return found

    monkeypatch.setattr(inquiry.study, "collect", diverging)
    after = Grid.around(inquiry.study, inquiry.trials["dense"]).scores()
    share = max(np.mean(Y == "same"), np.mean(Y == "other"))
    assert before.shape == after.shape == (3, 2, 2, 2, 2, 3)
    assert np.allclose(after, share) and not np.allclose(before, share)


def test_a_grid_with_a_lost_training_is_left_out(inquiry, tmp_path):
    other = study(tmp_path, hyperparameters=True)
    found = MEASURE.find(Inquiry(other, inquiry.trials, 0.01))
    assert not found.applicable and found.evidence[0].reason == "a training failed"


@pytest.mark.parametrize(
    "leading, said",
    [
        ({}, "nothing stands out from the seeds for any family."),
        ({"recurrent": Effect(("learning rate",), 0.1, 0.2, 0.001)},
         "the score moves most with learning rate for Recurrent (20.0 % of the variance, seeds 60.0 %); nothing stands "
         "out from the seeds for Fully connected and Attention."),
    ],
)  # fmt: skip
def test_families_without_a_factor_that_matters_are_told_together(leading, said):
    families = dict.fromkeys(("dense", "recurrent", "attention")) | leading
    shares = {"learning rate": 0.2, "seeds": 0.6}
    evidence = [
        Evidence(measure, f"recurrent: {name}", share, FRACTION)
        for measure in (WHOLE, AT_BEST)
        for name, share in shares.items()
    ]
    assert _answer(evidence, {WHOLE: families, AT_BEST: families}).endswith(said)


def test_what_a_share_is_of_is_said_once_a_sentence():
    effect = Effect(("learning rate",), 0.1, 0.2, 0.001)
    leading = dict.fromkeys(("dense", "recurrent"), effect)
    evidence = [
        Evidence(measure, f"{family}: {name}", share, FRACTION)
        for measure in (WHOLE, AT_BEST)
        for family in leading
        for name, share in (("learning rate", 0.2), ("seeds", 0.6))
    ]
    said = _answer(evidence, {WHOLE: leading, AT_BEST: leading})
    assert said.count("of the variance") == 2
    assert said.endswith(
        "learning rate for Fully connected (20.0 % of the variance, seeds 60.0 %), "
        "learning rate for Recurrent (20.0 %, seeds 60.0 %)."
    )
