"""What data sets of Hugging Face keep in parquet: the names of classes, pictures, and boxes in them."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from data_samples import png, refused_and_said

from fourfold.data import read
from fourfold.data.prediction.new_rows import parts_of_inputs
from fourfold.preprocessing import Preparation

N = 40
HALF = [i % 2 for i in range(N)]
TEXTS = [f"it was {'good' if i % 2 else 'bad'} on day {i}" for i in range(N)]
PICTURES = [{"bytes": png("RGB", (8, 8 + i % 2)), "path": None} for i in range(N)]
NAMES = {"names": ["neg", "it's pos"], "_type": "ClassLabel"}


def written(columns, features=None, key=b"huggingface"):
    def make(folder):
        said = {} if features is None else {key: json.dumps({"info": {"features": features}}).encode()}
        pq.write_table(pa.table(columns).replace_schema_metadata(said), folder / "data.parquet")
        return folder / "data.parquet"

    return make


def test_classes_have_their_names(tmp_path):
    path = written({"text": TEXTS, "label": HALF}, {"text": {"dtype": "string"}, "label": NAMES})(tmp_path)
    data = read(path)
    assert data.task.classes == ("it's pos", "neg") and data.target[:2].tolist() == ["neg", "it's pos"]
    assert "names of the classes of 'label' (as the file tells them, where it has their numbers)" in map(str, data.notes)
    (part,) = parts_of_inputs(path, Preparation.fit(data, range(N)))
    assert part.others["label"].tolist() == data.target.tolist() and not any("names of" in str(note) for note in part.notes)
    assert read(path, rows=20).task.classes == data.task.classes


def test_minus_one_is_no_class(tmp_path):
    data = read(written({"text": TEXTS, "label": [*HALF[:-5], *[-1] * 5]}, {"label": NAMES})(tmp_path))
    assert set(data.target) == {"neg", "it's pos"} and data.rows == N - 5


# name: (values of the label, what is said of it)
NUMBERED = {
    "a number beyond the names": ([i % 3 for i in range(N)], NAMES),
    "names that are the numbers": (HALF, {"names": ["0", "1"], "_type": "ClassLabel"}),
    "names twice": (HALF, {"names": ["a", "a"], "_type": "ClassLabel"}),
    "names that are no words": (HALF, {"names": [1, None], "_type": "ClassLabel"}),
    "no names": (HALF, {"_type": "ClassLabel"}),
    "another type": (HALF, {"names": ["a", "b"], "_type": "Value"}),
    "no object": (HALF, "ClassLabel"),
}


@pytest.mark.parametrize("name", NUMBERED)
def test_numbers_stay_where_no_names_are_told(name, tmp_path):
    values, said = NUMBERED[name]
    data = read(written({"text": TEXTS, "label": values}, {"label": said})(tmp_path))
    assert data.task.classes == tuple(map(str, sorted(set(values))))


def of_objects(boxes):
    return [{"bbox": [[1.0, 2.0, 3.0, 4.0]] * count, "category": [i % 3] * count} for i, count in enumerate(boxes)]


# name: the columns beside the pictures
BOXES = {
    "one box each": {"objects": of_objects([1] * N)},
    "any number of them": {"objects": of_objects([1 + one for one in HALF])},
    "lists of objects": {"objects": [[{"bbox": [1.0, 2.0], "category": i % 3}] * (1 + i % 2) for i in range(N)]},
    "beside numbers": {"width": HALF, "objects": of_objects([1 + one for one in HALF])},
    "without objects": {"boxes": [[[1.0, 2.0, 3.0, 4.0]] * (1 + one) for one in HALF], "label": HALF},
}


@pytest.mark.parametrize("name", BOXES)
def test_boxes_in_pictures_are_no_task(name, tmp_path):
    make = written({"image": PICTURES, **BOXES[name]})
    refused_and_said(make, 2, "boxes-in-pictures", "to find things in pictures is no task here", tmp_path)


def test_another_target_is_learnt_beside_boxes_and_lists(tmp_path):
    data = read(written({"image": PICTURES, **BOXES["beside numbers"]})(tmp_path), target="width")
    assert data.layout == "image" and data.target.tolist() == [*map(str, HALF)]
    assert "left out: 'objects.bbox', 'objects.category' (boxes in the pictures, which are read whole)" in map(str, data.notes)
    columns = {"image": PICTURES, "points": [[[1.0, 2.0]] * (1 + one) for one in HALF], "few": [[1.0] * (1 + one) for one in HALF]}
    path = written({**columns, "label": HALF})(tmp_path)
    data = read(path)
    assert data.layout == "image" and np.shape(data.inputs) == (N, 8, 8, 3)
    assert "left out: 'points' (lists of lists beside pictures, which are read alone)" in map(str, data.notes)
    assert sum(part.rows for part in parts_of_inputs(path, Preparation.fit(data, range(N)))) == N


def test_pictures_alone_have_no_target(tmp_path):
    refused_and_said(written({"image": PICTURES}), 2, "no-inputs", "got one column, 'image'", tmp_path)
