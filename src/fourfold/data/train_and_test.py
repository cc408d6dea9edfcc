"""A folder of rows to learn from and rows to test on, as competitions and data sets hand them out."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from fourfold.data.columns.frame_index import UNNAMED_INDEX, without_index
from fourfold.data.columns.roles import NO_ROLES
from fourfold.data.files.folder import Folder
from fourfold.data.files.forms import read_tables
from fourfold.data.files.parts import entries_of, other_parts, part_name
from fourfold.data.files.picture_tables import holders_of_pictures, row_width, table_of
from fourfold.data.values.words import as_objects

from .dataset import Note
from .join import lacking_beside, lacking_target, unfilled_target, with_test
from .messages import listed, quoted
from .reading import Reading, reading_after
from .source import Source


def train_and_test(folder: Folder, train: Sequence[Path], tests: Sequence[Sequence[Path]]) -> Source:
    """The training rows, and the first of the ``tests`` that has targets as test rows.

    Those without targets, as competitions hand them out, are named: they can be predicted.
    """
    reading = folder.reading
    source = _named(part_name(train[0]), _part(folder, train, reading))
    used, notes = [*train], []
    if _are_bare(source) and not reading.all:
        listing = table_of(train[0], {part_name(part[0]) for part in tests}, reading)
        source = source if listing is None else folder.open(listing, reading)
        used += [] if listing is None else [listing]
    beside = len(used) > len(train) or (folder.path / part_name(train[0])).is_dir()
    if source.pictures and beside and row_width(source) > 1:
        notes.append(Note(f"table: {used[-1].name}", "it holds paths of the pictures"))
    named, reading = reading.targets, reading_after(source, reading)
    held = holders_of_pictures(source)
    for part in tests:
        test = _named(part_name(part[0]), _part(folder, part, reading))
        held |= holders_of_pictures(test)
        if _are_bare(test) and row_width(source) > 1 and part[0].is_dir():
            used += part
            how = f"fourfold predict FOLDER {shlex.quote(str(part[0]))} predicts them"
            notes.append(Note(f"not used: {part[0].name!r}", f"pictures that no table tells of; {how}"))
            continue
        lacking = lacking_target(source, test, named)
        unfilled, filling = ("", "") if lacking else unfilled_target(source, test, named)
        used += part
        if UNNAMED_INDEX.fullmatch(lacking):
            source, lacking = without_index(source, NO_ROLES, None), ""
        if not lacking and not unfilled:
            source = with_test(source, test)
            break
        lacking = lacking or unfilled
        source = source if source.target is not None else replace(source, lacking=lacking)
        learnt, tested = (shlex.quote(str(paths[0])) for paths in (train, part))
        another = reading.targets and lacking not in reading.targets
        how = f"{learnt} --test {tested} --drop {quoted(lacking)} tests on it"
        beside_it = lacking_beside(source, test, lacking)
        without = f", where --drop {quoted(','.join(beside_it))} was said for comparing" * bool(beside_it)
        how = how if another else f"fourfold predict FOLDER {tested} predicts it{without}"
        absent = f"{unfilled!r} is {filling} in all rows" if unfilled else f"no {listed([lacking, *beside_it])} in it"
        notes.append(Note(f"not used: {listed([entry.name for entry in part])}", f"{absent}; {how}"))
    others = [entry for entry in entries_of(folder.path) if entry not in used]
    if ignored := [entry.name for entry in others if entry.resolve() not in held]:
        more = other_parts(folder.path, used)
        how = f"; rows to validate are taken from train: to learn from {listed(more)}, too, put its rows into train"
        notes.append(Note(f"ignored: {listed(ignored)}", f"beside train and test{how * bool(more)}"))
    return replace(source, name=str(folder.path)).noting(*notes)


def _are_bare(source: Source) -> bool:
    """Whether these are pictures of which nothing is known."""
    return source.target is None and bool(source.pictures) and row_width(source) == 1


def _part(folder: Folder, entries: Sequence[Path], reading: Reading) -> Source:
    """What one part of a folder holds: a folder, a file, or several tables."""
    if len(entries) == 1:
        return folder.open(entries[0], reading)
    return read_tables(str(folder.path / part_name(entries[0])), entries, reading)


def _named(part: str, source: Source) -> Source:
    """The files of one part of a folder, called by the part and their names."""
    if source.ids is None:
        return source
    return replace(source, ids=as_objects([f"{part}/{name}" for name in source.ids]))
