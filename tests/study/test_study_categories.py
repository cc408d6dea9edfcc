"""How the families that read the columns of a table one by one read its categories."""

import json

import numpy as np
import pandas as pd
import pytest

from fourfold import AttentionClassifier, ConvolutionClassifier, RecurrentRegressor
from fourfold.core.streams import Stream
from fourfold.errors import FileError
from fourfold.study.architecture import architecture, at_length
from fourfold.study.candidates import CANDIDATES, Problem
from fourfold.study.saved_model import SavedModel

IN_ORDER = ("convolution", "recurrent")
READS = {
    "two categories": ((61,), (30, 30), "3 columns in an order", "3 tokens, one a column"),
    "one category": ((4,), (4,), "1 column", "1 token, one a column"),
    "many numbers": ((100,), (3, 5, 5, 2), "47 groups of columns in an order", "47 tokens, one a group of columns"),
    "as many as are read": ((152,), (3,) * 48, "56 columns in an order", "56 tokens, one a column"),
}


@pytest.mark.parametrize("shape, levels, in_order, tokens", READS.values(), ids=list(READS))
def test_a_category_is_one_column(shape, levels, in_order, tokens):
    problem = Problem("flat", shape, 1, 500, levels=levels)
    assert problem.by_category
    assert CANDIDATES["attention"].reads(problem) == tokens
    for family in IN_ORDER:
        assert CANDIDATES[family].reads(problem).startswith(in_order)
        assert not CANDIDATES[family].permutes(problem)


def test_more_categories_than_columns_that_are_read_are_read_by_groups_of_levels():
    problem = Problem("flat", (200,), 1, 500, levels=(2,) * 100)
    assert not problem.by_category and CANDIDATES["recurrent"].permutes(problem)
    assert CANDIDATES["attention"].reads(problem) == "50 tokens, one a group of columns"


def pairs(rows=1600, levels=12):
    """Two categories and a number; what a level of one means depends on that of the other."""
    draw = np.random.default_rng(0)
    one, two = draw.integers(0, levels, (2, rows))
    x = pd.DataFrame({"shop": [f"s{k}" for k in one], "size": draw.normal(size=rows), "kind": [f"k{k}" for k in two]})
    return x, (one % 2) ^ (two // 3 % 2), one


@pytest.mark.parametrize("make", [AttentionClassifier, ConvolutionClassifier])
def test_what_depends_on_two_categories_is_learnt(make):
    x, y, _ = pairs()
    model = make(size="M", learning_rate=0.01, steps=300).fit(x[:1200], y[:1200])
    assert model.score(x[1200:], y[1200:]) > 0.95


def test_a_slope_by_category_is_learnt():
    x, _, one = pairs()
    y = np.linspace(-2, 2, 12)[one] * x["size"].to_numpy()
    model = RecurrentRegressor(size="M", learning_rate=0.01, steps=300).fit(x[:1200], y[:1200])
    assert model.score(x[1200:], y[1200:]) > 0.95


@pytest.mark.parametrize("family", IN_ORDER)
def test_each_network_reads_the_columns_in_an_order_of_its_own(family):
    """It is drawn with the first weights, is not trained, and is none of the parameters that a size caps."""
    net = architecture(family, Problem("flat", (16,), 2, 500, levels=(3, 4, 5)), "S", "softmax", ())
    trained = set(net.trained.trainable_paths())
    (path,) = [path for path, spec in net.trained.specs().items() if spec.shape == (7, 7) and path not in trained]
    orders = [np.asarray(net.trained.init(Stream(seed))[path]) for seed in (0, 0, 1, 2)]
    assert all((one.sum(axis=axis) == 1).all() and set(one.ravel()) == {0, 1} for one in orders for axis in (0, 1))
    assert len({one.tobytes() for one in orders}) == 3
    counted = sum(np.prod(spec.shape) for name, spec in net.trained.specs().items() if name in trained)
    assert net.parameters == counted


def test_twice_the_columns_are_twice_the_categories():
    net = architecture("attention", Problem("flat", (17,), 2, 500, levels=(3, 4, 5)), "S", "softmax", ())
    twice = at_length(net, 34)
    assert twice.problem.levels == (3, 4, 5, 3, 4, 5) and twice.problem.numbers == 10
    assert 1.9 < twice.cost.flops / net.cost.flops < 3
    assert at_length(net, 8).problem.levels == (3,)


@pytest.mark.parametrize("make", [AttentionClassifier, ConvolutionClassifier])
def test_a_saved_model_reads_the_same_categories(make, tmp_path):
    x, y, _ = pairs(200, 4)
    model = make(size="S", learning_rate=0.01, steps=20).fit(x, y).model_
    model.save(tmp_path)
    np.testing.assert_array_equal(SavedModel.load(tmp_path).predict(x), model.predict(x))
    facts = json.loads((tmp_path / "model.json").read_text())
    for wrong in ([4, 5], [99, 4], [-1], "44", [0.5]):
        facts["problem"]["levels"] = wrong
        (tmp_path / "model.json").write_text(json.dumps(facts))
        with pytest.raises(FileError):
            SavedModel.load(tmp_path)
