"""Read manifests from files, folders and standard input."""

from __future__ import annotations

import errno
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from transformer.documents import split
from transformer.errors import UsageError

STDIN = "-"
_VERSION_CONTROL = (".git", ".hg", ".svn")
_ENDINGS = (".yaml", ".yml", ".json")
_CONFIGURATION = re.compile(r"^apiVersion:[ \t]*[\"']?(?:kustomize\.config\.k8s\.io|repoint\.dev)/", re.MULTILINE)
_BYTES_ONE_BY_ONE = "surrogateescape"
_BYTE_ORDER_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)


class Source(NamedTuple):
    """One input: how messages call it, its text, and the file it is of (None for standard input).

    `is_named` says whether the command line names it, rather than a folder it lies in. `broken` is where (line and
    column, from 1) and why its bytes are no text; the text then stands for those bytes one by one.
    """

    name: str
    text: str
    encoding: str = "utf-8"
    file: Path | None = None
    is_named: bool = True
    broken: tuple[int, int, str] | None = None

    def encode(self, text: str) -> bytes:
        """Return the bytes of `text` in the encoding of the source."""
        return text.encode(self.encoding, _BYTES_ONE_BY_ONE if self.encoding == "utf-8" else "strict")


def source_of(name: str, data: bytes, file: Path | None = None, *, is_named: bool = True) -> Source:
    """Return `data` as a Source; its encoding is what the byte order mark says, else UTF-8."""
    encoding = next((encoding for mark, encoding in _BYTE_ORDER_MARKS if data.startswith(mark)), "utf-8")
    try:
        return Source(name, data.decode(encoding), encoding, file, is_named)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, "ignore").split("\n")
        broken = (len(before), len(before[-1]) + 1, f"no {encoding.upper()} text: {error.reason}")
        return Source(name, data.decode("utf-8", _BYTES_ONE_BY_ONE), "utf-8", file, is_named, broken)


def read(paths: Sequence[str], *, leave_out: Iterable[Path] = ()) -> list[Source]:
    """Return the sources that `paths` name: files, folders with all below them, `-` or nothing for standard input.

    In a folder those are the files ending in .yaml, .yml, and in .json where a Kubernetes object can be in them, in
    order of their names; what version control keeps for itself, linked folders and what lies in or under `leave_out`
    are passed over. A file that is named twice is read once. Raises UsageError naming every path that cannot be read.
    """
    excluded = {path.resolve() for path in leave_out}
    sources: list[Source] = []
    problems: list[str] = []
    seen: set[str] = set()
    for path, is_named in _expanded(paths or (STDIN,), excluded, problems):
        place = os.path.abspath(path) if path != STDIN else path  # noqa: PTH100  a link is a file of its own
        if place in seen:
            continue
        seen.add(place)
        try:
            source = _read(path, is_named=is_named)
        except OSError as error:
            problems.append(f"{path}: {error.strerror}")
            continue
        if is_named or not path.endswith(".json") or may_hold_objects(source.text) or _is_all_but_one(source.text):
            sources.append(source)
    if problems:
        raise UsageError("\n".join(problems))
    return sources


def _expanded(paths: Iterable[str], excluded: set[Path], problems: list[str]) -> Iterator[tuple[str, bool]]:
    """Yield each path and whether it is named itself; a folder becomes the files below it."""
    for path in paths:
        if path != STDIN and os.path.isdir(path):  # noqa: PTH112  Path.is_dir raises where it may not look
            yield from ((str(file), False) for file in _below(Path(path), excluded, problems))
        else:
            yield path, True


def _below(folder: Path, excluded: set[Path], problems: list[str]) -> Iterator[Path]:
    def note(error: OSError) -> None:  # os.walk itself would pass over such a folder in silence
        problems.append(f"{error.filename}: {error.strerror}")

    for parent, folders, names in os.walk(folder, onerror=note):
        folders[:] = sorted(
            name for name in folders if name not in _VERSION_CONTROL and Path(parent, name).resolve() not in excluded
        )
        for name in sorted(names):
            file = Path(parent, name)
            # A link to nowhere is worth an error; a pipe or a socket could keep us waiting for ever.
            is_readable = name.endswith(_ENDINGS) and (file.is_file() or not file.exists())
            if is_readable and Path(os.path.realpath(file)) not in excluded:  # resolve() fails on links in a circle
                yield file


def _read(path: str, *, is_named: bool) -> Source:
    if path != STDIN:
        return source_of(path, Path(path).read_bytes(), Path(path), is_named=is_named)
    if sys.stdin is None:  # `repoint render <&-`
        raise OSError(errno.EBADF, "standard input is closed")
    if sys.stdin.isatty():
        print("repoint: reading standard input, until Ctrl-D; PATH names files", file=sys.stderr)
    return source_of("stdin", sys.stdin.buffer.read())


def may_hold_objects(text: str) -> bool:
    """Say whether a Kubernetes object can be in `text`: it has to say its apiVersion and its kind."""
    return "apiVersion" in text and "kind" in text


def _is_all_but_one(text: str) -> bool:
    """Say whether JSON is an object but for its apiVersion, which is worth a word to who reads the folder."""
    if not ('"kind"' in text and '"metadata"' in text):
        return False
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and "kind" in found and "metadata" in found


def is_for_a_cluster(text: str) -> bool:
    """Say whether `text` may hold objects for a cluster, and not the configuration of kustomize or of repoint alone."""
    if not _CONFIGURATION.search(text):
        return may_hold_objects(text)
    return any(may_hold_objects(each.text) and not _CONFIGURATION.search(each.text) for each in split(text))


def mirrored(sources: Sequence[Source], paths: Sequence[str], folder: Path) -> list[Path]:
    """Return where each source goes below `folder`: its path from the folder that all of `paths` lie in."""
    roots = [Path(path) if Path(path).is_dir() else Path(path).parent for path in paths]
    common = os.path.commonpath([_normalized(root) for root in roots])
    return [folder / os.path.relpath(_normalized(source.file or Path(source.name)), common) for source in sources]


def _normalized(path: Path) -> str:
    """Return the absolute path without any `..`, which could lead out of the folder it is mirrored to."""
    return os.path.normpath(path.absolute())
