"""What the line that fits a baseline says of its inputs is what the study fits it to."""

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sklearn.dummy
import sklearn.ensemble
import sklearn.linear_model
import sklearn.model_selection
import sklearn.multioutput
from hypothesis import given, settings
from hypothesis import strategies as st

from fourfold.comparison import compare
from fourfold.data import from_arrays, read_inputs
from fourfold.loading import load_data
from fourfold.options import Options
from fourfold.preprocessing.text import Characters
from fourfold.study import ngrams
from fourfold.study.baseline_blocks import columns_of, read_as
from fourfold.study.baselines import BASELINES, LOGISTIC, TREE_CLASSIFIER, fitted_names, weights_in_words
from fourfold.study.candidates.base import Problem
from fourfold.study.efforts import EFFORTS
from fourfold.study.study import Study


@pytest.mark.parametrize(
    "layout, shape, options, words",
    [
        ("flat", (5,), {}, ""),
        ("image", (4, 4, 1), {}, ""),
        ("sequence", (6, 2), {"masked": True}, "x: the steps of a series one after the other, 0 behind its last"),
        ("text", (9,), {"vocabulary": 30}, "x: log(1 + count) of n-grams of 1 to 2 words, at most 10,000, that"),
        ("sequence", (6, 2), {"stepwise": True}, "a row for each step, with the "),
    ],
)
def test_words_of_inputs(layout, shape, options, words):
    problem = Problem(layout, shape, units=2, rows=100, **options)
    read = read_as(problem, "word", LOGISTIC)
    assert read.startswith(words) and bool(read) is bool(words)
    if layout == "text":
        of_trees = read_as(problem, "character", TREE_CLASSIFIER)
        assert "n-grams of 1 to 5 characters, at most 1,000, that tell y apart best" in of_trees
        many = replace(problem, units=40)
        assert "at most 2,500, " in read_as(many, "word", LOGISTIC)


@pytest.mark.parametrize("kind", ["classification", "multilabel", "regression"])
@pytest.mark.parametrize("rare", [False, True])
def test_lines_of_weighted_rows_fit_the_weights(kind, rare):
    """Each line runs as it stands."""
    random = np.random.default_rng(0)
    x, w = random.normal(size=(200, 3)), random.gamma(0.3, size=200)
    y = x[:, 0] + random.normal(size=200)
    y = y if kind == "regression" else (y > 0).astype(int)
    y, several = (np.stack([y, 1 - y], axis=1), "MultiOutputClassifier") if kind == "multilabel" else (y, "")
    shares = (0.6, 3.0) if rare and kind == "classification" else ()
    for baseline in BASELINES[kind].values():
        said = (weights_in_words(given, False) for given in (True, False))
        weighed, plain = (baseline.usage(1.0, several, shares, weights=weights) for weights in said)
        assert ".fit(x, y, sample_weight=w)  # " in weighed
        assert weighed.endswith("w: the weights of the rows over their mean")
        assert ".fit(x, y)" in plain and "w:" not in plain
        model = eval(weighed, {"sklearn": sklearn, "x": x, "y": y, "w": w})
        assert model.predict(x).shape == y.shape


