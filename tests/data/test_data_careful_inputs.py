"""What careful people bring, with the options that they give: read and said, or refused, each for a stated reason."""

import numpy as np
import pytest
from data_samples import column, files, read_and_said, refused_and_said, rows

from fourfold.data.words import as_written, understood


def labelled(train, test):
    """Training and test rows with classes of their own."""
    table = {
        part: rows("v,w,y", lambda i: f"{i % 9},{i % 7}", label=lambda i, two=two: two[i % 2])
        for part, two in (("train", train), ("test", test))
    }
    return files(train_dot_csv=table["train"], test_dot_csv=table["test"])


def films(*classes):
    return files(
        **{
            f"{part}__{c}__{i}_dot_txt": f"a {c} film, {i}"
            for part in ("train", "test")
            for c in classes
            for i in range(8)
        }
    )


# name: (content or maker, options, words of what is printed)
READ = {
    "texts without a class beside the classes": (films("pos", "neg", "unsup"), {}, "left out: 'unsup' (files without a class, as the name says)"),
    "two classes, one of them called unlabelled": (films("labelled", "unlabelled"), {}, "into 2 classes ('labelled', 'unlabelled')"),
    "test classes with a dot at the end": (labelled(["<=50K", ">50K"], ["<=50K.", ">50K."]), {}, "test classes '<=50K.', '>50K.' taken for '<=50K', '>50K'"),
    "test classes with other capitals": (labelled(["yes", "no"], ["Yes", "no"]), {}, "test classes 'Yes' taken for 'yes' (case, blanks"),
    "thousands and millions": (column(["1.2k", "3.4M", "850", "12K"]), {}, "column v: number (k is 1,000, M 1,000,000"),
    "money in thousands and millions": (column(["€110.5M", "€565K", "€0"]), {}, "column v: number (k is 1,000"),
    "thousands alone": (column(["1.2k", "3.4k", "7k"]), {}, "column v: number (k left out)"),
    "numbers of houses": (column(["12B", "12", "14", "7K"]), {}, "20 of 40 values are numbers, but not '12B'"),
    "weights in two units": (column(["500 g", "1.2 kg", "700 g", "3 kg"]), {}, "column v: category (numbers with several endings: 'g', 'kg')"),
    "latitudes of both halves": (column(["45.1N", "3.2S", "12.5N"]), {}, "numbers with several endings: 'N', 'S'"),
    "degrees": (column(["12°C", "15.5°C", "-3°C"]), {}, "column v: number (°C left out)"),
}  # fmt: skip

# name: (content or maker, options, exit code, slug, words of the message)
REFUSED = {
    "a data logger's four lines of header": ('"TOA5","CR1000","CR1000","1"\n"TIMESTAMP","RECORD"\n"TS","RN"\n"",""\n', {}, 2, "wrong-kind", "skiprows=[0, 2, 3]"),
    "test classes that may be either of two": (labelled(["yes", "Yes"], ["YES", "yes"]), {}, 2, "class-only-in-test", "got 'YES'"),
}  # fmt: skip


def test_new_numbers_in_thousands_are_read_as_those_of_training():
    words = np.array(["€1.5K", "€7M", "€850", "€2", "many"], dtype=object)
    written = understood(words[:4]).written
    assert as_written(words, "number", written)[:4].tolist() == [1500, 7e6, 850, 2]


@pytest.mark.parametrize("name", READ)
def test_read_and_said(name, tmp_path, recwarn):
    content, options, words = READ[name]
    read_and_said(content, words, tmp_path, recwarn, **options)


@pytest.mark.parametrize("name", REFUSED)
def test_refused_and_said(name, tmp_path):
    content, options, code, slug, words = REFUSED[name]
    refused_and_said(content, code, slug, words, tmp_path, **options)
