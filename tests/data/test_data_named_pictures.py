"""Folders of pictures without subfolders of classes: classes in the names, annotations, notes beside other data."""

import json

import numpy as np
import pytest
from PIL import Image

from fourfold.data import read
from fourfold.data.judgement.findings import judge
from fourfold.data.opening import open_source
from fourfold.data.reading import Reading
from fourfold.errors import FourfoldError

RNG = np.random.default_rng(0)
BOXES = {
    "Pascal VOC": ("xml", "<annotation><object><name>dog</name></object></annotation>"),
    "YOLO": ("txt", "0 0.5 0.5 0.25 0.125\n3 0.1 0.2 0.3 1\n"),
    "COCO": ("json", json.dumps({"info": {}, "images": [{"id": 1, "file_name": "1.png"}], "annotations": []})),
    "LabelMe": ("json", json.dumps({"version": "5", "flags": {}, "shapes": [{"label": "dog"}]})),
}


def pictures(folder, names):
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        Image.fromarray(RNG.integers(0, 256, (8, 8), dtype=np.uint8)).save(folder / name)
    return folder


def named(form, words=("cat", "dog"), count=10):
    return [form.format(word, number) for word in words for number in range(count)]


def refused(source):
    with pytest.raises(FourfoldError) as error:
        read(source)
    return str(error.value)


@pytest.mark.parametrize("form", ["{}.{}.png", "{}_{:03d}.png", "{}-{}.png", "{} ({}).png", "{}{}.png"])
def test_classes_before_the_numbers_in_names(form, tmp_path):
    pictures(tmp_path, named(form))
    data = read(tmp_path)
    assert data.task.classes == ("cat", "dog") and data.layout == "image" and data.rows == 20
    assert "(10 'cat', 10 'dog')" in str(data.notes[0]) and "a csv beside them" in str(data.notes[0])


def test_classes_in_names_of_an_only_folder_and_of_parts(tmp_path):
    pictures(tmp_path / "one" / "train", named("{}.{}.png"))
    assert read(tmp_path / "one").task.classes == ("cat", "dog")
    pictures(tmp_path / "one" / "valid", named("{}.{}.png", count=5))
    assert len(read(tmp_path / "one").test_rows) == 10
    pictures(tmp_path / "two" / "train", named("{}.{}.png"))
    pictures(tmp_path / "two" / "test", [f"{number}.png" for number in range(5)])
    data = read(tmp_path / "two")
    assert data.rows == 20 and any("fourfold predict FOLDER" in str(note) for note in data.notes)


def test_a_csv_beside_them_overrides_the_names(tmp_path):
    pictures(tmp_path, names := named("{}.{}.png"))
    (tmp_path / "classes.csv").write_text("file,class\n" + "".join(f"{name},c{name[4]}\n" for name in names))
    assert len(read(tmp_path).task.classes) == 10


def test_new_pictures_have_no_classes(tmp_path):
    pictures(tmp_path, named("{}.{}.png"))
    assert open_source(tmp_path, Reading(all=True, layout="image")).target is None


@pytest.mark.parametrize(
    ("form", "words"),
    [("{}_{:04d}.png", ("IMG", "DSC")), ("{}_{:04d}.png", ("image", "mask")), ("{}_{:04d}.png", (0, 1))],
)
def test_names_that_need_not_be_classes(form, words, tmp_path):
    assert "write a csv of their names and classes" in refused(pictures(tmp_path, named(form, words)))


@pytest.mark.parametrize(("form", "piece"), [("{1:04d}_{0}.png", "[-2]"), ("{}x_{:04d}.png", "[0]")])
def test_how_a_csv_is_written_of_names(form, piece, tmp_path):
    folder = pictures(tmp_path, named(form, (1, 2)))
    said = refused(folder)
    assert f"re.split('[._ ]', name){piece} for name in names]" in said and str(folder / "classes.csv") in said


@pytest.mark.parametrize("form", BOXES)
@pytest.mark.parametrize("beside", [True, False])
def test_annotations_are_named(form, beside, tmp_path):
    end, text = BOXES[form]
    names = [f"{number}.png" for number in range(12)]
    pictures(tmp_path if beside else tmp_path / "JPEGImages", names)
    place = tmp_path if beside else tmp_path / "Annotations"
    place.mkdir(exist_ok=True)
    (place / f"_1.{end}").write_text(text)
    said = refused(tmp_path)
    assert f"annotations in the form of {form}, such as '_1.{end}'" in said and "cut what is in the boxes out" in said


