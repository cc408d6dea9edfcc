"""A user's own candidates: checked, trained beside the families, named in results, saved and loaded without code."""

import json
from dataclasses import replace

import jax
import numpy as np
import pytest

import fourfold
from fourfold.data import from_arrays
from fourfold.errors import AllFamiliesFailedError, FileError, OptionError
from fourfold.graph import Graph
from fourfold.interop.description import describe, rebuild
from fourfold.layers import (
    GRU,
    LSTM,
    Activation,
    Add,
    Bidirectional,
    Concatenate,
    Conv1D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    GlobalMaxPooling1D,
    Layer,
    LayerNormalization,
    MultiHeadAttention,
    Rescaling,
)
from fourfold.options import Options
from fourfold.study.architecture import build
from fourfold.study.candidates import Problem
from fourfold.study.candidates.own import described
from fourfold.study.efforts import EFFORTS
from fourfold.study.examples import NO_CLASS
from fourfold.study.saved_model import SavedModel
from fourfold.study.study import Study
from fourfold.study.workers import Inline

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 3))
Y = np.where(X[:, 0] + X[:, 1] > 0, "yes", "no")
TABLE = Problem("flat", (3,), 2, 80)


def mine(x):
    return Dense(6, activation="tanh", name="hidden")(x)


@pytest.fixture(scope="module")
def comparison(tmp_path_factory):
    effort = replace(EFFORTS["quick"], steps=30, sizes=("S",), learning_rates=(1e-2, 3e-2), extensions=0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(EFFORTS, "quick", effort)
        chosen = ["dense", {"mine": mine, "a giant": lambda x: Dense(3000)(x)}]
        yield fourfold.compare(X, Y, effort="quick", candidates=chosen, verbose=False, executor=Inline(),
                               out=tmp_path_factory.mktemp("own") / "out")  # fmt: skip


def test_a_row_without_probabilities_is_taken_for_no_class(tmp_path, monkeypatch):
    """A value far beyond those of training makes an exponential infinite, and what is normalised by it no number."""
    effort = replace(EFFORTS["quick"], steps=30, sizes=("S",), learning_rates=(1e-2,), extensions=0)
    monkeypatch.setitem(EFFORTS, "quick", effort)

    def overflowing(x):
        return Dense(4)(LayerNormalization()(Activation("exponential")(Rescaling(3.0)(x))))

    far = np.where(np.arange(40)[:, None] < 7, [[0.0, 0.0, 90.0]], RNG.normal(size=(40, 3)))
    true = np.where(far[:, 0] + far[:, 1] > 0, "yes", "no")
    test, chosen = (far, true), ["dense", {"overflowing": overflowing}]
    fourfold.compare(X, Y, test=test, effort="quick", candidates=chosen, verbose=False, executor=Inline(),
                     out=tmp_path / "out")  # fmt: skip
    results = json.loads((tmp_path / "out" / "results.json").read_text())
    figures = next(m for m in results["measures"] if m["name"] == "confusion")["figures"]
    counted = [sum(row["value"] for row in figure["rows"]) for figure in figures]
    assert counted == pytest.approx([40, 33])
    said = [each["said"][1] for each in results["examples"]["mistakes"]]
    assert {"family": "overflowing", "predicted": NO_CLASS, "probability": None} in said
    assert NO_CLASS in (tmp_path / "out" / "report.html").read_text()


def test_they_are_compared_beside_the_families(comparison):
    rows = {row["family"]: row for row in comparison.results["families"]}
    assert list(rows) == ["dense", "mine", "a giant"]
    assert (
        rows["mine"]["parameters"] == 3 * 6 + 6 + 6 * 2 + 2 or rows["mine"]["parameters"] == 3 * 6 + 6 + 6 + 1
    )
    assert rows["mine"]["architecture"] == "Dense(6)" and rows["mine"]["size"] == "own"
    assert "more parameters than the cap of 3,000" in rows["a giant"]["architecture"]
    assert "cap" not in rows["dense"]["architecture"]
    assert all(row["status"] == "trained" and row["score"] is not None for row in rows.values())
    assert "candidates=['dense', {'mine': mine, 'a giant': a_giant}]" in comparison.results["command"]
    page = (comparison.folder / "report.html").read_text()
    assert "A giant" in page and "Mine" in page


def test_their_blocks_are_named_by_their_layers(comparison, tmp_path):
    def keys(builder):
        study = Study(from_arrays(X, Y), EFFORTS["quick"], [0], 0, tmp_path, ("dense",), {"mine": builder})
        return {block.key for block in study.blocks([1e-2]) if block.family == "mine"}

    assert keys(lambda x: Dense(6, activation="tanh", name="hidden")(x)) == keys(mine)
    assert not keys(mine) & keys(lambda x: Dense(6, activation="relu", name="hidden")(x))
    assert list((comparison.folder / "blocks").glob("mine-own-*.npz"))


def test_their_model_is_saved_and_loaded_without_their_code(comparison, tmp_path):
    chosen = comparison.model
    layers = described("mine", lambda x: Add()([Dense(6)(x), Dense(6)(x)]), TABLE)
    net = build("mine", chosen.net.problem, "own", chosen.net.output, 0, (("layers", layers),))
    saved = SavedModel(net, chosen.preparation, None, {})
    saved.save(tmp_path)
    loaded = SavedModel.load(tmp_path)
    assert np.array_equal(loaded.outputs(X), saved.outputs(X))
    assert loaded.net.family == "mine" and loaded.net.description == "Dense(6), Dense(6), Add"
    facts = json.loads((tmp_path / "model.json").read_text())
    for layers in ('{"layers": [["System", {}]], "calls": [], "output": 0}', "[", "{}", '{"layers": [], "calls": [], "output": 9}',
                   '{"layers": [["Dense", {"units": 999999999999}]], "calls": [[0, [{"symbol": 0}], {}]], "output": 1}'):  # fmt: skip
        (tmp_path / "model.json").write_text(json.dumps(facts | {"settings": {"layers": layers}}))
        with pytest.raises(FileError, match="damaged"):
            SavedModel.load(tmp_path)


def shared(x):
    embed, hidden = Embedding(20, 4, mask_zero=True), Dense(4, activation="relu")
    y = hidden(embed(x))
    y = Add()([y, hidden(y)])
    y = Add()([y, MultiHeadAttention(2, 2)(y, y)])
    outputs, last, first = Bidirectional(GRU(3, return_sequences=True, return_state=True))(y)
    _, state, cell = LSTM(3, return_state=True)(y)
    decoded = LSTM(3)(y, initial_state=[state, cell])
    pooled = GlobalMaxPooling1D()(Conv1D(5, 3, padding="same", kernel_initializer="he_normal")(outputs))
    return Dropout(0.2)(Concatenate()([last, first, decoded, pooled]))


def test_a_description_is_the_network():
    """Layers called twice, several outputs, states, masks, inner layers: equal outputs from equal weights."""
    x, again = (fourfold.Input(shape=(7,), dtype="int32") for _ in range(2))
    graph = Graph(x, shared(x))
    description = json.loads(json.dumps(describe(graph)))
    copy = Graph(again, rebuild(description, again))
    weights = graph.values()
    assert {path: h.shape for path, h in copy.handles.items()} == {
        path: h.shape for path, h in graph.handles.items()
    }
    tokens = RNG.integers(0, 20, (5, 7)).astype("int32")
    outputs = [g.apply(weights, tokens).outputs for g in (graph, copy)]
    assert np.array_equal(*outputs)
    assert describe(copy) == description


class Doubling(Layer):
    def call(self, weights, x):
        return 2 * x


def failing(x):
    raise RuntimeError("no such thing")


@pytest.mark.parametrize(
    ("builder", "said"),
    [
        (lambda x: None, "returned no symbol.*NoneType"),
        (failing, "RuntimeError: no such thing"),
        (lambda x: Conv1D(3, 3)(x), "failed to build"),
        (lambda x: len(x), "failed to build"),
        (lambda x: x[:, None], r"returned no features \(N, F\)"),
        (lambda x: x + Dense(3)(x), "got the operation add, wanted Add, Concatenate"),
        (lambda x: Dense(3)(fourfold.Input(shape=(3,))), "Input that is not among"),
        (lambda x: Doubling()(x), "the layer Doubling"),
        (lambda x: Dense(3, activation=jax.numpy.sin)(x), "activation"),
        (lambda x: fourfold.Sequential([Dense(3)])(x), "no model inside a model"),
    ],
)
def test_what_a_builder_may_not_do_is_said(builder, said):
    with pytest.raises(OptionError, match=said):
        described("mine", builder, TABLE)


def overflowing(x):
    return Dense(4, activation="exponential")(Rescaling(1e4)(x))


@pytest.mark.parametrize("y", [Y, X[:, 0] * 2 + X[:, 1]], ids=["classes", "numbers"])
def test_one_whose_every_training_diverges_has_failed_and_the_others_are_compared(y, tmp_path, monkeypatch, capsys):
    effort = replace(EFFORTS["quick"], steps=20, sizes=("S",), learning_rates=(1e-2, 3e-2), extensions=0)
    monkeypatch.setitem(EFFORTS, "quick", effort)
    found = fourfold.compare(X, y, effort="quick", candidates=["dense", {"mine": overflowing}],
                             executor=Inline(), out=tmp_path / "out")  # fmt: skip
    why = "the loss of every training stopped being a number"
    dense, failed = found.table
    assert dense["score"] and failed["status"] == f"failed: {why}" and failed["score"] is None
    assert f"Mine is left out: failed: {why}." in found.verdict["doubts"]
    assert f"mine: {why}" in (said := "".join(capsys.readouterr())) and "inf" not in said
    with pytest.raises(AllFamiliesFailedError, match=why):
        fourfold.compare(X, y, effort="tiny", candidates=[{"mine": overflowing}], executor=Inline(),
                         out=tmp_path / "alone", verbose=False)  # fmt: skip


def test_features_are_one_vector_a_row():
    series = Problem("sequence", (9, 2), 2, 80)
    with pytest.raises(OptionError, match=r"\(N, F\).*Flatten"):
        described("mine", lambda x: Conv1D(3, 3)(x), series)
    assert described("mine", lambda x: Flatten()(x), series)
    assert described("linear", lambda x: x, TABLE)


@pytest.mark.parametrize(
    ("candidates", "said"),
    [
        ({"dense": mine}, "a family, a baseline or an array of predictions.npz has this name"),
        ({"Boosted Trees": mine}, "a baseline or an array"),
        ({"true": mine}, "an array of predictions.npz has this name"),
        ({"../up": mine}, "odd characters"),
        ({"x" * 50: mine}, "odd characters"),
        ([lambda x: x], "odd characters.*lambda"),
        ({"mine": 3}, "is no function"),
        (["densse"], "did you mean 'dense'"),
        (["CNN"], r"got 'CNN' \(did you mean 'convolution'\?\)"),
        (["dense", "transformer"], "did you mean 'attention'"),
        (["dense", "dense"], "one name"),
        ([], "no candidate"),
        (7, "no family"),
    ],
)  # fmt: skip
def test_wrong_names_are_said_before_anything_is_read(candidates, said):
    with pytest.raises(OptionError, match=said):
        fourfold.compare("no such data", candidates=candidates)


def test_subsets_on_the_command_line():
    options = Options(candidates=["attention", "dense"])
    assert list(options.chosen) == ["attention", "dense"] and not options.builders
    assert options.arguments() == ["--families", "attention,dense"]
    assert list(Options(candidates={"mine": mine}).chosen)[-2:] == ["attention", "mine"]
    assert list(Options(candidates=[mine]).builders) == ["mine"] and Options().arguments() == []
