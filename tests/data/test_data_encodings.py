"""Text that is not UTF-8: what it is taken for, and said; what is refused; and what `encoding` names."""

import gzip
import json
import lzma

import numpy as np
import pytest
from data_samples import LABELS, X, Y, column, files, npz, read_and_said, refused_and_said, rows

from fourfold.data import read, read_inputs
from fourfold.errors import FourfoldError
from fourfold.preprocessing import Preparation

CITIES = {
    "gbk": ["北京", "上海"],
    "big5": ["臺北", "高雄"],
    "shift_jis": ["東京", "大阪"],
    "euc_kr": ["서울", "부산"],
    "cp1251": ["Москва", "Казань"],
    "utf-16-le": ["北京", "上海"],
}
JAPANESE = column(CITIES["shift_jis"]).encode("shift_jis")
BROKEN = rows("v,w,y", lambda i: f"Á{i % 3},{i % 7}").encode().replace(b"\n", b"\xff\n", 5)
OBJECTS = [{"v": i % 7, "y": CITIES["gbk"][i % 2]} for i in range(30)]
TEXTS = {f"{c}__{i}_dot_txt": f"会議{c}{i}".encode("cp932") for c in "ab" for i in range(8)}


@pytest.mark.parametrize("encoding", CITIES)
@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress], ids=["plain", "gz", "xz"])
def test_a_table_in_the_encoding_that_is_named(encoding, pack, tmp_path):
    text = rows("ort,v,y", lambda i: f"{CITIES[encoding][i % 2]},{i % 7}")
    (tmp_path / "a.csv").write_bytes(pack(text.encode(encoding)))
    (tmp_path / "b.csv").write_text(text, encoding="utf-8")
    found = read(tmp_path / "a.csv", encoding=encoding)
    assert found.fingerprint == read(tmp_path / "b.csv").fingerprint
    assert set(found.inputs["ort"]) == {*CITIES[encoding]}


# name: (content or maker, encoding, words of what is printed)
READ = {
    "nobody named it": (column(["Köln", "Bonn"]).encode("cp1252"), None, "encoding: cp1252 (not UTF-8); --encoding NAME overrides"),
    "a mark before UTF-8": (("\ufeff" + column([1, 2, 3])).encode(), "utf-8", "1 number"),
    "objects of JSON": (json.dumps(OBJECTS, ensure_ascii=False).encode("gbk"), "gbk", "('上海', '北京')"),
    "texts in a folder": (files(**TEXTS), "cp932", "16 texts"),
    "texts in a folder, named otherwise": (files(**TEXTS), "latin-1", "16 texts"),
}  # fmt: skip

# name: (content or maker, encoding, slug, words of the message)
REFUSED = {
    "bytes that Windows-1252 does not have": (JAPANESE, None, "encoding-of-a-table", "line 2 is not UTF-8, and Windows-1252 has no byte 0x8d"),
    "bytes that are wrong among UTF-8": (BROKEN, None, "encoding-of-a-table", "got line 1 is not UTF-8"),
    "bytes that are wrong in what is named": (BROKEN, "utf-8", "another-encoding", "line 1 of"),
    "another encoding": (JAPANESE, "euc_kr", "another-encoding", "is not in the encoding euc_kr: got the bytes"),
    "a name that is none": (JAPANESE, "shift-jiss", "unknown-encoding", "Do this: --encoding shift_jis"),
    "a codec that makes no text": (JAPANESE, "rot13", "unknown-encoding", "wanted one of utf-8"),
    "arrays": (npz(x=X, y=Y), "gbk", "encoding-of-no-text", "leave out --encoding"),
    "an embedded data set": (lambda folder: "iris", "gbk", "encoding-of-no-text", "iris is no text"),
    "a frame": (lambda folder: {"v": X[:, 0], "y": Y}, "gbk", "encoding-of-no-text", "data in memory is no text"),
    "a text that is in none": (files(a__x_dot_txt=b"\xe9\x81", **TEXTS), None, "encoding-of-a-text", "a/x.txt is not in the encoding cp1252: got the byte 0x81 in line 1"),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_read_and_said(name, tmp_path, recwarn):
    content, encoding, words = READ[name]
    read_and_said(content, words, tmp_path, recwarn, encoding=encoding)


@pytest.mark.parametrize("name", REFUSED)
def test_refused_and_said(name, tmp_path):
    content, encoding, slug, words = REFUSED[name]
    refused_and_said(content, 2, slug, words, tmp_path, encoding=encoding)


def test_all_files_have_the_encoding_that_is_named(tmp_path):
    text = rows("ort,v,y", lambda i: f"{CITIES['gbk'][i % 2]},{i % 7}").encode("gbk")
    (tmp_path / "a.csv").write_bytes(text)
    (tmp_path / "b.csv").write_bytes(text)
    assert read(tmp_path / "a.csv", test=tmp_path / "b.csv", encoding="gbk").rows == 60
    assert read(f"{tmp_path}/*.csv", encoding="gbk").rows == 60
    (tmp_path / "y.csv").write_bytes(
        "城市\n".encode("gbk") + "".join(f"{LABELS[i % 2]}\n" for i in range(30)).encode()
    )
    assert read(tmp_path / "a.csv", labels=tmp_path / "y.csv", encoding="gbk").rows == 30


def test_new_rows_in_the_encoding_that_is_named(tmp_path):
    text = rows("ort,v,y", lambda i: f"{CITIES['gbk'][i % 2]},{i % 7}")
    (tmp_path / "a.csv").write_bytes(text.encode("gbk"))
    data = read(tmp_path / "a.csv", encoding="gbk")
    preparation = Preparation.fit(data, np.arange(30))
    new = read_inputs(tmp_path / "a.csv", preparation, encoding="gbk")
    assert new.inputs["ort"].tolist() == data.inputs["ort"].tolist() and not new.notes
    assert "--encoding NAME" in " ".join(map(str, read_inputs(tmp_path / "a.csv", preparation).notes))
    with pytest.raises(FourfoldError, match="no encoding of this name"):
        read_inputs(tmp_path / "a.csv", preparation, encoding="gkb")


def test_a_line_in_another_encoding_among_utf8_is_named(tmp_path):
    text = column(["Z\u00fcrich", "Bern"]).encode() + "Gen\u00e8ve,p\n".encode("cp1252")
    (tmp_path / "a.csv").write_bytes(text)
    said = "; ".join(map(str, read(tmp_path / "a.csv").notes))
    assert "such as 'Z\u00c3\u00bcrich' (as UTF-8 looks in another encoding: line 42 is the first" in said
