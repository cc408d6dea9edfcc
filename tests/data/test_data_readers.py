"""What readers make of files that are written in unusual ways: encodings, durations, pictures by name, JSON."""

import codecs

import pytest
from data_samples import files, refused_and_said, rows

from fourfold.data.text_file import NO_TEXT

PLAIN = rows("v,w,y", lambda i: f"{i * 7 % 13},{i % 5}").encode()
TEXTS = {f"{c}__{i}_dot_txt": f"text {c} {i}".encode() for c in "ab" for i in range(8)}

# name: (content or maker, encoding, slug, words of the message)
NOT_IN_THIS_ENCODING = {
    "a table without the mark of UTF-16": (PLAIN, "utf-16", "another-encoding", "line 1 of"),
    "one in no UTF-32": (PLAIN, "utf-32", "another-encoding", "line 1 of"),
    "texts without the mark of UTF-16": (files(**TEXTS), "utf-16", "encoding-of-a-text", "a/0.txt is not in the encoding utf-16: got the bytes 74 65 at its start"),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_IN_THIS_ENCODING)
def test_text_that_is_not_in_the_encoding_that_was_named(name, tmp_path):
    content, encoding, slug, words = NOT_IN_THIS_ENCODING[name]
    refused_and_said(content, 2, slug, words, tmp_path, encoding=encoding)


@pytest.mark.parametrize("codec", [*NO_TEXT, "undefined", "rot13", "base64"])
def test_codecs_that_are_not_for_text_files(codec, tmp_path):
    assert codecs.lookup(codec)
    refused_and_said(PLAIN, 2, "unknown-encoding", "wanted one of utf-8", tmp_path, encoding=codec)
