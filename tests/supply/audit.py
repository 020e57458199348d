"""Ask for known vulnerabilities of the pinned dependencies: `make audit`.

pip-audit passes over a package it gets no answer for and still exits with 0, so its report is read here: only what was
audited counts as such. Exit codes: 0 all audited and nothing known, 1 vulnerabilities, 75 not all could be audited.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.paths import ROOT

EX_OK, EX_VULNERABLE, EX_TEMPFAIL = 0, 1, 75
# Advisory services of pip-audit, asked one after the other until one answers for every package.
SERVICES = ("pypi", "osv")
SECONDS = 600
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an advisory service knows: packages it answered for, those it did not, and vulnerabilities as lines."""

    audited: int
    skipped: tuple[str, ...]
    found: tuple[str, ...]

    @property
    def code(self) -> int:
        """The exit code."""
        if self.found:
            return EX_VULNERABLE
        return EX_TEMPFAIL if self.skipped or not self.audited else EX_OK

    def text(self, service: str) -> str:
        """Say it in words."""
        lines = list(self.found)
        if self.skipped or not self.audited:
            lines.append(f"NOT AUDITED by {service}: {self._unanswered()}")
        lines.append(f"{service}: {self.audited} packages audited, {len(self.found)} vulnerabilities known")
        return "\n".join(lines)

    def _unanswered(self) -> str:
        if not self.skipped:
            return "the service does not answer"
        names = ", ".join(self.skipped[:SHOWN]) + (", ..." if len(self.skipped) > SHOWN else "")
        return f"{len(self.skipped)} of {self.audited + len(self.skipped)} packages got no answer ({names})"


def verdict(report: dict[str, Any]) -> Verdict:
    """Read pip-audit's JSON report."""
    packages = report["dependencies"]
    skipped = tuple(package["name"] for package in packages if "skip_reason" in package)
    found = tuple(
        f"{package['name']} {package['version']}: {one['id']}, mended in {', '.join(one['fix_versions']) or 'no version'}"
        for package in packages
        for one in package.get("vulns", ())
    )
    return Verdict(len(packages) - len(skipped), skipped, found)


def ask(service: str, requirements: Path) -> Verdict:
    """Run pip-audit; one that ends without a report audited nothing."""
    command = [sys.executable, "-m", "pip_audit", "-r", str(requirements), "--disable-pip", "--require-hashes"]
    options = ["--progress-spinner", "off", "--format", "json", "--vulnerability-service", service]
    try:
        done = subprocess.run([*command, *options], capture_output=True, text=True, check=False, timeout=SECONDS)
        return verdict(json.loads(done.stdout))
    except (subprocess.TimeoutExpired, json.JSONDecodeError, KeyError):
        return Verdict(0, (), ())


def main() -> int:
    """Audit constraints.txt; the process exit code is returned."""
    answers = []
    for service in SERVICES:
        answer = ask(service, ROOT / "constraints.txt")
        answers.append(answer)
        sys.stdout.write(answer.text(service) + "\n")
        if answer.code != EX_TEMPFAIL:
            return answer.code
    return EX_TEMPFAIL


if __name__ == "__main__":
    sys.exit(main())
