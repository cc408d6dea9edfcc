"""Labels in a table of their own, joined to rows and series by a key."""

import numpy as np
import pandas as pd
import pytest

from fourfold.data import read
from fourfold.data.columns.roles import Roles
from fourfold.errors import DataError

STEPS, IDS = 12, [f"s{place:02d}" for place in range(20)]


@pytest.fixture
def series():
    """Twenty series in long form, with their labels."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"who": np.repeat(IDS, STEPS), "t": np.tile(np.arange(STEPS), len(IDS))})
    frame["v"] = rng.normal(size=len(frame))
    return frame, pd.DataFrame({"who": IDS, "way": ["up", "down"] * 10})


def written(tmp_path, **frames):
    for name, frame in frames.items():
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
    return [tmp_path / f"{name}.csv" for name in frames]


def test_labels_of_series_are_those_of_a_column(tmp_path, series):
    frame, labels = series
    whole, x, y = written(tmp_path, whole=frame.merge(labels), x=frame, y=labels[::-1])
    roles = Roles(id="who", time="t")
    told, joined = read(whole, roles=roles, target="way"), read(x, labels=y, roles=roles)
    assert joined.fingerprint == told.fingerprint
    np.testing.assert_array_equal(joined.inputs, told.inputs)
    assert joined.target.tolist() == told.target.tolist()
    assert "labels: 'way' of y.csv (joined by 'who')" in "\n".join(map(str, joined.notes)).replace(f"{tmp_path}/", "")


def test_rows_find_their_labels_by_the_only_column_of_both(tmp_path, series):
    frame = pd.DataFrame({"key": np.arange(40) * 7 % 41, "v": np.arange(40.0) % 11})
    labels = pd.DataFrame({"key": np.arange(41), "way": [f"c{key % 2}" for key in range(41)]})
    x, y = written(tmp_path, x=frame, y=labels.sample(frac=1, random_state=0))
    joined = read(x, labels=y)
    assert joined.target.tolist() == [f"c{key % 2}" for key in frame["key"]]
    assert any("1 row of it belong to none" in str(note) for note in joined.notes)


def test_what_can_not_be_joined_is_said(tmp_path, series):
    frame, labels = series
    roles = Roles(id="who", time="t")
    x, few, alone, more = written(
        tmp_path, x=frame, few=labels[1:], alone=labels[["way"]], more=labels.assign(v=1.0)
    )
    with pytest.raises(DataError, match=r"no label in .*got 12 rows, the first has 'who' 's00'"):
        read(x, labels=few, roles=roles)
    with pytest.raises(DataError, match=r"240 rows of x and 20 of y.*a column 'who' beside each y, which joins them"):
        read(x, labels=alone, roles=roles)
    with pytest.raises(DataError, match=r"has columns that .* has, too: got 'v'"):
        read(x, labels=more, roles=roles)


def test_the_target_among_several_columns_of_a_file_of_targets_is_the_one_that_is_named(tmp_path):
    rng = np.random.default_rng(0)
    x = pd.DataFrame(rng.normal(size=(40, 2)), columns=["a", "b"])
    y = pd.DataFrame({"fold": np.arange(40) % 5, "class": rng.choice(["p", "q"], 40), "score": rng.normal(size=40)})
    for name, frame in (("x", x), ("y", y)):
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
    files = tmp_path / "x.csv", tmp_path / "y.csv"
    with pytest.raises(DataError, match="--target class, alone"):
        read(files[0], labels=files[1])
    data = read(files[0], labels=files[1], target="class", roles=Roles(group="fold"))
    assert (data.target_name, data.target.tolist()) == ("class", y["class"].tolist())
    assert data.groups.tolist() == [*map(str, y["fold"])]
    said = "'y.csv': beside y: 'fold', 'score' (a value for each row; --weight, --group or --id NAME uses it)"
    assert said in map(str, data.notes)
    both = read(files[0], labels=files[1], target=["fold", "score"])
    np.testing.assert_allclose(both.target, y[["fold", "score"]])
    few = read(files[0], labels=files[1], target="score", rows=20, roles=Roles(weight="fold"))
    assert [few.weights[place] for place in range(20)] == [
        y["fold"][int(np.flatnonzero(x["a"] == value)[0])] for value in few.inputs["a"]
    ]


def test_what_is_said_of_a_file_of_targets(tmp_path):
    (tmp_path / "x.csv").write_text("a,b\n" + "".join(f"{i * 7 % 11},{i % 4}\n" for i in range(30)))
    (tmp_path / "y.csv").write_bytes(("Güte\n" + "".join(f"{'pq'[i % 3 // 2]}\n" for i in range(30))).encode("cp1252"))
    notes = [*map(str, read(tmp_path / "x.csv", labels=tmp_path / "y.csv").notes)]
    assert "'y.csv': encoding: cp1252 (not UTF-8); --encoding NAME overrides" in notes


@pytest.mark.parametrize("called", ["{}.csv", "runs/{}.csv", "{}"])
def test_labels_of_files_find_these_by_their_names_with_ends_and_without(tmp_path, series, called):
    frame, labels = series
    (tmp_path / "runs").mkdir()
    for who, rows in frame.groupby("who"):
        rows[["t", "v"]].to_csv(tmp_path / "runs" / f"{who}.csv", index=False)
    labels = labels.rename(columns={"who": "file"}).assign(file=[called.format(who) for who in IDS])
    (y,) = written(tmp_path, labels=labels)
    data = read(tmp_path / "runs", labels=y, roles=Roles(id="file", time="t"))
    assert data.inputs.shape == (20, STEPS, 1) and data.target.tolist() == ["up", "down"] * 10


@pytest.mark.parametrize("key", ["file", "recording"])
def test_a_table_of_labels_beside_the_recordings_that_it_names_is_told_apart(tmp_path, series, key):
    frame, labels = series
    for who, rows in frame.groupby("who"):
        rows[["t", "v"]].to_csv(tmp_path / f"{who}.csv", index=False)
    labels.assign(who=[f"{who}.csv" for who in IDS]).rename(columns={"who": key}).to_csv(tmp_path / "all.csv", index=False)
    with pytest.raises(DataError, match="move all.csv out of the folder") as caught:
        read(tmp_path)
    assert ("call its column 'recording' 'file'" in caught.value.do) == (key != "file")
    assert "--y all.csv --id file, and --time COLUMN" in caught.value.do


def test_words_before_numbers_in_the_names_of_tables_are_said_to_be_classes_perhaps(tmp_path, series):
    frame, labels = series
    for place, (_, rows) in enumerate(frame.groupby("who")):
        rows[["t", "v"]].to_csv(tmp_path / f"{labels['way'][place]}_{place}.csv", index=False)
    assert any("10 'down', 10 'up' before numbers" in str(note) for note in read(tmp_path).notes)
    for place in range(20):
        (tmp_path / f"{labels['way'][place]}_{place}.csv").rename(tmp_path / f"{place}.csv")
    assert not any("before numbers" in str(note) for note in read(tmp_path).notes)
