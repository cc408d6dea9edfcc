"""Whether the target was guessed, and why."""

from __future__ import annotations

from fourfold.data.columns.target_choice import LAST

from .case import Case

__all__ = ["is_number", "was_guessed", "was_last", "why_guessed"]


def why_guessed(case: Case) -> str | None:
    """Why the target was taken; None if it was asked for."""
    notes = (note for note in case.dataset.notes if note.what == f"target: {case.dataset.target_name}" and note.option)
    return next((note.because for note in notes), None)


def was_guessed(case: Case, because: str = "") -> bool:
    """Whether the target was, for this reason or for any."""
    why = why_guessed(case)
    return why is not None and because in ("", why)


def was_last(case: Case) -> bool:
    """Whether the target was taken as the last column, or the last but some that can be none."""
    return (why_guessed(case) or "").startswith(LAST)


def is_number(case: Case) -> bool:
    """Whether the target holds numbers, though they may be taken for classes."""
    return case.task.kind == "regression" or case.task.label_type in ("integer", "number")
