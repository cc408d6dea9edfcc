"""The encoding of a text: told by its bytes, or named."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from fourfold.core.scratch import scratch_folder
from fourfold.data.dataset import Note
from fourfold.data.files.content import HEAD, Content, unpacked
from fourfold.data.messages import unknown
from fourfold.errors import FileError, OptionError

ACCENTED = re.compile(r"\b[\u00c0-\u00ff\u00a8\u00b8]{4,}\b")
"""A word of accented letters alone; no language of Windows-1252 has such."""

CUT_BY_SIGNS = re.compile(r"\w*[^\W\d_][\u00a3\u00a5\u00b1\u00b3\u00b6\u00b9\u00bc\u00be\u00bf]+[^\W\d_]\w*")
"""A word with signs of Windows-1252 between its letters, where the encodings of central Europe have letters."""

ODD = re.compile(r"[^\x00-\x7f]{4,}")
"""Letters and signs none of which English has; of Chinese in Windows-1252 each sign is half a letter."""

IN_UTF8 = re.compile(r"\w*[\u00c2\u00c3][\u00a0-\u00bf]\w*")
"""A word with an accented letter in UTF-8, read as Windows-1252."""

UNUSED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
"""The bytes that Windows-1252 has no characters for."""

ENCODINGS = (
    "utf-8",
    "cp1252",
    "latin-1",
    "gbk",
    "gb18030",
    "big5",
    "shift_jis",
    "euc_jp",
    "euc_kr",
    "cp1251",
)
"""Encodings that are suggested; Python knows more."""

NO_TEXT = ("idna", "punycode", "raw_unicode_escape", "unicode_escape")
"""What Python calls an encoding, too, though no text file is in it."""

BINARY = (b"PAR1", b"PK\x03\x04", b"\x93NUMPY")
"""How files begin that are data, and no text."""


def encoding_of(content: Content) -> tuple[str, bool]:
    """The encoding of the whole file, and whether its line ends are of several kinds.

    Errors: ``FileError`` for text that is neither UTF-8 nor UTF-16 nor Windows-1252.
    """
    if content.head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", True
    if silent := unmarked_utf16(content.head):
        return silent, True
    decoder = codecs.getincrementaldecoder("utf-8")()
    encoding, last, unused = "utf-8", b"", None
    ends = set()
    with unpacked(content) as file:
        while part := file.read(2**20):
            if not part.isascii() or decoder.getstate()[0]:
                if encoding == "utf-8":
                    try:
                        decoder.decode(part)
                    except UnicodeDecodeError:
                        encoding = "cp1252"
                unused = unused or UNUSED.search(part)
            joined = last + part
            returns, pairs, feeds = 0, 0, int(b"\n" in joined)
            if b"\r" in joined:
                returns, pairs, feeds = joined.count(b"\r"), joined.count(b"\r\n"), joined.count(b"\n")
            ends |= {kind for kind, count in (("\r\n", pairs), ("\n", feeds - pairs)) if count}
            if returns - pairs - joined.endswith(b"\r") > 0:
                ends.add("\r")
            last = part[-1:] if part.endswith(b"\r") else b""
    if encoding == "cp1252" and unused:
        raise FileError(
            "encoding-of-a-table",
            f"{content.name} is in an unknown encoding",
            got=f"{first_other(content)} is not UTF-8, and Windows-1252 has no byte 0x{unused[0].hex()}",
            wanted="UTF-8, UTF-16 or Windows-1252",
            do="--encoding NAME, such as mac_roman, cp850, gbk or shift_jis, or correct that line",
        )
    return encoding, len(ends) > 1


def first_other(content: Content, encoding: str = "utf-8") -> str:
    """The first line that is not in an encoding, in words."""
    decoder, lines = codecs.getincrementaldecoder(encoding)(), 1
    with unpacked(content) as file:
        try:
            while part := file.read(2**20):
                lines += decoder.decode(part).count("\n")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            lines += error.object[: error.start].decode(encoding, "replace").count("\n")
        except UnicodeError:  # the mark at the start of UTF-16 is missing
            pass
    return f"line {lines}"


def strange_bytes(error: UnicodeError, data: bytes) -> str:
    """The bytes that are not in an encoding, in words: the first two of the ``data`` where UTF-16 wants its mark."""
    if isinstance(error, UnicodeDecodeError):
        return f"the bytes {error.object[error.start : error.end].hex(' ')}"
    return f"the bytes {data[:2].hex(' ')} at its start"


def said_of(encoding: str) -> Note:
    """What is said of an encoding that nobody named."""
    return Note(f"encoding: {encoding}", "not UTF-8", "--encoding NAME")


def strange_words(text: str, other: Callable[[], str]) -> tuple[Note, ...]:
    """What is said of text of Windows-1252 with words as UTF-8 has them there, with words of nothing but accented
    letters, as Cyrillic has them, with signs between letters, as Polish has them, or of letters of two bytes, as
    Chinese has them; ``other`` finds the first line that is not UTF-8."""
    if twice := IN_UTF8.search(text):
        because = f"as UTF-8 looks in another encoding: {other()} is the first that is none; correct it"
        return (Note(f"strange words, such as {twice[0][:30]!r}", because),)
    found, usual = next(filter(_is_in_gbk, ODD.finditer(text)), None), "gbk is a usual one of Chinese, euc_kr of Korean"
    if found is None:
        found, usual = ACCENTED.search(text), "cp1251 is a usual one of Cyrillic"
    if found is None:
        found, usual = CUT_BY_SIGNS.search(text), "cp1250 is a usual one of central Europe"
    if found is None:
        return ()
    because = f"as text in another encoding has them; {usual}"
    return (Note(f"strange words, such as {found[0]!r}", because, "--encoding NAME"),)


def _is_in_gbk(found: re.Match[str]) -> bool:
    """Whether a word of Windows-1252, with signs among its letters, is one of Chinese letters in another encoding."""
    word = found[0]
    if word.isalpha() or len({*word}) < 3:
        return False
    try:
        letters = word.encode("cp1252").decode("gbk")
    except UnicodeError:
        return False
    return all("\u4e00" <= letter <= "\u9fff" for letter in letters)


def check_encoding(encoding: str | None) -> None:
    """Refuse the name of an encoding that Python does not know, or that is not for text files."""
    name = encoding or "utf-8"
    try:
        b"    ".decode(name, "replace")
        if codecs.lookup(name).name.replace("-", "_") in NO_TEXT:
            raise LookupError(name)
    except (LookupError, ValueError) as error:
        raise unknown("encoding", encoding, ENCODINGS, "--encoding") from error


def no_text(name: str, encoding: str) -> OptionError:
    return OptionError(
        "encoding-of-no-text",
        f"{name} is no text, which alone has an encoding",
        got=f"--encoding {encoding}",
        do="leave out --encoding",
    )


@contextmanager
def in_utf8(content: Content, encoding: str | None) -> Iterator[Content]:
    """Text in an encoding that was named as a file in UTF-8, for as long as it is needed; without a name as it is.

    Errors: ``FileError`` with the line that is not in this encoding, ``OptionError`` for what is no text.
    """
    if encoding is None:
        yield content
        return
    if content.head.startswith(BINARY):
        raise no_text(content.name, encoding)
    with scratch_folder() as folder:
        path = Path(folder).resolve() / "data"
        try:
            decoder = codecs.getincrementaldecoder(encoding)()
            with unpacked(content) as file, path.open("w", encoding="utf-8", newline="") as copy:
                while part := file.read(2**20):
                    copy.write(decoder.decode(part))
                copy.write(decoder.decode(b"", final=True))
        except UnicodeError as error:
            raise FileError(
                "another-encoding",
                f"{first_other(content, encoding)} of {content.name} is not in the encoding {encoding}",
                got=strange_bytes(error, content.head),
                wanted=f"text in {encoding}",
                do="another --encoding NAME, or correct that line",
            ) from error
        with path.open("rb") as file:
            head = file.read(HEAD)
        size = path.stat().st_size
        yield replace(content, path=path, size=size, head=head, compressed=False, unpacked=size)


def unmarked_utf16(head: bytes) -> str:
    """The kind of UTF-16 that text without a mark is in, most of it Latin; "" for anything else.

    >>> unmarked_utf16("a,b,c".encode("utf-16-le")), unmarked_utf16(b"a,b,c")
    ('utf-16-le', '')
    """
    zeros = [head[place::2].count(0) for place in (0, 1)]
    most = 0.9 * (len(head) // 2)
    return (
        "utf-16-le"
        if not zeros[0] and zeros[1] > most
        else "utf-16-be"
        if not zeros[1] and zeros[0] > most
        else ""
    )
