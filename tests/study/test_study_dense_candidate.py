"""The recipe of the fully connected candidate, and what a network like it is known to learn."""

import json

import numpy as np
import pytest

from fourfold import DenseClassifier, DenseRegressor
from fourfold.errors import FileError
from fourfold.layers import Activation, BatchNormalization, Dropout
from fourfold.study.architecture import architecture
from fourfold.study.candidates import CANDIDATES, Problem
from fourfold.study.saved_model import SavedModel

PROBLEMS = {
    "few rows": (Problem("flat", (6,), 3, 500), False, "relu", 0.1),
    "rows": (Problem("flat", (6,), 3, 5000), False, "relu", 0.1),
    "few rows, a number": (Problem("flat", (6,), 1, 500, numeric=True), False, "relu", 0.1),
    "rows, a number": (Problem("flat", (6,), 1, 5000, numeric=True), False, "relu", None),
    "series": (Problem("sequence", (9, 2), 3, 5000), True, "gelu", 0.1),
    "few series": (Problem("sequence", (9, 2), 3, 500), True, "gelu", 0.3),
    "few series, a number": (Problem("sequence", (9, 2), 1, 500, numeric=True), True, "gelu", 0.3),
}


@pytest.mark.parametrize("problem, normalised, activation, rate", PROBLEMS.values(), ids=list(PROBLEMS))
def test_tables_are_read_without_normalisation(problem, normalised, activation, rate):
    layers = architecture("dense", problem, "S", "linear", ()).model.layers
    assert any(type(layer) is BatchNormalization for layer in layers) == normalised
    assert {layer.get_config()["activation"] for layer in layers if type(layer) is Activation} == {activation}
    assert {layer.rate for layer in layers if type(layer) is Dropout} == ({rate} if rate else set())
    said = CANDIDATES["dense"].describe(problem, 8)
    assert ("BatchNormalization" in said) == normalised and activation in said
    assert (f"Dropout({rate})" in said) if rate else ("Dropout" not in said)


def test_the_parity_of_eight_bits_is_learnt():
    x = np.random.default_rng(0).integers(0, 2, (1600, 8)).astype(float)
    model = DenseClassifier(size="M", learning_rate=0.01, steps=300, seed=0).fit(x[:1200], x[:1200].sum(1) % 2)
    assert model.score(x[1200:], x[1200:].sum(1) % 2) > 0.95


def test_an_arm_s_reach_is_learnt_to_a_tenth():
    x = np.random.default_rng(0).uniform(-1.5, 1.5, (2400, 4))
    y = np.cos(np.cumsum(x, axis=1)) @ [1.0, 0.8, 0.6, 0.4]
    model = DenseRegressor(size="M", learning_rate=0.03, steps=300, seed=0).fit(x[:1600], y[:1600])
    assert model.score(x[1600:], y[1600:]) > 0.993


def test_a_model_of_the_recipe_before_is_refused_by_its_format_and_others_are_read(tmp_path):
    x = np.random.default_rng(0).normal(size=(60, 3))
    for shape in ((60, 3), (60, 3, 1)):
        folder = tmp_path / str(len(shape))
        model = DenseRegressor(size="S", learning_rate=0.01, steps=10).fit(x.reshape(shape), x[:, 0]).model_
        model.save(folder)
        facts = json.loads((folder / "model.json").read_text())
        (folder / "model.json").write_text(json.dumps({**facts, "format": 1}))
        if len(shape) == 2:
            with pytest.raises(FileError, match="another version"):
                SavedModel.load(folder)
        else:
            np.testing.assert_array_equal(SavedModel.load(folder).predict(x.reshape(shape)), model.predict(x.reshape(shape)))
