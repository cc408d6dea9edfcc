"""Tables in folders that are called as a column and its value, as Spark, Hive, Dask and Arrow write them."""

import numpy as np
import pandas as pd
import pytest

from fourfold.data import read
from fourfold.data.files.partitions import partitions_in

DRAW = np.random.default_rng(0)
FRAME = pd.DataFrame(
    {
        "year": DRAW.choice([2023, 2024], 300),
        "place": DRAW.choice(["north", "so uth", "a/b"], 300),
        "v": DRAW.normal(size=300).round(3),
    }
).assign(y=lambda frame: np.where((frame.v > 0) ^ (frame.year == 2024), "p", "q"))


def written(folder, by, frame=FRAME):
    frame.to_parquet(folder / "data", partition_cols=by)
    return folder / "data"


def in_order(dataset):
    return sorted(zip(*(dataset.inputs[name].tolist() for name in sorted(dataset.inputs)), dataset.target.tolist()))


@pytest.mark.parametrize("pattern", ["", "*/*/*.parquet", "**/*.parquet"], ids=["folder", "pattern", "any depth"])
def test_partitions_are_read_as_the_table_that_they_are(tmp_path, pattern):
    found = read(str(written(tmp_path, ["year", "place"]) / pattern), target="y")
    FRAME.to_csv(tmp_path / "one.csv", index=False)
    assert in_order(found) == in_order(read(tmp_path / "one.csv", target="y"))
    kinds = {column.name: column.kind for column in found.columns}
    assert kinds == {"year": "number", "place": "category", "v": "number"}
    assert any(str(note).startswith("columns 'year', 'place': from the names of the folders") for note in found.notes)


def test_the_target_may_be_in_the_names_of_folders(tmp_path):
    found = read(written(tmp_path, ["y"]), target="y")
    assert (found.target_name, found.task.classes, found.rows) == ("y", ("p", "q"), 300)


def test_no_value_and_zeros_before_digits(tmp_path):
    frame = FRAME.assign(month=[f"{1 + i % 12:02d}" if i % 13 else None for i in range(300)])
    found = read(written(tmp_path, ["month"], frame), target="y")
    frame.to_csv(tmp_path / "one.csv", index=False)
    alone = read(tmp_path / "one.csv", target="y")
    assert found.inputs["month"].dtype == alone.inputs["month"].dtype
    assert {*found.inputs["month"]} == {*alone.inputs["month"]} == {None, *(f"{month:02d}" for month in range(1, 13))}


def test_columns_of_the_tables_stay_and_folders_of_all_files_are_none(tmp_path):
    """The folder says what the table says better, or nothing that differs."""
    for year in (2023, 2024):
        (tmp_path / "rate=0.1" / f"year={year}").mkdir(parents=True)
        FRAME[FRAME.year == year].assign(year=year + 0.5).to_csv(tmp_path / "rate=0.1" / f"year={year}" / "a.csv", index=False)
    found = read(str(tmp_path / "rate=0.1" / "*" / "a.csv"), target="y")
    assert sorted(found.inputs) == ["place", "v", "year"]
    assert set(found.inputs["year"]) == {2023.5, 2024.5}


@pytest.mark.parametrize(
    "names",
    [
        ["year=2023/a.csv", "b.csv"],
        ["year=2023/a.csv", "other/a.csv"],
        ["year=2023/a.csv", "year=2024/month=1/a.csv", "year=2024/a.csv"],
        ["one/a.csv", "two/a.csv"],
        ["class=cat/a.png", "class=dog/a.png"],
        ["label=pos/a.txt", "label=neg/b.txt"],
        ["year=/a.csv"],
        ["=x/a.csv"],
    ],
)
def test_other_folders_are_no_partitions(tmp_path, names):
    """Whatever the folder above them is called."""
    folder = tmp_path / "rate=0.1"
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("v,y\n1,2\n")
    assert partitions_in(folder) == []
