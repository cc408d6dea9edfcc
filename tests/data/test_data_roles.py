"""Weights, groups, ids and order of time: columns that are no inputs, and splits that keep to them."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fourfold.data import from_arrays, plan, read, read_inputs
from fourfold.data.columns.roles import Roles
from fourfold.errors import FourfoldError
from fourfold.preprocessing import Preparation

N = 120
RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def frame():
    return pd.DataFrame(
        {
            "patient": RNG.choice([f"p{i}" for i in range(20)], N),
            "name": [f"row {i}" for i in range(N)],
            "size": RNG.normal(size=N),
            "count": RNG.integers(0, 5, N),
            "label": RNG.choice(["a", "b"], N),
            "age": RNG.normal(size=N),
        }
    )


def test_columns_with_a_role_are_no_inputs(frame):
    roles = Roles(weight="count", group="patient", id="name")
    data = read(frame, target="label", roles=roles)
    assert [column.name for column in data.columns] == ["size", "age"]
    np.testing.assert_array_equal(data.weights, frame["count"])
    assert data.groups.tolist() == frame["patient"].tolist() and data.ids.tolist() == frame["name"].tolist()
    assert data.source_columns == ("patient", "name", "size", "count", "age")
    assert data.fingerprint != read(frame[["size", "label", "age"]], target="label").fingerprint
    rows = read_inputs(frame.drop(columns=["label", "count"]), Preparation.fit(data, range(N)))
    assert rows.others.names == ("patient", "name")
    x, y = frame[["size", "age"]], frame["label"]
    arrays = Roles(frame["count"].to_numpy(), frame["patient"].to_numpy(), list(frame["name"]))
    again = from_arrays(x, y, roles=arrays)
    np.testing.assert_array_equal(again.groups, data.groups)
    np.testing.assert_array_equal(again.weights, data.weights)


@given(
    sizes=st.lists(st.integers(1, 25), min_size=4, max_size=30),
    seed=st.integers(0, 1000),
    number=st.booleans(),
)
def test_a_group_stays_on_one_side_of_each_split(sizes, seed, number):
    groups = np.repeat([f"g{i}" for i in range(len(sizes))], sizes)
    rng = np.random.default_rng(seed)
    rows = len(groups)
    if rows < 10:
        return
    y = rng.normal(size=rows) if number else np.arange(rows) % 2
    data = from_arrays(rng.normal(size=(rows, 2)), y, roles=Roles(group=groups))
    try:
        splits = plan(data, seed=seed)
    except FourfoldError as error:
        assert error.slug in ("too-few-rows", "one-class-to-train")
        return
    tested = np.concatenate([split.test for split in splits])
    assert len(tested) == len(np.unique(tested)) == rows
    for split in splits:
        parts = [set(groups[part]) for part in (split.train, split.validation, split.test)]
        assert all(parts) and not (parts[0] & parts[1] or parts[0] & parts[2] or parts[1] & parts[2])
        assert len(split.train) + len(split.validation) + len(split.test) == rows


def test_groups_keep_the_shares_of_the_classes_where_they_can():
    groups = np.repeat(np.arange(60), 10)
    y = np.where(groups % 3 == 0, "rare", "usual")
    data = from_arrays(RNG.normal(size=(600, 2)), y, roles=Roles(group=groups))
    for split in plan(data, seed=0):
        for part in (split.train, split.validation, split.test):
            assert 0.2 < np.mean(y[part] == "rare") < 0.45
    large = from_arrays(
        RNG.normal(size=(6000, 2)), np.arange(6000) % 2, roles=Roles(group=np.arange(6000) // 10)
    )
    (split,) = plan(large, seed=0)
    assert abs(len(split.test) - 1200) < 50 and abs(len(split.validation) - 960) < 50


@pytest.mark.parametrize(("rows", "splits"), [(10, 1), (60, 3), (600, 5), (6000, 1)])
def test_only_the_past_is_learnt_from(rows, splits):
    data = from_arrays(RNG.normal(size=(rows, 2)), np.arange(rows) % 2, roles=Roles(time_ordered=True))
    found = plan(data, seed=0)
    assert len(found) == splits and found[-1].test[-1] == rows - 1
    for split in found:
        assert split.train.max() < split.validation.min() and split.validation.max() < split.test.min()
        assert split.train[0] == 0 and len(split.train) >= 6
    own = read(pd.DataFrame({"v": RNG.normal(size=rows), "y": np.arange(rows) % 2}),
               test=pd.DataFrame({"v": RNG.normal(size=20), "y": np.arange(20) % 2}), roles=Roles(time_ordered=True))  # fmt: skip
    (split,) = plan(own, seed=0)
    assert split.train.max() < split.validation.min() and split.validation.max() < split.test.min() == rows


WRONG = [
    (Roles(weight="wieght"), "no-such-column", "--weight is not a column: got 'wieght', wanted one of"),
    (Roles(weight="zzz"), "no-such-column", "Do this: name one of these, or leave out --weight"),
    (Roles(drop="nope"), "no-such-drop", "Do this: name one of these, or leave out --drop"),
    (Roles(group="Patient"), "no-such-column", "Do this: --group patient"),
    (Roles(id="label"), "two-roles", "got 'label', wanted another column for each role"),
    (Roles(id="name", group="name"), "two-roles", "got 'name'"),
    (Roles(weight="size"), "weights", "wanted a number of 0 or more for each row"),
    (Roles(weight="patient"), "weight-type", "the weights 'patient' are no numbers: got words such as '"),
    (Roles(weight="patient"), "weight-type", "Do this: write how much each row counts as a number, such as 0.5"),
    (Roles(weight="size"), "weights", "Do this: write 0 in rows that are not to count"),
    (Roles(weight=np.zeros(N)), "weights", "only zeros"),
    (Roles(weight="gone"), "class-without-weight", "got weights of 0 in all rows of 'b'"),
    (Roles(weight=np.ones(3)), "role-length", "got shape (3,), wanted (120,)"),
    (Roles(group="half"), "too-few-groups", "got 2 of 'half', wanted at least 3"),
    (Roles(group="gaps"), "missing-group", "the first is row 1"),
    (Roles(group="patient", time_ordered=True), "groups-in-time", "wanted one of them"),
]


@pytest.mark.parametrize(
    ("roles", "slug", "words"), WRONG, ids=[f"{slug}-{i}" for i, (_, slug, _) in enumerate(WRONG)]
)
def test_roles_that_cannot_be(roles, slug, words, frame):
    table = frame.assign(half=np.arange(N) % 2, gaps=[None, *["g", "h", "i"] * 39, "g", "h"])
    table = table.assign(gone=(frame["label"] != "b") * 1.0)
    with pytest.raises(FourfoldError) as caught:
        read(table, target="label", roles=roles)
    assert (caught.value.slug, caught.value.exit_code) == (slug, 2)
    assert words in str(caught.value)


def test_one_class_before_the_first_test_part():
    data = from_arrays(RNG.normal(size=(60, 2)), np.repeat(["a", "b"], 30), roles=Roles(time_ordered=True))
    with pytest.raises(
        FourfoldError, match="with --time-ordered the training part of a split has only one class"
    ):
        plan(data, seed=0)


def test_columns_that_are_not_to_be_used(tmp_path):
    """Neither by the families nor by who predicts, and test rows may lack them; a list goes by its name."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"v": rng.normal(size=60), "a,b": rng.normal(size=60), "leak": range(60), "y": ["p", "q"] * 30})
    frame["at"] = rng.normal(size=(60, 2)).tolist()
    named = {"leak": ("a,b", "v", "at_0", "at_1"), "a,b": ("leak", "v", "at_0", "at_1"), "leak,at": ("a,b", "v")}
    named[("leak", "v", "leak")] = ("a,b", "at_0", "at_1")
    for drop, left in named.items():
        data = read(frame, target="y", roles=Roles(drop=drop))
        assert sorted(column.name for column in data.columns) == sorted(left)
    test = frame.drop(columns="leak")[:20]
    data = read(frame, target="y", test=test, roles=Roles(drop="leak"))
    assert "left out: 'leak' (as asked)" in map(str, data.notes) and len(data.test_rows) == 20
    rows = read_inputs(test.drop(columns="y"), Preparation.fit(data, range(60)))
    assert sorted(rows.inputs) == ["a,b", "at_0", "at_1", "v"]


