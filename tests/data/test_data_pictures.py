"""Folders and tables of pictures, folders of texts: what becomes of sizes, modes and damage."""

import base64
import io
import struct
import zlib
from functools import partial

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from fourfold.data import from_arrays, plan, read, read_inputs
from fourfold.data.columns.roles import Roles
from fourfold.data.prediction.new_rows import parts_of_inputs
from fourfold.errors import FourfoldError
from fourfold.preprocessing import Preparation

RNG = np.random.default_rng(0)


def picture(path, width=8, height=8, mode="L", value=None):
    pixels = (
        RNG.integers(0, 256, (height, width, 3), dtype=np.uint8)
        if value is None
        else np.full((height, width, 3), value, np.uint8)
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).convert(mode).save(path)


def classes(folder, count=8, **options):
    for label in ("cat", "dog"):
        for number in range(count):
            picture(folder / label / f"{number}.png", **options)
    return folder


@pytest.mark.parametrize(
    ("mode", "channels"), [("L", 1), ("1", 1), ("LA", 1), ("RGB", 3), ("RGBA", 3), ("P", 3), ("CMYK", 3)]
)
def test_modes(mode, channels, tmp_path):
    ending = "jpg" if mode == "CMYK" else "png"
    for label in ("cat", "dog"):
        for number in range(6):
            picture(tmp_path / label / f"{number}.{ending}", mode=mode)
    data = read(tmp_path)
    assert (data.layout, data.inputs.shape, data.inputs.dtype) == ("image", (12, 8, 8, channels), np.uint8)
    assert data.target.tolist() == ["cat"] * 6 + ["dog"] * 6 and data.task.classes == ("cat", "dog")
    if mode in ("L", "RGB"):
        with Image.open(tmp_path / "cat" / "0.png") as image:
            np.testing.assert_array_equal(data.inputs[0], np.asarray(image).reshape(8, 8, channels))


def test_classes_whose_names_are_numbers_may_be_amounts(tmp_path):
    for age in range(20, 32):
        picture(tmp_path / str(age) / "0.png")
        picture(tmp_path / str(age) / "1.png")
    assert read(tmp_path).task.kind == "classification"
    ages = read(tmp_path, task="regression")
    assert ages.task.kind == "regression" and ages.target.tolist() == np.repeat(np.arange(20.0, 32), 2).tolist()
    with pytest.raises(FourfoldError, match="can't be a regression"):  # 1234, or a bit more than one
        from_arrays(np.ones((20, 3)), np.array(["1.234", "2.345"] * 10), task="regression")


@pytest.mark.parametrize("ending", ["jfif", "JPE", "jif"])
def test_jpeg_has_several_ends(ending, tmp_path):
    for path in sorted(classes(tmp_path / "plain").rglob("*.png")):
        renamed = tmp_path / ending / path.parent.name / f"{path.stem}.{ending}"
        renamed.parent.mkdir(parents=True, exist_ok=True)
        with Image.open(path) as image:
            image.save(renamed, "JPEG")
            image.save(path.with_suffix(".jpg"), "JPEG")
        path.unlink()
    assert np.array_equal(read(tmp_path / ending).inputs, read(tmp_path / "plain").inputs)


def test_sizes_follow_the_stated_rule(tmp_path):
    small = read(classes(tmp_path / "small", width=12, height=20))
    assert small.inputs.shape == (16, 20, 12, 1) and "pictures: 12 wide, 20 high, grey" in str(small.notes[0])
    assert "layout: image of 20 x 12 pixels" in str([str(note) for note in small.notes])
    large = classes(tmp_path / "large", width=100, height=60)
    data = read(large)
    assert data.inputs.shape[1:] == (32, 32, 1)
    assert any("resized from 100 x 60" in str(note) for note in data.notes)
    assert read(large, image_size=10).inputs.shape[1:] == (10, 10, 1)
    picture(large / "cat" / "tiny.png", width=5, height=5)
    assert read(large).inputs.shape[1:] == (32, 32, 1)
    half = classes(tmp_path / "half", width=64, height=64, value=255)
    np.testing.assert_array_equal(read(half).inputs, 255)


