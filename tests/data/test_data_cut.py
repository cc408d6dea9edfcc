"""Long series cut into windows: what trains lies before what tests with a gap, every form gives the same, new ones."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from fourfold.data import from_arrays, plan, read, read_inputs
from fourfold.data.columns.roles import Roles
from fourfold.data.judgement.findings import judge
from fourfold.data.series.rolling import FEWEST_TRAINING
from fourfold.data.splits import plan_without_test
from fourfold.errors import DataError
from fourfold.preprocessing import Preparation


def code(steps) -> np.ndarray:
    """Steps below 10,007 as numbers in no order, each another one."""
    return np.asarray(steps) * 7919 % 10007.0


def recording(steps: int, seed: int = 0):
    """Three channels whose values tell the step that they are of; labels that change every few steps."""
    x = code(np.arange(steps))[:, None] + np.array([0.0, 0.25, 0.5])
    return x, np.where(np.arange(steps) // 7 % 2 == seed % 2, "on", "off")


def table(steps: int = 2000, **others) -> pd.DataFrame:
    x, y = recording(steps)
    columns = {"second": np.arange(steps) / 10, "a": x[:, 0], "b": x[:, 1], "c": x[:, 2], "label": y}
    return pd.DataFrame(columns | others)


def said(data) -> str:
    return "\n".join(map(str, data.notes))


def span(data, rows) -> np.ndarray:
    """The steps of some windows, as places of all series."""
    cut = data.cut
    return (cut.origin[rows][:, None] + np.arange(cut.window)).ravel()


@settings(max_examples=60, deadline=None)
@given(
    lengths=some.lists(some.integers(300, 1500), min_size=1, max_size=4),
    window=some.integers(4, 12),
    seed=some.integers(0, 3),
)
def test_what_is_tested_lies_a_window_behind_what_is_learnt_from(lengths, window, seed):
    series = [recording(steps, seed) for steps in lengths]
    data = from_arrays([x for x, _ in series] if len(series) > 1 else series[0][0][None],
                       [y for _, y in series] if len(series) > 1 else series[0][1][None], window=window)  # fmt: skip
    cut = data.cut
    assert cut is not None and cut.in_time and data.each == "window" and data.in_time
    assert data.inputs.shape[1:] == (window, 3) and data.rows == sum(steps // window for steps in lengths)
    for row in range(data.rows):  # every window is a piece of its series, with its targets
        steps = cut.start[row] + np.arange(window)
        np.testing.assert_array_equal(data.inputs[row, :, 0], code(steps))
        np.testing.assert_array_equal(data.target[row], series[cut.series[row]][1][steps])
    ends = {cut.start[cut.series == s].max() + window for s in range(len(lengths))}
    assert ends == set(lengths) and (cut.end - cut.origin == np.array(lengths)[cut.series] - cut.start).all()
    splits = plan(data, seed=seed)
    tested = np.concatenate([split.test for split in splits])
    assert len(set(tested.tolist())) == len(tested)
    for split in splits:
        train, validation, test = (span(data, part) for part in (split.train, split.validation, split.test))
        assert len(split.train) >= FEWEST_TRAINING
        assert train.max() + window < validation.min() and validation.max() + window < test.min()
    alone = plan_without_test(data, seed=0)
    assert span(data, alone.train).max() + window < span(data, alone.validation).min()


def test_every_form_gives_the_same_windows(tmp_path):
    x, y = recording(2000)
    rows = table()
    rows.to_csv(tmp_path / "rec.csv", index=False)
    rows.sample(frac=1, random_state=1).assign(who="me").to_csv(tmp_path / "mixed.csv", index=False)
    rows.to_csv(tmp_path / "comma.csv", index=False, sep=";", decimal=",")
    np.savez(tmp_path / "rec.npz", x=x[None], y=y[None])
    found = read(tmp_path / "rec.csv", target="label", window=16)
    assert found.inputs.shape == (125, 16, 3) and found.source_columns == ("", "second", "a", "b", "c")
    assert "time: second (as it is called, and no two rows have the same); --time COLUMN overrides" in said(found)
    assert "series: all rows are one, steps in order of second (long form); --id COLUMN overrides" in said(
        found
    )
    assert "tests: 5 parts of 12 windows at the end of the series" in said(found)
    for data in (
        read(tmp_path / "comma.csv", target="label", window=16),
        read(tmp_path / "mixed.csv", target="label", window=16, roles=Roles(id="who", time="second")),
        read(rows.drop(columns="second"), target="label", window=16),
        read(tmp_path / "rec.npz", window=16),
        from_arrays(x, y, window=16),
        from_arrays(x, y, window=16, target_per="step"),
    ):
        np.testing.assert_array_equal(data.inputs, found.inputs)
        np.testing.assert_array_equal(data.target, found.target)
    usual = read(rows, target="label", roles=Roles(time="second"), target_per="step")
    assert usual.inputs.shape == (40, 50, 3) and "a fortieth of the longest series" in said(usual)
    longer = from_arrays(*(part[None] for part in recording(9_000)))
    assert longer.inputs.shape[1] == 64 and "1 series is too few to be divided" in said(longer)


def test_many_series_stay_whole_and_weights_and_test_series_stay_theirs():
    parts = [recording(100 + n, n) for n in range(12)]
    x, y = [one for one, _ in parts], [one for _, one in parts]
    assert from_arrays(x, y).cut is None
    data = from_arrays(x, y, window=20, roles=Roles(weight=np.arange(1.0, 13)))
    assert not data.in_time and len(set(data.groups.tolist())) == 12
    np.testing.assert_array_equal(data.weights, data.cut.series + 1)
    for split in plan(data, seed=0):
        assert not set(data.groups[split.test]) & set(
            data.groups[np.concatenate([split.train, split.validation])]
        )
    assert not any(finding.slug == "windows-of-few-series" for finding in judge(data))
    own = from_arrays(recording(900)[0][None], recording(900)[1][None], window=10,
                      x_test=recording(300)[0][None], y_test=recording(300)[1][None])  # fmt: skip
    (split,) = plan(own, seed=0)
    assert split.test.tolist() == list(range(90, 120)) and split.validation.max() < 90
    assert span(own, split.train).max() + 10 < span(own, split.validation).min()


def test_what_is_said_of_one_series():
    x, y = recording(2000)
    y = y.astype(object)
    y[300:500] = None
    x = x.copy()
    x[800:900] = np.nan
    data = from_arrays(x, y, window=20)
    assert "left out: 15 windows (without a target, or without a value)" in said(data)
    findings = {finding.slug: finding for finding in judge(data)}
    assert (
        findings["windows-of-few-series"].important
        and "holds for this series" in findings["windows-of-few-series"].what
    )
    assert "tested windows" in findings["few-rows"].what
    with pytest.raises(DataError) as caught:
        plan(from_arrays(x, np.where(np.arange(2000) < 1500, "a", "b"), window=20), seed=0)
    assert caught.value.slug == "one-class-to-train"


def test_each_row_of_a_new_series_of_any_length_has_a_place():
    preparation = Preparation.fit(read(table(), target="label", window=16), range(50))
    assert not preparation.masked
    again = Preparation.from_json(preparation.to_json())
    for steps in (5, 16, 40, 1003):
        rows = table(steps, note="kept").drop(columns="label").sample(frac=1, random_state=steps)
        new = read_inputs(rows, again)
        assert new.others.names == ("second", "note") and new.inputs.shape == (-(-steps // 16), 16, 3)
        np.testing.assert_array_equal(new.by_step(new.inputs[..., 0]), rows["a"])
        assert not np.isnan(new.inputs).any() or steps < 16  # the last piece reaches back
        array = read_inputs(table(steps)[["a", "b", "c"]].to_numpy(), again)
        np.testing.assert_array_equal(array.by_step(array.inputs[..., 0]), code(np.arange(steps)))
