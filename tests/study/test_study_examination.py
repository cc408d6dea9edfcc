"""Examinations of trained networks: gradients against differences, maps that find what matters, moved rows."""

import json
import re
from dataclasses import replace
from types import SimpleNamespace

import jax
import numpy as np
import pytest

from fourfold.core.streams import Stream
from fourfold.data import from_arrays
from fourfold.evidence.evidence import Evidence
from fourfold.evidence.sentences import CORRELATION
from fourfold.loading import load_data
from fourfold.options import Options
from fourfold.preprocessing.task import predicted_class
from fourfold.study import examination
from fourfold.study.architecture import architecture
from fourfold.study.blocks import LOSSES, column_order
from fourfold.study.candidates import Problem
from fourfold.study.described import numbering
from fourfold.study.efforts import EFFORTS
from fourfold.study.example_inputs import as_given
from fourfold.study.examples import _Views, examples
from fourfold.study.inside import Inside
from fourfold.study.measure import Inquiry
from fourfold.study.measures import gradients, looks, memory, reach, shift
from fourfold.study.study import Study
from fourfold.study.tested import activated
from fourfold.study.workers import Inline

EFFORT = replace(
    EFFORTS["quick"], steps=150, sizes=("S",), learning_rates=(1e-2,), extensions=0, moved_rows=30
)
STEP, COLUMN = 3, 1
MEASURES = (shift.MEASURE, reach.MEASURE, gradients.MEASURE, memory.MEASURE, looks.MEASURE)


def examined(folder, dataset, *families):
    """A study, its trials, and its examinations by family."""
    study = Study(dataset, EFFORT, [0], 0, folder, families=families)
    trials = study.run(Inline())
    tasks = study.examinations(trials)
    for task in tasks.values():
        task.run(folder)
    return study, trials, tasks


@pytest.fixture(scope="module")
def series(tmp_path_factory):
    """Two families on series (T = 12) whose class is the sign of step 3."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 12, 1)).astype("float32")
    dataset = from_arrays(x, np.where(x[:, STEP, 0] > 0, "up", "down"))
    return examined(tmp_path_factory.mktemp("series"), dataset, "dense", "attention")


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """Convolution, whose runs permute the columns, on a table whose target is one column; another misses a value."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(150, 6))
    x[0, 0] = np.nan
    return examined(tmp_path_factory.mktemp("table"), from_arrays(x, 3 * x[:, COLUMN]), "convolution")


# ---- gradients ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def text():
    """An untrained recurrent network over texts with padding, and what its inside says of them."""
    net = architecture("recurrent", Problem("text", (7,), 3, 100, vocabulary=30), "S", "softmax", ())
    weights = net.trained.init(Stream(5))
    tokens = np.arange(2, 23, dtype=np.int32).reshape(3, 7)
    tokens[0, 5:] = 0
    return net, weights, tokens, Inside(net)


def test_gradients_of_a_text_are_those_by_the_vectors_of_its_tokens(text):
    net, weights, tokens, inside = text
    pulled = inside.of_answer(weights, tokens)
    chosen = pulled.outputs.argmax(axis=1)
    path, change = "embedding/embeddings", 1e-3
    for row, step in ((0, 0), (0, 4), (1, 6), (2, 3)):  # each token occurs once
        by_hand = []
        for sign in (1, -1):
            table = weights[path].copy()
            table[tokens[row, step], 2] += sign * change
            by_hand.append(net.trained.apply({**weights, path: table}, tokens).outputs[row, chosen[row]])
        slope = float(by_hand[0] - by_hand[1]) / (2 * change)
        assert pulled.by_inputs[row, step, 2] == pytest.approx(slope, rel=2e-2, abs=1e-5)
    assert not pulled.by_inputs[0, 5:].any()  # padding


