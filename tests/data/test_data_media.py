"""Pictures, texts, sounds and recordings as people keep them: in folders, beside tables, in archives."""

import io
import random
import zipfile

import pytest
from data_samples import LABELS, files, png, read_and_said, refused_and_said, rows, zipped

WORDS = ["plot", "music", "actor", "scene", "film", "story", "town", "people"]
WAV = b"RIFF\x24\0\0\0WAVEfmt " + bytes(40)
CLASSES = {f"{LABELS[i % 2]}__{i}_dot_png": png() for i in range(20)}


def sounds(end, **others):
    return files(**{f"{LABELS[i % 2]}__{i}_dot_{end}": WAV for i in range(20)}, **others)


def beside(names, cells):
    """A table of pictures with more columns, and the pictures."""
    table = rows(f"file,{names},y", lambda i: f"{i}.png,{cells(i)}", 20)
    return files(a_dot_csv=table, **{f"{i}_dot_png": png() for i in range(20)})


def archive(*names):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for name in names:
            packed.writestr(name, png())
    return file.getvalue()


def tagged(mark):
    """Sentences of words and tags."""
    tags = ["O", "B-PER", "I-PER", "O", "O", "O", "O"]
    return "\n".join("".join(f"{word}{mark}{tag}\n" for word, tag in zip(drawn(i).split(), tags)) for i in range(20))


def recordings(folder):
    """Recordings in a folder, and beside it a table of their names and classes, which is what is read."""
    steps = {f"r__{i}_dot_csv": "t,v\n" + "".join(f"{t},{(i * t) % 7}\n" for t in range(9)) for i in range(20)}
    table = rows("name,y", lambda i: f"{i}.csv", 20)
    return files(labels_dot_csv=table, **steps)(folder) / "labels.csv"


def listed(places, folder="images"):
    return rows("file,y", lambda i: f"{folder}/{places[i]}.png", len(places))


def drawn(place):
    """A text of few different words, other ones in each row."""
    return " ".join(random.Random(place).choices(WORDS, k=9))


# name: (maker, options, words of what is printed)
READ = {
    "names of sounds beside other columns": (rows("filename,fold,kind", lambda i: f"1-{i}-A.wav,{i % 5}", 40), {}, "! column 'filename' names sounds, which are not read: the other columns are. Do this: if the sounds are the data, table"),
    "two columns of names of sounds beside another": (rows("left,right,fold,kind", lambda i: f"{i}.wav,b{i}.flac,{i % 5}", 40), {}, "! columns 'left', 'right' name sounds, which are not read: the other columns are. Do this: if the sounds are the data, table = pandas.read_csv('"),
    "tables of both parts beside the folder of their pictures": (files(train_dot_csv=listed(range(16)), test_dot_csv=listed(range(16, 24)), **{f"images__{i}_dot_png": png() for i in range(24)}), {}, ".csv; all other rows train)\ntarget: y"),
    "a table of tags that has no sentences": (tagged(" ").replace("\n\n", "\n"), {}, "into 3 classes ('B-PER', 'I-PER', 'O')"),
    "which rows test, beside pictures": (beside("split", lambda i: ["train", "test"][i > 15]), {}, "! column 'split' says which images train and which test ('test', 'train'), and is left out"),
    "which rows test, beside texts": (rows("split,text,y", lambda i: f"{['train', 'val'][i > 30]},{drawn(i)}", 40), {"layout": "text"}, "! column 'split' says which texts train and which test ('train', 'val'), and is left out"),
    "boxes beside pictures": (beside("xmin,ymin,xmax,ymax", lambda i: f"{i % 3},1,{5 + i % 3},6"), {}, "! columns 'xmin', 'ymin', 'xmax', 'ymax' say where in a picture something is"),
    "mails, named by numbers and digests": (files(**{f"{LABELS[i % 2]}__{i:05}_dot_{i * 10**30 + 2**80:032x}": drawn(i) for i in range(20)}), {}, "20 texts of 1 used column"),
    "mails, named by numbers behind a point": (zipped("a.zip", **{f"{LABELS[i % 2]}/mail.{i}": drawn(i) for i in range(20)}), {}, "20 texts of 1 used column"),
    "classes before a column that never varies": (files(labels_dot_csv=rows("file,animal,age,view", lambda i: f"{i}.png,{['cat', 'dog', 'cow'][i % 3]},{i % 31}.5", 40, label=lambda i: "side"), **{f"{i}_dot_png": png() for i in range(40)}), {}, "! the last column, 'age', was taken for the target, and 'animal', 3 classes, is left out beside the pictures. Do this: --target animal"),
    "two columns of classes": (files(labels_dot_csv=rows("file,animal,age,colour", lambda i: f"{i}.png,{['cat', 'dog', 'cow'][i % 3]},{i % 4}", 40), **{f"{i}_dot_png": png() for i in range(40)}), {}, "! the last column, 'colour', was taken for the target, and 'animal', 3 classes, is left out beside the pictures. Do this: --target animal"),
    "two columns of numbered classes": (files(labels_dot_csv=rows("file,fine_label,coarse_label", lambda i: f"{i}.png,{i % 6}", 40, lambda i: i % 3), **{f"{i}_dot_png": png() for i in range(40)}), {}, "'fine_label', 6 classes, is left out"),
    "folders of a storage device": (files(**CLASSES, **{"@eaDir__0_dot_png": png(), "p__@eaDir__1_dot_png": png()}), {}, "20 images of 8x8x1"),
    "a class none of whose files is read": (files(**CLASSES, **{f"z__{i}_dot_heic": b"x" for i in range(5)}), {}, "left out: 'z' (none of their files is read: '.heic')"),
}  # fmt: skip

