"""Keep passwords out of git: know where a file would be one commit away from being everybody's."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from transformer.errors import UsageError


def work_tree(file: Path) -> Path | None:
    """Return the git work tree that `file` is in or would be, whatever links lead there; None where it is in none."""
    return next((folder for folder in file.resolve().parents if (folder / ".git").exists()), None)


def refuse_plaintext(files: Iterable[Path], what: str) -> None:
    """Refuse to write `what` into files of a git work tree. Raises UsageError naming the first one and a way out."""
    for file in files:
        if (tree := work_tree(file)) is not None:
            raise UsageError(
                f"{file}: {what} would be written as plain text into the git work tree {tree}; "
                "use emit: SealedSecret or ExternalSecret, name a file elsewhere, or say --allow-plaintext-secrets"
            )
