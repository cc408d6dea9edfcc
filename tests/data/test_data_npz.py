"""Archives of arrays: what stands beside x and y, arrays without names, columns and records."""

import numpy as np
import pytest
from data_samples import npz, read_and_said, refused_and_said

from fourfold.data import from_arrays, read, read_inputs, reading
from fourfold.data.columns.roles import Roles
from fourfold.errors import DataError, FileError, OptionError
from fourfold.preprocessing import Preparation

N = 60
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(N, 4)), np.array(["p", "q"])[RNG.integers(0, 2, N)]
GROUPS, WEIGHTS, NAMES = np.arange(N) % 10, RNG.random(N), np.array([f"r{i}" for i in range(N)])
RECORDS = np.array(
    [(i / 2, i % 3, "abc"[i % 3], "pq"[i % 5 > 2]) for i in range(N)],
    dtype=[("size", "f8"), ("count", ">i4"), ("kind", "U3"), ("y", "U1")],
)


def test_arrays_beside_x_are_weights_groups_and_ids_where_they_are_named(tmp_path, recwarn):
    content = npz(x=X, y=Y, groups=GROUPS, sample_weight=WEIGHTS, ids=NAMES, classes=np.array(["p", "q"]))
    said = "beside x: 'groups', 'sample_weight', 'ids' (a value for each row; --weight, --group or --id NAME uses it)"
    read_and_said(content, said, tmp_path, recwarn)
    read_and_said(content, "ignored: 'classes' (arrays beside x and y)", tmp_path, recwarn)
    path = content(tmp_path)
    data = read(path, roles=Roles(weight="sample_weight", group="groups", id="ids"))
    np.testing.assert_array_equal(data.weights, WEIGHTS)
    assert data.groups.tolist() == [*map(str, GROUPS)]
    assert data.ids.tolist() == NAMES.tolist()
    assert read(path).weights is None
    few = read(path, rows=20, roles=Roles(id="ids"))
    assert [X[int(name[1:]), 0] for name in few.ids] == few.inputs[:, 0].tolist()
    with pytest.raises(OptionError, match="wanted one of 'groups', 'sample_weight', 'ids'"):
        read(path, roles=Roles(group="group"))


@pytest.mark.parametrize("drop", [None, "x1"], ids=["an array", "a table"])
def test_arrays_beside_x_stand_beside_the_predictions(drop, tmp_path):
    path = npz(x=X, y=Y, groups=GROUPS, ids=NAMES)(tmp_path)
    preparation = Preparation.fit(read(path, roles=Roles(id="ids", drop=drop)), np.arange(N))
    others = read_inputs(path, preparation).others
    assert others.names[:2] == ("groups", "ids") and others["ids"].tolist() == NAMES.tolist()


def test_those_of_parts_belong_together(tmp_path):
    parts = {"x": X, "y": Y, "groups": GROUPS}
    arrays = {f"{name}_train": values[:40] for name, values in parts.items()}
    arrays |= {f"{name}_test": values[40:] for name, values in parts.items()}
    path = npz(**arrays)(tmp_path)
    assert read(path, roles=Roles(group="groups")).groups.tolist() == [*map(str, GROUPS)]
    path = npz(**{name: values for name, values in arrays.items() if name != "groups_test"})(tmp_path)
    assert "ignored: 'groups_train'" in "\n".join(map(str, read(path).notes))


def test_columns_and_records_are_tables(tmp_path):
    columns = {name: RECORDS[name] for name in RECORDS.dtype.names}
    np.savez(tmp_path / "columns.npz", **columns)
    np.savez(tmp_path / "records.npz", data=RECORDS)
    np.save(tmp_path / "records.npy", RECORDS)
    wanted = read(columns)
    assert wanted.target_name == "y"
    preparation = Preparation.from_json(Preparation.fit(wanted, np.arange(N)).to_json())
    for name in ("columns.npz", "records.npz", "records.npy"):
        assert read(tmp_path / name).fingerprint == wanted.fingerprint
        rows = preparation.inputs(read_inputs(tmp_path / name, preparation).inputs)
        np.testing.assert_array_equal(rows, preparation.inputs(wanted.inputs))


