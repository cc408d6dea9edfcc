"""Files with a text in each line."""

import io
import shutil

import numpy as np
import pandas as pd
import pytest

from fourfold.data import read, read_inputs
from fourfold.data.prediction.new_rows import parts_of_inputs
from fourfold.errors import DataError, FileError, FourfoldError
from fourfold.preprocessing import Preparation

WORDS = ["the", "of", "great", "bad", "nice", "awful", "product", "service", "price", "quality", "delivery"]


def sentences(rows=120, end=lambda place: "."):
    rng = np.random.default_rng(0)
    return [" ".join(rng.choice(WORDS, 4 + place % 7)) + end(place) for place in range(rows)]


def pair(tmp_path, texts, labels=None, name="x.txt"):
    labels = ["neg", "pos"] * (len(texts) // 2) if labels is None else labels
    (tmp_path / name).write_text("\n".join(texts) + "\n", encoding="utf-8")
    (tmp_path / "y.txt").write_text("\n".join(labels) + "\n", encoding="utf-8")
    return {"source": str(tmp_path / name), "labels": str(tmp_path / "y.txt")}


TEXTS = {
    "full stops": sentences(),
    "commas in some": sentences(end=lambda place: ", he said." if place % 2 else "."),
    "commas, semicolons and quotes": sentences(end=lambda place: [", so", '; "well"', ' "', "", "\tor"][place % 5]),
    "numbers in some": [f"{place} {text}" for place, text in enumerate(sentences())],
    "chinese": [chr(0x4E00 + place) * 5 + "\uff0c" + "\u4e0d\u9519" * (3 + place % 3) for place in range(120)],
}


@pytest.mark.parametrize("layout", [None, "text"])
@pytest.mark.parametrize("name", TEXTS)
def test_each_line_is_a_text(tmp_path, name, layout):
    data = read(**pair(tmp_path, TEXTS[name]), layout=layout)
    assert data.layout == "text" and data.rows == 120
    assert data.inputs["text"].tolist() == [text.strip() for text in TEXTS[name]]
    assert any(note.what == "a text in each line: 'text'" for note in data.notes)


def test_a_first_line_of_one_word_names_the_texts(tmp_path):
    data = read(**pair(tmp_path, ["review", *sentences()], ["label", *["neg", "pos"] * 60]))
    assert data.rows == 120 and [column.name for column in data.columns] == ["review"]


@pytest.mark.parametrize("blank", [[40], [0], [119], [0, 40, 41, 119]])
@pytest.mark.parametrize("end", ["\n", "\n\n", "\n \n\n"])
@pytest.mark.parametrize("name", [[], ["review"], ["", "review"]])
def test_a_blank_line_is_a_text_without_words_beside_its_label(tmp_path, blank, end, name):
    texts = ["" if place in blank else text for place, text in enumerate(sentences())]
    options = pair(tmp_path, texts)
    (tmp_path / "x.txt").write_text("\n".join(name + texts) + end)
    data = read(**options)
    assert data.inputs[data.inputs.names[0]].tolist() == [text or None for text in texts]
    assert data.target.tolist() == ["neg", "pos"] * 60


def test_a_blank_line_among_new_texts_has_its_row(tmp_path):
    frame = pd.DataFrame({"text": sentences(), "label": ["a", "b"] * 60})
    learnt = Preparation.fit(read(frame, target="label"), range(100))
    (tmp_path / "new.txt").write_text("great lovely film\n\nbad awful film\n")
    assert read_inputs(tmp_path / "new.txt", learnt).inputs["text"].tolist() == ["great lovely film", None, "bad awful film"]


def test_texts_of_another_encoding(tmp_path):
    texts = [f"{text} très bien" for text in sentences()]
    options = pair(tmp_path, texts)
    (tmp_path / "x.txt").write_bytes("\r\n".join(texts).encode("utf-16"))
    assert read(**options).inputs["text"].tolist() == texts


TABLES = {
    "commas": ["a,text,y", *(f"{place % 7},{text},{place % 2}" for place, text in enumerate(sentences()))],
    "tabs": ["a\ttext\ty", *(f"{place % 7}\t{text}\t{place % 2}" for place, text in enumerate(sentences()))],
    "quotes": ["a,text,y", *(f'{place % 7},"{text}\n, so it is",{place % 2}' for place, text in enumerate(sentences()))],
    "blanks": ["a b y", *(f"{place % 7}.5 {place % 5} {place % 2}" for place in range(120))],
    "lines above": ["A report of the year", "", "a,b,y", *(f"{place % 7},{place % 5},{place % 2}" for place in range(120))],
}


@pytest.mark.parametrize("name", TABLES)
def test_tables_called_txt_stay_tables(tmp_path, name):
    (tmp_path / "t.txt").write_text("\n".join(TABLES[name]) + "\n", encoding="utf-8")
    data = read(str(tmp_path / "t.txt"), layout="flat")
    assert data.rows == 120 and data.target_name == "y" and "a" in data.source_columns


def test_lines_of_a_csv_need_a_name(tmp_path):
    with pytest.raises(FourfoldError, match="Do this: write a name above the lines of x, if the first one is none$"):
        read(**pair(tmp_path, sentences(), name="x.csv"))
    with pytest.raises(FourfoldError, match="119 of y, wanted one y for each row of x$"):
        read(**pair(tmp_path, ["review", *sentences()], ["y", *["a", "b"] * 59, "a"], name="x.csv"))


@pytest.mark.parametrize("lines", [["great lovely film", "bad awful film"], ["so it is, he said", "well"], ["text", "so it is"]])
def test_new_texts_may_stand_in_lines(tmp_path, lines):
    frame = pd.DataFrame({"text": sentences(), "label": ["a", "b"] * 60})
    learnt = Preparation.fit(read(frame, target="label"), range(100))
    (tmp_path / "new.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = read_inputs(str(tmp_path / "new.txt"), learnt)
    assert found.inputs["text"].tolist() == [line for line in lines if line != "text"]


@pytest.mark.parametrize(
    ("lines", "texts"),
    [
        (["great lovely film"], ["great lovely film"]),
        (["great lovely film", "bad awful film"], ["great lovely film", "bad awful film"]),
        (["text", "so it is"], ["so it is"]),
        (["review", "so it is", "bad"], ["so it is", "bad"]),
    ],
)
def test_new_texts_may_come_through_a_pipe(lines, texts, tmp_path, monkeypatch):
    frame = pd.DataFrame({"text": sentences(), "label": ["a", "b"] * 60})
    learnt = Preparation.fit(read(frame, target="label"), range(100))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("".join(f"{line}\n" for line in lines).encode())))
    parts = parts_of_inputs("-", learnt)
    assert [text for part in parts for text in part.inputs["text"].tolist()] == texts


