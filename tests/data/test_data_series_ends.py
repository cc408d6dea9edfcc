"""Arrays in npz files: series whose ends another array tells, parts of other names, axes that may be turned."""

import numpy as np
import pytest

from fourfold.data import from_arrays, read, read_inputs
from fourfold.errors import DataError
from fourfold.preprocessing import Preparation

LENGTHS = np.array([6, 8, 10, 7] * 6)
Y = np.arange(24) % 2
SERIES = [np.random.default_rng(place).normal(size=(steps, 2)) for place, steps in enumerate(LENGTHS)]
REAL = np.arange(10) < LENGTHS[:, None]


def padded(value=0.0) -> np.ndarray:
    array = np.full((24, 10, 2), value)
    for row, one in zip(array, SERIES):
        row[: len(one)] = one
    return array


def saved(folder, **arrays):
    np.savez(folder / "a.npz", **arrays)
    return folder / "a.npz"


def said_of(data) -> str:
    return "\n".join(map(str, data.notes))


ENDS = {
    "lengths": {"lengths": LENGTHS},
    "lengths of two axes": {"seq_lengths": LENGTHS[:, None].astype(float)},
    "mask": {"mask": REAL},
    "mask of three axes": {"mask": REAL[..., None].astype(np.uint8)},
    "mask of each channel": {"mask": np.repeat(REAL[..., None], 2, axis=2)},
    "mask of numbers": {"Mask": REAL.astype(np.float32)},
    "mask of padding": {"mask": ~REAL},
}


@pytest.mark.parametrize("case", ENDS)
def test_ends_of_series_are_those_of_lists_of_arrays(case, tmp_path):
    data = read(saved(tmp_path, x=padded(), y=Y, **ENDS[case]))
    arrays = from_arrays(SERIES, Y)
    np.testing.assert_array_equal(data.inputs, arrays.inputs)
    assert data.lengths.tolist() == LENGTHS.tolist()
    (name,) = ENDS[case]
    assert f"ends of series: {name!r} ({240 - LENGTHS.sum()} steps behind them are taken for missing)" in said_of(data)
    assert "ignored" not in said_of(data) and "lengths: 6 to 10 steps" in said_of(data)


def test_ends_of_parts_and_of_new_rows(tmp_path):
    x, names = padded(), ("x_train", "y_train", "lengths_train", "x_test", "y_test", "lengths_test")
    parts = (x[:16], Y[:16], LENGTHS[:16], x[16:, :8].clip(-9, 9), Y[16:], LENGTHS[16:].clip(max=8))
    data = read(saved(tmp_path, **dict(zip(names, parts))))
    assert data.lengths.tolist() == [*LENGTHS[:16], *LENGTHS[16:].clip(max=8)] and len(data.test_rows) == 8
    preparation = Preparation.fit(data, range(16))
    found = read_inputs(saved(tmp_path, x=x[:1], lengths=LENGTHS[:1]), preparation)
    np.testing.assert_array_equal(found.inputs, data.inputs[:1])


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"lengths": np.where(Y, 11, 4)}, "got 11 in row 2, wanted whole numbers from 1 to 10, the steps of x"),
        ({"lengths": LENGTHS * Y}, "'lengths' does not tell where the series of x end: got 0 in row 1"),
        ({"lengths": LENGTHS + 0.5}, "got 6.5 in row 1"),
        ({"lengths": LENGTHS.astype(str)}, "got 6 in row 1"),
        ({"mask": REAL * 2}, "got 2 in row 1, wanted 1 for each step of a series, 0 behind its end"),
        ({"mask": REAL ^ (Y[:, None] > 0)}, "in row 2, wanted series that all begin with their first step"),
    ],
)
def test_ends_that_tell_nothing_are_refused(arrays, said, tmp_path):
    with pytest.raises(DataError) as caught:
        read(saved(tmp_path, x=padded(), y=Y, **arrays))
    assert caught.value.slug == "series-ends" and said in str(caught.value) and "Do this: " in str(caught.value)


def test_arrays_of_other_shapes_are_ignored(tmp_path):
    for x, ends in [(padded()[:, 0], LENGTHS), (padded(), LENGTHS[:5]), (padded(), np.ones((24, 3))), (padded(), padded() > 0)]:
        data = read(saved(tmp_path, x=x, y=Y, lengths=ends))
        assert "ignored: 'lengths' (no lengths of series x (N, T, C), and no mask of their steps)" in said_of(data)
        assert not np.isnan(data.inputs).any() if isinstance(data.inputs, np.ndarray) else True


def test_rows_to_validate_are_test_rows_where_there_are_no_others(tmp_path):
    x, parts = padded(), {"x_train": padded()[:12], "y_train": Y[:12]}
    val, test = {"x_val": x[12:], "y_val": Y[12:]}, {"x_test": x[:4], "y_test": Y[:4]}
    data = read(saved(tmp_path, **parts, **val))
    assert len(data.test_rows) == 12 and "test rows: 12 (from x_val and y_val; all other rows train)" in said_of(data)
    data = read(saved(tmp_path, **parts, **val, **test))
    assert len(data.test_rows) == 4 and "ignored: 'x_val', 'y_val'" in said_of(data)


def test_far_more_channels_than_steps_are_said(tmp_path):
    turned = "axes of x: 3 steps, but 50 channels (if x is (series, channels, steps), as for aeon and PyTorch: x.transpose"
    x = np.random.default_rng(0).normal(size=(24, 3, 50))
    assert turned in said_of(read(saved(tmp_path, x=x, y=Y))) and turned in said_of(from_arrays(x, Y))
    assert turned in said_of(from_arrays(x, Y, layout="sequence"))
    for other in (x.transpose(0, 2, 1), x[..., :6], x[..., None]):
        assert "axes of x" not in said_of(from_arrays(other, Y))
    assert "axes of x" not in said_of(from_arrays([*x[:12], *x[:12, :2]], Y))
    assert "axes of x" not in said_of(read(saved(tmp_path, x=x, y=Y, lengths=Y + 2)))
    lines = "".join(":".join(["1,2,3"] * 9) + f":{label}\n" for label in "ab" * 12)
    (tmp_path / "a.ts").write_text("@problemName a\n@univariate false\n@classLabel true a b\n@data\n" + lines)
    assert "axes of x" not in said_of(read(tmp_path / "a.ts"))
