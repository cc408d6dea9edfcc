"""Texts without words, as DNA, proteins and SMILES, are told from ids, however different both are in each row."""

import hashlib
import uuid

import numpy as np
import pandas as pd
import pytest
from data_samples import found

from fourfold.data import read

ROWS = 120


def drawn(pieces, fewest=30, most=60):
    random = np.random.default_rng(0)
    return ["".join(random.choice(pieces, random.integers(fewest, most))) for _ in range(ROWS)]


def frame(words, **others):
    return pd.DataFrame({"name": [f"S{k:04d}" for k in range(ROWS)], "words": words, **others, "kind": ["a", "b"] * 60})


SEQUENCES = {
    "dna": drawn([*"ACGT"]),
    "dna of one length": drawn([*"ACGT"], 30, 31),
    "proteins": drawn([*"ACDEFGHIKLMNPQRSTVWY"]),
    "smiles": drawn(["C", "N", "c1ccccc1", "(C)", "=O", "C(=O)N", "[C@@H]"], 8, 20),
}
IDS = {
    "uuids": [str(uuid.UUID(int=k**9)) for k in range(ROWS)],
    "hashes": [hashlib.sha256(bytes([k])).hexdigest() for k in range(ROWS)],
    "addresses": [f"https://example.org/items/{k}/index.html" for k in range(ROWS)],
    "paths": [f"folder/of/some/pictures/img_{k}.png" for k in range(ROWS)],
    "mails": [f"somebody.of.number.{k}@example.org" for k in range(ROWS)],
    "short words": drawn([*"abcdefgh"], 5, 9),
}


@pytest.mark.parametrize("name", SEQUENCES)
def test_sequences_beside_an_id_are_read(name):
    data = read(frame(SEQUENCES[name]))
    assert data.layout == "text" and data.columns[0].name == "words" and data.columns[0].written in ("", "character")
    assert any(note.what == "layout: text, characters of 'words'" for note in data.notes)


@pytest.mark.parametrize("name", SEQUENCES)
def test_sequences_beside_numbers_are_left_out_and_found(name):
    one = found(frame(SEQUENCES[name], v=np.arange(ROWS) % 7))["texts-left-out"]
    assert one.important and one.columns == ("words",) and one.measure == "characters on average"


@pytest.mark.parametrize("name", IDS)
def test_long_ids_are_none(name):
    assert "texts-left-out" not in found(frame(IDS[name], v=np.arange(ROWS) % 7))
