"""Series whose steps have targets, through the real program: padding never counts, every score computed again."""

import csv
import json
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest
from sklearn import metrics
from typer.testing import CliRunner

from fourfold import losses
from fourfold.cli import app
from fourfold.comparison import compare, load_model, plan
from fourfold.core.streams import Stream
from fourfold.data import from_arrays
from fourfold.errors import OptionError
from fourfold.evidence.statistics import Analysis
from fourfold.layers import Conv1D, Dense, GlobalAveragePooling1D
from fourfold.options import Options
from fourfold.preprocessing.task import Task
from fourfold.study import probes, stepwise, tested, variants
from fourfold.study.architecture import CAPS, architecture, build
from fourfold.study.blocks import OverSteps, sweep_of
from fourfold.study.candidates import CANDIDATES, Problem
from fourfold.study.candidates.own import described
from fourfold.study.efforts import EFFORTS
from fourfold.study.measure import Inquiry
from fourfold.study.measures import order
from fourfold.study.prepared import prepare
from fourfold.study.study import Study
from fourfold.study.workers import Inline


def held(series: int = 60, shortest: int = 8, longest: int = 14, seed: int = 0):
    """Events -1 and 1 among zeros, noise beside them; the label of a step is the last event's sign."""
    draw = np.random.default_rng(seed)
    x, y = [], []
    for _ in range(series):
        steps = int(draw.integers(shortest, longest + 1))
        event = draw.choice([0, 0, 0, 1, -1], steps)
        event[0] = draw.choice([1, -1])
        last = np.maximum.accumulate(np.where(event != 0, np.arange(steps), 0))
        x.append(np.stack([event, draw.normal(size=steps)], axis=1).astype(float))
        y.append(np.where(event[last] > 0, "on", "off"))
    return x, y


def long(x, y) -> pd.DataFrame:
    lengths = [len(one) for one in x]
    return pd.DataFrame(
        {
            "who": np.repeat([f"s{n}" for n in range(len(x))], lengths),
            "when": np.concatenate([np.arange(n) for n in lengths]),
            "event": np.concatenate(x)[:, 0],
            "noise": np.concatenate(x)[:, 1],
            "state": np.concatenate(y),
        }
    )


def problem(steps: int, masked: bool = True, units: int = 3) -> Problem:
    return Problem("sequence", (steps, 2), units, 500, masked=masked, stepwise=True)


# ---- losses and scores -----------------------------------------------------------------------------------


@pytest.mark.parametrize("output, units", [("softmax", 3), ("sigmoid", 1), ("linear", 1)])
def test_what_does_not_count_changes_neither_loss_nor_score_nor_gradient(output, units):
    draw = np.random.default_rng(1)
    net = build("dense", problem(6, units=units), "S", output, 8)
    each = sweep_of(net).per_example
    outputs = draw.normal(size=(4, 6, units)).astype("float32")
    if output == "linear":
        targets = draw.normal(size=(4, 6)).astype("float32")
    else:
        targets = draw.integers(max(units, 2), size=(4, 6)).astype("int32")
    there = np.arange(6) < np.array([6, 3, 1, 4])[:, None]
    targets = np.where(there, targets, stepwise.without(targets))

    def single(series, step):
        one, told = targets[series, step], outputs[series, step]
        if output == "linear":
            return (told[0] - one) ** 2, -((told[0] - one) ** 2)
        logits = told if output == "softmax" else np.array([0.0, told[0]])
        return np.log(np.exp(logits).sum()) - logits[one], float(logits.argmax() == one)

    wanted = np.array([np.mean([single(n, t) for t in np.flatnonzero(there[n])], axis=0) for n in range(4)])
    loss, score = each(jnp.asarray(targets), jnp.asarray(outputs))
    np.testing.assert_allclose(loss, wanted[:, 0], rtol=1e-5)
    np.testing.assert_allclose(score, wanted[:, 1], rtol=1e-5)
    slope = jax.grad(lambda told: each(jnp.asarray(targets), told)[0].sum())(jnp.asarray(outputs))
    assert np.isfinite(slope).all() and (np.asarray(slope)[~there] == 0).all()
    assert (np.abs(slope).sum(-1)[there] > 0).all()


