"""How many steps a training takes: an effort's, or more where there are many rows."""

import numpy as np
import pytest

from fourfold.comparison import plan
from fourfold.data.arrays import from_arrays
from fourfold.options import Options
from fourfold.study import single
from fourfold.study.efforts import EFFORTS, MOST
from fourfold.study.price import price


def dataset(rows):
    x = np.random.default_rng(0).normal(size=(rows, 2)).astype("float32")
    return from_arrays(x, (x.sum(axis=1) > 0).astype(int))


@pytest.mark.parametrize(
    "effort, rows, passes",
    [
        ("tiny", 90_000, 0),
        ("quick", 2_000, 0),
        ("quick", 30_000, 1),
        ("standard", 30_000, 2),
        ("thorough", 60_000, 3),
    ],
)
def test_trainings_pass_over_many_rows_as_often_as_the_effort_says(tmp_path, effort, rows, passes):
    study = plan(dataset(rows), Options(effort=effort), tmp_path)
    steps = study.effort.steps
    if passes:
        assert (steps - 1) * study.batch < passes * study.training_rows <= steps * study.batch
        assert EFFORTS[effort].steps < steps < MOST * EFFORTS[effort].steps
    else:
        assert steps == EFFORTS[effort].steps
    assert {block.steps for block in study.blocks(study.learning_rates)} == {steps}
    assert price(study, 2).steps == steps


def test_steps_grow_up_to_five_times_and_not_where_the_user_says_how_many(tmp_path):
    many = dataset(200_000)
    assert plan(many, Options(effort="quick"), tmp_path).effort.steps == MOST * EFFORTS["quick"].steps
    assert plan(many, Options(effort="quick", steps=400), tmp_path).effort.steps == 400


@pytest.mark.parametrize("steps, wanted", [(None, 1500), (40, 40)])
def test_one_family_alone_takes_as_many(monkeypatch, steps, wanted):
    class Planned(Exception):
        pass

    def planned(block, prepared):
        raise Planned(block.steps)

    monkeypatch.setattr(single, "train", planned)
    with pytest.raises(Planned, match=f"^{wanted}$"):
        single.train_family(
            dataset(30_000), "dense", size="S", learning_rates=[1e-2], steps=steps, batch=None, seed=0
        )
