"""Folders of images and of texts as batches, a folder for each class; the names and the arguments are Keras's."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from fourfold.errors import FileError, OptionError, closest
from fourfold.preprocessing.batches import Batches
from fourfold.preprocessing.image import MODES, img_to_array, load_img
from fourfold.preprocessing.resampling import METHODS, of_the_same_ratio, padded_to_ratio, resized

IMAGES = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
TEXTS = (".txt",)
LABEL_MODES = ("int", "binary", "categorical")
SUBSETS = ("training", "validation", "both")
THREADS = 4
"""That read files at the same time; decoding pictures leaves Python free."""


def image_dataset_from_directory(
    directory: str | PathLike[str],
    labels: str | Sequence[int] | None = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    color_mode: str = "rgb",
    batch_size: int | None = 32,
    image_size: int | tuple[int, int] = (256, 256),
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    interpolation: str = "bilinear",
    follow_links: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    data_format: str | None = None,
    format: str = "tf",
    verbose: bool = True,
) -> Any:
    """The images of a folder in batches: x (N, H, W, C), float32 from 0 to 255, and y (N,), numbers of their classes.

    Arguments as in Keras; what comes back, `Batches`, is gone through batch by batch, or given to `fit`, `evaluate` and
    `predict`. The split and the classes' numbers are those of Keras from the same ``seed``.

    Args:
        directory: with a folder for each class, in which .bmp, .gif, .jpeg, .jpg and .png are read, those of folders
            below included.
        labels: "inferred" from the folders; a number for each file in the order of their paths; None for x alone.
        label_mode: "int"; "binary", y (N, 1) of 0 and 1; "categorical", y (N, classes) one-hot; None for x alone.
        class_names: the folders of the classes in the order of their numbers; by default sorted by name.
        color_mode: "grayscale", "rgb" or "rgba".
        batch_size: images of a batch; None for one after the other, without a batch axis.
        image_size: (H, W), or one number for both.
        shuffle: whether images come in another order each time; else sorted by path.
        seed: of the split and of that order.
        validation_split: the share of the images for validation, with ``subset``.
        subset: "training", "validation", or "both" for a list of both.
        interpolation: "bilinear", "nearest", "bicubic", "lanczos3" or "lanczos5", without antialiasing, as in Keras.
        follow_links: whether links to folders are followed.
        crop_to_aspect_ratio: whether the middle of the wanted proportions is what gets the size.
        pad_to_aspect_ratio: whether images are padded with zeros to the wanted proportions.
        data_format: "channels_last" (the default) or "channels_first".
        format: accepted, and changes nothing.
        verbose: whether it prints how many files of how many classes there are.

    Errors: `OptionError` for arguments that can't be, `FileError` for a folder without images and, when it comes to
    them, for files that are no images.

    >>> from tempfile import mkdtemp
    >>> from fourfold.preprocessing.image import save_img
    >>> folder = Path(mkdtemp())
    >>> for name in ("cat", "dog"):
    ...     (folder / name).mkdir()
    ...     save_img(folder / name / "1.png", np.zeros((9, 12, 3)))
    >>> images = image_dataset_from_directory(folder, image_size=(8, 8), shuffle=False)
    2 files of 2 classes
    >>> [(x.shape, y.tolist()) for x, y in images], images.class_names
    ([((2, 8, 8, 3), [0, 1])], ['cat', 'dog'])
    """
    size = (image_size, image_size) if isinstance(image_size, int) else image_size
    if not (isinstance(size, (tuple, list)) and len(size) == 2 and all(isinstance(n, int) and n > 0 for n in size)):
        raise _wrong("image_size", image_size, "(height, width), or one number for both")
    _among("color_mode", color_mode, MODES)
    _among("interpolation", interpolation, METHODS)
    _among("data_format", data_format or "channels_last", ("channels_last", "channels_first"))
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise _wrong("crop_to_aspect_ratio", "True, and pad_to_aspect_ratio=True", "one of them")
    read = partial(
        _image,
        size=(size[0], size[1]),
        color_mode=color_mode,
        method=interpolation,
        fitted=_FITTED[crop_to_aspect_ratio, pad_to_aspect_ratio],
        data_format=data_format,
    )
    files = _Files.of(directory, labels, label_mode, IMAGES, class_names, shuffle, seed, follow_links, verbose)
    return files.batches(read, batch_size, validation_split, subset)


def text_dataset_from_directory(
    directory: str | PathLike[str],
    labels: str | Sequence[int] | None = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    batch_size: int | None = 32,
    max_length: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    follow_links: bool = False,
    format: str = "tf",
    verbose: bool = True,
) -> Any:
    """The .txt files of a folder in batches: x (N,), strings, and y (N,), the numbers of their classes.

    Arguments as in Keras and as of `image_dataset_from_directory`; ``max_length`` is the most characters of a text.
    Texts are in UTF-8. `Batches.map` with a `TextVectorization` makes numbers of them.

    >>> from tempfile import mkdtemp
    >>> folder = Path(mkdtemp())
    >>> for name in ("bad", "good"):
    ...     (folder / name).mkdir()
    ...     _ = (folder / name / "1.txt").write_text(f"a {name} one")
    >>> texts = text_dataset_from_directory(folder, shuffle=False, max_length=6)
    2 files of 2 classes
    >>> [(x.tolist(), y.tolist()) for x, y in texts]
    [(['a bad ', 'a good'], [0, 1])]
    """
    read = partial(_text, length=max_length)
    files = _Files.of(directory, labels, label_mode, TEXTS, class_names, shuffle, seed, follow_links, verbose)
    return files.batches(read, batch_size, validation_split, subset)


@dataclass(frozen=True)
class _Files:
    """Files with the targets of their classes, of which a part may be taken, and how their order is drawn."""

    paths: list[str]
    y: np.ndarray | None
    class_names: list[str] | None
    shuffle: bool
    seed: int | None
    verbose: bool

    @classmethod
    def of(
        cls,
        directory: str | PathLike[str],
        labels: Any,
        mode: str | None,
        kinds: tuple[str, ...],
        class_names: Sequence[str] | None,
        shuffle: bool,
        seed: int | None,
        follow_links: bool,
        verbose: bool,
    ) -> _Files:
        """The files of a folder, in the order that Keras draws from the seed."""
        if mode is not None:
            _among("label_mode", mode, LABEL_MODES)
        folder, inferred = _folder(directory), isinstance(labels, str)
        if inferred and labels != "inferred":
            raise _wrong("labels", labels, '"inferred", a number for each file, or None')
        if class_names is not None and not inferred:
            raise _wrong("class_names", list(class_names), 'None, but where labels="inferred"')
        names = _classes(folder, class_names) if inferred else [""]
        found = [_below(folder / name, kinds, follow_links) for name in names]
        paths = [path for part in found for path in part]
        numbers = np.repeat(np.arange(len(found), dtype=np.int32), [len(part) for part in found])
        if not paths:
            raise FileError(
                "no-files-of-a-kind",
                f"{folder} has no files to read",
                got=f"{len(names)} folders" if inferred else "no such file",
                wanted=f"files of {', '.join(kinds)}" + ", in a folder for each class" * inferred,
            )
        if labels is not None and not inferred:
            if len(labels) != len(paths):
                raise _wrong("labels", f"{len(labels)} of them", f"{len(paths)}, one for each file")
            numbers, names = np.array(labels, np.int32), [str(label) for label in sorted(set(labels))]
            if mode != "int" and not 0 <= numbers.min() <= numbers.max() < len(names):
                raise _wrong("labels", f"{', '.join(names[:5])}", f'0 to {len(names) - 1}, or label_mode="int"')
        if mode == "binary" and labels is not None and len(names) != 2:
            raise _wrong("label_mode", mode, f'"int" or "categorical" for {len(names)} classes')
        if verbose:
            print(f"{len(paths):,} files" + f" of {len(names):,} classes" * (labels is not None))
        if shuffle:
            drawn = int(np.random.randint(10**6)) if seed is None else seed
            np.random.RandomState(drawn).shuffle(paths)
            np.random.RandomState(drawn).shuffle(numbers)
        y = None if labels is None or mode is None else _targets(numbers, mode, len(names))
        return cls(paths, y, None if labels is None else names, shuffle, seed, verbose)

    def batches(
        self,
        read: Callable[[str], Any],
        batch_size: int | None,
        validation_split: float | None,
        subset: str | None,
    ) -> Any:
        """All files in batches, or those of a part, or of both parts."""
        if not isinstance(batch_size, (int, type(None))) or batch_size == 0:
            raise _wrong("batch_size", batch_size, "a number of examples from 1 on, or None")
        if subset is not None:
            _among("subset", subset, SUBSETS)
        if (validation_split is None) != (subset is None):
            raise _wrong("validation_split", f"{validation_split}, and subset={subset!r}", "both, or neither")
        if subset is None or validation_split is None:
            return self._batches(read, batch_size)
        if not 0 < validation_split < 1:
            raise _wrong("validation_split", validation_split, "a share between 0 and 1")
        if self.shuffle and self.seed is None:
            raise _wrong("seed", None, "a number, so that the parts don't overlap")
        count = int(validation_split * len(self.paths))
        if not 0 < count < len(self.paths):
            wanted = f"a share that leaves some of {len(self.paths)} files in both parts"
            raise _wrong("validation_split", validation_split, wanted)
        parts = {
            "training": self._part(slice(None, -count), self.shuffle),
            "validation": self._part(slice(-count, None), self.shuffle and subset == "validation"),
        }
        chosen = list(parts) if subset == "both" else [subset]
        made = []
        for name in chosen:
            if self.verbose:
                print(f"{len(parts[name].paths):,} of them for {name}")
            made.append(parts[name]._batches(read, batch_size))
        return made if subset == "both" else made[0]

    def _part(self, part: slice, shuffle: bool) -> _Files:
        y = None if self.y is None else self.y[part]
        return replace(self, paths=self.paths[part], y=y, shuffle=shuffle)

    def _batches(self, read: Callable[[str], Any], batch_size: int | None) -> Batches:
        size, count, y = batch_size or 1, len(self.paths), self.y
        rng = np.random.default_rng(self.seed) if self.shuffle else None

        def made() -> Iterator[Any]:
            order = np.arange(count) if rng is None else rng.permutation(count)
            with ThreadPoolExecutor(THREADS) as pool:
                for first in range(0, count, size):
                    rows = order[first : first + size]
                    examples = list(pool.map(read, [self.paths[row] for row in rows]))
                    x = np.array(examples, object if isinstance(examples[0], str) else np.float32)
                    batch = (x,) if y is None else (x, y[rows])
                    if batch_size is None:
                        batch = tuple(part[0] for part in batch)
                    yield batch if len(batch) == 2 else batch[0]

        return Batches(made, -(-count // size), self.class_names, self.paths)


def _targets(numbers: np.ndarray, mode: str, classes: int) -> np.ndarray:
    """Numbers of classes as the label mode has them."""
    if mode == "categorical":
        return np.eye(classes, dtype=np.float32)[numbers]
    return numbers[:, None].astype(np.float32) if mode == "binary" else numbers


def _folder(directory: str | PathLike[str]) -> Path:
    folder = Path(directory)
    if not folder.is_dir():
        raise FileError(
            "no-such-folder",
            "there is no folder of this name",
            got=str(folder),
            wanted="a folder with a folder for each class",
        )
    return folder


def _classes(folder: Path, class_names: Sequence[str] | None) -> list[str]:
    """The folders of the classes, in the order of their numbers."""
    there = sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    for name in class_names or ():
        if name not in there:
            raise _wrong("class_names", f"{name!r}{closest(name, there)}", f"some of {', '.join(there)}")
    return there if class_names is None else list(class_names)


def _below(folder: Path, kinds: tuple[str, ...], follow_links: bool) -> list[str]:
    """The files of some kinds in a folder and those below, sorted by folder and name."""
    return [
        os.path.join(root, name)
        for root, _, files in sorted(os.walk(folder, followlinks=follow_links))
        for name in sorted(files)
        if name.lower().endswith(kinds)
    ]


def _image(
    path: str,
    size: tuple[int, int],
    color_mode: str,
    method: str,
    fitted: Callable[..., np.ndarray],
    data_format: str | None,
) -> np.ndarray:
    from PIL import Image, UnidentifiedImageError

    try:
        image = img_to_array(load_img(path, color_mode))
    except (Image.DecompressionBombError, UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise FileError(
            "unreadable-image",
            f"{path} can't be read as an image",
            got=str(error)[:120].replace(path, Path(path).name),
            wanted=f"one of {', '.join(IMAGES)}",
            do="mend or remove it",
        ) from error
    image = resized(fitted(image, *size), *size, method)
    return image.transpose(2, 0, 1) if data_format == "channels_first" else image


_FITTED: dict[tuple[bool, bool], Callable[..., np.ndarray]] = {
    (False, False): lambda image, height, width: image,
    (True, False): of_the_same_ratio,
    (False, True): padded_to_ratio,
}
"""What comes before resizing, by crop_to_aspect_ratio and pad_to_aspect_ratio."""


def _text(path: str, length: int | None) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read(-1 if length is None else length)
    except UnicodeDecodeError as error:
        raise FileError(
            "text-encoding",
            f"{path} is not in UTF-8",
            got=str(error)[:120],
            wanted="texts in UTF-8",
            do="convert it, as with iconv -t utf-8, or remove it",
        ) from error


def _among(name: str, given: Any, known: Iterable[str]) -> None:
    if given not in list(known):
        raise _wrong(name, f"{given!r}{closest(str(given), list(known))}", ", ".join(map(repr, known)))


def _wrong(name: str, got: Any, wanted: str) -> OptionError:
    return OptionError("folder-option", f"{name} can't be this", got=f"{name}={got}", wanted=wanted)
