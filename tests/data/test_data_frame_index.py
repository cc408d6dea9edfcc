"""The index of a data frame in files: it is no target, whole numbers without a name are no input, and rows that are
counted anew in test rows are counted."""

import numpy as np
import pandas as pd
import pytest

from fourfold.data import read, read_inputs
from fourfold.data.columns.roles import Roles
from fourfold.data.series.ahead import Ahead
from fourfold.errors import DataError
from fourfold.preprocessing import Preparation

DRAW = np.random.default_rng(0)
FRAME = pd.DataFrame({"v": DRAW.normal(size=60), "kind": ["a", "b"] * 30})


def test_an_index_without_a_name_is_neither_target_nor_input(tmp_path):
    FRAME.sample(frac=0.8, random_state=1).to_parquet(tmp_path / "a.parquet")
    data = read(tmp_path / "a.parquet")
    assert data.target_name == "kind" and [*data.inputs] == ["v"]
    assert any("'__index_level_0__' (the index of a data frame)" in str(note) for note in data.notes)
    named = read(tmp_path / "a.parquet", roles=Roles(id="__index_level_0__"))
    assert named.ids is not None and not any("data frame" in str(note) for note in named.notes)


def test_test_rows_may_lack_it(tmp_path):
    FRAME.sample(frac=0.8, random_state=1).to_parquet(tmp_path / "train.parquet")
    FRAME.to_parquet(tmp_path / "test.parquet", index=False)
    assert read(tmp_path / "train.parquet", test=tmp_path / "test.parquet").rows == 48 + 60
    folder = read(tmp_path)
    assert folder.rows == 48 + 60 and [*folder.inputs] == ["v"] and folder.target_name == "kind"


@pytest.mark.parametrize("per_step", [False, True])
def test_an_index_without_a_name_is_not_written_beside_predictions(per_step, tmp_path):
    if per_step:
        steps = FRAME.assign(who=np.repeat(np.arange(12), 5), when=np.tile(np.arange(5), 12))
        data, new = read(steps, target="kind", roles=Roles(id="who", time="when")), steps
    else:
        data, new = read(FRAME), FRAME
    learnt = Preparation.fit(data, range(10))
    new.sample(frac=1, random_state=1).to_parquet(tmp_path / "new.parquet")
    rows = read_inputs(tmp_path / "new.parquet", learnt)
    assert rows.others.names == (("kind", "who", "when") if per_step else ("kind",))
    assert any("left out: '__index_level_0__'" in str(note) for note in rows.notes)


def test_an_index_with_a_name_stands_first_as_in_text(tmp_path):
    frame = FRAME.assign(day=pd.date_range("2024-01-01", periods=60)).set_index("day")
    frame.to_parquet(tmp_path / "a.parquet")
    frame.to_csv(tmp_path / "a.csv")
    parquet, text = read(tmp_path / "a.parquet"), read(tmp_path / "a.csv")
    assert parquet.target_name == text.target_name == "kind" and [*parquet.inputs] == [*text.inputs] == ["day", "v"]
    np.testing.assert_array_equal(parquet.inputs["v"], frame["v"])


def test_rows_that_are_counted_anew_in_test_rows(tmp_path):
    FRAME.to_csv(tmp_path / "train.csv")
    FRAME[::-1].reset_index(drop=True)[:25].to_csv(tmp_path / "test.csv")
    data = read(tmp_path)
    assert [*data.inputs] == ["v"]
    assert any("'column 1' (it counts the rows)" in str(note) for note in data.notes)


def test_a_column_without_values_is_not_advised_as_a_target(tmp_path):
    frame = FRAME.assign(day=pd.date_range("2024-01-01", periods=60), result="")
    frame.to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(DataError, match="--target kind, or another column"):
        read(tmp_path / "a.csv")


@pytest.mark.parametrize("words", [["9am", "12:30pm", "6 PM"], ["9 am", "12 am", "6 pm"], ["9 a.m.", "12 p.m.", "6 p.m."]])
def test_hours_of_half_a_day_are_clocks(words):
    data = read({"opens": words * 20, "v": FRAME["v"].to_numpy(), "kind": FRAME["kind"].to_numpy()})
    noon = {"12:30pm": 45_000.0, "12 am": 0.0, "12 p.m.": 43_200.0}[words[1]]
    assert data.inputs["opens"][:3].tolist() == [32_400.0, noon, 64_800.0]


STEPS = FRAME.assign(who=np.repeat(np.arange(12), 5), when=np.tile(np.arange(5), 12), day=pd.date_range("2024-01-01", periods=60))
SERIES = {
    "a class of each series": (STEPS.assign(kind=["a"] * 30 + ["b"] * 30), {"target": "kind", "roles": Roles(id="who", time="when", drop="day")}),
    "a class of each step": (STEPS, {"target": "kind", "roles": Roles(id="who", time="when", drop="day")}),
    "a forecast": (STEPS[["day", "v"]], {"target": "v", "ahead": Ahead(2)}),
}  # fmt: skip


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("name", SERIES)
def test_numbers_of_rows_are_no_channel_of_series(name, again, tmp_path):
    """A step's row tells which series it is of, and so the class."""
    frame, options = SERIES[name]
    frame.to_csv(tmp_path / "without.csv", index=False)
    frame.to_csv(tmp_path / "with.csv")
    if again:
        pd.read_csv(tmp_path / "with.csv", float_precision="round_trip").to_csv(tmp_path / "with.csv")
    reference, data = read(tmp_path / "without.csv", **options), read(tmp_path / "with.csv", **options)
    assert [column.name for column in data.columns] == [column.name for column in reference.columns]
    np.testing.assert_array_equal(data.inputs, reference.inputs)
    assert data.fingerprint == reference.fingerprint
    assert any("(it counts the rows)" in str(note) for note in data.notes)


def test_a_column_of_such_a_name_that_does_not_number_the_rows_stays(tmp_path):
    STEPS.rename(columns={"v": "row_id"}).to_csv(tmp_path / "a.csv", index=False)
    data = read(tmp_path / "a.csv", target="kind", roles=Roles(id="who", time="when", drop="day"))
    assert [column.name for column in data.columns] == ["row_id"]