def test_a_loss_of_steps_is_that_of_the_mean_series_whatever_masks_say():
    loss = OverSteps(losses.MeanSquaredError())
    targets, outputs = jnp.array([[1.0, jnp.nan], [2.0, 4.0]]), jnp.zeros((2, 2, 1))
    assert float(loss(targets, outputs)) == (1 + (4 + 16) / 2) / 2
    assert float(loss.of_batch(targets, outputs, None, jnp.array([[True, True], [False, False]]))) == 5.5
    assert float(loss(targets, outputs, sample_weight=jnp.array([2.0, 0.0]))) == 1.0


def test_balanced_accuracy_counts_classes_alike():
    x, _ = held(40, 10, 10)
    y = [(one[:, 0] + (one[:, 1] > 1.2) > 1).astype(int) for one in x]
    data = from_arrays(np.stack(x), np.stack(y))
    assert data.task.score == "balanced_accuracy"
    prepared, preparations = prepare(data, plan(data, Options(effort="tiny"), None).splits)
    rows = np.arange(data.rows)
    truth = tested.truth(data, preparations, rows)
    values = np.random.default_rng(0).random((3, 40, 10, 2))
    found = tested.losses_of_steps(data.task, values, truth, prepared.weights)
    for line, told in zip(found, data.task.predicted_class(values)):
        wanted = metrics.balanced_accuracy_score(truth.ravel(), told.ravel())
        assert 1 - line.mean() == pytest.approx(wanted)
    net = architecture("dense", problem(10, False, 1), "S", "sigmoid", ())
    each = sweep_of(net, False, tuple(prepared.class_weights.tolist())).per_example
    logits = np.log(values[0, ..., 1:] / values[0, ..., :1])
    score = each(jnp.asarray(truth), jnp.asarray(logits))[1]
    assert float(score.mean()) == pytest.approx(1 - found[0].mean(), abs=1e-5)
    assert tested.guessing(prepared, data.task) == 0.5


def test_a_guess_of_one_class_has_the_balanced_accuracy_that_it_has_on_any_series():
    """However many steps of the rare class a series has; what differs between classes is no width of another's either."""
    draw = np.random.default_rng(2)
    target = (draw.random((400, 10)) < draw.beta(0.3, 2, 400)[:, None]).astype(int)
    task = Task("classification", ("a", "b"), "sigmoid", "binary crossentropy", "balanced_accuracy", stepwise=True)
    weights = np.ones(400)
    wrong = {"guess": target == 1, "some": draw.random((400, 10)) < np.where(target == 1, 0.7, 0.1)}
    losses = {}
    for name, each in wrong.items():
        told = np.where(each, 1 - target, target)
        values = np.eye(2)[told][None]
        losses[name] = tested.losses_of_steps(task, values, target, weights)
        wanted = metrics.balanced_accuracy_score(target.ravel(), told.ravel())
        assert 1 - losses[name].mean() == pytest.approx(wanted)
    alike = stepwise.mean(stepwise.costs(target, 2, weights), target)
    design = np.zeros((1, 400), int), np.zeros(400)
    found = Analysis(losses, *design, "balanced_accuracy", weights=alike, constant=("guess",))
    assert found.mean("guess").low == found.mean("guess").value == found.mean("guess").high == pytest.approx(0.5)
    rates = [wrong["some"][target == k].mean() for k in (0, 1)]  # steps are independent, so rows of theirs say as much
    expected = sum(p * (1 - p) / (target == k).sum() for k, p in enumerate(rates)) ** 0.5 / 2
    assert found.mean("some").standard_error == pytest.approx(expected, rel=0.15)


# ---- candidates ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("steps", [5, 64, 70, 200])
@pytest.mark.parametrize("family", list(CANDIDATES))
def test_each_step_has_outputs_under_the_cap(family, steps):
    net = architecture(family, problem(steps), "M", "softmax", ())
    x = np.random.default_rng(0).normal(size=(3, steps, 2)).astype("float32")
    outputs = np.asarray(net.model(x))
    assert outputs.shape == (3, steps, 3)
    np.testing.assert_allclose(outputs.sum(-1), 1, rtol=1e-5)
    assert net.parameters <= CAPS["M"]
    assert net.cost.flops > 0 and net.description


