"""Work, span and paths of bare layers are those of Table 1; the candidates' are counted for every layout; steps are timed."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fourfold.data import from_arrays
from fourfold.errors import OptionError
from fourfold.evidence.evidence import Evidence
from fourfold.layers import LSTM, Conv1D, Dense, MultiHeadAttention, SimpleRNN
from fourfold.study import step_times
from fourfold.study.architecture import architecture
from fourfold.study.bare_layers import LAYERS
from fourfold.study.blocks import sweep_for, sweep_of
from fourfold.study.candidates import CANDIDATES, Problem
from fourfold.study.efforts import EFFORTS
from fourfold.study.measure import Inquiry
from fourfold.study.measures import parallelism
from fourfold.study.polynomials import Polynomial, interpolate
from fourfold.study.study import Study
from fourfold.study.workers import Inline

PAGE = Path(__file__).parents[2] / "docs" / "measures" / "parallelism.md"
BY_TITLE = {layer.title: layer for layer in LAYERS}
RNG = np.random.default_rng(0)

# title: FLOPs, of the projections, sequential steps; with c = d
COUNTED = {
    "Self-attention": (
        "4 n^2 d + 6 n^2",
        "8 n d^2",
        "6",
    ),  # Q K^T and P V; softmax and scale; Q, K, V and output
    "Recurrent": ("2 n d^2 + 2 n d", "2 n d^2", "n"),
    "Recurrent, LSTM": ("8 n d^2 + 13 n d", "8 n d^2", "n"),
    "Convolution": ("2 k n d^2", "None", "1"),
    "Convolution, dilated": ("2 k n d^2", "None", "1"),
    "Fully connected": ("2 n d m", "None", "1"),
}


# ---- polynomials -------------------------------------------------------------------------------------------

exponents = st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 1))


@given(st.dictionaries(exponents, st.integers(-50, 50).filter(bool), max_size=6))
@settings(max_examples=40, deadline=None)
def test_a_polynomial_is_recovered_exactly(terms):
    wanted = Polynomial(("x", "y", "z"), {key: Fraction(c) for key, c in terms.items()})
    assert interpolate(lambda x, y, z: int(wanted(x=x, y=y, z=z)), x=2, y=3, z=1) == wanted


def test_what_is_no_polynomial_of_these_degrees_is_refused():
    with pytest.raises(OptionError, match="no polynomial of these degrees"):
        interpolate(lambda n: n**3, n=2)
    with pytest.raises(OptionError, match="no polynomial"):
        interpolate(lambda n: n.bit_length(), n=2)


def test_signs_are_written():
    assert str(interpolate(lambda n: n * n - 2 * n + 1, n=2)) == "n^2 - 2 n + 1"
    assert str(interpolate(lambda n: 0, n=1)) == "0"


# ---- bare layers -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.title)
def test_work_and_steps_are_those_of_table_1(layer):
    assert (str(layer.work), str(layer.projected), str(layer.steps)) == COUNTED[layer.title]
    orders = layer.table_1
    assert (layer.work.order, layer.steps.order) == (orders.work, orders.steps)
    cells = (layer.work, layer.projected or "", layer.steps, orders.work, orders.steps, orders.path)
    row = f"| {' | '.join(map(str, cells))} |".replace("|  |", "| |")
    assert row in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("kernel", [2, 3, 5])
def test_paths_are_those_of_table_1(kernel):
    n = np.arange(1, 33)
    taps = np.maximum(-(-(n - 1) // (kernel - 1)), 1)  # n/k: each layer reaches k - 1 further
    dilated = [next(depth for depth in range(1, 9) if kernel**depth >= length) for length in n]  # log_k n
    wanted = {"Convolution": taps, "Convolution, dilated": dilated, "Recurrent": n, "Recurrent, LSTM": n}
    for title, layer in BY_TITLE.items():
        constant = np.full(len(n), int(layer.steps())) if layer.steps.order == "1" else None
        assert layer.paths(len(n), kernel) == list(wanted.get(title, constant)), title


def test_a_bare_layer_is_the_layer_that_users_call():
    """The reference formulation that is counted gives what the fast one gives."""
    n, c, d, k, m = 7, 5, 4, 3, 6
    sizes = {"n": n, "c": c, "d": d, "k": k, "m": m}
    x = RNG.normal(size=(1, n, c)).astype("float32")
    fast = {
        "Self-attention": (MultiHeadAttention(1, d, use_bias=False), (x, x)),
        "Recurrent": (SimpleRNN(d, use_bias=False, return_sequences=True), (x,)),
        "Recurrent, LSTM": (LSTM(d, use_bias=False, return_sequences=True), (x,)),
        "Convolution": (Conv1D(d, k, padding="causal", use_bias=False), (x,)),
        "Convolution, dilated": (Conv1D(d, k, padding="causal", use_bias=False, dilation_rate=2), (x,)),
        "Fully connected": (Dense(m, use_bias=False), (x.reshape(1, n * c),)),
    }
    for title, (layer, inputs) in fast.items():
        bare = BY_TITLE[title]
        expected = layer(*inputs)
        weights = [
            w.reshape(shape) for w, shape in zip(layer.get_weights(), bare.weights(sizes), strict=True)
        ]
        found = bare.function(x, *weights, **({"dilation": (2,)} if bare.dilated else {}))
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


# ---- the measure -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "problem",
    [
        Problem("flat", (6,), 3, 200),
        Problem("sequence", (20, 2), 3, 200),
        Problem("image", (8, 8, 1), 3, 200),
        Problem("text", (12,), 3, 200, vocabulary=30),
    ],
    ids=lambda problem: problem.layout,
)
def test_candidates_are_counted_at_two_lengths(problem):
    study = SimpleNamespace(
        problem=problem, net=lambda f, size: architecture(f, problem, size, "softmax", ())
    )
    trials = {family: SimpleNamespace(best=lambda: ("S", 0.01)) for family in CANDIDATES}
    found = parallelism.find(Inquiry(study, trials, 0.01))
    values = {(e.measure, e.subject): e.value for e in found.evidence}
    assert values["growth of sequential steps", "dense"] == 1
    assert 1 < values["growth of sequential steps", "recurrent"] <= 2
    rows = next(figure for figure in found.figures if figure.name == "candidates").rows
    counted = {(row["family"], row["input"]): row["sequential steps"] for row in rows}
    longer = counted["recurrent", parallelism.TWICE[problem.layout]] - counted["recurrent", "this one"]
    assert longer == problem.shape[0]  # a step of the scan for each further position
    assert found.answer.numbers and all(values[n.measure, n.subject] == n.value for n in found.answer.numbers)


def test_families_that_are_not_compared_stand_under_their_titles():
    problem = Problem("flat", (6,), 3, 200)
    study = SimpleNamespace(
        problem=problem, net=lambda f, size: architecture(f, problem, size, "softmax", ())
    )
    trials = {family: SimpleNamespace(best=lambda: ("S", 0.01)) for family in ("dense", "convolution")}
    figures = parallelism.find(Inquiry(study, trials, 0.01)).figures
    rows = next(figure for figure in figures if figure.name == "paths").rows
    wanted = {"dense", "convolution", "Convolution, dilated", "Recurrent", "Attention"}
    assert {row["series"] for row in rows} == wanted


def test_steps_are_timed_beside_the_results(tmp_path):
    x = RNG.normal(size=(80, 6))
    effort = replace(EFFORTS["standard"], steps=60, sizes=("S",), learning_rates=(1e-2,), extensions=0)
    study = Study(
        from_arrays(x, np.where(x[:, 0] > 0, "a", "b")), effort, [0], 0, tmp_path, families=("dense",)
    )
    executor = Inline()
    trials = study.run(executor)
    study.probe(trials, [parallelism.MEASURE], executor)
    (task,) = step_times.of_study(study, trials)
    rows = task.load(tmp_path)
    assert {(row["length"], row["batch"]) for row in rows} == {(6, 16), (12, 16), (6, 32)}
    assert all(row["milliseconds"] >= 0 for row in rows) and any(row["milliseconds"] > 0 for row in rows)
    assert "milliseconds" not in str(parallelism.find(Inquiry(study, trials, 0.01)).to_dict())


def test_a_time_that_noise_hides_is_no_time(tmp_path, monkeypatch):
    """With a clock that stands still more steps take no longer than fewer: no row says 0 milliseconds."""
    draw = np.random.default_rng(0)
    effort = replace(EFFORTS["quick"], steps=20, sizes=("S",), learning_rates=(1e-2,), extensions=0)
    data = from_arrays(draw.normal(size=(60, 3)), np.arange(60) % 2)
    study = Study(data, effort, [0], 0, tmp_path, families=("dense",))
    (task,) = step_times.of_study(study, study.run(Inline()))
    sweep, programs = sweep_for(task.block, study.prepared), sweep_of.cache_info().misses
    compiled = sweep._train._cache_size()
    monkeypatch.setattr(step_times.time, "perf_counter", lambda: 1.0)
    task.run(tmp_path)
    assert task.load(tmp_path) == []
    assert (sweep._train._cache_size(), sweep_of.cache_info().misses) == (compiled, programs)  # the study's own


def test_chains_of_one_length_are_told_once():
    chains = [Evidence(parallelism.SPAN, family, 3, "count") for family in ("dense", "convolution")]
    said = parallelism._answer(chains, "twice the columns")
    assert said == "The longest chain has 3 sequential steps in each family."
    chains.append(Evidence(parallelism.SPAN, "recurrent", 10, "count"))
    assert parallelism._answer(chains, "").startswith("Longest chain of sequential steps: Recurrent, 10; shortest: ")
