"""New rows in folders that are called as a column and its value, or in one table: the same rows, the same predictions."""

import numpy as np
import pandas as pd


def test_new_rows_lie_in_such_folders_or_in_one_table(run, tmp_path):
    """Each form of the same rows has the same predictions, a part of the folders and a single file among them."""
    draw = np.random.default_rng(0)
    frame = pd.DataFrame({"year": draw.choice([2023, 2024], 300), "place": draw.choice(["north", "so uth", "a/b"], 300)})
    frame["v"] = draw.normal(size=300).round(3)
    frame["y"] = np.where((frame.v > 0) ^ (frame.year == 2024), "p", "q")
    place = tmp_path / "data"
    frame.to_parquet(place, partition_cols=["year", "place"])
    frame.to_csv(tmp_path / "one.csv", index=False)
    assert run("compare", place, "--effort", "tiny", "--families", "dense", "--out", "o", "--quiet").code == 0
    said = {}
    for name, data in {"folder": place, "one": "one.csv", "part": place / "year=2024", "pattern": f"{place}/*/*/*.parquet"}.items():
        ended = run("predict", "o", data, "--out", f"{name}-said.csv")
        assert ended.code == 0, ended.err
        said[name] = sorted(map(tuple, pd.read_csv(tmp_path / f"{name}-said.csv").to_numpy().tolist()))
    assert len(said["folder"]) == 300 and said["folder"] == said["one"] == said["pattern"]
    assert len(said["part"]) == (frame.year == 2024).sum() and {*said["part"]} <= {*said["folder"]}