def test_the_answer_is_the_output_of_the_class_that_class_weights_predict():
    net = architecture("dense", Problem("flat", (4,), 3, 100), "S", "softmax", ())
    weights = net.trained.init(Stream(5))
    inputs = np.random.default_rng(0).normal(size=(30, 4)).astype("float32")
    jacobians = np.asarray(jax.vmap(jax.jacrev(lambda row: net.trained.apply(weights, row[None]).outputs[0]))(inputs))
    outputs, class_weights = np.asarray(net.trained.apply(weights, inputs).outputs), np.array([0.4, 9.0, 2.0])
    told = predicted_class(activated(outputs, "softmax"), class_weights)
    assert (told != outputs.argmax(axis=1)).any()
    pulled = Inside(net, class_weights=class_weights).of_answer(weights, inputs)
    np.testing.assert_allclose(pulled.by_inputs, jacobians[np.arange(30), told], rtol=1e-3, atol=1e-5)


def test_norms_by_layer_are_those_of_the_loss_in_training(text):
    net, weights, tokens, inside = text
    targets = np.array([[0], [2], [1]], np.int32)
    pulled = inside.of_loss(weights, tokens, targets)
    loss = LOSSES["softmax"]()
    by_hand = jax.grad(lambda w: loss.call(targets, net.trained.apply(w, tokens).outputs).mean())(weights)
    found = inside.by_layer(pulled.by_weights)
    assert list(found) == ["embedding", "lstm", "layer_normalization", "dense"]
    for name, norm in found.items():
        squares = [np.sum(np.square(g)) for path, g in by_hand.items() if path.startswith(f"{name}/")]
        assert norm == pytest.approx(np.sqrt(np.sum(squares)), rel=1e-4)


# ---- trained networks --------------------------------------------------------------------------------------


def test_the_maps_find_the_step_that_decides(series):
    study, _, tasks = series
    arrays = tasks["dense"].load(study.folder)
    assert set(arrays["rows"]) <= set(study.splits[int(arrays["split"])].test)
    assert (arrays["maps"].argmax(axis=1) == STEP).mean() > 0.9
    assert arrays["by_lag"].argmax() == 12 - 1 - STEP and arrays["by_lag"].sum() == pytest.approx(1)
    assert arrays["lag_end"].argmax() == 12 - 1 - STEP
    assert arrays["maps_alike"] < examination.ALIKE


def test_columns_are_told_apart_whatever_their_order(table):
    study, _, tasks = table
    task = tasks["convolution"]
    arrays = task.load(study.folder)
    run = task.block.runs[0]
    assert column_order(run.seed, run.split, 7)[COLUMN] != COLUMN  # so that a map in the wrong order is seen
    assert (arrays["maps"].argmax(axis=1) == COLUMN).all()
    assert "shift_outputs" not in arrays and "by_lag" not in arrays
    (columns,) = (f for f in looks.MEASURE.find(inquiry(table)).figures if f.name == "looks-columns")
    assert columns.rows[0]["group"] == f"x{COLUMN}"


def test_what_hardly_varies_is_hardly_depended_on(table):
    """One value is missing: what says so has a gradient by the weights that it started with, and decides nothing."""
    study, _, tasks = table
    arrays = tasks["convolution"].load(study.folder)
    assert study.preparations[0].input_names[6:] == ("x0 is missing",)
    of_columns = arrays["maps"].mean(axis=0)
    assert of_columns[6] < of_columns[:6].min()
    gradients = np.array([[3.0, 3.0, 3.0]], np.float32)
    learnt_from = np.array([[1.0, 0, 5], [-1.0, 0, 5], [1.0, 1, 5], [-1.0, 0, 5]], np.float32)
    varied = examination._as_columns_vary(gradients, learnt_from)
    np.testing.assert_allclose(varied, [[3.0, 3 * 0.75**0.5 / 2, 0.0]], rtol=1e-6)


def test_reach_counts_the_columns_of_the_table_itself(table):
    by_column = reach._by_column(table[0], examination.found(table[0], table[1]))
    assert by_column["convolution"]["maps"].shape[1] == 6
    (bar,) = reach.MEASURE.find(inquiry(table)).figures[0].rows
    assert 1 / 6 <= bar["value"] < 0.5


