"""Forecasts from the command line: what is said before, the comparison, the steps that follow."""

import csv
import io
import json

import numpy as np
import pyarrow.parquet


def sales(path, days=90):
    t = np.arange(days)
    values = 50 + 10 * np.sin(2 * np.pi * t / 7) + np.random.default_rng(0).normal(size=days)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["day", "shop", "sales"])
        for shop, level in (("north", 1), ("south", 3)):
            writer.writerows(
                zip((np.datetime64("2024-03-01") + t).astype(str), [shop] * days, level * values)
            )


def test_from_a_table_to_the_next_days(run, tmp_path):
    sales(tmp_path / "sales.csv")
    asked = ("sales.csv", "--forecast", 3, "--id", "shop")
    seen = run("inspect", *asked)
    assert seen.code == 0 and "forecast: the next 3 steps of sales, from the 14 before" in seen.out
    plain = json.loads(run("inspect", *asked, "--json").out)
    assert plain["task"]["names"] == ["+1", "+2", "+3"] and plain["task"]["score"] == "mase"
    done = run("compare", *asked, "--effort", "tiny", "--families", "dense", "--out", "study", "--quiet")
    assert done.code == 0 and "MASE" in done.out and "seasonal naive" in done.out
    results = json.loads((tmp_path / "study" / "results.json").read_text())
    assert "--forecast 3" in results["command"] and "--id shop" in results["command"]
    assert all(0.3 < row["score"]["value"] < 2 for row in results["baselines"] if row["name"] not in ("last value", "window mean"))
    again = run("predict", "study", "sales.csv")
    rows = list(csv.DictReader(io.StringIO(again.out)))
    assert [row["shop"] for row in rows] == ["north"] * 3 + ["south"] * 3
    assert [row["day"] for row in rows[:3]] == ["2024-05-30", "2024-05-31", "2024-06-01"]
    north, south = (np.array([float(row["prediction"]) for row in part]) for part in (rows[:3], rows[3:]))
    np.testing.assert_allclose(south, 3 * north, rtol=1e-4)  # a series three times as large is forecast alike
    (tmp_path / "none.csv").write_text("day,shop,sales\n")
    none = run("predict", "study", "none.csv")
    assert run("predict", "study", "none.csv", "--out", "none.parquet").code == 0
    types = {field.name: str(field.type) for field in pyarrow.parquet.read_schema(tmp_path / "none.parquet")}
    assert types == {"shop": "string", "day": "string", "prediction": "double"}
    assert none.code == 0 and none.out == "shop,day,prediction\n" and "no rows: none.csv" in none.err


def test_what_can_not_be_forecast_is_said(run, tmp_path):
    sales(tmp_path / "sales.csv")
    for options, said in (
        (("--forecast", 0), "a horizon is a number of steps: got --forecast 0, wanted 1 or more"),
        (("--forecast", 3), "two rows of one series have the same time"),
        (("--forecast", 80, "--id", "shop"), "no series is long enough for a window and what follows it"),
        (("--forecast", 3, "--id", "shop", "--target", "shop"), "a column can't have two roles: got 'shop'"),
        (("--window", 7), "Do this: --id COLUMN, if there are several series"),
        (("--season", 7), "--season belongs to a forecast"),
        (("--forecast", 3, "--layout", "flat"), "--layout does not apply to a forecast"),
        (("--forecast", 3, "--id", "shop", "--group", "shop"), "split by time"),
    ):
        ended = run("compare", "sales.csv", *options, "--dry-run")
        assert ended.code == 2 and said in ended.err, ended.err
