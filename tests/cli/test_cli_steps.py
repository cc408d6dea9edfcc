"""Series whose steps have targets, from the command line: arrays, what is inferred, what is refused."""

import csv
import io
import json

import numpy as np
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


def test_what_has_no_target_for_each_step_is_said(run, tmp_path):
    alarms(tmp_path / "steps.npz")
    alarms(tmp_path / "one.npz", series=1, steps=400)
    for arguments, said in (
        (
            ("one.npz",),
            "too few series to train and to test on different ones: got 1 series of up to 400 steps",
        ),
        (("steps.npz", "--target-per", "row"), "wanted one of step, series"),
        (("steps.npz", "--target-per", "series"), "several targets have to be numbers"),
        (("iris", "--target-per", "step"), "the target has no value for each step"),
        (("steps.npz", "--task", "multilabel"), "a step has one class or one number"),
        (("steps.npz", "--forecast", 3), "a forecast needs one table"),
    ):
        ended = run("inspect", *arguments)
        assert ended.code == 2 and said in ended.err, ended.err
        assert "Do this: " in ended.err