@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("steps", [True, False])
def test_lines_predict_what_the_study_predicts_by_their_weights(steps, weighted, tmp_path):
    """Of weights whose mean is far from 1 a penalty would be another, and series of different lengths count alike."""
    draw = np.random.default_rng(0)
    lengths = draw.choice([2, 12], 50) if steps else np.ones(50, int)
    row = np.repeat(np.arange(50), lengths)
    heavy = draw.random(50) < 0.5
    x = draw.normal(size=(len(row), 2))
    y = x[:, 0] + (lengths[row] > 2) + 2 * heavy[row] + draw.normal(size=len(row))
    frame = pd.DataFrame({"a": x[:, 0], "b": x[:, 1], "y": y})
    if steps:
        frame["who"], frame["when"] = [f"s{one:02d}" for one in row], np.concatenate([np.arange(n) for n in lengths])
    if weighted:
        frame["w"] = np.where(heavy, 2000.0, 100.0)[row]
    options: dict[str, Any] = ({"id": "who", "time": "when"} if steps else {}) | ({"weight": "w"} if weighted else {})
    found = compare(frame, target="y", **options, effort="tiny", candidates=["dense"], out=tmp_path, verbose=False)
    (line,) = [one["usage"] for one in found.results["baselines"] if one["name"] == "ridge regression"]
    given = frame.w if weighted else np.ones(len(frame))
    over = {
        "w: the weights of the rows over their mean": given,
        "w: 1 / how many steps of the series have a target, over the mean": 1 / lengths[row],
        "w: the weight of the series / how many steps of the series have a target, over the mean": given / lengths[row],
    }
    fitted, remark = line.split("  # ")
    remark, _, spread = remark.partition("; alpha: the median, the test parts chose ")
    said = [one for words, one in over.items() if remark.endswith(words)]
    assert bool(said) == (weighted or steps) == ("sample_weight=w" in fitted)
    kept, (block,) = np.load(tmp_path / "predictions.npz"), (tmp_path / "blocks").glob("data-*.npz")
    prepared, alike = np.load(block), []
    for fold in range(5):
        inputs, target = prepared["inputs"][fold], prepared["targets"][fold].reshape(50, -1)
        if steps:
            beside = np.pad(np.nan_to_num(inputs), ((0, 0), (3, 3), (0, 0)))
            inputs = np.concatenate([beside[:, j : j + 12] for j in range(7)], axis=2)
        there, held_out = ~np.isnan(target), kept["fold"] == fold
        x, y = inputs.reshape(50, target.shape[1], -1)[there], target[there]
        learnt = ~held_out[row]
        w = np.asarray(said[0])[learnt] if said else None
        names = {"sklearn": sklearn, "x": x[learnt], "y": y[learnt], "w": w if w is None else w / w.mean()}
        outputs, truth = eval(fitted, names).predict(x[~learnt]), kept["true"].reshape(50, -1)[there][~learnt]
        scale = np.polyfit(y[~learnt], truth, 1)
        errors = np.polyval(scale, outputs) - kept["ridge regression"][0].reshape(50, -1)[there][~learnt]
        alike.append(float(np.abs(errors).max()))
    assert min(alike) < 1e-3 and (max(alike) < 1e-3) == (not spread)


def test_trees_are_chosen_by_the_columns_that_they_are_fitted_to():
    """Of ten classes of texts a forest: boosted trees of a thousand columns take a minute for each fit."""
    problem = Problem("text", (50,), units=10, rows=100, vocabulary=60)
    assert columns_of(problem) == ngrams.MOST_OF_TREES
    names = fitted_names("classification", columns_of(problem), problem.units)
    assert "random forest" in names and "boosted trees" not in names


def test_a_number_that_is_a_sum_over_a_text_is_predicted(tmp_path):
    """Of logarithms of counts no sum of digits is one."""
    random = np.random.default_rng(0)
    digits = random.integers(0, 10, (400, 30))
    texts = np.array(["".join(map(str, row)) for row in digits], dtype=object)
    frame = pd.DataFrame({"text": texts, "sum": digits.sum(1).astype(float)})
    dataset = load_data(frame, None, Options(layout="text", target="sum", task="regression"))
    study = Study(dataset, EFFORTS["tiny"], [0], 0, tmp_path, families=("dense",))
    study.prepared.save(tmp_path)
    (block,) = [block for block in study.baseline_blocks() if block.name == "ridge regression"]
    block.fit(tmp_path)
    found, split = block.load(tmp_path), study.prepared.splits[0]
    assert np.abs(found["test-0"] - study.prepared.targets[0][split.test]).max() < 0.3  # standard deviations
    reads = read_as(study.problem, study.preparations[0].unit, BASELINES["regression"]["ridge regression"])
    assert reads.startswith("x: count and log(1 + count) of n-grams of 1 to 5 characters, at most 10,000, that")
    read = read_as(Problem("text", (9,), units=2, rows=100, vocabulary=30), "word", LOGISTIC)
    assert read.startswith("x: log(1 + count) of")  # of classes


def test_counts_are_not_standardised():
    read = read_as(Problem("text", (9,), units=2, rows=100, vocabulary=30), "word", LOGISTIC)
    lines = {kind: [one.usage(1.0, "", (), read, said=True) for one in BASELINES[kind].values()] for kind in BASELINES}
    said = [line for own in lines.values() for line in own]
    assert not any("x standardised" in line or "x, y standardised" in line for line in said)
    assert any("; y standardised" in line for line in lines["regression"])


