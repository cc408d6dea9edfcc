"""What competitions, programs and devices hand out: read and said, or refused, each for a stated reason."""

import pytest
from data_samples import files, png, read_and_said, refused_and_said, rows

TRAIN = rows("Id,Survived,v", lambda i: f"{i + 1},{i % 2}", label=lambda i: i % 9)
TEST = rows("Id,v", lambda i: i + 101, label=lambda i: i % 9)


def pictures(*parts):
    return {f"{part}__{c}__{i}_dot_png": png() for part in parts for c in "ab" for i in range(8)}


# name: (content or maker, words of what is printed)
READ = {
    "a competition whose test rows have no target": (files(train_dot_csv=TRAIN, test_dot_csv=TEST), "not used: 'test.csv' (no 'Survived' in it; fourfold predict FOLDER"),
    "the target is what the test rows lack": (files(train_dot_csv=TRAIN, test_dot_csv=TEST, sample_submission_dot_csv="Id,Survived\n101,0\n"), "target: Survived (the only column that the test rows lack); --target NAME overrides"),
    "validation rows beside test rows without a target": (files(train_dot_csv=TRAIN, val_dot_csv=TRAIN, test_dot_csv=TEST), "test rows: 30 (from"),
    "pictures to train and to validate on, and others without classes": (files(**pictures("train", "val"), **{f"test__{i}_dot_png": png() for i in range(8)}), "not used: 'test' (no 'class' in it; fourfold predict FOLDER"),
}  # fmt: skip

# name: (content or maker, exit code, slug, words of the message)
REFUSED = {
    "test rows that lack another column than the target": (files(train_dot_csv=rows("v,w,y", lambda i: f"{i},{i % 7}"), test_dot_csv=rows("v,y", str)), 2, "test-columns", "no 'w'"),
    "test rows that write the target otherwise": (files(train_dot_csv=TRAIN, test_dot_csv=TRAIN.replace("Survived", "survived")), 2, "test-columns", "is it 'survived'?"),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_read_and_said(name, tmp_path, recwarn):
    read_and_said(*READ[name], tmp_path, recwarn)


@pytest.mark.parametrize("name", REFUSED)
def test_refused_and_said(name, tmp_path):
    refused_and_said(*REFUSED[name], tmp_path)
