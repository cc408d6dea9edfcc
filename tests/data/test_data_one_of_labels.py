"""A last column of ones and zeros that is called as those before it are: labels of which a row can have several."""

import numpy as np
import pytest

from fourfold.data import read
from fourfold.data.judgement.findings import judge


def with_labels(names, of=lambda r: r.integers(0, 2, 60), attributes=4, **options):
    random = np.random.default_rng(0)
    table = {f"Att{k}": random.normal(size=60) for k in range(attributes)} | {name: of(random) for name in names}
    return {one.slug: one for one in judge(read(table, **options))}


@pytest.mark.parametrize("of", [lambda r: r.integers(0, 2, 60), lambda r: r.random(60) > 0.5], ids=["1 and 0", "true"])
def test_a_last_column_of_labels_that_are_called_alike(of):
    one = with_labels(["Class1", "Class2", "Class3"], of)["one-of-labels"]
    assert one.important and one.columns == ("Class1", "Class2")
    assert one.do.startswith("--target Class1,Class2,Class3, if they are; else --drop Class1,Class2, if ")
    several = with_labels(["Class1", "Class2", "Class3"], of, target=["Class1", "Class2", "Class3"])
    assert "one-of-labels" not in several


def test_a_last_column_of_labels_with_names_of_their_own():
    names = ["toxic", "obscene", "threat", "insult", "hate"]
    one = with_labels(names)["one-of-labels"]
    assert not one.important and one.columns == tuple(names[:-1])
    assert one.what.startswith("the target 'hate' is as the columns before it are, 'toxic' to 'insult', all of ones and")
    random = np.random.default_rng(0)
    table = {"male": random.integers(0, 2, 60), "age": random.normal(size=60)}
    table |= {name: random.integers(0, 2, 60) for name in names}
    assert "one-of-labels" not in {one.slug for one in judge(read(table))}


@pytest.mark.parametrize(
    ("names", "options"),
    [
        (["Class1", "Class2"], {}),
        (["smoker", "retired", "ill"], {}),
        (["smoker", "retired", "ill", "hate"], {}),
        (["Class1", "Class2", "Class4"], {}),
        (["Class1", "Class2", "Class3"], {"of": lambda r: r.integers(0, 3, 60)}),
        (["Class1", "Class2", "Class3"], {"target": "Class3"}),
        (["Class1", "Class2", "Class3"], {"attributes": 0}),
    ],
    ids=["two", "other names", "four other names", "other numbers", "three values", "asked for", "no other column"],
)
def test_other_columns_are_no_labels(names, options):
    assert "one-of-labels" not in with_labels(names, **options)


def test_words_in_one_hot_form_are_no_labels():
    random = np.random.default_rng(0)
    colour, ill = random.integers(0, 3, 60), random.integers(0, 2, 60)
    table = {"age": random.normal(size=60)} | {name: (colour == k) * 1 for k, name in enumerate(["red", "blue", "green"])}
    table |= {"male": random.integers(0, 2, 60), "ill": ill}
    assert "one-of-labels" not in {one.slug for one in judge(read(table))}


def test_one_class_in_one_hot_form_is_no_several_labels():
    kinds = np.random.default_rng(0).integers(1, 5, 60)
    table = {"age": np.random.default_rng(1).normal(size=60)} | {f"level{k}": (kinds == k) * 1 for k in range(1, 5)}
    slugs = {one.slug for one in judge(read(table))}
    assert "one-hot-rest" in slugs and "one-of-labels" not in slugs


@pytest.mark.parametrize("names", [["setosa", "versicolor", "virginica"], ["x4", "x5", "x6"]], ids=["named", "by place"])
@pytest.mark.parametrize("asked", [False, True], ids=["guessed", "asked for"])
def test_one_class_in_columns_with_names_of_their_own_is_found(names, asked):
    kinds, random = np.random.default_rng(0).integers(0, 3, 60), np.random.default_rng(1)
    table = {f"x{k}": random.normal(size=60) for k in range(3)} | {"x3": random.integers(0, 2, 60)}
    table |= {name: (kinds == k) * 1 for k, name in enumerate(names)}
    options, others = ({"target": names[0]}, names[1:]) if asked else ({}, names[:-1])
    found = {one.slug: one for one in judge(read(table, **options))}
    assert found["one-hot-rest"].columns == tuple(others) and found["one-hot-rest"].important
    table[names[1]] = random.integers(0, 2, 60)
    assert "one-hot-rest" not in {one.slug for one in judge(read(table, **options))}