@pytest.mark.parametrize(
    "source, options, words",
    [
        (None, {"roles": Roles(drop="patents")}, "--drop is not a column: got 'patents', wanted one of 'patient',"),
        ("digits", {"roles": Roles(drop="v")}, "--drop names columns of a table: got digits, an array"),
        (None, {"roles": Roles(drop="size"), "target": "size"}, "a column can't have two roles: got 'size'"),
        (None, {"roles": Roles(drop="size", id="size")}, "a column can't have two roles: got 'size'"),
        (None, {"roles": Roles(drop="size", id="patient", time="size")}, "a column can't have two roles: got 'size'"),
        ("noise", {"roles": Roles(drop="v")}, "--drop names columns of a table"),
        (None, {"roles": Roles(drop="patient,name,size,count,age")}, "Do this: name fewer columns with --drop"),
        (None, {"roles": Roles(drop="size,a, b")}, "give each a --drop of its own, where names have commas"),
    ],
)
def test_columns_that_can_not_be_left_out(source, options, words, frame):
    with pytest.raises(FourfoldError, match=re.escape(words)):
        read(frame if source is None else source, **options)


def test_a_part_of_an_id_may_group_it():
    """Several recordings of a person are series of their own, and lie on one side of a split."""
    steps = pd.DataFrame({"person": np.repeat(np.arange(8), 30), "trial": np.tile(np.repeat(np.arange(3), 10), 8)})
    steps = steps.assign(t=np.tile(np.arange(10), 24), v=RNG.normal(size=240))
    steps["way"] = np.where((steps["person"] + steps["trial"]) % 2, "up", "down")
    for id in ("person,trial", "trial,person"):
        data = read(steps, target="way", roles=Roles(id=id, time="t", group="person"))
        assert data.rows == 24 and data.inputs.shape[2] == 1 and len(set(data.groups)) == 8
        for split in plan(data, seed=0):
            assert not {*data.groups[split.test]} & {*data.groups[split.train]}
        copied = read(steps.assign(own=steps["person"]), target="way", roles=Roles(id=id, time="t", group="own"))
        np.testing.assert_array_equal(copied.inputs, data.inputs)
    with pytest.raises(FourfoldError, match="two roles.*leave out one of the options"):
        read(steps, target="way", roles=Roles(id="person", time="t", group="person"))
