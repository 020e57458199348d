"""An audit that nobody answered is not taken for a good one."""

from __future__ import annotations

import pytest

from tests.supply.audit import Verdict, verdict

CLEAN = {"name": "a", "version": "1", "vulns": []}
BAD = {"name": "b", "version": "2", "vulns": [{"id": "GHSA-1", "fix_versions": ["2.1"]}]}
SKIPPED = {"name": "c", "skip_reason": "could not be audited"}


@pytest.mark.parametrize(
    ("packages", "code", "said"),
    [
        ([CLEAN], 0, "pypi: 1 packages audited, 0 vulnerabilities known"),
        ([CLEAN, BAD], 1, "b 2: GHSA-1, mended in 2.1"),
        ([BAD, SKIPPED], 1, "b 2: GHSA-1"),
        ([CLEAN, SKIPPED], 75, "NOT AUDITED by pypi: 1 of 2 packages got no answer (c)"),
        ([SKIPPED] * 30, 75, "NOT AUDITED by pypi: 30 of 30"),
        ([], 75, "NOT AUDITED"),
    ],
)
def test_only_what_was_audited_counts(packages, code, said):
    read = verdict({"dependencies": packages})
    assert read.code == code
    assert said in read.text("pypi")


def test_a_service_without_an_answer_audited_nothing():
    assert Verdict(0, (), ()).code == 75
