"""What the line that fits a baseline says of its inputs is what the study fits it to."""

from dataclasses import replace
from functools import partial

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
from fourfold.preprocessing.text import Characters
from fourfold.study import ngrams
from fourfold.study.baseline_blocks import columns_of, read_as
from fourfold.study.baselines import BASELINES, fitted_names
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
    read = read_as(problem, "word", linear=True)
    assert read.startswith(words) and bool(read) is bool(words)
    if layout == "text":
        of_trees = read_as(problem, "character", linear=False)
        assert "n-grams of 1 to 5 characters, at most 1,000, that tell y apart best" in of_trees
        many = replace(problem, units=40)
        assert "at most 2,500, " in read_as(many, "word", linear=True)


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
        weighed, plain = (baseline.usage(1.0, several, shares, weighted=weighted) for weighted in (True, False))
        assert ".fit(x, y, sample_weight=w)  # " in weighed and weighed.endswith("w: the weights of the rows")
        assert ".fit(x, y)" in plain and "w:" not in plain
        model = eval(weighed, {"sklearn": sklearn, "x": x, "y": y, "w": w})
        assert model.predict(x).shape == y.shape


def test_trees_are_chosen_by_the_columns_that_they_are_fitted_to():
    """Of ten classes of texts a forest: boosted trees of a thousand columns take a minute for each fit."""
    problem = Problem("text", (50,), units=10, rows=100, vocabulary=60)
    assert columns_of(problem) == ngrams.MOST_OF_TREES
    names = fitted_names("classification", columns_of(problem), problem.units)
    assert "random forest" in names and "boosted trees" not in names


def test_counts_are_not_standardised():
    read = read_as(Problem("text", (9,), units=2, rows=100, vocabulary=30), "word", linear=True)
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
    assert lines["ridge regression"].endswith("# x: numbers standardised, words one-hot; y standardised")
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
