"""Columns that are called as what a model has said of the target."""

import numpy as np
import pytest

from fourfold.data import read
from fourfold.data.judgement.findings import judge

N = 60
RNG = np.random.default_rng(0)
CLASSES = np.array(["no", "yes"])[RNG.integers(0, 2, N)]


def found(target, **columns):
    table = {"v": RNG.normal(size=N), "w": RNG.normal(size=N)} | columns | {"left": target}
    return {one.slug: one for one in judge(read(table, target="left"))}


def test_what_predict_wrote_is_told_where_it_is_learnt_from():
    likely = RNG.uniform(size=N)
    beside = {"prediction": CLASSES[::-1], "probability no": likely, "probability yes": likely**2}
    one = found(CLASSES, **beside)["called-predictions"]
    assert one.important and one.columns == (*beside,) and one.do == "--drop 'prediction,probability no,probability yes'"
    assert one.what.endswith("are called as what a model has said of 'left', which may have learnt from these rows")


@pytest.mark.parametrize("name", ["y_pred", "Predicted", "left_prediction", "pred left", "y_hat", "LEFT_PRED", "predicted value"])
def test_predictions_of_a_number(name):
    assert found(RNG.normal(size=N), **{name: RNG.normal(size=N)})["called-predictions"].columns == (name,)


@pytest.mark.parametrize("name", ["hat", "predator", "pred_rain", "probability of rain", "prob", "p_1", "p_value", "y", "left_2"])
def test_other_names_are_those_of_no_predictions(name):
    assert "called-predictions" not in found(CLASSES, **{name: RNG.normal(size=N)})
