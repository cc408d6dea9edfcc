"""IDX files, the form of MNIST."""

import gzip
import struct

import numpy as np
import pytest

from fourfold.data import from_arrays, read, read_inputs
from fourfold.data.files.content import look
from fourfold.data.files.forms import reader_of
from fourfold.errors import FileError
from fourfold.preprocessing.preparation import Preparation

PIXELS = np.random.default_rng(0).integers(0, 256, (30, 6, 6), dtype=np.uint8)
LABELS = (np.arange(30) % 3).astype(np.uint8)
TYPES = {"u1": 0x08, "i1": 0x09, ">i2": 0x0B, ">i4": 0x0C, ">f4": 0x0D, ">f8": 0x0E}


def idx(array, dtype="u1"):
    return struct.pack(f">HBB{array.ndim}I", 0, TYPES[dtype], array.ndim, *array.shape) + array.astype(dtype).tobytes()


def mnist(folder, packed=False):
    """The four files of MNIST: 20 training rows, 10 test rows."""
    folder.mkdir()
    for part, rows in (("train", slice(20)), ("t10k", slice(20, 30))):
        for name, values in (("images-idx3-ubyte", PIXELS[rows]), ("labels-idx1-ubyte", LABELS[rows])):
            data = idx(values)
            end = ".gz" if packed else ""
            (folder / f"{part}-{name}{end}").write_bytes(gzip.compress(data) if packed else data)
    return folder


@pytest.mark.parametrize("packed", [False, True])
def test_the_folder_of_mnist_is_what_a_program_holds(tmp_path, packed):
    data = read(mnist(tmp_path / "mnist", packed))
    held = from_arrays(PIXELS[:20], LABELS[:20], x_test=PIXELS[20:], y_test=LABELS[20:])
    np.testing.assert_array_equal(data.inputs, held.inputs)
    assert data.layout == "image" and data.target.tolist() == held.target.tolist()
    assert data.test_rows.tolist() == list(range(20, 30)) and data.fingerprint == held.fingerprint


def test_two_files_are_inputs_and_targets_and_new_rows_are_read(tmp_path):
    folder = mnist(tmp_path / "mnist")
    images, labels = folder / "train-images-idx3-ubyte", folder / "train-labels-idx1-ubyte"
    data = read(images, labels=labels)
    assert data.rows == 20 and read(images, labels=labels, rows=12).rows == 12
    new = read_inputs(folder / "t10k-images-idx3-ubyte", Preparation.fit(data, range(20)))
    np.testing.assert_array_equal(new.inputs[..., 0], PIXELS[20:])


@pytest.mark.parametrize("dtype", TYPES)
def test_values_of_every_type(tmp_path, dtype):
    values = np.random.default_rng(1).integers(-100 if dtype != "u1" else 0, 100, (12, 4)).astype(np.dtype(dtype))
    (tmp_path / "v").write_bytes(idx(values, dtype))
    (tmp_path / "y").write_bytes(idx(LABELS[:12]))
    data = read(tmp_path / "v", labels=tmp_path / "y")
    np.testing.assert_array_equal(data.inputs, values.astype(np.float64))
    assert reader_of(look(tmp_path / "v")).name == "idx"


@pytest.mark.parametrize("change", [lambda data: data[:-3], lambda data: data + b"12", lambda data: data[:9]])
def test_another_number_of_bytes_is_refused(tmp_path, change):
    (tmp_path / "cut").write_bytes(change(idx(PIXELS)))
    with pytest.raises(FileError, match="is damaged or cut off: got .* bytes of values, wanted .*fetch it again"):
        read(tmp_path / "cut", labels=tmp_path / "cut")


def test_a_size_that_would_fill_the_memory_is_compared_with_the_bytes(tmp_path):
    (tmp_path / "huge").write_bytes(struct.pack(">HBB3I", 0, 8, 3, 2**20, 2**20, 2**20) + bytes(100))
    with pytest.raises(FileError, match="is damaged or cut off"):
        read(tmp_path / "huge", labels=tmp_path / "huge")


def test_an_array_of_numpy_may_be_packed(tmp_path):
    np.save(tmp_path / "x.npy", PIXELS)
    with gzip.open(tmp_path / "x.npy.gz", "wb") as file:
        np.save(file, PIXELS)
    np.save(tmp_path / "y.npy", LABELS)
    plain, packed = (read(tmp_path / name, labels=tmp_path / "y.npy") for name in ("x.npy", "x.npy.gz"))
    assert plain.fingerprint == packed.fingerprint


def test_a_file_that_declares_millions_of_rows_is_damaged_and_no_bytes(tmp_path):
    for rows in (2**24, 2**27 + 5):
        (tmp_path / "train-images-idx3-ubyte").write_bytes(struct.pack(">4B3I", 0, 0, 8, 3, rows, 28, 28) + bytes(1000))
        with pytest.raises(FileError, match="is damaged or cut off: got 1,000 bytes of values, wanted .*fetch it again"):
            read(tmp_path / "train-images-idx3-ubyte")