def test_transparent_parts_are_white_and_16_bits_keep_their_depth(tmp_path):
    folder = classes(tmp_path / "a", mode="L")
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(folder / "cat" / "clear.png")
    data = read(folder)
    assert (data.inputs[data.ids == "cat/clear.png"] == 255).all()
    deep = classes(tmp_path / "b", mode="L")
    values = np.arange(64, dtype=np.uint16).reshape(8, 8) * 1000
    Image.fromarray(values).save(deep / "dog" / "deep.png")
    data = read(deep)
    assert data.inputs.dtype == np.float32
    np.testing.assert_allclose(data.inputs[data.ids == "dog/deep.png"][0, ..., 0], values / 257, rtol=1e-6)


def test_a_table_of_paths_and_new_pictures_for_its_model(tmp_path):
    folder = classes(tmp_path / "pictures")
    names = [f"pictures/{label}/{i}.png" for label in ("cat", "dog") for i in range(8)]
    lines = [f"{name},{name.split('/')[1]},{place}" for place, name in enumerate(names)]
    (tmp_path / "data.csv").write_text("file,kind,other\n" + "\n".join(lines) + "\n")
    data = read(tmp_path / "data.csv", target="kind")
    np.testing.assert_array_equal(data.inputs, read(folder).inputs)
    assert data.ids.tolist() == names
    without = read(tmp_path / "data.csv", target="kind", roles=Roles(drop="file"))
    assert without.layout == "flat" and not without.columns[1:]
    preparation = Preparation.fit(data, plan(data, seed=0)[0].train)
    picture(tmp_path / "new" / "z.png", width=30, height=40, mode="RGB")
    rows = read_inputs(tmp_path / "new", preparation)
    assert rows.inputs.shape == (1, 8, 8, 1) and rows.others["picture"].tolist() == ["z.png"]
    for path, named in ((tmp_path / "new" / "z.png", ["z.png"]), (tmp_path / "pictures/*/3.png", ["cat/3.png", "dog/3.png"])):
        alone = read_inputs(str(path), preparation)
        assert alone.others["picture"].tolist() == named
    np.testing.assert_array_equal(alone.inputs, data.inputs[[3, 11]])
    with pytest.raises(FourfoldError, match="no target.*a subfolder for each class"):
        read(tmp_path / "new")
    (tmp_path / "far.csv").write_text("file,kind\n" + "../../x.png,a\ny.png,b\n" * 8)
    with pytest.raises(FourfoldError, match="leads out of the data's folder") as caught:
        read(tmp_path / "far.csv")
    assert caught.value.exit_code == 3


def test_train_and_test_folders(tmp_path):
    classes(tmp_path / "train", width=12)
    classes(tmp_path / "test", count=3, width=30, height=30)
    data = read(tmp_path)
    assert data.rows == 22 and len(data.test_rows) == 6


def bomb(width, height):
    """A PNG whose header declares a size, and next to nothing behind it."""
    chunks = [b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0), b"IDAT" + zlib.compress(b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks
    )


def whole(mode="PNG"):
    file = io.BytesIO()
    Image.fromarray(RNG.integers(0, 256, (40, 40, 3), dtype=np.uint8)).save(file, mode)
    return file.getvalue()


