"""Archives of folders: the same as of the unpacked folder, a path within them, new rows, and what is refused."""

import io
import tarfile
import tempfile
import zipfile

import numpy as np
import pytest
from data_samples import png, refused_and_said, rows

from fourfold.data import read
from fourfold.data.prediction.new_rows import parts_of_inputs
from fourfold.errors import FourfoldError
from fourfold.preprocessing import Preparation

PICTURES = {f"{name}/{i}.png": png("RGB", (8, 8 + place)) for place, name in enumerate(("cat", "dog")) for i in range(12)}
WORDS = {f"{name}/{i}": f"it was {word} {i}\n" for name, word in (("neg", "bad"), ("pos", "good")) for i in range(12)}
LISTED = {f"images/{i}.png": png() for i in range(20)} | {"labels.csv": rows("file", lambda i: f"images/{i}.png", 20)}
PARTED = {f"{part}/{name}": content for part in ("train", "test") for name, content in PICTURES.items()}
RECORDINGS = {f"{name}/{i}.csv": "".join(f"{i * j % 7},{j}\n" for j in range(9)) for name in ("run", "walk") for i in range(12)}
FOLDERS = {"pictures": PICTURES, "texts": WORDS, "a table of pictures": LISTED, "train and test": PARTED, "recordings": RECORDINGS}  # fmt: skip


def packed(name, members):
    """An archive of files; bytes, text, or a `tarfile.TarInfo` or `zipfile.ZipInfo` and its bytes as they are."""

    def make(folder):
        path = folder / name
        if name.endswith("zip"):
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                for member, content in members:
                    archive.writestr(member, content)
            return path
        with tarfile.open(path, "w:" + {"tgz": "gz", "tbz": "bz2", "txz": "xz"}.get(name[-3:], "")) as archive:
            for member, content in members:
                content = content.encode() if isinstance(content, str) else content
                if isinstance(member, str):
                    member = tarfile.TarInfo(member)
                    member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
        return path

    return make


def within(top, members):
    return [(f"{top}{name}", content) for name, content in members.items()]


def of_tar(name, kind):
    found = tarfile.TarInfo(name)
    found.type, found.linkname = kind, "/etc/passwd"
    return found


def link(name):
    found = zipfile.ZipInfo(name)
    found.create_system, found.external_attr = 3, 0o120777 << 16
    return found


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tgz", "a.tbz", "a.txz"])
@pytest.mark.parametrize("top", ["", "./set/"])
@pytest.mark.parametrize("kind", FOLDERS)
def test_it_is_read_as_the_unpacked_folder(kind, top, name, tmp_path, monkeypatch):
    (apart := tmp_path / "apart").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(apart))
    for member, content in FOLDERS[kind].items():
        path = tmp_path / "folder" / member
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    data = read(packed(name, within(top, FOLDERS[kind]))(tmp_path))
    assert not [*apart.iterdir()]
    plain = read(tmp_path / "folder")
    assert data.name == plain.name.replace("folder", name)
    for values, own in ((data.inputs, plain.inputs), (data.target, plain.target)):
        np.testing.assert_equal(dict(values) if hasattr(values, "names") else values, dict(own) if hasattr(own, "names") else own)
    unpacked, *notes = map(str, data.notes)
    assert unpacked == f"unpacked: {len(FOLDERS[kind])} files of {tmp_path / name} (for this run alone)"
    assert notes == [str(note).replace(str(tmp_path / "folder"), str(tmp_path / name)) for note in plain.notes]


def test_what_programs_leave_is_passed_over_and_links_are_said(tmp_path):
    left = [("__MACOSX/set/cat/._1.png", b"\0\5"), ("set/.DS_Store", b"x")]
    path = packed("a.zip", [*within("set/", PICTURES), *left, (link("set/cat/l.png"), "/etc/passwd")])(tmp_path)
    assert read(path).rows == 24 and "left out: 1 member, such as 'set/cat/l.png' (links" in str(read(path).notes[1])
    kinds = [(of_tar(f"set/cat/{kind!r}", kind), b"") for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE)]
    path = packed("a.tar", [*within("set/", PICTURES), *kinds])(tmp_path)
    assert read(path).rows == 24 and "left out: 3 members" in str(read(path).notes[1])


def test_names_are_in_utf_8_also_where_nothing_says_so(tmp_path):
    def named(word, encoding):
        stand_in = "Q" * len(word.encode(encoding))
        members = {name.replace("cat", stand_in): content for name, content in PICTURES.items()}
        path = packed("a.zip", within("", members))(tmp_path)
        path.write_bytes(path.read_bytes().replace(stand_in.encode(), word.encode(encoding)))
        return read(path)

    assert set(named("猫", "utf-8").target) == {"猫", "dog"}
    data = named("狗狗", "gbk")
    assert "not in UTF-8, and read as code page 437" in str(data.notes[1]) and len(set(data.target)) == 2


