"""Windows of series, and parts of arrays: what comes, in which order, and what `fit` makes of it."""

import numpy as np
import pytest

from fourfold import Input, Sequential, layers
from fourfold.errors import DataError, OptionError
from fourfold.utils import split_dataset, timeseries_dataset_from_array

SERIES = np.arange(40.0).reshape(20, 2)


@pytest.mark.parametrize("stride", [1, 3])
@pytest.mark.parametrize("rate", [1, 2])
@pytest.mark.parametrize("start, end", [(None, None), (3, 15)])
def test_windows_are_those_of_the_definition(stride, rate, start, end):
    got = timeseries_dataset_from_array(SERIES, SERIES[:, 0], 4, stride, rate, 3, start_index=start, end_index=end)
    part = SERIES[start:end]
    begins = range(0, len(part) - 3 * rate, stride)
    wanted = [(part[b : b + 3 * rate + 1 : rate], part[b, 0]) for b in begins]
    batches = list(got)
    assert [len(x) for x, _ in batches[:-1]] == [3] * (len(batches) - 1) and len(batches) == len(got)
    np.testing.assert_array_equal(np.concatenate([x for x, _ in batches]), [x for x, _ in wanted])
    np.testing.assert_array_equal(np.concatenate([y for _, y in batches]), [y for _, y in wanted])


def test_fewer_targets_are_fewer_windows():
    assert sum(len(y) for _, y in timeseries_dataset_from_array(SERIES, SERIES[:5], 4)) == 5


def test_windows_alone_and_one_by_one():
    assert [x.shape for x in timeseries_dataset_from_array(SERIES, None, 18)] == [(3, 18, 2)]
    assert [x.shape for x in timeseries_dataset_from_array(SERIES, None, 18, batch_size=None)] == [(18, 2)] * 3


def test_another_order_each_time_and_the_same_for_a_seed():
    def orders(seed):
        series = timeseries_dataset_from_array(SERIES, None, 4, batch_size=17, shuffle=True, seed=seed)
        return [next(iter(series))[:, 0, 0].tolist() for _ in range(2)]

    first, second = orders(1)
    assert orders(1) == [first, second] and first != second and sorted(first) == sorted(second)


def test_fit_evaluate_and_predict_take_them():
    series = timeseries_dataset_from_array(SERIES, SERIES[:, 0], 4, batch_size=5)
    model = Sequential([Input((4, 2)), layers.Flatten(), layers.Dense(1)])
    model.compile("adam", "mse")
    history = model.fit(series, epochs=2, verbose=0, validation_data=series)
    assert len(history.history["val_loss"]) == 2
    assert model.evaluate(series, verbose=0) == pytest.approx(history.history["val_loss"][-1], rel=1e-5)
    assert model.predict(timeseries_dataset_from_array(SERIES, None, 4, batch_size=5), verbose=0).shape == (17, 1)


def test_parts_of_arrays():
    x, y = np.arange(10), list(range(10, 20))
    (left, labels), (right, _) = split_dataset((x, y), left_size=7)
    assert left.tolist() == list(range(7)) and right.tolist() == [7, 8, 9] and labels.tolist() == list(range(10, 17))
    left, right = split_dataset({"x": x}, right_size=0.25, shuffle=True, seed=0)
    assert len(left["x"]) == 8 and sorted([*left["x"], *right["x"]]) == list(range(10))
    assert [len(part) for part in split_dataset(x, 0.5, 0.2)] == [5, 2]


@pytest.mark.parametrize(
    "text, wrong",
    [
        (r"sequence_length does not fit a series of 20 steps: got sequence_length=21", lambda: timeseries_dataset_from_array(SERIES, None, 21)),
        (r"got sampling_rate=0, wanted 1 to 19", lambda: timeseries_dataset_from_array(SERIES, None, 2, sampling_rate=0)),
        (r"got sequence_stride=20", lambda: timeseries_dataset_from_array(SERIES, None, 2, 20)),
        (r"got start_index=20", lambda: timeseries_dataset_from_array(SERIES, None, 2, start_index=20)),
        (r"got end_index=3, wanted 6 to 19", lambda: timeseries_dataset_from_array(SERIES, None, 2, start_index=5, end_index=3)),
        (r"needs a size: got none", lambda: split_dataset(SERIES)),
        (r"left_size is no size: got 1.5", lambda: split_dataset(SERIES, 1.5)),
        (r"got 15 and 10 of 20", lambda: split_dataset(SERIES, 15, 10)),
        (r"got 20 and 0 of 20, wanted rows in both", lambda: split_dataset(SERIES, 20)),
        (r"differ in length: got \[3, 20\]", lambda: split_dataset((SERIES, SERIES[:3]), 0.5)),
    ],
)  # fmt: skip
def test_errors(text, wrong):
    with pytest.raises((OptionError, DataError), match=text):
        wrong()