def test_moved_rows_are_predicted_by_the_trained_network(series):
    study, _, tasks = series
    task = tasks["dense"]
    arrays, run = task.load(study.folder), task.block.runs[0]
    split = study.splits[run.split]
    outputs = task.block.load(study.folder)["outputs"][0, len(split.validation) :]
    still = outputs[np.searchsorted(split.test, arrays["shift_rows"])]
    np.testing.assert_allclose(arrays["shift_outputs"][0, 0], still, rtol=1e-3, atol=1e-4)
    block = task.block.load(study.folder)
    weights = {name[7:]: a for name, a in block.items() if name.startswith("weight:")}
    inputs = study.prepared.inputs[run.split][arrays["shift_rows"]]
    later = np.concatenate([inputs[:, :1], inputs[:, :1], inputs[:, :-2]], axis=1)
    place = arrays["shift_steps"].tolist().index(2)
    by_hand = task.block.net.trained.apply(weights, later).outputs
    np.testing.assert_allclose(arrays["shift_outputs"][1 + place, 0], by_hand, rtol=1e-3, atol=1e-4)
    found = {(e.measure, e.subject): e for e in shift.MEASURE.find(inquiry(series)).evidence}
    assert (
        found[shift.ONE, "dense"].interval[0] > 0.1
    )  # a step to the side, and what decides is another number


def test_attention_is_read_off_the_trained_blocks(series):
    dense, arrays = (task.load(series[0].folder) for task in series[2].values())
    assert np.array_equal(arrays["rows"], dense["rows"]) and "attention" not in dense
    assert arrays["attention_entropy"].shape == (2,) and (arrays["attention_entropy"] < 1).all()
    assert arrays["attention"].sum(axis=1) == pytest.approx(1, abs=1e-4)
    assert arrays["uniform_distance"] == pytest.approx(np.abs(np.subtract.outer(range(12), range(12))).mean())


def test_an_examination_is_a_pure_function_and_its_seconds_lie_apart(series):
    study, _, tasks = series
    task = tasks["dense"]
    before = task.load(study.folder)
    task.path(study.folder).unlink()
    assert task.load(study.folder) is None
    task.run(study.folder)
    after = task.load(study.folder)
    assert before.keys() == after.keys()
    assert all(np.array_equal(before[name], after[name]) for name in before)
    assert task.seconds(study.folder).keys() == {"1", "256"}
    assert replace(task, rows=31).path(study.folder) != task.path(study.folder)


# ---- measures and examples ---------------------------------------------------------------------------------


def inquiry(fixture):
    return Inquiry(fixture[0], fixture[1], 0.01)


@pytest.mark.parametrize("name", ["series", "table"])
def test_steps_of_an_input_are_asked_for_where_it_has_some(name, request):
    question = gradients.MEASURE.find(inquiry(request.getfixturevalue(name))).question
    assert ("steps of an input" in question) is (name == "series")


@pytest.mark.parametrize("name", ["series", "table"])
@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
def test_each_number_of_an_answer_is_evidence(name, measure, request):
    fixture = request.getfixturevalue(name)
    assert measure.wants(fixture[0], fixture[1]) == [*fixture[2].values()]
    found = measure.find(inquiry(fixture))
    json.dumps(found.to_dict(), allow_nan=False)
    if not found.applicable:
        assert (measure.name, name) == ("shift", "table")
        return
    values = {(e.measure, e.subject): (e.value, *(e.interval or ())) for e in found.evidence}
    shown = [number.text for number in found.answer.numbers]
    assert shown and all(n.value in values[n.measure, n.subject] for n in found.answer.numbers)
    number = r"[-−]?[\d,]*\.?\d+"
    assert re.findall(number, found.answer) == [part for text in shown for part in re.findall(number, text)]


def test_an_examination_that_failed_is_said(series, tmp_path):
    study, trials, _ = series
    lost = Inquiry(Study(study.dataset, EFFORT, [0], 0, tmp_path, families=tuple(trials)), trials, 0.01)
    for measure in MEASURES:
        found = measure.find(lost)
        assert [e.reason for e in found.evidence if not e.applicable] == ["its examination failed"] * 2
    assert examples(lost.study, trials) is None


