"""The official JSON Schema of AsyncAPI 3.0, fetched once by npm into the cache."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from tests.paths import ROOT

PACKAGE, VERSION = "@asyncapi/specs", "6.11.1"
MEMBER = "package/schemas/3.0.0.json"
SHA256 = "d4571a420e6ffb7fcc7066c95a6db1202f299a3c51daa103d0706bf30f95e626"
FETCH_SECONDS = 60


class UnavailableError(Exception):
    """The schema is not to be had here; the message says why."""


def asyncapi_schema() -> bytes:
    """Return the schema.

    Raises:
        UnavailableError: it is not in the cache, and npm is missing or could not fetch it.
    """
    kept = Path(os.environ.get("KHABAR_CACHE") or ROOT / ".cache") / "asyncapi" / VERSION / "3.0.0.json"
    if not kept.is_file() or _sha256(kept.read_bytes()) != SHA256:
        data = _fetch()
        if _sha256(data) != SHA256:
            raise UnavailableError(f"{PACKAGE}@{VERSION} holds another schema than it did")
        kept.parent.mkdir(parents=True, exist_ok=True)
        # Two processes may fetch at once: the file appears whole.
        part = kept.with_suffix(f".{os.getpid()}")
        part.write_bytes(data)
        part.replace(kept)
    return kept.read_bytes()


def _fetch() -> bytes:
    npm = shutil.which("npm")
    if npm is None:
        raise UnavailableError("no npm to fetch the schema of AsyncAPI with")
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = subprocess.run(
                [npm, "pack", "--silent", "--pack-destination", folder, f"{PACKAGE}@{VERSION}"],
                capture_output=True,
                text=True,
                check=False,
                timeout=FETCH_SECONDS,
            )
        except subprocess.TimeoutExpired as error:
            raise UnavailableError(f"npm did not fetch {PACKAGE} within {FETCH_SECONDS} s") from error
        if done.returncode:
            raise UnavailableError(f"npm could not fetch {PACKAGE}: {done.stderr[-300:]}")
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as tar:
            file = tar.extractfile(MEMBER)
            assert file is not None
            return file.read()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
