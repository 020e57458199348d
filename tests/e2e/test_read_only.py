"""khabar works as in its container: root file system read-only, a small /tmp that runs nothing, no rights, no home."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from tests.paths import ROOT, SEEDS

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

USER = "10001"
# After docker-compose.yml; the state lies in a tmpfs, the root file system is remounted in a namespace of its own.
CONTAINED = """
mount -t tmpfs -o size=64m,mode=1777,noexec,nosuid,nodev tmpfs /tmp && mount -o remount,bind,ro / || exit 99
mkdir -m 700 /tmp/state && chown {user}:{user} /tmp/state && cd /tmp/state && ! touch /root/written 2>/dev/null || exit 99
exec setpriv --reuid {user} --regid {user} --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all "$@"
"""
CLEAN = ["env", "-i", "HOME=/nonexistent", "KHABAR_STATE_DIR=/tmp/state", f"PYTHONPATH={ROOT}"]


def contained(user: str, *command: str) -> subprocess.CompletedProcess[str]:
    shell = ["unshare", "-m", "--propagation", "private", "sh", "-c", CONTAINED.format(user=user), "sh"]
    return subprocess.run([*shell, *CLEAN, *command], capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture
def user() -> str:
    """The user of the image; root without any rights where that user cannot reach this Python."""
    if shutil.which("unshare") is None or shutil.which("setpriv") is None:
        pytest.skip("no unshare and setpriv here: apt install util-linux")
    if ROOT.is_relative_to("/tmp"):
        pytest.skip("the checkout lies in /tmp, which is hidden in the container")
    if contained("0", "true").returncode:
        pytest.skip("this process may not make a mount namespace: it needs root")
    return USER if contained(USER, sys.executable, "-c", "").returncode == 0 else "0"


def test_articles_go_through_all_stages_and_what_is_kept_lies_in_the_state_folder(user):
    khabar = [sys.executable, "-m", "agents.cli"]
    done = contained(user, *khabar, "replay", str(SEEDS), "--broker", "sqlite:////tmp/state/khabar.db")
    assert done.returncode == 0, done.stderr
    assert "5 in = 5 out + 0 dropped + 0 dead" in done.stdout
    assert "Traceback" not in done.stderr
