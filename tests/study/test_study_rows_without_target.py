"""A study of data some of whose rows have no target: what is said of rows is said of those of the user's data."""

import json

import numpy as np
import pandas as pd

from fourfold import compare


def test_tested_rows_are_numbered_as_in_the_data(tmp_path):
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(90, 3)), columns=["a", "b", "c"])
    frame["y"] = np.where(np.arange(90) < 50, None, np.where(frame["a"] > 0, "up", "down"))
    compare(frame, target="y", effort="tiny", candidates=["dense"], out=tmp_path, verbose=False)
    with np.load(tmp_path / "predictions.npz") as file:
        assert file["rows"].tolist() == [*range(50, 90)]
        assert file["classes"][file["true"]].tolist() == frame["y"][50:].tolist()
    results = json.loads((tmp_path / "results.json").read_text())
    doubts = json.dumps(results["verdict"])
    assert "In the data: the target 'y' is missing in 50 of 90 rows, and these are left out." in doubts