DAMAGED = {
    "cut": (whole()[:300], 2, "damaged-picture"),
    "cut-jpeg": (whole("JPEG")[:300], 2, "damaged-picture"),
    "changed": (whole().replace(b"IDAT", b"IXAT"), 2, "damaged-picture"),
    "empty": (b"", 2, "damaged-picture"),
    "text": (b"hello", 2, "damaged-picture"),
    "another format": (whole("ICO"), 2, "damaged-picture"),
    "large": (bomb(8000, 8000), 3, "enormous-picture"),
    "enormous": (bomb(10**6, 10**6), 3, "enormous-picture"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_pictures_are_named(name, tmp_path):
    content, code, slug = DAMAGED[name]
    classes(tmp_path)
    (tmp_path / "cat" / "odd.png").write_bytes(content)
    with pytest.raises(FourfoldError) as caught:
        read(tmp_path)
    assert (caught.value.exit_code, caught.value.slug) == (code, slug)
    assert "cat/odd.png" in str(caught.value) and "Do this" in str(caught.value)


def test_all_damaged_pictures_are_named_in_one_message(tmp_path):
    classes(tmp_path)
    model = Preparation.fit(read(tmp_path), range(16))
    for number, content in enumerate((whole()[:300], b"", b"hello")):
        (tmp_path / "cat" / f"odd{number}.png").write_bytes(content)
    for number in range(25):
        (tmp_path / "dog" / f"odd{number}.png").write_bytes(b"")
    few = r"^3 of 11 pictures are .*odd0\.png, .*odd1\.png, .*odd2\.png, wanted PNG.*: replace them, or remove them$"
    with pytest.raises(FourfoldError, match=few):
        read_inputs(str(tmp_path / "cat"), model)
    with pytest.raises(FourfoldError, match=r"^28 of 44 pictures .*cat/odd0.*dog/odd23\.png and 8 more, wanted"):
        read(tmp_path)


def test_folders_of_texts(tmp_path):
    for label in ("ham", "spam"):
        (tmp_path / label).mkdir()
        for number in range(8):
            (tmp_path / label / f"{number}.txt").write_text(f"a {label} of number {number} über", "utf-8")
    (tmp_path / "ham" / "old.txt").write_bytes("Größe".encode("cp1252"))
    (tmp_path / "ham" / "picture.bmpx").write_bytes(b"\0")
    data = read(tmp_path)
    assert (data.layout, data.rows, data.task.classes) == ("text", 17, ("ham", "spam"))
    assert "Größe" in data.inputs["text"].tolist() and "ignored: 'picture.bmpx'" in str(data.notes[0])
    assert any("words of 'text'" in str(note) for note in data.notes)
    assert not any("texts:" in str(note) for note in data.notes)
    (tmp_path / "ham" / "notes.md").write_text("what these are")
    assert any(str(note).startswith("texts: 17 .txt, 1 .md (") for note in read(tmp_path).notes)
    (tmp_path / "ham" / "notes.md").unlink()
    for number in range(8):
        (tmp_path / "ham" / f"{number}.txt").write_text(f"Many words, number {number} of them. " * 20)
    long = read(tmp_path)
    assert any("words of 'text'" in str(note) for note in long.notes)
    preparation = Preparation.fit(long, plan(long, seed=0)[0].train)
    prepared = preparation.inputs(long.inputs)
    assert prepared.shape == (17, 160) and set(preparation.characters.vocabulary) > {
        "many",
        "words",
        ",",
        ".",
    }
    again = Preparation.from_json(preparation.to_json())
    np.testing.assert_array_equal(again.inputs(long.inputs), prepared)
    (tmp_path / "spam" / "binary.txt").write_bytes(b"a\0b")
    with pytest.raises(FourfoldError, match="binary.txt is no text"):
        read(tmp_path)


def test_pictures_that_a_program_holds():
    """What a data set with features gives: pictures, and class numbers whose names it knows."""
    from types import SimpleNamespace

    class Hub:
        column_names = ["image", "label"]
        features = {"image": None, "label": SimpleNamespace(names=["cat", "dog"])}

        def __getitem__(self, name):
            images = [Image.fromarray(np.full((6, 6), i, np.uint8)) for i in range(12)]
            return images if name == "image" else [i % 2 for i in range(12)]

    data = read(Hub(), target="label")
    assert data.task.classes == ("cat", "dog") and data.inputs.shape == (12, 6, 6, 1)
    assert data.inputs[:, 0, 0, 0].tolist() == list(range(12))
    with pytest.raises(FourfoldError, match=r"several data sets: got train, test.*data\['train'\]"):
        read({"train": Hub(), "test": Hub()})


def test_arrays_of_other_libraries():
    import jax.numpy as jnp
    import scipy.sparse

    x, y = RNG.normal(size=(30, 4)), np.arange(30) % 2
    wanted = from_arrays(x, y).fingerprint

    class Tensor:
        def detach(self):
            return self

        def cpu(self):
            return self

        def __array__(self, dtype=None, copy=None):
            return x

    assert from_arrays(Tensor(), y).fingerprint == wanted
    assert from_arrays(scipy.sparse.csr_matrix(x), y).fingerprint == wanted
    half = from_arrays(jnp.asarray(x, jnp.bfloat16), jnp.asarray(y))
    np.testing.assert_allclose(half.inputs, x, rtol=0.01)
    with pytest.raises(FourfoldError, match="too large as a dense array: got 7.5 GiB") as caught:
        from_arrays(scipy.sparse.csr_matrix((1000, 10**6)), np.arange(1000) % 2)
    assert caught.value.exit_code == 4


@pytest.mark.parametrize("ending", ["tif", "tiff", "pgm", "ppm"])
@pytest.mark.parametrize("mode", ["L", "RGB", "I;16"])
def test_tiff_and_netpbm_are_read_as_png_is(ending, mode, tmp_path):
    if mode == "RGB" and ending == "pgm":
        ending = "ppm"
    for number in range(12):
        pixels = RNG.integers(0, 2**16 if mode == "I;16" else 256, (8, 8, *[3] * (mode == "RGB")))
        image = Image.fromarray(pixels.astype(np.uint16 if mode == "I;16" else np.uint8))
        for end in (ending, "png"):
            path = tmp_path / end / "ab"[number % 2] / f"{number}.{end}"
            path.parent.mkdir(parents=True, exist_ok=True)
            image.save(path)
    np.testing.assert_array_equal(read(tmp_path / ending).inputs, read(tmp_path / "png").inputs)


@pytest.mark.parametrize(
    ("pages", "kind", "got"), [(3, np.uint8, "got 3 pages"), (1, np.float32, "pixels that are fractions")]
)
def test_tiff_of_several_pages_or_of_fractions_is_refused(pages, kind, got, tmp_path):
    classes(tmp_path)
    images = [Image.fromarray(RNG.integers(0, 255, (8, 8)).astype(kind)) for _ in range(pages)]
    images[0].save(tmp_path / "cat" / "9.tif", save_all=pages > 1, append_images=images[1:])
    with pytest.raises(FourfoldError, match="no single picture of whole numbers") as caught:
        read(tmp_path)
    assert (caught.value.exit_code, caught.value.slug) == (2, "no-plain-picture")
    assert "cat/9.tif" in str(caught.value) and got in str(caught.value) and "numpy.savez" in str(caught.value)


# name: (what lies beside new pictures, whether these lie in a folder of their own)
BESIDE = {
    "notes": ("notes.txt", "taken on Monday\n", False),
    "notes of several lines": ("notes.txt", "Some, of mine\n\nand \"others\n", False),
    "a table without rows": ("x.csv", "path,label\n", False),
    "an empty file": ("x.csv", "", False),
    "notes beside a folder": ("readme.txt", "taken on\nMonday\n", True),
}


@pytest.mark.parametrize("name", BESIDE)
def test_what_lies_beside_new_pictures_is_ignored(name, tmp_path):
    file, text, within = BESIDE[name]
    learnt = Preparation.fit(read(classes(tmp_path / "old")), np.arange(16))
    new = tmp_path / "new"
    for number in range(3):
        picture(new / "inner" / f"{number}.png" if within else new / f"{number}.png")
    (new / file).write_text(text)
    rows = read_inputs(new, learnt)
    assert rows.rows == 3 and f"ignored: '{file}' (files of another kind)" in map(str, rows.notes)


@pytest.mark.parametrize("place", ["/home/alice/images", "../elsewhere"])
def test_paths_of_pictures_that_lead_elsewhere_are_to_be_written_anew(place, tmp_path):
    rows = "".join(f"{place}/{number}.png,{number % 2}\n" for number in range(20))
    (tmp_path / "labels.csv").write_text(f"path,label\n{rows}")
    with pytest.raises(FourfoldError, match="leads out of the data's folder.*as they are seen from the table") as caught:
        read(tmp_path / "labels.csv")
    assert (caught.value.exit_code, caught.value.slug) == (3, "outside")


def numbered(folder, count=12):
    """Pictures 0.png, 1.png, ... of one grey each."""
    for place in range(count):
        picture(folder / "imgs" / f"{place}.png", value=place * 20)


def test_paths_may_be_those_seen_from_the_working_folder(tmp_path, monkeypatch):
    folder = classes(tmp_path / "data")
    paths = sorted(str(path.relative_to(tmp_path)) for path in folder.rglob("*.png"))
    (folder / "labels.csv").write_text("file,y\n" + "".join(f"{path},{path.split('/')[1]}\n" for path in paths))
    monkeypatch.chdir(tmp_path)
    data = read("data/labels.csv")
    np.testing.assert_array_equal(data.inputs, read("data").inputs)
    assert "pictures: named by 'file' as seen from the working folder (the first of them lies there)" in map(str, data.notes)
    monkeypatch.chdir(folder)
    with pytest.raises(FourfoldError, match="16 of 16 pictures are missing"):
        read("labels.csv")


@pytest.mark.parametrize("names", ["{}", "im{}"])
def test_paths_go_before_ids_that_are_names_of_other_pictures(tmp_path, names):
    numbered(tmp_path)
    for place in range(12):
        picture(tmp_path / "imgs" / f"im{place}.png", value=place * 20)
    order = np.random.default_rng(0).permutation(12)
    rows = [f"{names.format(row)},imgs/{place}.png,{'cat' if place % 2 else 'dog'}" for row, place in enumerate(order)]
    (tmp_path / "a.csv").write_text("\n".join(["id,image,label", *rows]) + "\n")
    (tmp_path / "n.csv").write_text("id,image\n" + "".join(f"{names.format(5 - n)},imgs/{n}.png\n" for n in range(5)))
    data = read(tmp_path / "a.csv")
    np.testing.assert_array_equal(data.inputs[:, 0, 0, 0], order * 20)
    new = read_inputs(tmp_path / "n.csv", Preparation.fit(data, range(12)))
    np.testing.assert_array_equal(new.inputs[:, 0, 0, 0], np.arange(5) * 20)
    told = read(tmp_path / "a.csv", roles=Roles(id="id"))
    np.testing.assert_array_equal(told.inputs, data.inputs)


def test_paths_may_be_ids_and_groups(tmp_path):
    numbered(tmp_path)
    rows = [f"imgs/{n % 12}.png,{'cat' if n % 2 else 'dog'}" for n in range(24)]
    (tmp_path / "a.csv").write_text("\n".join(["image,label", *rows]) + "\n")
    grouped = read(tmp_path / "a.csv", roles=Roles(group="image"))
    assert len(set(grouped.groups)) == 12 and grouped.inputs.shape == (24, 8, 8, 1)
    assert read(tmp_path / "a.csv", roles=Roles(id="image")).ids[3] == str(tmp_path / "imgs/3.png")


def test_missing_pictures_are_counted_and_what_lies_near_is_named(tmp_path):
    numbered(tmp_path)
    paths = [f"imgs/{n}.png" for n in range(12)]
    for changed, message in (
        ([*paths[:10], "imgs/a.png", "imgs/b.png"], r"2 of 12 pictures are missing.*a\.png.*remove these rows"),
        ([path.replace("png", "PNG") for path in paths], r"12 of 12 .*0\.PNG \(is it '0\.png'\?\).*as they are seen"),
        (["https://x.org/a.png", *paths[1:]], r"1 of 12 .*no file https://x\.org/a\.png,.*download them first, and name the files$"),
    ):
        rows = [f"{path},{'cat' if n % 2 else 'dog'}" for n, path in enumerate(changed)]
        (tmp_path / "a.csv").write_text("\n".join(["image,label", *rows]) + "\n")
        with pytest.raises(FourfoldError, match=message):
            read(tmp_path / "a.csv")


def test_folders_around_and_within_classes(tmp_path):
    for label in ("cat", "dog"):
        for place in range(8):
            picture(tmp_path / "a" / "set" / "images" / label / f"{place}.png", value=place)
            for part in ("train", "Test"):
                picture(tmp_path / "b" / label / part / f"{place}.png", value=place)
    assert read(tmp_path / "a").task.classes == ("cat", "dog")
    data = read(tmp_path / "b")
    assert data.test_rows.tolist() == list(range(16, 32)) and data.ids[20] == "cat/Test/4.png"
    with pytest.raises(FourfoldError, match="leave out --layout text: these are pictures"):
        read(tmp_path / "a", layout="text")


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ([(8, 8)], "(as the model was trained)"),
        ([(20, 20)], "(as the model was trained, resized from 20 x 20)"),
        ([(20, 10), (8, 8)], "(as the model was trained, resized from 2 sizes, the ratio of the sides not kept)"),
    ],
)
def test_new_pictures_of_another_shape_are_said_to_be_resized(sizes, said, tmp_path):
    known = Preparation.fit(read(classes(tmp_path / "train")), range(16))
    for place, (width, height) in enumerate(sizes):
        picture(tmp_path / "new" / f"{place}.png", width, height)
    rows = read_inputs(tmp_path / "new", known)
    assert rows.inputs.shape[1:3] == (8, 8) and f"pictures: 8 x 8, grey {said}" in [str(note) for note in rows.notes]


