"""What an option says of one form of data, and where a form has no use for it."""

import numpy as np
import pandas as pd
import pytest
from test_data_pictures import classes

from fourfold.data import read, read_inputs
from fourfold.data.columns.roles import Roles
from fourfold.errors import DataError, FileError, OptionError
from fourfold.preprocessing import Preparation

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("options", "slug"),
    [
        ({"layout": "flat"}, "layout-of-pictures"),
        ({"layout": "sequence"}, "layout-of-pictures"),
        ({"encoding": "gbk"}, "encoding-of-no-text"),
    ],
)
def test_options_that_folders_of_pictures_have_no_use_for_are_refused(options, slug, tmp_path):
    classes(tmp_path)
    with pytest.raises(OptionError) as caught:
        read(tmp_path, **options)
    assert caught.value.slug == slug and "leave out" in caught.value.do


def test_a_sample_of_series_is_said_once(tmp_path):
    lines = [",".join(f"{v:.3f}" for v in RNG.normal(size=5)) + f":{'ab'[i % 2]}" for i in range(40)]
    head = ["@problemName p", "@timeStamps false", "@univariate true", "@classLabel true a b", "@data"]
    (tmp_path / "p.ts").write_text("\n".join([*head, *lines]) + "\n")
    data = read(tmp_path / "p.ts", rows=20)
    assert data.rows == 20 and [str(note) for note in data.notes if note.what.startswith("sample")] == [
        "sample: 20 of 40 rows (as asked); --rows N overrides"
    ]


def test_weights_and_groups_of_series_are_called_as_their_columns():
    rows = [(f"m{i}", t, RNG.normal(), "ab"[i % 2], f"s{i % 6}", 1 + i % 3) for i in range(24) for t in range(5)]
    frame = pd.DataFrame(rows, columns=["unit", "t", "u", "gait", "site", "count"])
    data = read(frame, target="gait", roles=Roles(id="unit", time="t", group="site", weight="count"))
    notes = [str(note) for note in data.notes]
    assert "groups: 6 of site (none lies on two sides of a split; not an input)" in notes
    assert "weights: count, 1 to 3 (not an input)" in notes and data.weights.tolist() == [1 + i % 3 for i in range(24)]


def test_addresses_of_pictures_may_be_left_out(tmp_path):
    rows = [f"https://example.org/{i}.jpg,{i * 7 % 13},{'ab'[i % 2]}" for i in range(40)]
    (tmp_path / "a.csv").write_text("\n".join(["image,price,y", *rows]) + "\n")
    with pytest.raises(FileError, match="or --drop image, if the other columns are the inputs$"):
        read(tmp_path / "a.csv")
    assert read(tmp_path / "a.csv", roles=Roles(drop="image")).layout == "flat"


@pytest.mark.parametrize("others", [True, False])
def test_names_of_recordings_inside_of_a_table_are_no_texts(others, tmp_path):
    audio = [{"bytes": bytes([i, 255, 7]), "path": f"speaker {i}.wav"} for i in range(40)]
    frame = pd.DataFrame({"audio": audio, "label": ["ab"[i % 2] for i in range(40)]})
    (frame.assign(seconds=RNG.random(40)) if others else frame).to_parquet(tmp_path / "a.parquet")
    said = "left out: 'audio.path' (names of files that stand beside them, and are no pictures)"
    if others:
        data = read(tmp_path / "a.parquet", target="label")
        assert said in map(str, data.notes) and [column.name for column in data.columns] == ["seconds"]
    else:
        with pytest.raises(DataError, match="no input columns beside the target") as caught:
            read(tmp_path / "a.parquet", target="label")
        assert said in str(caught.value)


def test_a_pattern_that_finds_one_file_of_texts_reads_it_as_one_text(tmp_path):
    for number in range(20):
        path = tmp_path / "learnt" / "ab"[number % 2] / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"some words of {'good' if number % 2 else 'bad'} number {number % 5} and more\n")
    data = read(tmp_path / "learnt")
    preparation = Preparation.fit(data, np.arange(data.rows))
    (tmp_path / "new").mkdir()
    path = tmp_path / "new" / "letter.txt"
    path.write_text("some words of good\nand more words of bad\n")
    for whole in (tmp_path / "new", str(tmp_path / "new" / "*.txt")):
        assert read_inputs(whole, preparation).others["file"].tolist() == ["letter.txt"]
    lines = read_inputs(path, preparation)
    assert lines.rows == 2 and lines.notes[0].because.endswith("; as one text its folder reads it")
