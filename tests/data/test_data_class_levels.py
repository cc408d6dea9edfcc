"""Of folders within folders either may name the classes: this is said, or asked."""

import numpy as np
import pytest

from fourfold.data import read
from fourfold.data.judgement.findings import judge
from fourfold.errors import DataError


def made(folder, *names, files=6):
    random = np.random.default_rng(0)
    for name in names:
        (folder / name).mkdir(parents=True)
        for k in range(files):
            np.savetxt(folder / name / f"r{k}.csv", random.normal(size=(9, 2)), delimiter=",", header="ax,ay", comments="")
    return folder


def test_the_same_subfolders_in_each_of_numbered_folders_are_refused(tmp_path):
    folder = made(tmp_path, *(f"s{k}/{what}" for k in (1, 2, 3) for what in ("walk", "sit")))
    with pytest.raises(DataError) as caught:
        read(folder)
    assert caught.value.slug == "classes-at-two-levels"
    assert str(caught.value) == (
        f"{folder} holds numbered folders with the same subfolders in each: either may be the classes: got 's1', 's2', 's3', and in "
        "these 'sit', 'walk', wanted a folder for each class, and the files in it. Do this: copy the files: to "
        "sit/s1-r0.csv and the like, if 'sit' is a class; to s1/sit-r0.csv, if 's1' is one"
    )


def test_one_subject_may_lack_one(tmp_path):
    names = [f"s{k}/{what}" for k in range(6) for what in ("walk", "sit", "run")]
    with pytest.raises(DataError, match="either may be the classes"):
        read(made(tmp_path, *names[1:]))


def test_words_are_the_classes_and_the_folders_in_each_may_be(tmp_path):
    folder = made(tmp_path, *(f"{who}/{what}" for who in ("cat", "dog") for what in ("near", "far")))
    found = read(folder)
    assert found.task.classes == ("cat", "dog")
    said = next(finding for finding in judge(found) if finding.slug == "classes-within-classes")
    assert said.important and str(said) == (
        "the classes are the folders 'cat', 'dog'; in each lie 'far', 'near', which may be the classes instead. Do this: if "
        "'far' is a class, copy the files to far/cat-r0.csv and the like"
    )


@pytest.mark.parametrize(
    "names",
    [
        ("cat/2019", "cat/2020", "dog/2019", "dog/2020"),
        ("cat/train", "cat/test", "dog/train", "dog/test"),
        ("cat/train", "cat/val", "cat/test", "dog/train", "dog/val", "dog/test"),
        ("cat/tabby", "cat/siamese", "dog/poodle", "dog/pug"),
        ("cat/files", "dog/files"),
        ("cat", "dog", "dog/more"),
    ],
    ids=["numbered", "train and test", "train, val and test", "kinds of their own", "one in each", "files beside"],
)
def test_the_folders_are_the_classes_elsewhere(names, tmp_path):
    found = read(made(tmp_path, *names))
    assert found.task.classes == ("cat", "dog") and not any(f.slug == "classes-within-classes" for f in judge(found))