@pytest.mark.parametrize(
    ("learnt", "new", "said"),
    [
        ("RGB", ["L", "L", "1"], "grey: 3 of 3 pictures (the same value in red, green and blue)"),
        ("RGB", ["L", "RGB"], "grey: 1 of 2 pictures (the same value in red, green and blue)"),
        ("L", ["L", "RGBA"], "RGB: 1 of 2 pictures (turned grey, as the model was trained)"),
        ("L", ["L", "1"], ""),
    ],
)
def test_pictures_of_other_channels_are_counted(learnt, new, said, tmp_path):
    known = Preparation.fit(read(classes(tmp_path / "train", mode=learnt)), range(16))
    for place, mode in enumerate(new):
        picture(tmp_path / "new" / f"{place}.png", mode=mode)
        for copy in range(6):
            picture(tmp_path / "mixed" / "ab"[place % 2] / f"{place}-{copy}.png", mode=mode)
    notes = [str(note) for note in read_inputs(tmp_path / "new", known).notes if str(note).startswith(("grey", "RGB"))]
    assert notes == [said] * bool(said)
    mixed = [str(note) for note in read(tmp_path / "mixed").notes if str(note).startswith(("grey", "RGB"))]
    assert bool(mixed) == (len({mode[:3] == "RGB" for mode in new}) > 1)


