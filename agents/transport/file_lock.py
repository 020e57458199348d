"""The lock that lets one process write a log."""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING

from agents.transport.log import LogLockedError

if TYPE_CHECKING:
    from pathlib import Path

_held: set[Path] = set()


class FileLock:
    """A POSIX record lock on a file beside the log; the system frees it with the process, forks do not inherit it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # The set guards against a second lock of this process, which POSIX would grant and its close would free both.
        if path in _held:
            raise LogLockedError(f"{path} is held by this process already")
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(descriptor)
            raise LogLockedError(
                f"{path.with_suffix('')} is written by process {holder}; one process at a time can write it, "
                "any number can read it (run the poller and the stages together with `khabar run`, or use Kafka)"
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        self._descriptor = descriptor
        _held.add(path)

    def release(self) -> None:
        """Let another process write."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
            _held.discard(self._path)