def test_arrays_without_names(tmp_path):
    np.savez(tmp_path / "data.npz", X, Y)
    np.savez(tmp_path / "new.npz", X)
    data = read(tmp_path / "data.npz")
    assert data.fingerprint == read(npz(x=X, y=Y)(tmp_path)).fingerprint
    preparation = Preparation.fit(data, np.arange(N))
    assert read_inputs(tmp_path / "new.npz", preparation).rows == N


def test_other_arrays_are_refused(tmp_path):
    refused_and_said(npz(a=X, b=Y), 2, "no-x", "got 'a', 'b', wanted x and y, or columns, arrays of one axis", tmp_path)


def test_an_array_beside_x_is_the_target_where_it_is_named(tmp_path):
    path = npz(images=X, classes=Y, fold=GROUPS)(tmp_path)
    with pytest.raises(DataError, match="got 'classes', 'fold' beside x, .*: --target classes, if this is y"):
        read(path)
    data = read(path, target="classes", roles=Roles(group="fold"))
    assert data.target_name == "classes" and data.target.tolist() == Y.tolist()
    assert len(set(data.groups)) == 10
    np.testing.assert_array_equal(data.inputs, read(npz(x=X, y=Y)(tmp_path)).inputs)


@pytest.mark.parametrize(
    "names",
    [
        "x_train y_train x_test y_test",
        "trainX trainY testX testY",
        "Xtr ytr Xte yte",
        "train_images train_labels test_images test_labels",
    ],
)
def test_parts_are_known_by_their_names(names, tmp_path):
    x, y, x_test, y_test = names.split()
    data = read(str(npz(**{x: X, y: Y, x_test: X[:9], y_test: Y[:9]})(tmp_path)))
    assert data.test_rows is not None and len(data.test_rows) == 9 and data.rows == len(X) + 9


def test_the_only_file_of_arrays_in_a_folder_is_read(tmp_path):
    np.savez(tmp_path / "data.npz", x=np.arange(120.0).reshape(30, 4) % 7, y=np.arange(30) % 2)
    (tmp_path / "README").write_text("what it is about")
    data = read(tmp_path)
    assert data.rows == 30 and "file: data.npz (the only one with arrays)" in map(str, data.notes)
    np.savez(tmp_path / "more.npz", x=np.zeros(3))
    with pytest.raises(FileError, match="name the file of data, such as .*data.npz"):
        read(tmp_path)


@pytest.mark.parametrize("form", ["npz", "npy", "arrays"])
def test_arrays_are_sampled_where_memory_is_short(form, tmp_path, monkeypatch):
    x = np.arange(500_000, dtype=np.float32).reshape(-1, 2) % 1009
    y = (x[:, 0] > 500).astype(int)
    np.savez(tmp_path / "data.npz", x=x, y=y)
    np.save(tmp_path / "x.npy", x)
    np.save(tmp_path / "y.npy", y)

    def found():
        if form == "arrays":
            return from_arrays(x, y)
        paths = {"npz": ("data.npz", None), "npy": ("x.npy", "y.npy")}[form]
        names = [name and str(tmp_path / name) for name in paths]
        return read(names[0], labels=names[1])

    monkeypatch.setattr(reading, "FEWEST_VALUES", 100_000)
    monkeypatch.setattr(reading, "available_memory", lambda: 10**9 + 16_100_000)
    assert found().rows == 250_000
    monkeypatch.setattr(reading, "available_memory", lambda: 10**9 + 4_100_000)
    few = found()
    assert few.rows == 62_500
    assert any(str(note).startswith("sample: 62,500 of 250,000 rows (memory is short)") for note in few.notes)
    assert ((few.inputs[:, 0] > 500) == (few.target == "1")).all()
    new = read_inputs(x, Preparation.fit(few, range(100)))
    assert new.rows == 250_000, "new rows are never left out"
