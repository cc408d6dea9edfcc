"""Series whose steps have targets, from the command line: arrays, what is inferred, what is refused."""

import csv
import io
import json

import numpy as np
import pandas as pd
import pytest


def alarms(path, series=40, steps=12, **shape):
    """An alarm, in a tenth of the steps, is where two channels are high at once; series are padded at the end."""
    draw = np.random.default_rng(0)
    x = draw.normal(size=(series, steps, 2))
    y = np.where((x > 0.5).all(axis=2), "alarm", "calm")
    x[: series // 2, steps - 3 :] = np.nan
    np.savez(path, x=x, y=y)
    return x, y


def test_arrays_of_steps_from_inspection_to_predictions(run, tmp_path):
    x, y = alarms(tmp_path / "steps.npz")
    seen = run("inspect", "steps.npz")
    assert seen.code == 0 and "steps.npz: 40 series" in seen.out
    assert "target of each step: 420 steps in 40 series" in seen.out
    assert "score: balanced accuracy over the steps of a series" in seen.out
    plain = json.loads(run("inspect", "steps.npz", "--json").out)
    assert plain["task"]["stepwise"] and plain["rows"] == 40
    done = run(
        "compare", "steps.npz", "--effort", "tiny", "--families", "convolution", "--out", "study", "-q"
    )
    assert done.code == 0 and "40 series" in done.out and "2 classes of each step" in done.out
    results = json.loads((tmp_path / "study" / "results.json").read_text())
    score = {
        row.get("name") or row["family"]: row["score"]["value"]
        for row in results["families"] + results["baselines"]
    }
    assert (
        score["majority class"] == pytest.approx(0.5)
        and score["boosted trees"] > 0.8
        and score["convolution"] > 0.55
    )
    again = run("predict", "study", "steps.npz")
    rows = list(csv.DictReader(io.StringIO(again.out)))
    real = np.argwhere(~np.isnan(x[..., 0]))
    assert [(int(row["series"]), int(row["step"])) for row in rows] == [
        tuple(place) for place in real.tolist()
    ]
    told = np.array([row["prediction"] for row in rows])
    true = np.array([y[tuple(place)] for place in real])
    assert np.mean(told[true == "alarm"] == "alarm") > 0.3 > np.mean(told[true == "calm"] == "alarm")


def machine(steps, seed):
    """A recording whose channel is fast or slow for a while, with its times."""
    draw = np.random.default_rng(seed)
    state = np.repeat(np.arange(steps) % 2, draw.integers(20, 60, steps))[:steps]
    x = np.sin(np.cumsum(np.where(state, 1.5, 0.4))) + 0.2 * draw.normal(size=steps)
    return pd.DataFrame({"time": np.arange(steps) / 8, "x": x, "state": np.where(state, "fast", "slow")})


def test_one_long_series_from_a_csv_to_the_state_of_each_row_of_another(run, tmp_path):
    machine(1500, 0).to_csv(tmp_path / "machine.csv", index=False)
    new = machine(421, 1).sample(frac=1, random_state=0)
    new.drop(columns="state").to_csv(tmp_path / "new.csv", index=False)
    chosen = ("--effort", "tiny", "--families", "convolution", "--out", "study")
    done = run("compare", "machine.csv", "--target", "state", "--window", 25, *chosen)
    assert done.code == 0, done.err
    assert "tests: 5 parts of 6 windows at the end of the series" in done.err
    shown = " ".join(done.out.split())
    assert "60 windows" in shown and "30 tested windows can show differences of about" in done.err
    assert shown.count("windows of one series depend on each other") == 1
    assert "what is found holds for this series." in shown
    assert "fresh windows of the same series" in shown
    ended = run("predict", "study", "new.csv")
    assert "read in pieces of 25 steps: 1 series" in ended.err
    rows = pd.read_csv(io.StringIO(ended.out))
    np.testing.assert_allclose(rows["time"], new["time"])
    right = np.mean(rows["prediction"].to_numpy() == new["state"].to_numpy())
    assert right > 0.8 and "score:" not in ended.err
    new.to_csv(tmp_path / "labelled.csv", index=False)
    (tmp_path / "none.csv").write_text("time,x,state\n")
    header = "time,state,prediction,probability fast,probability slow\n"
    assert run("predict", "study", "none.csv").out == header
    assert f"score: accuracy {100 * right:.1f} % on 421 rows with 'state'\n" in run("predict", "study", "labelled.csv").err


def test_what_has_no_target_for_each_step_is_said(run, tmp_path):
    alarms(tmp_path / "steps.npz")
    alarms(tmp_path / "one.npz", series=1, steps=300)
    for arguments, said in (
        (
            ("one.npz",),
            "too few series to train and to test on different ones, and they are too short to be cut: got 1 series of",
        ),
        (("steps.npz", "--target-per", "row"), "wanted one of step, series"),
        (("steps.npz", "--target-per", "series"), "several targets have to be numbers"),
        (("iris", "--target-per", "step"), "the target has no value for each step"),
        (("steps.npz", "--task", "multilabel"), "a step has one class or one number"),
        (("steps.npz", "--forecast", 3), "a forecast needs one table"),
        (("iris", "--window", 5), "--window belongs to a forecast, or to series whose steps have targets"),
        (("one.npz", "--window", 500), "no series is as long as a window"),
        (("one.npz", "--window", 50), "the series are too short to train, validate and test"),
    ):
        ended = run("inspect", *arguments)
        assert ended.code == 2 and said in ended.err, ended.err
        assert "Do this: " in ended.err