def test_new_pictures_may_have_their_channels_first(tmp_path):
    pixels = RNG.integers(0, 256, (12, 6, 8, 3), dtype=np.uint8)
    known = Preparation.fit(from_arrays(pixels, np.array(["cat", "dog"] * 6)), range(12))
    rows = read_inputs(pixels.transpose(0, 3, 1, 2), known)
    np.testing.assert_array_equal(rows.inputs, pixels)
    assert "rows of shape (3, 6, 8) taken for (6, 8, 3) (their channels stand first)" in [str(note) for note in rows.notes]
    with pytest.raises(FourfoldError, match="got rows of shape"):
        read_inputs(pixels.transpose(0, 3, 2, 1), known)


@pytest.mark.parametrize("listed", [1, 2, 10])
@pytest.mark.parametrize("name", ["new.txt", "new.csv"])
def test_a_list_of_new_pictures_without_a_name_above_has_no_header(name, listed, tmp_path):
    for label in "ab":
        (tmp_path / "data" / label).mkdir(parents=True)
        for place in range(10):
            Image.new("L", (8, 8), color=20 * place).save(tmp_path / "data" / label / f"{'cdefghijkl'[place]}.png")
    data = read(tmp_path / "data")
    paths = sorted(map(str, (tmp_path / "data").glob("*/*.png")))[:listed]
    (tmp_path / name).write_text("".join(f"{path}\n" for path in paths))
    found = read_inputs(tmp_path / name, Preparation.fit(data, np.arange(20)))
    np.testing.assert_array_equal(found.inputs, data.inputs[:listed])


