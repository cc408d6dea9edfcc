"""New series in another form than those that a model was trained on: rows, columns, lists and arrays of steps."""

import numpy as np
import pandas as pd
import pytest

from fourfold.data import read, read_inputs
from fourfold.data.columns.roles import Roles
from fourfold.data.prediction.new_rows import parts_of_inputs
from fourfold.errors import FourfoldError
from fourfold.preprocessing import Preparation

N, T, NEW = 24, 10, 7
IDS = [f"S{place:02d}" for place in range(N)]
LABELS = ["walk", "run"] * (N // 2)
ROLES = {
    "long.csv": {"target": "label", "roles": Roles(id="subject", time="t")},
    "wide.csv": {"target": "label", "roles": Roles(id="subject"), "layout": "sequence"},
    "lists.json": {"target": "label", "roles": Roles(id="subject"), "layout": "sequence"},
    "lists.csv": {"target": "label", "roles": Roles(id="subject"), "layout": "sequence"},
    "nested.json": {"target": "label", "roles": Roles(id="subject"), "layout": "sequence"},
    "arrays.npz": {},
    "sktime.ts": {},
}


def series(channels, unequal):
    """Series (N, T, C), of unequal lengths with missing steps at their ends."""
    rng = np.random.default_rng(channels)
    x = np.cumsum(rng.normal(size=(N, T, channels)), axis=1).round(3)
    lengths = np.r_[T, rng.integers(6, T + 1, N - 1)] if unequal else np.full(N, T)
    x[np.arange(T) >= lengths[:, None]] = np.nan
    return x


def written(form, x, labelled, folder):
    """A file of series (N, T, C) in a form, with their labels or without."""
    rows, steps, channels = x.shape
    names, ends = ["ax", "ay"][:channels], (~np.isnan(x[:, :, 0])).sum(axis=1)
    path = folder / f"{'learnt' if labelled else 'new'}-{form}"
    label = {"label": LABELS[:rows]} if labelled else {}
    if form == "long.csv":
        there = ~np.isnan(x[:, :, 0])
        frame = pd.DataFrame({"subject": np.repeat(IDS[:rows], steps), "t": np.tile(np.arange(steps), rows)})
        frame = frame.assign(**{name: x[:, :, place].ravel() for place, name in enumerate(names)})
        frame = frame.assign(**{name: np.repeat(values, steps) for name, values in label.items()})
        frame[there.ravel()].to_csv(path, index=False)
    elif form == "wide.csv":
        called = [f"{name}_{step}" if channels > 1 else f"t{step}" for name in names for step in range(steps)]
        cells = dict(zip(called, x.transpose(2, 1, 0).reshape(-1, rows)))
        pd.DataFrame({"subject": IDS[:rows], **cells, **label}).to_csv(path, index=False)
    elif form.startswith(("lists", "nested")):
        lists = {name: [one[:end, place].tolist() for one, end in zip(x, ends)] for place, name in enumerate(names)}
        nested = {"x": [(one[:end] if channels > 1 else one[:end, 0]).tolist() for one, end in zip(x, ends)]}
        frame = pd.DataFrame({"subject": IDS[:rows], **(nested if form == "nested.json" else lists), **label})
        frame.to_csv(path, index=False) if form == "lists.csv" else frame.to_json(path, orient="records")
    elif form == "arrays.npz":
        np.savez(path, x=x, **({"y": LABELS[:rows]} if labelled else {}))
    else:
        head = f"@univariate {str(channels == 1).lower()}\n" + f"@dimensions {channels}\n" * (channels > 1)
        lines = [":".join(",".join(map(str, one[:end, c])) for c in range(channels)) for one, end in zip(x, ends)]
        lines = [line + (f":{name}" if labelled else "") for line, name in zip(lines, LABELS)]
        head += f"@classLabel {'true run walk' if labelled else 'false'}\n@data\n"
        path.write_text("@problemName motion\n@timeStamps false\n" + head + "\n".join(lines) + "\n")
    return str(path)


def learnt_from(form, x, folder):
    data = read(written(form, x, True, folder), **ROLES[form])
    return Preparation.from_json(Preparation.fit(data, range(20)).to_json())


@pytest.mark.parametrize("unequal", [False, True])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("learnt", ROLES)
def test_new_series_are_the_same_in_every_form(learnt, channels, unequal, tmp_path):
    x = series(channels, unequal)
    preparation = learnt_from(learnt, x, tmp_path)
    own = read_inputs(written(learnt, x[:NEW], False, tmp_path), preparation)
    for form in ROLES:
        (rows,) = parts_of_inputs(written(form, x[:NEW], False, tmp_path), preparation)
        np.testing.assert_array_equal(preparation.inputs(rows.inputs), preparation.inputs(own.inputs), form)
        if form not in ("arrays.npz", "sktime.ts"):
            assert rows.others["subject"].tolist() == IDS[:NEW], form
        if form.startswith(("long", "wide")) and form != learnt:
            assert "the model was trained on series in another form" in "\n".join(map(str, rows.notes)), form


def test_a_label_for_each_step_is_told_from_series_in_every_form(tmp_path):
    x = series(2, False)
    y = np.where(x[:, :, 0] > 0, "up", "down")
    np.savez(tmp_path / "steps.npz", x=x, y=y)
    preparation = Preparation.fit(read(tmp_path / "steps.npz"), range(20))
    for form in ROLES:
        rows = read_inputs(written(form, x[:NEW], False, tmp_path), preparation)
        np.testing.assert_array_equal(rows.inputs, x[:NEW], form)
        assert rows.others["step"].tolist() == [*range(T)] * NEW


def test_steps_in_any_order_of_rows_and_whatever_names_and_orders_them(tmp_path):
    x = series(2, False)
    preparation = learnt_from("arrays.npz", x, tmp_path)
    frame = pd.read_csv(written("long.csv", x[:NEW], False, tmp_path))
    numbered = frame.assign(subject=frame["subject"].str[1:].astype(int))
    dated = frame.assign(t=pd.Timestamp("2024-01-01") + pd.to_timedelta(frame["t"], "D"))
    for table in (numbered, dated, frame.assign(t=frame["t"] * 0.02), frame.drop(columns="t")):
        np.testing.assert_array_equal(read_inputs(table, preparation).inputs, x[:NEW])
    np.testing.assert_array_equal(read_inputs(frame[[*frame][::-1]], preparation).inputs, x[:NEW, :, ::-1])
    for table in (frame, dated, frame[["t", "subject", "ax", "ay"]]):
        shuffled = table.sample(frac=1, random_state=0)
        found = read_inputs(shuffled, preparation)
        places = [IDS.index(one) for one in found.others["subject"].tolist()]
        np.testing.assert_array_equal(found.inputs, x[places])


def test_channels_are_known_by_their_names(tmp_path):
    x = series(2, False)
    preparation = learnt_from("lists.json", x, tmp_path)
    for form in ("long.csv", "wide.csv"):
        frame = pd.read_csv(written(form, x[:NEW], False, tmp_path))
        turned = frame[["subject", *(name for name in ["t"] if name in frame), *sorted(set(frame) - {"subject", "t"})[::-1]]]
        np.testing.assert_array_equal(read_inputs(turned, preparation).inputs, x[:NEW])
        other = frame.rename(columns=lambda name: name.replace("ax", "temperature"))
        with pytest.raises(FourfoldError, match="is not what the model was trained on"):
            read_inputs(other, preparation)


@pytest.mark.parametrize("learnt", ["long.csv", "arrays.npz"])
def test_series_of_other_channels_or_of_no_order_are_refused(learnt, tmp_path):
    x = series(2, False)
    preparation = learnt_from(learnt, x, tmp_path)
    frame = pd.read_csv(written("long.csv", x[:NEW], False, tmp_path)).rename(columns={"subject": "who", "ax": "v"})
    for table in (frame.assign(further=0.5), frame.drop(columns="who"), frame.drop(columns="ay")):
        with pytest.raises(FourfoldError) as caught:
            read_inputs(table, preparation)
        assert caught.value.slug in ("new-shape", "new-series")


def test_columns_of_numbers_that_are_no_series_are_not_taken_for_others():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(N, 8)), columns=[f"V{place}" for place in range(8)])
    preparation = Preparation.fit(read(frame.assign(label=LABELS), target="label", layout="flat"), range(20))
    with pytest.raises(FourfoldError, match="the columns of data are not those that the model was trained on"):
        read_inputs(frame.rename(columns=lambda name: name.replace("V", "f")), preparation)


def test_new_rows_without_a_column_of_numbers_are_refused(tmp_path):
    """Also where they are taken for series in another form."""
    preparation = learnt_from("arrays.npz", series(1, False), tmp_path)
    with pytest.raises(FourfoldError, match="got a table of 2 columns, wanted rows of shape"):
        read_inputs(pd.DataFrame({"subject": IDS[:NEW], "label": LABELS[:NEW]}), preparation)