def test_examples_show_the_rows_as_the_user_gave_them(series, table):
    shown = examples(series[0], series[1])
    assert [(view["family"], view["kind"]) for view in shown["families"]] == [
        ("dense", "saliency"),
        ("attention", "saliency"),
        ("attention", "attention"),
    ]
    items = shown["families"][0]["items"]
    assert {item["true"] for item in items} == {"up", "down"}
    for item in items:
        row = int(item["title"].removeprefix("row "))
        np.testing.assert_allclose(item["input"]["values"][0], series[0].dataset.inputs[row, :, 0], rtol=1e-3)
        assert np.argmax(item["maps"][0]["values"]) == STEP
    for mistake in shown["mistakes"]:
        assert any(said["predicted"] != mistake["true"] for said in mistake["said"])
    json.dumps(shown, allow_nan=False)

    saliency, filters = examples(table[0], table[1])["families"]
    assert saliency["items"][0]["input"]["columns"] == [f"x{i}" for i in range(6)]
    first, last = (saliency["items"][i] for i in (0, -1))
    assert float(first["true"]) < float(last["true"]) and float(first["predicted"]) < float(last["predicted"])
    assert (
        filters["check"]["passed"]
        == (filters["check"]["value"] <= examination.ALIKE)
        == bool(filters["items"])
    )


@pytest.mark.parametrize(
    ("texts", "words", "joined"),
    [
        (["So long as it is so", "it is long, so long"] * 20, ["so", "long", "as", "it", "is", "so"], False),
        (["ACGTAC", "TTGACA"] * 20, list("ACGTAC"), True),
        (['["so", "Long"]', '["as", "it"]'] * 20, ["so", "Long"], False),
    ],
    ids=["words", "characters", "listed"],
)
def test_a_text_is_shown_in_the_pieces_that_are_read(texts, words, joined, tmp_path):
    table = {"text": np.array(texts, dtype=object), "label": np.array(["a", "b"] * 20, dtype=object)}
    study = Study(load_data(table, None, Options(layout="text", target="label")), EFFORT, [0], 0, tmp_path, families=("dense",))  # fmt: skip
    assert study.problem.layout == "text"
    shown, along = as_given(study, 0, np.arange(float(study.problem.shape[0])))
    assert shown == {"kind": "text", "words": words, "joined": joined}
    assert along.tolist() == list(range(len(words)))  # a map's numbers stand at the words that they are of


def test_what_a_map_is_taken_of_is_said_of_the_target_and_the_input(series, table):
    saliency = [examples(*found[:2])["families"][0]["method"] for found in (series, table)]
    assert "gradient of the output of the predicted class by each number of the prepared input, summed over ch" in saliency[0]
    assert "gradient of the output by each number of the prepared input times its standard deviation, summed over what a column became" in saliency[1]
    study = table[0]
    two = from_arrays(study.dataset.inputs, np.stack([study.dataset.target] * 2, axis=1))
    several = _Views(Study(two, EFFORT, [0], 0, study.folder, families=("dense",)), "dense", {})
    assert "gradient of the sum of the outputs, one for each target, by" in several._saliency()
    filters = examples(*table[:2])["families"][1]["method"]
    assert filters == "The first convolution's filters with the largest norms."


def test_rows_are_named_by_their_ids_where_they_have_some(series):
    study, trials, _ = series
    named = replace(study.dataset, ids=np.array([f"up/{i}.png" for i in range(200)], dtype=object))
    shown = examples(Study(named, EFFORT, [0], 0, study.folder, families=tuple(trials)), trials)
    titles = {item["title"] for item in (*shown["families"][0]["items"], *shown["mistakes"])}
    assert titles and all(re.fullmatch(r"row “up/\d+\.png”", title) for title in titles)
    assert "counted from 0" not in shown["about"]