def test_the_same_pictures_in_every_form(tmp_path):
    """Inputs, classes and what a model of one form reads of new rows in another."""
    folder = classes(tmp_path / "folder", mode="RGB")
    files = sorted(folder.rglob("*.png"))
    paths, labels = [str(path.relative_to(folder)) for path in files], [path.parent.name for path in files]
    cells = [{"bytes": path.read_bytes(), "path": name} for path, name in zip(files, paths)]
    words = [base64.b64encode(path.read_bytes()).decode() for path in files]
    pixels = np.stack([np.asarray(Image.open(path)) for path in files])
    forms = {"named.csv": paths, "files.parquet": cells, "words.jsonl": words, "words.csv": words}
    for name, values in forms.items():
        frame = pd.DataFrame({"image": values, "class": labels})
        save = {
            "csv": partial(frame.to_csv, index=False),
            "jsonl": partial(frame.to_json, orient="records", lines=True),
            "parquet": frame.to_parquet,
        }[name.rpartition(".")[2]]
        save(folder / name if name == "named.csv" else tmp_path / name)
    np.savez(tmp_path / "x.npz", x=pixels, y=labels)
    sources = [folder, folder / "named.csv", *(tmp_path / name for name in [*forms][1:]), tmp_path / "x.npz"]
    for source in sources:
        data = read(source)
        np.testing.assert_array_equal(data.inputs, pixels)
        assert (data.layout, data.target.tolist(), data.task.classes) == ("image", labels, ("cat", "dog")), source
    preparation = Preparation.fit(read(folder), range(16))
    for source in sources[1:]:
        np.testing.assert_array_equal(read_inputs(source, preparation).inputs, pixels)
    found = read_inputs(tmp_path / "files.parquet", preparation).others
    assert {name: values.tolist() for name, values in found.items()} == {"image": paths, "class": labels}


