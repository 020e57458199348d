"""The walls between the packages hold, and the check that holds them fails when one is broken."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.paths import ROOT

PACKAGES = ("schemas", "pipeline", "agents")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The three packages' code and the contracts, to be broken."""
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package,
            tmp_path / package,
            ignore=lambda folder, names: [
                n for n in names if not n.endswith(".py") and not (Path(folder) / n).is_dir()
            ],
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).parent / "lint-imports", "--no-cache"]
    return subprocess.run(
        command,
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_contracts_hold(copy):
    result = lint(copy)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("module", "statement", "broken"),
    [
        ("pipeline/dedup/stage.py", "import faust", "pipeline.dedup.stage -> faust"),
        ("schemas/codec.py", "import aiokafka", "schemas.codec -> aiokafka"),
        ("pipeline/driver.py", "import asyncio", "pipeline.driver -> asyncio"),
        ("pipeline/linking/stage.py", "import pipeline.dedup.stage", "pipeline.linking"),
        ("schemas/codec.py", "import pipeline.stage", "schemas"),
    ],
)
def test_an_import_through_a_wall_fails_and_is_named(copy, module, statement, broken):
    with (copy / module).open("a") as code:
        code.write(f"\n{statement}\n")
    result = lint(copy)
    assert result.returncode == 1
    assert broken in result.stdout


def test_faust_is_imported_by_agents_alone():
    code = "import sys, pipeline.topology as t; t.stages(); import schemas.topics; sys.exit(any(m.split('.')[0] in ('faust', 'aiokafka', 'aiohttp') for m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, timeout=60).returncode == 0