def test_words_of_a_table_are_said_to_be_one_hot_as_they_are(tmp_path):
    """Columns of 0 and 1 that were standardised, too, would be shrunk otherwise by ridge regression."""
    random = np.random.default_rng(0)
    frame = pd.DataFrame({"a": 5 + random.normal(size=80), "kind": random.choice([*"uvvw"], 80)})
    y = frame.a + 2 * (frame.kind == "w") + random.normal(size=80)
    found = compare(frame, y, effort="tiny", candidates=["dense"], out=tmp_path, verbose=False)
    lines = {row["name"]: row["usage"] for row in found.results["baselines"]}
    assert lines["boosted trees"].endswith("# x: numbers standardised, words one-hot")
    ridge, _, spread = lines["ridge regression"].partition("; alpha: ")
    assert ridge.endswith("# x: numbers standardised, words one-hot; y standardised")
    assert spread == "the median, the test parts chose 0.1 to 1"
    assert "one-hot" not in lines["mean"]
    prepared = found.model.preparation.inputs(read_inputs(frame, found.model.preparation).inputs)
    assert abs(prepared[:, 0].mean()) < 0.5 < prepared[:, 0].std() < 1.5
    told = pd.get_dummies(frame.kind).to_numpy(prepared.dtype)
    assert all(any(np.array_equal(own, column) for column in prepared[:, 1:].T) for own in told.T)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.text("abc ", max_size=12), min_size=4, max_size=12),
    st.integers(0, 2**31),
    st.sampled_from(["character", "word", "token"]),
)
def test_n_grams_are_counted_as_substrings_are(texts, seed, unit):
    """Against Python's own strings, overlaps included: all that two texts have in common, where they are few. Here each
    character is a unit, whatever it is called."""
    numbered = Characters.fit("t", np.array(texts, object), range(len(texts)), "character")
    x = numbered.apply(np.array(texts, object))
    spelled = [text[: x.shape[1]] for text in texts]
    runs = {t[i : i + n] for t in spelled for n in range(1, ngrams.longest(unit) + 1) for i in range(len(t) - n + 1)}
    common = [run for run in runs if sum(run in text for text in spelled) > 1]
    targets = np.random.default_rng(seed).integers(0, 2, len(texts))
    counter = ngrams.counter(unit, x, targets, classes=True, most=ngrams.MOST)
    assert (counter is None) == (not common)
    if counter is not None:
        expected = [[sum(t.startswith(run, i) for i in range(len(t))) for run in common] for t in spelled]
        found = counter.transform(x).toarray()
        assert sorted(map(tuple, found.T)) == sorted(map(tuple, np.array(expected, float).T))


def test_the_n_grams_that_tell_the_targets_apart_are_read():
    """Sentiment by a word in texts without blanks, which the counts of their characters hardly tell; from the training
    rows."""
    random = np.random.default_rng(0)
    good, bad = ["great", "lovely", "superb"], ["awful", "dreary", "sordid"]
    others = ["the", "plot", "of", "a", "film", "was", "it"]
    y = random.integers(0, 2, 300)
    texts = ["_".join(random.permutation([*random.choice(others, 6), random.choice(good if one else bad)])) for one in y]
    learnt, tested = np.arange(200), np.arange(200, 300)
    numbered = Characters.fit("t", np.array(texts, object), learnt)
    x = numbered.apply(np.array(texts, object))
    read = partial(ngrams.counter, "character", x[learnt], most=1_000)
    of_grams = np.log1p(read(y[learnt], classes=True).transform(x).toarray())
    of_characters = np.log1p([np.bincount(row, minlength=numbered.size)[1:] for row in x])
    model = BASELINES["classification"]["logistic regression"]
    scores = [model.of(0.1, y).fit(a[learnt], y[learnt]).score(a[tested], y[tested]) for a in (of_grams, of_characters)]
    assert scores[0] > 0.97 and scores[0] > scores[1]
    targets = {"amounts": y + 0.5, "one of two labels": np.stack([y, np.ones(300)], axis=1), "nothing": np.ones(300)}
    for name, target in targets.items():
        counter = read(target[learnt], classes=name != "amounts")
        assert counter.transform(x).shape == of_grams.shape
        same = {*map(tuple, counter.transform(x[:30]).toarray().T)} & {*map(tuple, np.expm1(of_grams[:30]).round().T)}
        assert name == "nothing" or len(same) > 100


def test_a_word_before_another_is_read(tmp_path):
    """Through a study's own blocks: "not good" is bad, where each of the two words alone says nothing."""
    random = np.random.default_rng(0)
    fill = [f"word{i}" for i in range(8)]
    y, turned = random.integers(0, 2, (2, 240))
    tones = [("not good", "very bad", "not bad", "very good")[2 * one + turn] for one, turn in zip(y, turned)]
    texts = [" ".join([*random.choice(fill, 40), tone, *random.choice(fill, 10)]) for tone in tones]
    data = from_arrays({"review": np.array(texts, object)}, y)
    study = Study(data, EFFORTS["tiny"], [0], 0, tmp_path, families=("dense",))
    assert study.preparations[0].unit == "word"
    study.prepared.save(tmp_path)
    for block in study.baseline_blocks():
        block.run(tmp_path)
    right = {}
    for name, [arrays] in study.baselines().items():
        found = [arrays[f"test-{k}"].argmax(1) == y[split.test] for k, split in enumerate(study.splits)]
        right[name] = np.concatenate(found).mean()
    assert right["logistic regression"] > 0.95 and right["boosted trees"] > 0.95 and right["majority class"] < 0.7
