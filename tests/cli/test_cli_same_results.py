"""One table in several forms gives the same results, through the real program and from Python; forecasts, too."""

import csv
import json

import numpy as np
import pandas as pd
import pytest
from cli_samples import fourfold

from fourfold import compare

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def results(folder):
    """results.json without what names the source and the folder."""
    found = json.loads((folder / "results.json").read_text())
    del found["command"], found["folder"], found["verdict"]["next"], found["data"]["name"]
    return found


@pytest.mark.parametrize("rows", [None, 60])
def test_one_table_in_every_form_has_the_same_results(rows, tmp_path):
    rng = np.random.default_rng(4)
    frame = pd.DataFrame(rng.normal(size=(90, 3)).round(3), columns=["x0", "x1", "x2"])
    frame["kind"] = rng.choice(["a", "b", None], 90)
    frame["y"] = np.where(frame["x0"] + frame["x1"] > 0, "p", "q")
    frame.to_csv(tmp_path / "data.csv.gz", index=False)
    frame.to_parquet(tmp_path / "data.parquet", index=False)
    frame.to_json(tmp_path / "data.jsonl", orient="records", lines=True, double_precision=15)
    compare(frame, effort="tiny", out=tmp_path / "frame", rows=rows, verbose=False)
    asked = [] if rows is None else ["--rows", rows]
    for form in ("csv.gz", "parquet", "jsonl"):
        out = ("--effort", "tiny", "--out", form, "-q", *asked)
        ended = fourfold("compare", f"data.{form}", *out, cwd=tmp_path)
        assert ended.returncode == 0, ended.stderr
        assert results(tmp_path / form) == results(tmp_path / "frame"), form


def test_irregular_series_from_csv_to_forecasts(tmp_path):
    rng = np.random.default_rng(0)
    parts = []
    for number in range(3):
        seconds = np.cumsum(rng.exponential(2400, 500)).astype(int)
        values = (np.sin(2 * np.pi * seconds / 86400) + 0.1 * rng.normal(size=500)).round(3)
        stamps = np.datetime64("2024-01-01", "s") + seconds
        parts.append(pd.DataFrame({"who": f"s{number}", "at": stamps, "v": values}))
    pd.concat(parts).to_csv(tmp_path / "series.csv", index=False)
    parts[1][-200:].to_csv(tmp_path / "new.csv", index=False)
    asked = ("--forecast", 3, "--id", "who", "--time", "at", "--effort", "tiny", "--out", "out")
    ended = fourfold("compare", "series.csv", *asked, cwd=tmp_path)
    assert ended.returncode == 0 and "steps: irregular, so rows are averaged in" in ended.stderr, ended.stderr
    ended = fourfold("predict", "out", "new.csv", cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    found = list(csv.DictReader(ended.stdout.splitlines()))
    assert [row["who"] for row in found] == ["s1"] * 3
    steps = np.diff(np.array([row["at"] for row in found], dtype="datetime64[s]")).astype(int)
    assert steps.tolist() == [7200, 7200] and np.isfinite([float(row["prediction"]) for row in found]).all()
