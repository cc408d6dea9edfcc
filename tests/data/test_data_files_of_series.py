"""Series in files of their own, which are not opened: what is said to do gives the data."""

import os
import pathlib

import numpy as np
import pandas as pd
import pytest

from fourfold.data import read
from fourfold.data.columns.roles import Roles
from fourfold.errors import DataError, FileError, OptionError

SERIES = [np.random.default_rng(place).normal(size=(12, 2)) for place in range(20)]
LABELS = ["walk", "run"] * 10


def done(error, **given):
    """Run what a message says to do, but for the options behind it."""
    code = str(error.value).partition("Do this: ")[2].partition("; then --")[0].replace("FILE", repr("labels.csv"))
    exec(code, {"numpy": np, "pandas": pd, "pathlib": pathlib} | given)


@pytest.mark.parametrize("form", ["csv", "npy", "parquet"])
def test_a_table_that_names_files_of_series(form, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.mkdir("runs")
    names = [f"runs/{place:02d}.{form}" for place in range(20)]
    for name, one in zip(names, SERIES):
        frame = pd.DataFrame(one, columns=["v", "w"])
        np.save(name, one) if form == "npy" else getattr(frame, f"to_{form}")(name, index=False)
    pd.DataFrame({"path": names, "kind": LABELS}).to_csv("labels.csv", index=False)
    with pytest.raises(DataError) as caught:
        read("labels.csv")
    assert caught.value.slug == "no-useful-columns"
    done(caught)
    roles = Roles(id="file", time="step")
    data = read("data.npz") if form == "npy" else read("data.csv", target="label", roles=roles)
    np.testing.assert_allclose(data.inputs, np.stack(SERIES))
    assert data.target.tolist() == LABELS


def test_a_folder_of_arrays_for_each_class(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for place, (one, label) in enumerate(zip(SERIES, LABELS)):
        os.makedirs(f"data/{label}", exist_ok=True)
        np.save(f"data/{label}/{place:02d}.npy", one)
    with pytest.raises(FileError) as caught:
        read("data")
    assert caught.value.slug == "folder"
    done(caught)
    data = read("data.npz")
    assert data.inputs.shape == (20, 12, 2) and data.target.tolist() == ["run"] * 10 + ["walk"] * 10
    np.testing.assert_array_equal(data.inputs[10], SERIES[0])


def test_columns_of_the_long_form_that_do_not_exist(tmp_path):
    frame = pd.DataFrame({"at": range(24), "pulse": range(24), "y": LABELS + LABELS[:4]})
    for known, do in [("zzzz", "name one of these with --id, and with --time"), ("Pulse", "use pulse")]:
        with pytest.raises(OptionError) as caught:
            read(frame, target="y", roles=Roles(id=known, time="at"))
        assert caught.value.slug == "no-such-series-column" and f"Do this: {do}" in str(caught.value)
