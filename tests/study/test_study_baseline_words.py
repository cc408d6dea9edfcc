"""What the line that fits a baseline says of its inputs is what the study fits it to."""

import numpy as np
import pytest
import sklearn.dummy
import sklearn.ensemble
import sklearn.linear_model
import sklearn.model_selection
import sklearn.multioutput

from fourfold.study.baseline_blocks import features, read_as
from fourfold.study.baselines import BASELINES
from fourfold.study.candidates.base import Problem


@pytest.mark.parametrize(
    "layout, shape, options, words",
    [
        ("flat", (5,), {}, ""),
        ("image", (4, 4, 1), {}, ""),
        ("sequence", (6, 2), {"masked": True}, "x: the steps of a series one after the other, 0 behind its last"),
        ("text", (9,), {"vocabulary": 30}, "x: log(1 + count) of each word"),
        ("sequence", (6, 2), {"stepwise": True}, "a row for each step, with the "),
    ],
)
def test_words_of_inputs(layout, shape, options, words):
    problem = Problem(layout, shape, units=2, rows=100, **options)
    assert read_as(problem, "word").startswith(words) and bool(read_as(problem, "word")) is bool(words)


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


def test_texts_are_counted():
    """Number 0 is padding."""
    np.testing.assert_allclose(features(np.array([[1, 1, 2, 0]]), 4), np.log1p([[0, 2, 1, 0]]), rtol=1e-6)