def test_pictures_in_a_table_are_counted_before_they_are_read(tmp_path, monkeypatch):
    """One picture of a mebibyte, in each of a thousand rows of a small file."""
    file = io.BytesIO()
    Image.fromarray(RNG.integers(0, 256, (600, 600, 3), dtype=np.uint8)).save(file, "PNG")
    cells = [{"bytes": file.getvalue(), "path": None}] * 1000
    pd.DataFrame({"image": cells, "class": ["cat", "dog"] * 500}).to_parquet(tmp_path / "a.parquet")
    assert (tmp_path / "a.parquet").stat().st_size < 2**22
    monkeypatch.setattr("fourfold.data.memory.available_memory", lambda: 2**30)
    with pytest.raises(FourfoldError, match="does not fit into memory: got 4.0 GiB"):
        read(tmp_path / "a.parquet")
    pd.DataFrame({"image": cells[:40]}).to_parquet(tmp_path / "new.parquet")
    preparation = Preparation.fit(read(classes(tmp_path / "folder", mode="RGB")), range(16))
    monkeypatch.setattr("fourfold.data.reading.PART", 2**19)  # four pictures
    parts = [part.rows for part in parts_of_inputs(tmp_path / "new.parquet", preparation)]
    assert len(parts) > 5 and sum(parts) == 40
