"""The recipe of the fully connected candidate, and what a network like it is known to learn."""

import json

import numpy as np
import pytest

from fourfold import ConvolutionRegressor, DenseClassifier, DenseRegressor
from fourfold.errors import FileError
from fourfold.layers import Activation, BatchNormalization, Dropout
from fourfold.study.architecture import architecture
from fourfold.study.candidates import CANDIDATES, Problem
from fourfold.study.saved_model import SavedModel

PROBLEMS = {
    "few rows": (Problem("flat", (6,), 3, 500), False, 0.1),
    "rows": (Problem("flat", (6,), 3, 5000), False, 0.1),
    "few rows, a number": (Problem("flat", (6,), 1, 500, numeric=True), False, 0.1),
    "rows, a number": (Problem("flat", (6,), 1, 5000, numeric=True), False, None),
    "few series": (Problem("sequence", (9, 2), 3, 500), True, 0.1),
    "series, a number": (Problem("sequence", (9, 2), 1, 5000, numeric=True), True, 0.1),
    "images": (Problem("image", (4, 4, 1), 3, 5000), True, 0.1),
}


@pytest.mark.parametrize("problem, normalised, rate", PROBLEMS.values(), ids=list(PROBLEMS))
def test_tables_are_read_without_normalisation(problem, normalised, rate):
    layers = architecture("dense", problem, "S", "linear", ()).model.layers
    assert any(type(layer) is BatchNormalization for layer in layers) == normalised
    assert {layer.get_config()["activation"] for layer in layers if type(layer) is Activation} == {"relu"}
    assert {layer.rate for layer in layers if type(layer) is Dropout} == ({rate} if rate else set())
    said = CANDIDATES["dense"].describe(problem, 8)
    assert ("BatchNormalization" in said) == normalised and "relu" in said
    assert (f"Dropout({rate})" in said) if rate else ("Dropout" not in said)


@pytest.mark.parametrize("layout", ["flat", "sequence"])
def test_the_parity_of_eight_bits_is_learnt(layout):
    x = np.random.default_rng(0).integers(0, 2, (1600, 8)).astype(float)
    y = x.sum(axis=1) % 2
    x = x if layout == "flat" else x[..., None]
    model = DenseClassifier(layout=layout, learning_rate=0.01, steps=300).fit(x[:1200], y[:1200])
    assert model.score(x[1200:], y[1200:]) > 0.95


def test_an_arm_s_reach_is_learnt_to_a_tenth():
    x = np.random.default_rng(0).uniform(-1.5, 1.5, (2400, 4))
    y = np.cos(np.cumsum(x, axis=1)) @ [1.0, 0.8, 0.6, 0.4]
    model = DenseRegressor(size="M", learning_rate=0.03, steps=300, seed=0).fit(x[:1600], y[:1600])
    assert model.score(x[1600:], y[1600:]) > 0.993


AS_BEFORE = {
    ("dense", 2, 1): False, ("dense", 2, 2): True, ("dense", 3, 1): False, ("dense", 3, 2): False,
    ("convolution", 2, 1): True, ("convolution", 3, 2): True,
}  # fmt: skip
"""Whether a model of a family, of rows of so many axes, of an earlier format is built now as it was then."""


@pytest.mark.parametrize("family, axes, format", list(AS_BEFORE))
def test_a_model_of_a_recipe_before_is_refused_by_its_format_and_others_are_read(family, axes, format, tmp_path):
    x = np.random.default_rng(0).normal(size=(60, 3, 1)[:axes])
    make = {"dense": DenseRegressor, "convolution": ConvolutionRegressor}[family]
    model = make(size="S", learning_rate=0.01, steps=10).fit(x, x.reshape(60, 3)[:, 0]).model_
    model.save(tmp_path)
    facts = json.loads((tmp_path / "model.json").read_text())
    (tmp_path / "model.json").write_text(json.dumps({**facts, "format": format}))
    if AS_BEFORE[family, axes, format]:
        np.testing.assert_array_equal(SavedModel.load(tmp_path).predict(x), model.predict(x))
    else:
        with pytest.raises(FileError, match="another version"):
            SavedModel.load(tmp_path)
