"""Series whose steps have targets: every form gives one data set; what counts, what is refused, new series."""

import numpy as np
import pandas as pd
import pytest

from fourfold.data import from_arrays, read, read_inputs
from fourfold.data.columns.roles import Roles
from fourfold.data.judgement.findings import judge
from fourfold.data.splits import plan
from fourfold.errors import DataError, FourfoldError, OptionError
from fourfold.preprocessing import Preparation
from fourfold.preprocessing.table import missing

DRAW = np.random.default_rng(0)
LENGTHS = [5, 9, 7] * 8
SERIES = [DRAW.normal(size=(steps, 2)) for steps in LENGTHS]
LABELS = [np.where(one[:, 0] > 0, "up", "down") for one in SERIES]
LONG = Roles(id="who", time="when")


def table(target=LABELS) -> pd.DataFrame:
    """A row for each step, the rows in no order."""
    rows = pd.DataFrame(
        {
            "who": np.repeat([f"s{n:02}" for n in range(len(SERIES))], LENGTHS),
            "when": np.concatenate([10 * np.arange(steps) for steps in LENGTHS]),
            "east": np.concatenate(SERIES)[:, 0],
            "north": np.concatenate(SERIES)[:, 1],
            "way": np.concatenate(target),
        }
    )
    return rows.sample(frac=1, random_state=1)


def padded(parts, empty):
    return np.stack(
        [np.concatenate([part, np.full((9 - len(part), *part.shape[1:]), empty)]) for part in parts]
    )


def said(data) -> str:
    return "\n".join(map(str, data.notes))


def test_every_form_gives_the_same_steps(tmp_path):
    x, y = padded(SERIES, np.nan), padded([part.astype(object) for part in LABELS], None)
    table().to_csv(tmp_path / "steps.csv", index=False)
    np.savez(tmp_path / "steps.npz", x=x, y=padded(LABELS, ""))
    np.save(tmp_path / "x.npy", x)
    np.save(tmp_path / "y.npy", padded(LABELS, ""))
    long = read(tmp_path / "steps.csv", target="way", roles=LONG)
    order = np.argsort(long.ids)
    np.testing.assert_array_equal(long.inputs[order], x)
    np.testing.assert_array_equal(long.target[order], y)
    assert "target of each step: 168 steps in 24 series ('way' changes within" in said(long)
    assert "--target-per series overrides" in said(long)
    for data in (
        from_arrays(SERIES, LABELS),
        from_arrays(SERIES, [part.tolist() for part in LABELS]),
        from_arrays(x, y),
        read(tmp_path / "steps.npz"),
        read(tmp_path / "x.npy", labels=tmp_path / "y.npy"),
        read(table().sort_values(["who", "when"]), target="way", roles=LONG),
    ):
        assert data.layout == "sequence" and data.task.stepwise and data.task.classes == ("down", "up")
        np.testing.assert_array_equal(data.inputs, x)
        np.testing.assert_array_equal(data.target, y)


def test_what_the_target_belongs_to_can_be_said():
    x = DRAW.normal(size=(30, 6, 2))
    numbers, signs = x[..., 0], (x[..., 0] > 0).astype(int)
    assert from_arrays(x, numbers).task.stepwise and from_arrays(x, numbers).task.kind == "regression"
    assert from_arrays(x, signs, task="regression").task.stepwise
    whole = from_arrays(x, numbers, target_per="series")
    assert whole.task.names == tuple(f"y{k}" for k in range(6)) and not whole.task.stepwise
    assert from_arrays(x, signs, target_per="series").task.kind == "multilabel"
    flat = x[..., 0]
    assert not from_arrays(flat, numbers).task.stepwise  # a table with as many targets as columns
    assert from_arrays(flat, numbers, layout="sequence").task.stepwise
    assert from_arrays(flat, numbers, target_per="step").layout == "sequence"
    pictures = (x[:, :2, :] * 50 + 100).astype(np.uint8)
    assert from_arrays(pictures, numbers[:, :2]).layout == "image"
    constant = table([np.full(len(part), part[0]) for part in LABELS])
    assert not read(constant, target="way", roles=LONG).task.stepwise
    asked = read(constant, target="way", roles=LONG, target_per="step")
    assert asked.task.stepwise and "(as asked)" in said(asked)


@pytest.mark.parametrize(
    "make, slug",
    [
        (lambda: from_arrays([np.ones((300, 2))] * 2, [np.arange(300) % 2] * 2), "too-few-series"),
        (lambda: from_arrays(SERIES, [part[:-1] for part in LABELS]), "different-steps"),
        (lambda: from_arrays(SERIES, LABELS[:-1]), "different-steps"),
        (lambda: from_arrays(SERIES, [part[0] for part in LABELS], target_per="step"), "steps-of-no-series"),
        (lambda: from_arrays(SERIES, LABELS, target_per="row"), "unknown-target-per"),
        (lambda: from_arrays(SERIES, LABELS, task="multilabel"), "labels-of-steps"),
        (lambda: from_arrays(SERIES, LABELS, layout="flat", target_per="step"), "layout-of-steps"),
        (lambda: from_arrays(SERIES, LABELS, task="regression"), "regression-of-words"),
        (lambda: from_arrays(SERIES, [np.full(n, "a") for n in LENGTHS]), "one-class"),
        (
            lambda: read(table(), target=["way", "east"], roles=LONG, target_per="step"),
            "several-targets-of-steps",
        ),
        (
            lambda: from_arrays(padded(SERIES, 0.0), padded([*LABELS[:-1], LABELS[-1][:0]], None)),
            "series-without-target",
        ),
    ],
)
def test_what_can_not_be_used_is_said(make, slug):
    with pytest.raises((DataError, OptionError)) as caught:
        make()
    assert caught.value.slug == slug and (caught.value.wanted or caught.value.do)