def test_new_texts_of_one_word_need_their_name(tmp_path):
    frame = pd.DataFrame({"text": sentences(), "label": ["a", "b"] * 60})
    learnt = Preparation.fit(read(frame, target="label"), range(100))
    (tmp_path / "new.txt").write_text("great|x\nbad|y\nawful|z\n", encoding="utf-8")
    with pytest.raises(FourfoldError, match="Do this: write text above the lines, if each is a text;"):
        read_inputs(tmp_path / "new.txt", learnt)


def test_lines_of_texts_by_class_are_told_what_to_do(tmp_path):
    for name in ("reviews-good.txt", "reviews-bad.txt"):
        (tmp_path / name).write_text("\n".join(sentences()), encoding="utf-8")
    with pytest.raises(FourfoldError, match="files of texts, a line each") as caught:
        read(str(tmp_path))
    assert caught.value.slug == "lines-of-text"


def test_a_byte_of_zero_in_a_text_is_named(tmp_path):
    rows = "".join(f"{place},{text},{place % 2}\n" for place, text in enumerate(sentences()))
    (tmp_path / "a.csv").write_text("id,text,y\n" + rows.replace("40,", "40,\0", 1), encoding="utf-8")
    with pytest.raises(FourfoldError, match="text with bytes of zero in it, .* Do this: tr -d"):
        read(str(tmp_path / "a.csv"))
    (tmp_path / "b.csv").write_bytes(bytes(range(256)) * 40)
    with pytest.raises(FourfoldError, match="bytes that are no text"):
        read(str(tmp_path / "b.csv"))


