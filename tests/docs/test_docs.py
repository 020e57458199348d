"""The documentation says what the code does: settings, topics, commands and links."""

from __future__ import annotations

import re

import pytest

from agents.cli import COMMANDS
from agents.config import Settings, setting_docs
from schemas.topics import topics
from tests.paths import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)#]+)(#[^)]*)?\)")


def test_every_setting_is_documented_with_its_default_and_meaning():
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    for name, doc in setting_docs().items():
        default = getattr(Settings(), name)
        shown = "none" if default is None else f"`{default}`"
        assert f"| `{name}` | `KHABAR_{name.upper()}` | {shown} | {doc} |" in page


def test_every_topic_is_in_the_readme_or_the_architecture():
    page = README + (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert [name for name in topics() if name not in page] == []


def test_every_command_is_in_the_readme():
    assert [name for name in COMMANDS if f"khabar {name}" not in README] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_to_files_lead_somewhere(page):
    targets = [target for target, _ in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in target]
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", ["security.md", "dead-letters.md", "observability.md"])
def test_a_test_that_a_page_leans_on_exists(page):
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", (ROOT / "docs" / page).read_text(encoding="utf-8")))
    assert named
    assert [file for file in sorted(named) if not (ROOT / file).is_file()] == []


def test_make_help_lists_every_target_the_readme_names():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"`make ([a-z-]+)`", README))
    assert named
    assert [target for target in sorted(named) if f"\n{target}:" not in makefile] == []


def test_no_page_names_a_machine_or_a_registry():
    forbidden = re.compile(r"/(home|work|farm|root)/|pypi\.org|registry\.npmjs|repo1?\.maven")
    files = [*PAGES, ROOT / "Makefile", ROOT / "Dockerfile", ROOT / "constraints.txt", ROOT / ".ci" / "run"]
    assert [str(file) for file in files if forbidden.search(file.read_text(encoding="utf-8"))] == []
