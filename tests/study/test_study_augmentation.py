"""Images are moved and mirrored in training alone, all with their own labels."""

from dataclasses import replace

import numpy as np
import pytest

from fourfold import compare
from fourfold.data import from_arrays
from fourfold.data.splits import plan
from fourfold.errors import OptionError
from fourfold.study.augmentation import COPIES, with_copies
from fourfold.study.blocks import Run, replica_of
from fourfold.study.efforts import EFFORTS
from fourfold.study.prepared import Prepared, prepare
from fourfold.study.study import Study
from fourfold.study.variants import varied
from fourfold.study.workers import Inline

RNG = np.random.default_rng(0)
X = RNG.normal(size=(50, 12, 10, 2)).astype("float32")
Y = np.where(X[:, :, :5].mean((1, 2, 3)) > 0, "left", "right")


@pytest.fixture(scope="module")
def prepared():
    dataset = from_arrays(X, Y, layout="image")
    return prepare(dataset, plan(dataset, seed=0))[0]


def copies(prepared, kinds):
    """The rows (K, n, ...) and their copies (K, COPIES, n, ...)."""
    found = with_copies(prepared, kinds, 3)
    inputs = found.inputs.reshape(len(found.inputs), COPIES + 1, prepared.rows, *X.shape[1:])
    assert found.rows == len(X) and found.copies == COPIES
    np.testing.assert_array_equal(inputs[:, 0], prepared.inputs)
    np.testing.assert_array_equal(found.targets, np.tile(prepared.targets, (1, COPIES + 1, 1)))
    return inputs[:, 0], inputs[:, 1:]


def test_a_moved_copy_is_the_image_a_pixel_away_at_most(prepared):
    rows, moved = copies(prepared, ("shift",))
    edged = np.pad(
        rows, [(0, 0), (0, 0), (1, 1), (1, 1), (0, 0)], mode="edge"
    )  # a tenth of 12 and of 10 is 1
    seen = set()
    for copy in range(COPIES):
        for i in range(len(X)):
            fits = [
                (y, x)
                for y in range(3)
                for x in range(3)
                if np.array_equal(moved[:, copy, i], edged[:, i, y : y + 12, x : x + 10])
            ]
            assert len(fits) == 1
            seen.add(fits[0])
    assert len(seen) == 9


def test_half_of_the_copies_are_mirrored(prepared):
    rows, mirrored = copies(prepared, ("flip",))
    same = (mirrored == rows[:, None]).all((0, 3, 4, 5))
    turned = (mirrored == rows[:, None, :, :, ::-1]).all((0, 3, 4, 5))
    assert (same ^ turned).all() and 0.3 < turned.mean() < 0.7


def test_training_draws_copies_of_its_own_rows_and_predicts_rows(prepared, tmp_path):
    effort = replace(EFFORTS["tiny"], steps=40)
    study = Study(
        from_arrays(X, Y, layout="image"), effort, [0], 0, tmp_path, families=("dense",), augment=("flip",)
    )
    block = study.blocks([1e-2])[0]
    split = study.prepared.splits[0]
    replica = replica_of(
        block, Run(1e-2, 0, 0), block.net, study.prepared, study.prepared.longest_evaluation()
    )
    drawn, copy = replica.indices % len(X), replica.indices // len(X)
    assert set(drawn.ravel()) == set(split.train) and set(copy.ravel()) == set(range(COPIES + 1))
    assert replica.evaluation.max() < len(X)
    study.prepared.save(tmp_path)
    again = Prepared.load(tmp_path, study.prepared.key)
    assert again.copies == COPIES and again.key == study.prepared.key
    shuffled = varied(study.prepared, "labels:", 0).targets[0, :, 0].reshape(COPIES + 1, -1)
    assert (shuffled == shuffled[0]).all() and (shuffled[0] != study.prepared.targets[0, : len(X), 0]).any()
    (trials,) = study.run(Inline()).values()
    assert all(len(trial.outputs) == len(study.splits[trial.run.split].test) for trial in trials.all)


def test_the_whole_comparison_says_so_and_names_the_option(tmp_path):
    found = compare(
        X,
        Y,
        layout="image",
        augment="flip,shift",
        effort="tiny",
        candidates=["dense"],
        out=tmp_path,
        verbose=False,
    )
    assert found.results["design"]["augment"] == ["shift", "flip"]
    assert "augment='flip,shift'" in found.results["command"]
    assert "training images augmented: shift, flip" in (tmp_path / "report.html").read_text()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"augment": "shfit"}, "images can't be augmented so: got augment='shfit'.*did you mean 'shift'"),
        ({"augment": "shift", "layout": "sequence"}, "only images can be augmented: got augment='shift' and sequence"),
    ],
)  # fmt: skip
def test_what_can_t_be_augmented_is_said(options, message):
    with pytest.raises(OptionError, match=message):
        compare(X.reshape(50, 12, 20), Y, verbose=False, **options)
