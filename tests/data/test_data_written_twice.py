"""A target that stands in a table twice, by number and by name."""

import io

import numpy as np
import pytest

import fourfold
from fourfold.data import read
from fourfold.predictions import predict_file

WORDS = np.array(["bad", "fair", "good"])
CLASSES = np.arange(60) * 7 % 3
X = np.random.default_rng(0).normal(size=60) + CLASSES


def table(**columns):
    return {"x": X, **columns}


LEFT_OUT = {
    "numbers, and words": (table(label=CLASSES, label_text=WORDS[CLASSES]), "label", "label_text"),
    "words, asked for": (table(label=CLASSES, label_text=WORDS[CLASSES]), "label_text", "label"),
    "two endings": (table(class_id=CLASSES, class_name=WORDS[CLASSES]), "class_name", "class_id"),
    "an ending more": (table(species=WORDS[CLASSES], species_id=CLASSES), "species_id", "species"),
    "numbers for numbers": (table(y=CLASSES, y_encoded=CLASSES + 5), "y", "y_encoded"),
}
READ = {
    "another name": (table(label=CLASSES, grade=WORDS[CLASSES]), "label"),
    "one value for two": (table(label=CLASSES, label_text=WORDS[CLASSES // 2]), "label"),
    "one row that differs": (table(label=CLASSES, label_text=WORDS[np.r_[(CLASSES[0] + 1) % 3, CLASSES[1:]]]), "label"),
    "a number of its own in each row": (table(price=X.round(6), price_num=(2 * X).round(6)), "price"),
}  # fmt: skip


@pytest.mark.parametrize("columns, target, other", LEFT_OUT.values(), ids=list(LEFT_OUT))
def test_what_writes_the_target_otherwise_is_left_out_and_said(columns, target, other):
    found = read(columns, target=target)
    assert [column.name for column in found.columns] == ["x"]
    note = next(note for note in found.notes if note.what == f"left out: {other!r}")
    assert repr(target) in note.because and note.option == f"--target {other}"


@pytest.mark.parametrize("columns, target", READ.values(), ids=list(READ))
def test_what_is_another_thing_is_read(columns, target):
    assert {column.name for column in read(columns, target=target).columns} == set(columns) - {target}


def test_texts_beside_both_are_read_and_predicted_with_either_or_none(tmp_path):
    texts = [f"a {word} film number {i}" for i, word in enumerate(WORDS[CLASSES])]
    columns = {"text": texts, "label": CLASSES, "label_text": WORDS[CLASSES]}
    found = fourfold.compare(columns, effort="tiny", candidates=["dense"], out=tmp_path / "study", verbose=False)
    assert found.results["data"]["layout"] == "text"
    said = []
    for names in (("text",), ("text", "label_text"), ("text", "label", "label_text")):
        text = io.StringIO()
        predict_file(tmp_path / "study", {name: columns[name] for name in names}, text)
        said.append([line.split(",")[-4:] for line in text.getvalue().splitlines()])
    assert said[0] == said[1] == said[2] and len(said[0]) == 61