@pytest.mark.parametrize(
    ("ids", "test_rows", "others", "says"),
    [
        (None, None, "", "Rows are counted from 0."),
        (None, np.arange(3), "", "Rows are counted from 0, those of the test file after the others."),
        (None, np.arange(3), "steps", "Rows and steps are counted from 0, those of the test file after the others."),
        (np.array(["a"]), np.arange(3), "steps", "Steps are counted from 0."),
        (np.array(["a"]), None, "", ""),
    ],
)
def test_how_rows_without_names_are_numbered_is_said(ids, test_rows, others, says):
    assert numbering(SimpleNamespace(ids=ids, test_rows=test_rows), others) == says


# ---- words -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "passed, words",
    [(0, "0 of 2 kinds of maps differ from"), (1, "1 of 2 kinds of maps differs from"), (2, "as they")],
)
def test_maps_that_pass_are_counted_in_words_that_fit(passed, words):
    likeness = looks.LIKENESS.format(kind="saliency")
    checked = [
        Evidence(likeness, family, 0.1 if place < passed else 0.9, CORRELATION)
        for place, family in enumerate(("dense", "recurrent"))
    ]
    counts = [Evidence(looks.CHECKED, "study", 2, "count"), Evidence(looks.PASSED, "study", passed, "count")]
    bound = Evidence(looks.BOUND, "study", examination.ALIKE, CORRELATION)
    assert words in looks._answer([*checked, *counts, bound], checked)


@pytest.mark.parametrize(
    "places, stepwise, words",
    [
        (
            {"dense": 6, "attention": 2, "recurrent": 4},
            False,
            "20.0 % of the time steps hold nine tenths of what an answer depends on in Attention, the fewest; 60.0 % in "
            "Fully connected, the most.",
        ),
        (
            {"recurrent": 4, "dense": 3},
            True,
            "30.0 % of the time steps hold nine tenths of what the answer for the last step depends on in Fully connected, "
            "the fewest; 40.0 % in Recurrent, the most.",
        ),
        (
            {"dense": 3},
            False,
            "30.0 % of the time steps hold nine tenths of what an answer depends on in Fully connected.",
        ),
        (
            {"dense": 4, "recurrent": 4},
            False,
            "40.0 % of the time steps hold nine tenths of what an answer depends on in Fully connected and Recurrent.",
        ),
    ],
)
def test_who_depends_on_the_fewest_places_and_who_on_the_most(places, stepwise, words):
    """Maps of ten steps, on so many of which nine tenths lie evenly, through the measure itself."""
    problem = Problem("sequence", (10, 1), units=2, rows=100, stepwise=stepwise)
    evenly = {family: np.array([1.0] * count + [0.0] * (10 - count)) for family, count in places.items()}
    found = {family: {"maps": np.tile(row, (4, 1)), "rows": np.arange(4)} for family, row in evenly.items()}
    evidence = [reach._share(family, arrays) for family, arrays in found.items()]
    assert reach._answer(evidence, "time steps", problem) == words


@pytest.mark.parametrize("maps, said", [((4, 6), False), ((4, 6, 6), True)])
def test_distances_are_spoken_of_where_tokens_have_places(maps, said):
    arrays = {"maps": np.ones(maps), "attention": np.ones(1), "uniform_distance": np.array(2.0)}
    arrays |= {"attention_distance": np.array([1.5]), "attention_entropy": np.array([0.9])}
    figure = reach._of_attention(reach._blocks("attention", arrays))
    assert ("distances" in figure.note) is said and ("Distance" in figure.columns) is said


@pytest.mark.parametrize("inputs, said", [(1, "an example is one number"), (4, "an example is one column")])
def test_of_one_number_or_column_nothing_is_said_to_be_read_more_than_the_rest(inputs, said):
    """A column of words is as many inputs as it has levels."""
    study = SimpleNamespace(
        problem=Problem("flat", (inputs,), units=2, rows=100), dataset=SimpleNamespace(columns=("colour",))
    )
    found = reach.MEASURE.find(SimpleNamespace(study=study, trials={}))
    assert not found.figures and found.reason.startswith(said)
