"""Well-known data sets, in the very form in which they are published: read as meant, and said."""

import numpy as np
import pytest
from data_samples import files, png, read_and_said, refused_and_said, rows

from fourfold.data import read
from fourfold.data.columns.roles import Roles

TABLE = rows("v,w,y", lambda i: f"{i % 9},{i % 7}")
TEXT = "sentence\tlabel\n" + "".join(f"a film of its kind, number {i}\t{i % 2}\n" for i in range(30))
NAMELESS = TABLE.partition("\n")[2]


def news(folder):
    """20 Newsgroups, by date: the parts are the outer folders."""
    for part in ("20news-bydate-train", "20news-bydate-test"):
        for group in ("alt.atheism", "sci.space"):
            path = folder / "news" / part / group
            path.mkdir(parents=True)
            for i in range(10):
                (path / str(49960 + i)).write_text(f"From: someone\n\nwords of {group} and more, number {i}\n")
    return folder / "news"


def named_by_class(folder):
    """Pictures of Kaggle: classes in the names of those to learn from, none in those to predict."""
    for name in [f"train/{kind}.{i}.jpg" for kind in ("cat", "dog") for i in range(10)] + ["test1/1.jpg", "test1/2.jpg"]:
        path = folder / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png())
    return folder / "data"


def reviews(folder):
    """Reviews of Amazon: a time in seconds, by a name whose words capitals tell apart, stands behind what is asked for."""
    row = '{{"asin": "B{}", "overall": {}.0, "unixReviewTime": {}, "reviewTime": "02 28, 2014"}}\n'
    (folder / "reviews.json").write_text("".join(row.format(i % 7, i % 5, 1234567890 + i * 54321) for i in range(40)))
    return folder / "reviews.json"


def pictured(names, classes, count=800):
    """Rows of a class and 64 pixels."""
    random = np.random.default_rng(0)
    drawn = random.integers(0, 256, (100, 64)) * (random.random((100, 64)) > 0.4) * ([0] * 8 + [1] * 48 + [0] * 8)
    return names + "".join(f"{classes[i % len(classes)]},{','.join(map(str, drawn[i % len(classes)]))}\n" for i in range(count))


def faces(folder):
    """CelebA: the number of rows above the names, none of which is that of the pictures."""
    for i in range(20):
        (path := folder / "celeba" / "img_align_celeba" / f"{i:06d}.jpg").parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png())
    lines = [f"{i:06d}.jpg {[' 1', '-1'][i % 2]} {[' 1', '-1'][i % 3 > 0]}" for i in range(20)]
    (folder / "celeba" / "list_attr_celeba.txt").write_text("\n".join(["20", "Smiling Young ", *lines, ""]))
    return folder / "celeba"


BERKELEY = "% land and ocean\n%\n% Year, Month,  Anomaly, Unc.,   Anomaly, Unc.\n \n" + "".join(
    f"  {1900 + i // 12}    {i % 12 + 1:2d}    {(i * 7 % 13) / 9:6.3f}  {(i * 5 % 11) / 99:5.3f}    NaN  {(i * 3 % 17) / 99:5.3f}\n"
    for i in range(60)
)


# name: (content, options, words of what is said)
READ = {
    "NSL-KDD: a part is told by its capitals": (
        files(**{"KDDTrain+_dot_txt": NAMELESS, "KDDTest+_dot_txt": NAMELESS}), {}, "KDDTest+.txt; all other rows train)"),
    "20 Newsgroups: folders of parts": (news, {}, "20news-bydate-test; all other rows train)"),
    "Dogs vs. Cats: test1 beside train": (named_by_class, {}, "not used: 'test1' (no 'class' in it"),
    "CIFAR-10 of Kaggle: a form in one word": (
        files(trainLabels_dot_csv="id,label\n" + "".join(f"{i},{'pq'[i % 2]}\n" for i in range(20)),
              sampleSubmission_dot_csv="id,label\n1,p\n2,p\n", **{f"train__{i}_dot_png": png() for i in range(20)}),
        {}, "ignored: 'sampleSubmission.csv' (to be filled in, by their names)"),
    "GLUE: test has no labels, and dev has": (
        files(train_dot_tsv=TEXT, dev_dot_tsv=TEXT, test_dot_tsv="index\tsentence\n0\ta film\n1\ta plot\n"), {},
        "dev.tsv; all other rows train)"),
    "EMNIST: 26 letters before pixels": (pictured("", range(1, 27)), {}, "target: x0 (the only column of few whole numbers; the others are pixels)"),
    "Sign Language MNIST: no J and no Z": (
        pictured("label," + ",".join(f"pixel{k}" for k in range(1, 65)) + "\n", [*range(9), *range(10, 25)]), {},
        "task: classification into 24 classes ('0', '1', '2', '3', '4', '5', '6', '7' and 16 more) (its values are 24 different whole numbers, and it is called as classes are)"),
    "CelebA: a count, and names": (faces, {"target": "Smiling,Young"}, "left out: 1 line around the table (such as '20')"),
    "Berkeley Earth: commas between names, and none in rows": (BERKELEY, {"target": "Anomaly"}, "sorted by the date 'Year', 'Month'"),
    "Rossmann: test rows lack the target and what is counted with it": (
        files(train_dot_csv=rows("Store,Sales,Customers,Open", lambda i: f"{i % 5},{i * 37 % 901},{i * 11 % 97}", label=lambda i: i % 2),
              test_dot_csv=rows("Store,Open", lambda i: str(i % 5), label=lambda i: i % 2)),
        {"target": "Sales", "roles": Roles(drop=("Customers",))},
        "(no 'Sales', 'Customers' in it; fourfold predict FOLDER "),
    "reviews of Amazon": (reviews, {}, "target: overall (the last column that varies, as 'reviewTime' does not)"),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_read_and_said(name, tmp_path, recwarn):
    content, options, words = READ[name]
    read_and_said(content, words, tmp_path, recwarn, **options)


def test_columns_of_which_one_may_be_the_target_are_asked_for(tmp_path):
    train = rows("Store,Sales,Customers,Open", lambda i: f"{i % 5},{i * 37 % 901},{i * 11 % 97}", label=lambda i: i % 2)
    content = files(train_dot_csv=train, test_dot_csv=rows("Store,Open", lambda i: str(i % 5), label=lambda i: i % 2))
    refused_and_said(content, 2, "test-columns", "if one is the target, which test rows may lack, --target NAME", tmp_path)


def test_pixels_in_the_last_column_are_no_target(tmp_path):
    """Facial keypoints of Kaggle: targets stand before the picture."""
    faces = "nose_x,nose_y,Image\n" + "".join(
        f"{i % 7}.5,{i % 5}.25,{' '.join(str((i * k) % 256) for k in range(1, 65))}\n" for i in range(40)
    )
    words = "Do this: --target NAME, or several with commas between them: the numbers of 'Image' are inputs then"
    refused_and_said(faces, 2, "too-many-classes", words, tmp_path)
    assert read(tmp_path / "data.csv", target="nose_x,nose_y", layout="image").inputs.shape == (40, 8, 8, 1)
