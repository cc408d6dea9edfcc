"""Tables, arrays, folders and archives that tests of reading make of a few words."""

import io
import zipfile
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from fourfold.data import read
from fourfold.data.judgement.findings import as_lines, judge
from fourfold.errors import FourfoldError

LABELS = ["p", "q"]
N = 400
"""Rows of `table`."""
X, Y = np.random.default_rng(0).normal(size=(30, 4)), np.arange(30) % 2


def rows(header, cell, count=30, label=lambda i: LABELS[i % 2], separator=","):
    """A csv whose last column y is a class."""
    return f"{header}\n" + "".join(f"{cell(i)}{separator}{label(i)}\n" for i in range(count))


def target(cells, header="v,y"):
    return f"{header}\n" + "".join(f"{i},{cell}\n" for i, cell in enumerate(cells))


def column(cells, header="v,y"):
    """A column v of these cells, repeated up to 40 rows, before a class y."""
    return rows(header, lambda i: cells[i % len(cells)], 40, label=lambda i: LABELS[(i // len(cells)) % 2])


def npz(name="data.npz", **arrays):
    def make(folder):
        np.savez(folder / name, **arrays)
        return folder / name

    return make


def npy(array, name="x.npy"):
    def make(folder):
        np.save(folder / name, array, allow_pickle=True)
        return folder / name

    return make


def files(**contents):
    """A folder of files, / written as __ and . as _dot_."""

    def make(folder):
        for name, content in contents.items():
            path = folder / "data" / name.replace("__", "/").replace("_dot_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return folder / "data"

    return make


def folders(*names):
    """A folder of empty folders."""

    def make(folder):
        for name in names:
            (folder / "data" / name).mkdir(parents=True)
        return folder / "data"

    return make


def png(mode="L", size=(8, 8)):
    file = io.BytesIO()
    pixels = np.random.default_rng(len(mode)).integers(0, 256, (*size, 3), dtype=np.uint8)
    Image.fromarray(pixels).convert(mode).save(file, "PNG")
    return file.getvalue()


def zipped(name, **members):
    def make(folder):
        with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, content in members.items():
                archive.writestr(member, content)
        return folder / name

    return make


def made(content, folder):
    if callable(content):
        return content(folder)
    path = folder / "data.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read_and_said(content, words, folder, warned, **options):
    """The content is read, the words are among what is said of it, and nothing warns."""
    data = read(made(content, folder), **options)
    said = "\n".join(as_lines(replace(data, findings=judge(data))))
    assert words in said, said
    assert not warned.list, [str(warning.message) for warning in warned.list]


def refused_and_said(content, code, slug, words, folder, **options):
    """The content is refused with one line that holds the words, and says what is wanted or what to do."""
    with pytest.raises(FourfoldError) as caught:
        read(made(content, folder), **options)
    assert (caught.value.exit_code, caught.value.slug) == (code, slug), str(caught.value)
    assert words in str(caught.value) and "\n" not in str(caught.value)
    assert caught.value.wanted or caught.value.do


def table(seed=0, rows=N):
    """Data in which nothing is wrong."""
    rng = np.random.default_rng(seed)
    size, colour = rng.normal(size=rows), rng.choice(["red", "green", "blue"], rows)
    kind = np.where(size + rng.normal(size=rows) > 0, "a", "b")
    return pd.DataFrame({"size": size, "weight": rng.gamma(2, size=rows), "colour": colour, "kind": kind})


def found(frame, **options):
    """What is found in it, by its slug."""
    return {
        finding.slug: finding
        for finding in judge(read(frame, target=options.pop("target", "kind"), **options))
    }