# name: (maker, options, exit code, slug, words of the message)
REFUSED = {
    "one class alone in files that are read": (files(**{f"{LABELS[i % 2]}__{i}_dot_{['txt', 'rst'][i % 2]}": "a text" for i in range(20)}), {}, 2, "unread-class", "no file of 'q' is read, of 'p' 10 files: got q/1.rst, and p/0.txt"),
    "texts and their translations": (rows("id,en,de", lambda i: f"{i},the film {i} was good and had {i * 7} scenes", 60, lambda i: f"der Film {i} war gut mit {i * 7} Szenen"), {}, 2, "too-many-classes", "choose another target: texts are no classes, and to write them is no task here: 'de' was taken for it"),
    "a label before two texts of few words": (rows("gold,sure,one,two", lambda i: f"{LABELS[i % 2]},{LABELS[i % 3 % 2]},{drawn(i)}", 60, lambda i: drawn(i + 60)), {}, 2, "too-many-classes", "its cell lists; else --target sure, or another column"),
    "names of recordings in a folder beside their table": (recordings, {}, 2, "no-useful-columns", "/data/r --y "),
    "labels beside packed pictures": (files(train_dot_zip=archive("cat/1.png", "dog/2.png"), labels_dot_csv=rows("id,kind", str, 40)), {}, 2, "no-useful-columns", "ignored: 'train.zip' (packed; unpack it, if it holds what the table names)"),
    "tagged words between blanks": (tagged(" "), {}, 2, "wrong-kind", "words in the form of CoNLL"),
    "tagged words between tabs": (tagged("\t"), {}, 2, "wrong-kind", "a row for each sentence, its words in one cell"),
    "names of sounds": (rows("file,kind", lambda i: f"audio/{i}.wav", 40), {}, 2, "no-useful-columns", "for path in table['file']], y=list(table['kind']))"),
    "sounds of several kinds": (files(**{f"{LABELS[i % 2]}__{i}_dot_{['ogg', 'flac'][i % 2]}": WAV for i in range(20)}), {}, 2, "folder", "if path.suffix in ['.ogg', '.flac']); numpy.savez('data.npz', x=[librosa"),
    "sounds in folders of classes": (sounds("wav", README_dot_md="about"), {}, 2, "folder", "y=[path.parent.name for path in paths])"),
    "sounds and a table of them": (files(meta__a_dot_csv=rows("filename,fold,kind", lambda i: f"{i}.wav,{i % 5}", 20), **{f"audio__{i}_dot_wav": WAV for i in range(20)}), {}, 2, "folder", "y=a list of their classes, by the names in 'a.csv'"),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_read_and_said(name, tmp_path, recwarn):
    content, options, words = READ[name]
    read_and_said(content, words, tmp_path, recwarn, **options)


@pytest.mark.parametrize("name", REFUSED)
def test_refused_and_said(name, tmp_path):
    content, options, code, slug, words = REFUSED[name]
    refused_and_said(content, code, slug, words, tmp_path, **options)
