"""Replicas trained together, as on a GPU, give what they give one after the other; programs lower for a GPU."""

import logging
from dataclasses import replace

import jax
import numpy as np
import pytest

from fourfold.data import from_arrays
from fourfold.data.splits import plan
from fourfold.study.blocks import Block, Run, replica_of, sweep_of
from fourfold.study.candidates import CANDIDATES, Problem
from fourfold.study.prepared import prepare
from fourfold.training import placement
from fourfold.training.replicas import Shared

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 6, 2)).astype("float32")
Y = np.where(X.sum((1, 2)) > 0, "up", "down")
STEPS = 6


def sweep_and_data(family, weights=None):
    """A fresh sweep of a family (so that placement is decided anew) and three replicas, one of which is shorter."""
    dataset = replace(from_arrays(X, Y, layout="sequence"), weights=weights)
    prepared, (preparation, *_) = prepare(dataset, plan(dataset, seed=0))
    problem = Problem("sequence", prepared.inputs.shape[2:], 1, 40, 0, preparation.masked)
    runs = tuple(Run(rate, seed, split) for rate, seed, split in ((1e-3, 0, 0), (3e-3, 1, 1), (1e-2, 0, 2)))
    block = Block(prepared.key, family, "S", problem, "sigmoid", STEPS, 16, runs, 4)
    longest = prepared.longest_evaluation()
    replicas = [replica_of(block, run, block.net, prepared, longest) for run in runs]
    replicas[2] = replicas[2]._replace(steps=np.int32(STEPS - 2))
    sweep_of.cache_clear()
    return sweep_of(block.net), Shared(prepared.inputs, prepared.targets, prepared.given), replicas


@pytest.mark.parametrize("family", CANDIDATES)
def test_replicas_together_are_replicas_in_turn(family, monkeypatch):
    """Normalisation over batches, dropout, weights of rows and early ends do not leak from one to another."""
    weights = RNG.uniform(0.5, 2.0, len(X))
    sweep, shared, replicas = sweep_and_data(family, weights)
    in_turn = sweep(shared, replicas, 4)
    monkeypatch.setattr(placement, "batched", lambda: True)
    sweep, shared, replicas = sweep_and_data(family, weights)
    together = sweep(shared, replicas, 4)
    sweep_of.cache_clear()
    for a, b in zip(in_turn, together, strict=True):
        assert (a.status, a.steps) == (b.status, b.steps)
        np.testing.assert_allclose(a.outputs, b.outputs, atol=5e-3)
        np.testing.assert_allclose(a.training_loss, b.training_loss, atol=5e-3)
    assert not np.allclose(in_turn[0].outputs, in_turn[1].outputs)


@pytest.mark.parametrize("family", CANDIDATES)
def test_the_program_lowers_for_a_gpu(family, monkeypatch):
    monkeypatch.setattr(placement, "batched", lambda: True)
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    sweep, shared, replicas = sweep_and_data(family)
    stack = jax.tree.map(lambda *leaves: np.stack(leaves), *replicas, replicas[0])
    lowered = sweep._train.trace(shared, stack).lower(lowering_platforms=("cuda",)).as_text()
    sweep_of.cache_clear()
    assert "stablehlo.while" in lowered and "callback" not in lowered
    assert ("stablehlo.convolution" in lowered) == (family == "convolution")


def test_the_decision_is_said_to_who_debugs(caplog, monkeypatch):
    for value, words in ((False, "one after the other"), (True, "batched")):
        monkeypatch.setattr(placement, "batched", lambda value=value: value)
        with caplog.at_level(logging.DEBUG, placement.logger.name):
            placement.across_replicas(lambda shared, replica: replica)
        assert words in caplog.records[-1].getMessage()
