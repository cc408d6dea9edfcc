"""`fourfold export`: the model of a comparison as an ONNX file."""

import csv
import io
import sys

import numpy as np
import onnx
import pytest
from exported import run as runtime


def read_csv(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_it_predicts_raw_rows_as_predict_does(run, study):
    ended = run("export", study, "-o", "model.onnx")
    assert ended.code == 0 and "wrote model.onnx" in ended.err
    assert ended.out.splitlines() == [
        'input numbers (batch, 2), float32: size, "a, b"',
        "input categories (batch, 1), string: <b>color</b>",
        "output label (batch), string",
        "output probabilities (batch, 2), float32: =1+1, 😀",
    ]
    rows = read_csv((study.parent / "messy.csv").read_text(encoding="utf-8"))
    numbers = np.array([[float(row[name] or "nan") for name in ("size", "a, b")] for row in rows], "float32")
    found = runtime(onnx.load("model.onnx"), [numbers, np.array([[row["<b>color</b>"]] for row in rows], object)])
    wanted = read_csv(run("predict", study, study.parent / "messy.csv").out)
    assert [label.lstrip("=") for label in found["label"]] == [row["prediction"].lstrip("'=") for row in wanted]
    said = [[float(row["probability =1+1"]), float(row["probability 😀"])] for row in wanted]
    np.testing.assert_allclose(found["probabilities"], said, atol=1e-5)


def test_without_a_name_it_lies_in_the_folder_of_the_study(run, study):
    assert run("export", study).code == 0
    assert (study / "model.onnx").exists()
    assert run("report", study).code == 0


def test_without_the_package_its_name_is_said(run, study, monkeypatch):
    monkeypatch.delitem(sys.modules, "fourfold.study.onnx_model", raising=False)
    monkeypatch.setitem(sys.modules, "onnx", None)
    ended = run("export", study)
    assert ended.code == 2 and "Do this: pip install 'fourfold[onnx]'; in a clone uv run --extra onnx\n" in ended.err


@pytest.mark.parametrize(
    "arguments, text",
    [
        (["{study}", "--out", "model.keras"], "got 'model.keras', wanted a name that ends in .onnx. Do this: write 'model.onnx'"),
        (["nowhere"], "wanted a folder that fourfold compare wrote"),
    ],
)  # fmt: skip
def test_errors(run, tmp_path, study, arguments, text):
    ended = run("export", *(one.format(study=study) for one in arguments))
    assert (ended.code, ended.out) == (2, "") and text in ended.err
    assert not list(tmp_path.iterdir())