# name: (file, members beside the pictures, exit code, slug, words of the message)
REFUSED = {
    "a path that leads out": ("a.tgz", [("../x.png", b"x")], 3, "outside-zip", "ask for a tar archive that was made within"),
    "a root": ("a.tar", [("/tmp/x.png", b"x")], 3, "outside-zip", "got '/tmp/x.png'"),
    "a root in a zip file": ("a.zip", [("/tmp/x.png", b"x")], 3, "outside-zip", "got '/tmp/x.png'"),
    "a drive": ("a.zip", [("C:\\x.png", b"x")], 3, "outside-zip", "a root before them"),
    "a bomb": ("a.zip", [("cat/x.png", bytes(2**27))], 3, "bomb", "grow beyond reason"),
    "a packed bomb": ("a.tgz", [("cat/x.png", bytes(2**27))], 3, "bomb", "grow beyond reason"),
    "a file as a folder": ("a.zip", [("cat/1.png/x.png", b"x")], 2, "names-in-archive", "got 'cat/1.png/x.png'"),
    "a long name": ("a.tar", [(f"cat/{'n' * 300}.png", b"x")], 2, "names-in-archive", "File name too long"),
    "a name twice": ("a.tar", [("cat/1.png", b"x")], 2, "names-in-archive", "File exists"),
    "a long header": ("a.tar", [(of_tar("l" * 2**22, tarfile.SYMTYPE), b"")], 3, "header-of-tar", "longer than any name"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(name, tmp_path):
    file, members, code, slug, words = REFUSED[name]
    refused_and_said(packed(file, within("", PICTURES) + members), code, slug, words, tmp_path)


def test_a_cut_archive_is_damaged_wherever_it_ends(tmp_path):
    path = packed("a.tar", within("", PICTURES))(tmp_path)
    content = path.read_bytes()
    with tarfile.open(path) as archive:
        member = archive.getmembers()[10]
    for end in (member.offset, member.offset + 100, member.offset_data + 50):
        path.write_bytes(content[:end])
        refused_and_said(lambda folder: path, 2, "damaged-archive", "damaged or cut off", tmp_path)
    path = packed("a.zip", within("", PICTURES))(tmp_path)
    content = bytearray(path.read_bytes())
    content[60] ^= 0xFF
    path.write_bytes(bytes(content))
    refused_and_said(lambda folder: path, 2, "damaged-archive", "damaged or cut off", tmp_path)


def test_what_the_disk_has_no_room_for_is_refused(tmp_path, monkeypatch):
    usage = type("Usage", (), {"free": 1000})
    monkeypatch.setattr("fourfold.data.files.packed_folders.shutil.disk_usage", lambda path: usage)
    for name in ("a.zip", "a.tgz"):
        make = packed(name, within("", PICTURES))
        refused_and_said(make, 4, "no-room-to-unpack", "TMPDIR=FOLDER before the command", tmp_path)


def test_new_rows_and_test_rows_are_parts_of_an_archive(tmp_path):
    path = packed("a.zip", within("set/", PARTED))(tmp_path)
    data = read(f"{path}/train", test=f"{path}/test")
    assert (data.rows, len(data.test_rows)) == (48, 24) and data.name == f"{path}/train"
    preparation = Preparation.fit(data, range(24))
    for source, count in ((path, 48), (f"{path}/test", 24), (f"{path}/set/test/cat", 12), (f"{path}/test/cat/1*.png", 3)):
        (part,) = parts_of_inputs(source, preparation)
        assert part.rows == count and "fourfold-" not in str(part.notes), source
    with pytest.raises(FourfoldError, match=r"a.zip holds no such file or folder: got 'tset', wanted one of 'test', 'train'"):
        list(parts_of_inputs(f"{path}/tset", preparation))


def test_a_damaged_picture_is_named_within_its_archive(tmp_path):
    path = packed("a.zip", within("", PICTURES | {"cat/3.png": b"\x89PNG" + bytes(40)}))(tmp_path)
    with pytest.raises(FourfoldError, match=r"a.zip/cat/3.png") as caught:
        read(path)
    assert "fourfold-" not in str(caught.value)


def test_a_zip_file_of_a_document_is_no_folder(tmp_path):
    members = [("[Content_Types].xml", "<x/>"), ("word/document.xml", "<x/>"), ("word/media/a.png", png())]
    refused_and_said(packed("a.zip", members), 2, "wrong-kind", "Word", tmp_path)


@pytest.mark.parametrize("beside", [(), ("README.md", "LICENSE")])
def test_an_archive_alone_in_a_folder_is_what_it_holds(beside, tmp_path):
    path = packed("a.tgz", within("set/", PICTURES))(tmp_path)
    for name in beside:
        (tmp_path / name).write_text("what it is about")
    data = read(tmp_path)
    assert data.rows == 24 and f"unpacked: 24 files of {path} (for this run alone)" in map(str, data.notes)
    assert read(f"{path}/").rows == 24


def test_tables_to_be_filled_in_are_no_data_beside_archives(tmp_path):
    form = ("sampleSubmission.csv", rows("id", lambda i: i * 7 % 41, 40))
    refused_and_said(packed("a.zip", [("images.zip", b"PK"), form]), 2, "wrong-kind", "unpack it first", tmp_path)
    folder = tmp_path / "folder"
    folder.mkdir()
    packed("images.zip", within("", PICTURES))(folder)
    (folder / form[0]).write_text(form[1])
    refused_and_said(lambda _: folder, 2, "form-beside-archives", "unpack 'images.zip' there, or name one", tmp_path)