@pytest.mark.parametrize("family, reach", [("convolution", 27), ("recurrent", 64), ("attention", 64)])
def test_an_answer_can_depend_on_steps_before_and_after_it(family, reach):
    net = build(family, problem(64, masked=False), "S", "linear", 8)
    weights = net.model.graph.init(Stream(3))
    x = np.random.default_rng(0).normal(size=(1, 64, 2)).astype("float32")
    slope = jax.grad(lambda x: net.model.graph.apply(weights, x).outputs[0, 32].sum())(x)
    reached = np.flatnonzero(np.abs(slope[0]).sum(-1) > 0)
    assert reached.min() == max(32 - reach, 0) and reached.max() == min(32 + reach, 63)


@pytest.mark.parametrize("family", ["convolution", "recurrent", "attention"])
def test_padding_changes_no_answer(family):
    steps = 20
    net = build(family, problem(steps), "S", "linear", 8)
    weights = net.model.graph.init(Stream(3))
    x = np.random.default_rng(0).normal(size=(2, steps, 2)).astype("float32")
    x[1, 12:] = 0
    other = x.copy()
    other[0] = np.random.default_rng(5).normal(size=(steps, 2))
    one, two = (np.asarray(net.model.graph.apply(weights, a).outputs) for a in (x, other))
    np.testing.assert_allclose(one[1], two[1], rtol=1e-5)
    short = build(family, problem(13), "S", "linear", 8)
    there = {path: spec.shape for path, spec in short.model.graph.specs().items()}
    cut = {path: np.asarray(value)[tuple(map(slice, there[path]))] for path, value in weights.items()}
    again = np.asarray(short.model.graph.apply(cut, x[1:, :13]).outputs)
    np.testing.assert_allclose(again[0, :12], one[1, :12], rtol=1e-4, atol=1e-5)


def test_a_candidate_of_ones_own_may_give_a_vector_a_step():
    assert "Conv1D" in described("mine", lambda x: Conv1D(4, 3, padding="same")(x), problem(10))
    assert "Global" in described("mine", lambda x: GlobalAveragePooling1D()(Dense(4)(x)), problem(10))
    flat = Problem("sequence", (10, 2), 3, 500)
    with pytest.raises(OptionError, match="returned no features"):
        described("mine", lambda x: Dense(4)(x), flat)


# ---- the data of trainings -------------------------------------------------------------------------------


def test_permuted_steps_keep_their_targets_and_shuffled_ones_their_lengths():
    x, y = held()
    data = from_arrays(x, y)
    prepared, _ = prepare(data, plan(data, Options(effort="tiny"), None).splits)
    lengths = stepwise.counted(prepared.targets[0]).sum(axis=1)
    moved = variants.varied(prepared, "order:whole", 0)
    assert not np.array_equal(moved.targets, prepared.targets)
    for before, after in ((prepared, moved),):
        pairs = [np.concatenate([p.inputs[0], p.targets[0][..., None]], axis=2) for p in (before, after)]
        ordered = [
            np.sort(one.view([("", one.dtype)] * 3), axis=1) for one in map(np.ascontiguousarray, pairs)
        ]
        np.testing.assert_array_equal(*ordered)
    shuffled = variants.varied(prepared, "labels:shuffled", 0)
    others = stepwise.counted(shuffled.targets[0]).sum(axis=1)
    assert (others <= lengths).all() and (others > 0).all()


def test_a_family_that_needs_no_order_loses_none_of_its_steps_when_they_are_permuted(tmp_path):
    """The label of a step is the sign of its own number: in whatever order, as long as what is told moves along."""
    x = np.random.default_rng(0).normal(size=(120, 9, 1))
    effort = replace(EFFORTS["quick"], steps=200, sizes=("S",), learning_rates=(1e-2,), extensions=0)
    study = Study(
        from_arrays(x, np.where(x[..., 0] > 0, "up", "down")),
        effort,
        [0],
        0,
        tmp_path,
        families=("convolution",),
    )
    executor = Inline()
    trials = study.run(executor)
    study.probe(trials, (order.MEASURE,), executor)
    (lost,) = order.find(Inquiry(study, trials, 0.01)).evidence
    by_name, _ = probes.losses(Inquiry(study, trials, 0.01), "convolution", {})
    assert 1 - by_name[probes.PLAIN].mean() > 0.9
    assert abs(lost.value) < 0.05