def test_annotations_beside_pictures_in_folders_of_classes(tmp_path):
    for word in ("cat", "dog"):
        pictures(tmp_path / word, [f"{number}.png" for number in range(6)])
        (tmp_path / word / "1.xml").write_text(BOXES["Pascal VOC"][1])
    assert read(tmp_path).task.classes == ("cat", "dog")


def test_more_files_than_tables_may_be(tmp_path, monkeypatch):
    pictures(tmp_path, named("{}.{}.png"))
    monkeypatch.setattr("fourfold.data.files.parts.MOST_TABLES", 10)
    assert read(tmp_path).rows == 20
    for number in range(11):
        (tmp_path / f"{number}.csv").write_text("a,b\n")
    assert "too many files: got 11, wanted at most 10" in refused(tmp_path)


def test_notes_beside_data_of_another_kind(tmp_path):
    (tmp_path / "data_batch_1.bin").write_bytes(b"".join(bytes([i]) + bytes([0, i, 255]) * 1024 for i in range(10)))
    (tmp_path / "batches.meta.txt").write_text("airplane\nautomobile\nbird\ncat\n")
    assert "the binary form of CIFAR" in refused(tmp_path)
    rows = "".join(f"{number},{number % 7},{'ab'[number % 2]}\n" for number in range(40))
    (tmp_path / "rows.txt").write_text("length,width,kind\n" + rows)
    (tmp_path / "batches.meta.txt").unlink()
    assert read(tmp_path).rows == 40


def test_masks_beside_the_pictures_of_a_class_are_left_out(tmp_path):
    for word in ("cat", "dog"):
        names = [f"{word} ({number}){end}.png" for number in range(8) for end in ("", "_mask", "_mask_1")]
        pictures(tmp_path / word, [*names, "man_mask.png"])
    data = read(tmp_path)
    assert data.rows == 18 and data.ids[-1] == "dog/man_mask.png"
    assert "left out: 32 pictures, such as 'cat (0)_mask.png' (masks of others beside them, as of 'cat (0)'" in str(
        data.notes[0]
    )


def test_files_of_one_name_in_all_classes_are_said_once(tmp_path):
    for word in ("cat", "dog"):
        pictures(tmp_path / word, [f"{number}.png" for number in range(8)])
        (tmp_path / word / "Thumbs.db").write_bytes(b"\0\1")
    assert "ignored: 'Thumbs.db' (files of another kind)" in map(str, read(tmp_path).notes)


LABELS = {name: RNG.random(40) < 0.5 for name in ("clear", "road", "water")}
KIND = RNG.integers(0, 3, 40)
BESIDE = {
    "labels": (LABELS, {}, "may be labels of which an image can have several"),
    "one class": ({name: place == KIND for place, name in enumerate(LABELS)}, {}, "may be one class in several columns"),
    "two columns": ({name: LABELS[name] for name in ("clear", "road")}, {}, ""),
    "asked for": (LABELS, {"target": "water"}, ""),
    "other values": ({**LABELS, "road": KIND}, {}, ""),
}


@pytest.mark.parametrize("layout", ["image", "text"])
@pytest.mark.parametrize("name", BESIDE)
def test_labels_in_columns_that_are_left_out_beside_pictures_and_texts_are_named(name, layout, tmp_path):
    columns, options, said = BESIDE[name]
    pictures(tmp_path, [f"{row}.png" for row in range(40)])
    first = [f"{row}.png" if layout == "image" else f"it rained on day {row} a lot" for row in range(40)]
    lines = [",".join([word, *(str(int(column[row])) for column in columns.values())]) for row, word in enumerate(first)]
    (tmp_path / "labels.csv").write_text("\n".join([",".join(["what", *columns]), *lines]))
    data = read(tmp_path / "labels.csv", layout=layout, **options)
    found = [finding for finding in judge(data) if finding.slug == "labels-left-out"]
    assert len(found) == bool(said)
    if said:
        assert said.replace("an image", "a text" if layout == "text" else "an image") in found[0].what
        assert found[0].columns == ("clear", "road") and found[0].important