def test_objects_without_a_plain_value_are_told_what_to_do(tmp_path):
    (tmp_path / "spacy.json").write_text('[["so it is", {"cats": {"a": 1}}], ["as it was", {"cats": {"a": 0}}]]')
    with pytest.raises(FourfoldError, match="has no column that can be used.* Do this: write a table, in JSON an object"):
        read(str(tmp_path / "spacy.json"))


GOOD, BAD = ([f"it was a {word} film and {number} saw it\n" for number in range(20)] for word in ("good", "bad"))
# name: (files, options, classes)
BY_FILE = {
    "ends": ({"x.neg": BAD, "x.pos": GOOD}, {}, {"neg", "pos"}),
    "ends, asked for": ({"x.neg": BAD, "x.pos": GOOD}, {"target": "file"}, {"neg", "pos"}),
    "ends, beside notes": ({"x.neg": BAD, "x.pos": GOOD, "README.txt": ["what the data are about\n"]}, {}, {"neg", "pos"}),
    "names": ({"bad.txt": BAD, "good.txt": GOOD}, {"target": "file"}, {"bad", "good"}),
    "blank lines and ends of Windows": ({"bad.txt": "\r\n\r\n".join(map(str.strip, BAD)), "good.txt": GOOD}, {"target": "file"}, {"bad", "good"}),
}  # fmt: skip


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", BY_FILE)
def test_a_file_for_each_class_holds_a_text_in_each_line(name, packed, tmp_path):
    contents, options, classes = BY_FILE[name]
    folder = tmp_path / "set"
    folder.mkdir()
    for file, lines in contents.items():
        (folder / file).write_bytes("".join(lines).encode())
    if packed:
        folder = shutil.make_archive(str(tmp_path / "set"), "gztar", tmp_path, "set")
    data = read(folder, **options)
    assert (data.rows, data.layout, set(data.target), data.target_name) == (40, "text", classes, "file")
    assert dict(zip(data.inputs["text"], data.target))["it was a bad film and 3 saw it"] == min(classes - {"pos", "good"})
    preparation = Preparation.fit(data, range(40))
    (part,) = parts_of_inputs({"text": ["it was a good film"]}, preparation)
    assert part.rows == 1
    if name in ("ends", "names") and not packed:
        first = next(folder.iterdir())
        (one := tmp_path / "one").mkdir()
        shutil.copy(first, one)
        for new, rows in ((folder, 40), (f"{folder}/*.[pnt]*", 40), (first, 20), (one, 20)):
            assert sum(part.rows for part in parts_of_inputs(new, preparation)) == rows, new
            assert new != folder or read_inputs(new, preparation).rows == rows


def test_what_files_of_lines_are_is_asked_where_their_names_do_not_tell(tmp_path):
    for name, lines in (("bad.txt", BAD), ("good.txt", GOOD)):
        (tmp_path / name).write_text("".join(lines))
    with pytest.raises(DataError, match="--target file, if the names of the files are the classes"):
        read(tmp_path)


def test_lines_of_files_are_in_their_encodings(tmp_path):
    (tmp_path / "x.pos").write_bytes("".join(GOOD).replace("film", "café").encode("cp1252"))
    (tmp_path / "x.neg").write_text("".join(BAD))
    data = read(tmp_path)
    assert any("cp1252 of x.pos" in str(note) for note in data.notes) and sum("café" in text for text in data.inputs["text"]) == 20
    with pytest.raises(FileError, match="is not in the encoding utf-8"):
        read(tmp_path, encoding="utf-8")