def test_a_baseline_reads_the_neighbours_of_a_step_alone():
    inputs = np.arange(40.0).reshape(2, 10, 2)
    found = stepwise.windows(inputs, np.array([1, 0, 1]), np.array([5, 0, 9]))
    np.testing.assert_array_equal(found[0], inputs[1, 2:9].ravel())
    np.testing.assert_array_equal(found[1], [*[0] * 6, *inputs[0, :4].ravel()])
    np.testing.assert_array_equal(found[2], [*inputs[1, 6:].ravel(), *[0] * 6])
    assert stepwise.windows(np.ones((1, 4, 300)), np.zeros(2, int), np.arange(2)).shape == (2, 300)


# ---- a comparison ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def classes(tmp_path_factory):
    """A comparison of a long csv from the command line, and everything in its folder."""
    folder = tmp_path_factory.mktemp("steps")
    x, y = held()
    long(x, y).sample(frac=1, random_state=0).to_csv(folder / "steps.csv", index=False)
    command = ["compare", folder / "steps.csv", "--id", "who", "--time", "when", "--target", "state"]
    command += ["--effort", "tiny", "--families", "dense,recurrent", "--out", folder / "out"]
    done = CliRunner().invoke(app, [str(word) for word in command], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    with np.load(folder / "out" / "predictions.npz", allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    return folder, json.loads((folder / "out" / "results.json").read_text()), arrays, done.output


def test_what_was_inferred_is_printed(classes):
    _, results, _, printed = classes
    assert "target of each step: " in printed and "--target-per series overrides" in printed
    assert results["data"]["task"]["stepwise"] is True
    assert "of this procedure on fresh series (the mean over the steps of each), averaged" in results["design"]["estimand"]
    methods = [{row["score"]["method"] for row in results[name]} for name in ("families", "baselines")]
    assert [("seeds and folds" in method, "logit" in method) for (method,) in methods] == [(True, True), (False, True)]
    guess, *others = results["baselines"]
    assert guess["reads"] == "" and all("row for each step" in one["reads"] for one in others)
    assert results["data"]["rows"] == 60 and results["design"]["folds"] == 5


def test_scores_are_means_over_the_steps_of_series(classes):
    _, results, arrays, _ = classes
    truth = arrays["true"]
    there = truth >= 0
    assert there.sum(axis=1).min() == 8
    for row in [*results["families"], *results["baselines"]]:
        name = row.get("family") or row["name"]
        told = arrays[name].argmax(-1)
        each = [np.mean([(line[n] == truth[n])[there[n]].mean() for n in range(60)]) for line in told]
        assert row["score"]["value"] == pytest.approx(np.mean(each)), name
        (further,) = [
            e["value"] for e in results["evidence"] if e["measure"] == "log loss" and e["subject"] == name
        ]
        p = arrays[name][:, there]
        assert further == pytest.approx(
            np.mean([metrics.log_loss(truth[there], line) for line in p]), rel=1e-6
        )


def test_the_state_since_the_last_event_needs_a_memory(classes):
    """A window of seven steps knows the state unless the last event is further back; a table of steps does not."""
    _, results, _, _ = classes
    score = {row["family"]: row["score"]["value"] for row in results["families"]}
    beaten = {row["name"]: row["score"]["value"] for row in results["baselines"]}
    assert score["recurrent"] > 0.97 > beaten["logistic regression"] > 0.8 > score["dense"]
    assert score["recurrent"] > beaten["boosted trees"]
    assert results["verdict"]["family"] == "recurrent"


def test_predictions_have_a_row_for_each_step(classes):
    folder, _, _, _ = classes
    x, y = held(12, 10, 20, seed=9)  # longer ones than were trained on
    long(x, y).sample(frac=1, random_state=3).to_csv(folder / "new.csv", index=False)
    command = ["predict", folder / "out", folder / "new.csv", "--out", folder / "said.csv"]
    done = CliRunner().invoke(app, [str(word) for word in command], catch_exceptions=False)
    assert done.exit_code == 0 and "read in pieces of 14 steps" in done.output
    given = list(csv.DictReader((folder / "new.csv").open()))
    rows = list(csv.DictReader((folder / "said.csv").open()))
    assert [(r["who"], r["when"], r["state"]) for r in rows] == [
        (r["who"], r["when"], r["state"]) for r in given
    ]
    first = [row for row in rows if int(row["when"]) < 14]
    assert np.mean([row["prediction"] == row["state"] for row in first]) > 0.95
    assert all(abs(float(r["probability on"]) + float(r["probability off"]) - 1) < 1e-6 for r in rows)
    model = load_model(folder / "out")
    found = model.predict(long(x, y))
    assert found.shape == (12, 20) and found[0][: len(y[0])].tolist() == [
        next(r["prediction"] for r in rows if (r["who"], r["when"]) == ("s0", str(t)))
        for t in range(len(y[0]))
    ]
    assert {None} == {value for one, told in zip(y, found) for value in told[len(one) :].tolist()}
    assert model.predict_proba(long(x, y)).shape == (12, 20, 2)


def test_numbers_of_steps_from_arrays(tmp_path):
    x, _ = held(40)
    y = [np.convolve(one[:, 1], [0.5, 1.0, 0.5], mode="same") for one in x]
    found = compare(
        x, y, effort="tiny", candidates=["convolution"], out=tmp_path, verbose=False, executor=Inline()
    )
    (row,) = found.table
    spread = np.concatenate(y).std()
    beaten = {b["name"]: b["score"]["value"] for b in found.results["baselines"]}
    assert beaten["ridge regression"] < 0.05 * spread < 0.9 * spread < beaten["mean"] < 1.2 * spread
    assert row["score"]["value"] < 0.8 * spread
    told = found.model.predict(x)
    assert told.shape == (40, 14) and np.isnan(told).sum() == sum(14 - len(one) for one in x)
    assert found.results["measures"] == [] or found.results["examples"] is None


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """A comparison of few steps with all measures: numbers of steps of unequal series."""
    few = replace(
        EFFORTS["standard"],
        steps=20,
        learning_rates=(1e-2,),
        seeds=2,
        sizes=("S",),
        extensions=0,
        probe_seeds=1,
    )
    x, _ = held(50)
    y = [np.convolve(one[:, 1], [0.5, 1.0, 0.5], mode="same") for one in x]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(EFFORTS, "standard", few)
        return compare(x, y, out=tmp_path_factory.mktemp("measured"), verbose=False, executor=Inline())


def test_measures_apply_or_say_why_not(measured):
    found = {measure["name"]: measure for measure in measured.results["measures"]}
    reasons = {name: measure["reason"] for name, measure in found.items() if measure["reason"]}
    assert reasons == {
        "shift": "the targets of the steps would move along",
        "confusion": "the target is a number",
        "hyperparameters": "on request: --hyperparameters, and at thorough effort",
    }
    assert "the answer for the last step" in found["reach"]["answer"]
    evidence = {(e["measure"], e["subject"]): e["value"] for e in measured.results["evidence"]}
    assert evidence["R2", "dense"] < 1 and evidence["MAE", "dense"] > 0


def test_the_report_draws_the_series_that_are_told_worst(measured):
    examples = measured.results["examples"]
    assert examples["families"] == [] and examples["mistakes"]
    for mistake in examples["mistakes"]:
        drawn = mistake["input"]
        assert drawn["channels"] == ["true", *CANDIDATES] and len(drawn["values"]) == 5
        ends = {tuple(value is None for value in line) for line in drawn["values"]}
        assert len(ends) == 1 and not any(next(iter(ends))[:8])  # padding is drawn in no line
        errors = [float(said["predicted"].removeprefix("error ")) for said in mistake["said"]]
        true, *told = (np.array(line, dtype=float) for line in drawn["values"])
        wanted = [np.sqrt(np.nanmean((line - true) ** 2)) for line in told]
        np.testing.assert_allclose(errors, wanted, rtol=0.01)
    page = (measured.folder / "report.html").read_text(encoding="utf-8")
    assert "the test series with the largest mean loss" in page
