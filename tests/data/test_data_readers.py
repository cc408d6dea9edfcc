"""What readers make of files that are written in unusual ways: encodings, durations, pictures by name, JSON."""

import codecs

import numpy as np
import pandas as pd
import polars as pl
import pytest
from data_samples import LABELS, files, refused_and_said, rows

from fourfold.data import read, read_inputs
from fourfold.data.array_likes import units_of_durations
from fourfold.data.text_file import NO_TEXT
from fourfold.preprocessing import Preparation

PLAIN = rows("v,w,y", lambda i: f"{i * 7 % 13},{i % 5}").encode()
TEXTS = {f"{c}__{i}_dot_txt": f"text {c} {i}".encode() for c in "ab" for i in range(8)}

# name: (content or maker, encoding, slug, words of the message)
NOT_IN_THIS_ENCODING = {
    "a table without the mark of UTF-16": (PLAIN, "utf-16", "another-encoding", "line 1 of"),
    "one in no UTF-32": (PLAIN, "utf-32", "another-encoding", "line 1 of"),
    "texts without the mark of UTF-16": (files(**TEXTS), "utf-16", "encoding-of-a-text", "a/0.txt is not in the encoding utf-16: got the bytes 74 65 at its start"),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_IN_THIS_ENCODING)
def test_text_that_is_not_in_the_encoding_that_was_named(name, tmp_path):
    content, encoding, slug, words = NOT_IN_THIS_ENCODING[name]
    refused_and_said(content, 2, slug, words, tmp_path, encoding=encoding)


@pytest.mark.parametrize("codec", [*NO_TEXT, "undefined", "rot13", "base64"])
def test_codecs_that_are_not_for_text_files(codec, tmp_path):
    assert codecs.lookup(codec)
    refused_and_said(PLAIN, 2, "unknown-encoding", "wanted one of utf-8", tmp_path, encoding=codec)


def trips(unit="ns"):
    """A frame of durations, some of them missing, numbers and classes."""
    seconds = np.random.default_rng(0).integers(60, 9000, 40)
    took = pd.to_timedelta(seconds, unit="s").astype(f"timedelta64[{unit}]").to_series(index=range(40))
    took[3] = pd.NaT
    return pd.DataFrame({"took": took, "v": seconds % 7, "y": [LABELS[i * i % 3 % 2] for i in range(40)]})


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_durations_of_parquet_are_seconds_as_those_of_frames(unit, library, tmp_path):
    frame = trips(unit)
    if library == "pandas":
        frame.to_parquet(tmp_path / "trips.parquet")
    else:
        pl.from_pandas(frame).write_parquet(tmp_path / "trips.parquet")
    data, plain = read(tmp_path / "trips.parquet"), read(frame)
    assert data.fingerprint == plain.fingerprint and data.inputs["took"][0] == frame["took"][0].total_seconds()
    assert "took: number (durations, in seconds)" in map(str, data.notes)


@pytest.mark.parametrize("trained", ["parquet", "csv"])
def test_new_durations_of_parquet_are_seconds_however_those_of_training_were_written(trained, tmp_path):
    frame = trips()
    frame.to_parquet(tmp_path / "trips.parquet")
    frame.to_csv(tmp_path / "trips.csv", index=False)
    preparation = Preparation.fit(read(tmp_path / f"trips.{trained}"), range(40))
    new = read_inputs(tmp_path / "trips.parquet", preparation)
    np.testing.assert_array_equal(new.inputs["took"], frame["took"].dt.total_seconds())
    assert not any("missing" in str(note) and "took" in str(note) for note in new.notes)


@pytest.mark.parametrize("schema", [b"", b"?", b"/////wAAAAA=", b"/////" + b"/" * 400, b"A" * 400])
def test_a_schema_of_arrow_that_is_damaged_says_nothing(schema):
    assert units_of_durations(schema) == []
