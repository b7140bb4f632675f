"""Write files and standard output: all of it, or nothing."""

from __future__ import annotations

import errno
import os
import signal
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

from transformer.errors import UsageError


class Output(NamedTuple):
    """A file to be: its path, its bytes, and its permission bits.

    Those are `mode` where it is given, else those of the file that is there, else those of the file `like` as far
    as the umask allows.
    """

    file: Path
    data: bytes
    mode: int | None = None
    like: Path | None = None


def write(outputs: Sequence[Output], *, printed: bytes = b"") -> None:
    """Write all files and print `printed` or, where one of it fails, leave every file as it was.

    Files are written beside their places first, then moved into place. A link stays, and what it points at is
    written; a file keeps its permissions and, where that is allowed, its owner. What is no regular file (a pipe, a
    device) is written to as it is, when all the files are in place. A signal that would end us waits until then, since
    of what is half done nobody could know. Raises UsageError.
    """
    streams = [output for output in outputs if is_stream(output.file)]
    files = [output for output in outputs if output not in streams]
    _refuse_one_place_twice(files)

    def pour() -> None:
        for output in streams:
            _pour(output)
        if printed:
            _print(printed)

    # Who reads may let us wait, which can be interrupted.
    _masked(signal.SIG_BLOCK, partial(_write, files, partial(_masked, signal.SIG_UNBLOCK, pour)))


def _write(files: Iterable[Output], then: Callable[[], None]) -> None:
    """Write files, and do what is `then` to be done; where one of it fails, put back what was there."""
    with ExitStack() as clean_up, ExitStack() as undo:
        staged = [(output, _stage(output, undo)) for output in files]
        for output, new in staged:
            _replace(output, new, clean_up, undo)
        then()
        undo.pop_all()


def _masked(how: int, do: Callable[[], None]) -> None:
    """Do something while signals that would end us are blocked, or are not, and leave that as it was before.

    This is no context manager: an interrupt in the code of contextlib would leave one open, which then changes what is
    blocked when it is collected. Blocking raises for a signal that came just before, when it has blocked the next.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    try:
        signal.pthread_sigmask(how, (signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
        do()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def is_standard_output(file: Path) -> bool:
    """Say whether standard output goes to `file` as well: the same pipe or regular file, by whatever name."""
    return _descriptor(file) == 1 and not file.is_char_device()


def _refuse_one_place_twice(outputs: Iterable[Output]) -> None:
    seen: set[Path] = set()
    for output in outputs:
        place = output.file.resolve()
        if place in seen:
            raise UsageError(f"{output.file}: two different things would be written to it; no file was changed")
        seen.add(place)


def is_stream(file: Path) -> bool:
    """Say whether `file` is written to as it is, and not replaced: standard output, a pipe, a device."""
    return _descriptor(file) is not None or (file.exists() and not (file.is_file() or file.is_dir()))


def _descriptor(file: Path) -> int | None:
    """Return 1 where `file` is what standard output goes to, 2 for standard error, else None.

    Replacing such a file (`--report /dev/stdout`) would leave what is printed in one that no name leads to any more.
    """
    for number in (1, 2):
        with suppress(OSError):
            if os.path.samestat(file.stat(), os.fstat(number)):
                return number
    return None


@contextmanager
def _naming(name: str | Path) -> Iterator[None]:
    """Say of an OSError what it is about, in the words of the user, who knows of no temporary file."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UsageError(f"{name}: {error.strerror}; no file was changed") from None


def _stage(output: Output, undo: ExitStack) -> Path:
    """Write `output` to a new file beside its place, and return that."""
    with _naming(output.file):
        place = output.file.resolve()
        if place.is_dir():
            raise _os_error(errno.EISDIR)
        _make_folder(place.parent, undo)
        from tempfile import mkstemp  # noqa: PLC0415  most runs write no file

        handle, name = mkstemp(dir=place.parent, prefix=".repoint.")
        new = Path(name)
        undo.callback(new.unlink, missing_ok=True)
        with os.fdopen(handle, "wb") as stream:
            stream.write(output.data)
        before = place.stat() if place.exists() else None
        new.chmod(_mode(output, before))
        if before is not None and (before.st_uid, before.st_gid) != (os.getuid(), os.getgid()):
            with suppress(PermissionError):
                os.chown(new, before.st_uid, before.st_gid)
        return new


def _make_folder(folder: Path, undo: ExitStack) -> None:
    for each in reversed((folder, *folder.parents)):
        if not each.exists():
            undo.callback(_remove_folder, each)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise _os_error(errno.ENOTDIR) from None


def _remove_folder(folder: Path) -> None:
    with suppress(OSError):  # it may never have come to be, or hold something of somebody else by now
        folder.rmdir()


def _replace(output: Output, new: Path, clean_up: ExitStack, undo: ExitStack) -> None:
    """Put the staged file into its place; the old one stays at hand until all is done."""
    with _naming(output.file):
        place, old = output.file.resolve(), new.with_name(f"{new.name}.old")
        is_there = place.exists()
        if is_there:
            clean_up.callback(old.unlink, missing_ok=True)
            _keep(place, old)
        new.replace(place)
        undo.callback(partial(old.replace, place) if is_there else place.unlink)


def _keep(file: Path, name: Path) -> None:
    """Give `file` a second name, or where the file system or a permission has none for it, make a copy."""
    try:
        os.link(file, name)
    except OSError:
        from shutil import copy2  # noqa: PLC0415  needed where there are no hard links

        copy2(file, name)


def _pour(output: Output) -> None:
    descriptor = _descriptor(output.file)
    if descriptor == 1:
        _print(output.data)
        return
    with _naming(output.file):
        if descriptor == 2:
            sys.stderr.buffer.write(output.data)
            sys.stderr.buffer.flush()
        else:
            output.file.write_bytes(output.data)


def _print(data: bytes) -> None:
    with _naming("standard output"):
        if sys.stdout is None:  # closed by the caller: `repoint render >&-`
            raise _os_error(errno.EBADF)
        try:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        except OSError:
            # The interpreter would try to write the rest of the buffer when it exits, and complain a second time.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise


def _mode(output: Output, before: os.stat_result | None) -> int:
    if output.mode is not None:
        return output.mode
    if before is not None:
        return stat.S_IMODE(before.st_mode)
    return (stat.S_IMODE(output.like.stat().st_mode) if output.like is not None else _NEW_FILE) & ~_umask()


def _umask() -> int:
    umask = os.umask(0o077)  # it can only be read by setting it
    os.umask(umask)
    return umask


_NEW_FILE = 0o666


def _os_error(number: int) -> OSError:
    return OSError(number, os.strerror(number))