def test_steps_without_a_target_do_not_count():
    gaps = [np.where(np.arange(len(part)) % 3 == 1, None, part.astype(object)) for part in LABELS]
    data = from_arrays(SERIES, gaps)
    real = padded([np.ones(n) for n in LENGTHS], 0) > 0
    np.testing.assert_array_equal(~missing(data.target), real & (np.arange(9) % 3 != 1))
    assert f"not counted: {real[:, 1::3].sum()} steps without a target" in said(data)
    preparation = Preparation.fit(data, range(12))
    encoded = preparation.target(data.target)
    np.testing.assert_array_equal(encoded == -1, missing(data.target))
    np.testing.assert_array_equal(encoded[data.target == "up"], 1)


def test_steps_that_end_without_values_are_said():
    rows = table()
    last = rows.groupby("who")["when"].transform("max") == rows["when"]
    rows.loc[last, ["east", "north"]] = np.nan
    data = read(rows, target="way", roles=LONG)
    assert "not counted: 24 steps at the end of series without a value in any channel" in said(data)
    assert (~missing(data.target)).sum() == 168 - 24


def test_numbers_are_scaled_by_the_counted_steps_of_training_series():
    data = from_arrays(SERIES, [10 + 3 * one[:, 1] for one in SERIES])
    preparation = Preparation.fit(data, range(12))
    known = np.concatenate([10 + 3 * one[:, 1] for one in SERIES[:12]])
    target = preparation.learnt_target
    assert data.task.output == "softplus" or np.isclose(target.center, known.mean())
    encoded = preparation.target(data.target)
    np.testing.assert_array_equal(np.isnan(encoded), np.isnan(data.target))
    again = Preparation.from_json(preparation.to_json())
    assert again.task == data.task
    np.testing.assert_allclose(again.decode(encoded[..., None]), data.target, rtol=1e-5)


def test_series_stay_whole_and_rare_classes_are_spread():
    labels = [part.copy() for part in LABELS]
    for part in labels[:10]:
        part[2] = "rare"
    splits = plan(from_arrays(SERIES, labels), seed=0)
    assert len(splits) == 5
    assert [int((split.test < 10).sum()) for split in splits] == [2] * 5


def test_what_is_said_against_steps():
    labels = [part.astype(object) for part in LABELS]
    labels[3][0] = "once"
    labels[3][1] = "once"
    found = {finding.slug: finding for finding in judge(from_arrays(SERIES, labels))}
    assert "fewer than 10 series: 'once'" in found["rare-classes"].what
    assert "24 tested series" in found["few-rows"].what and "series" in found["few-rows"].do
    told = {finding.slug: finding for finding in judge(from_arrays(SERIES, LABELS))}
    assert told["gives-target-away"].columns == ("channel 0",)


def test_a_class_that_changes_within_hardly_any_series_is_said():
    words = [np.array([f"{place % 2}"] * len(part), dtype=object) for place, part in enumerate(LABELS)]
    words[3][2] = "0"
    found = {finding.slug: finding for finding in judge(from_arrays(SERIES, words))}
    assert found["changing-labels"].what.startswith("the target changes within 1 of ")
    assert found["changing-labels"].important and "--target-per series" in found["changing-labels"].do
    assert "changing-labels" not in {finding.slug for finding in judge(from_arrays(SERIES, LABELS))}


def test_new_steps_keep_their_rows_and_longer_series_come_in_pieces():
    data = read(table(), target="way", roles=LONG)
    preparation = Preparation.fit(data, range(12))
    rows = table().drop(columns="way").assign(note="kept")
    longer = pd.DataFrame(
        {"who": "new", "when": range(20), "east": np.arange(20.0), "north": 0.0, "note": "x"}
    )
    new = read_inputs(pd.concat([rows, longer]), preparation)
    assert new.others.names == ("who", "when", "note") and new.rows == 24 + 3
    assert "read in pieces of 9 steps: 1 series" in "\n".join(map(str, new.notes))
    east = new.by_step(new.inputs[..., 0])  # what is said of a step comes back to its row
    np.testing.assert_array_equal(east, np.concatenate([rows["east"], longer["east"]]))
    array = read_inputs(padded(SERIES, np.nan)[:2], preparation)
    assert array.others["step"].tolist() == [*range(5), *range(9)]
    plain = Preparation.fit(from_arrays(SERIES, LABELS), range(12))
    short = read_inputs([np.ones((3, 2)), np.ones((4, 2))], plain)
    assert short.others["series"].tolist() == [0, 0, 0, 1, 1, 1, 1]
    assert short.others["step"].tolist() == [0, 1, 2, 0, 1, 2, 3]
    with pytest.raises(FourfoldError, match="not what the model was trained on"):
        read_inputs([np.ones((3, 5)), np.ones((4, 5))], plain)
