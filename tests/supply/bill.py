"""The bill of materials of what khabar installs, with licences: `make sbom` writes build/sbom.json and licences.txt.

cyclonedx-py lists the whole environment, tools of development included; kept is what an installation brings.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from importlib.metadata import requires
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.paths import ROOT

SECONDS = 300
CLASSIFIER = "License :: "


def environment() -> dict[str, Any]:
    """Return the CycloneDX document of the environment this runs in."""
    command = [sys.executable, "-m", "cyclonedx_py", "environment", sys.executable, "--output-reproducible"]
    options = ["--pyproject", str(ROOT / "pyproject.toml"), "--output-format", "JSON"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=True, timeout=SECONDS)
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def runtime() -> set[str]:
    """Return the names of the dependencies that every installation has."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {canonicalize_name(Requirement(line).name) for line in project["dependencies"]}


def installed_with(names: set[str]) -> set[str]:
    """Return these names and those of all that they need here, without extras that nobody asks for."""
    found: set[str] = set()
    waiting = [(name, "") for name in names]
    seen = set(waiting)
    while waiting:
        name, extra = waiting.pop()
        found.add(name)
        for line in requires(name) or ():
            needed = Requirement(line)
            if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                new = {(canonicalize_name(needed.name), one) for one in ("", *needed.extras)} - seen
                seen |= new
                waiting += new
    return found


def shipped(document: dict[str, Any], names: set[str]) -> dict[str, Any]:
    """Keep the components of these names."""
    components = [one for one in document["components"] if canonicalize_name(one["name"]) in names]
    kept = {document["metadata"]["component"]["bom-ref"], *(one["bom-ref"] for one in components)}
    dependencies = [
        {**entry, "dependsOn": [ref for ref in entry.get("dependsOn", ()) if ref in kept]}
        for entry in document["dependencies"]
        if entry["ref"] in kept
    ]
    return {**document, "components": components, "dependencies": dependencies}


def licence(component: dict[str, Any]) -> str:
    """Return the licence a component declares, an empty string where it declares none."""
    told = component.get("licenses", [])
    names = [one.get("expression") or one["license"].get("id") or one["license"].get("name", "") for one in told]
    exact = [name for name in names if name and not name.startswith(CLASSIFIER)]
    return " / ".join(dict.fromkeys(exact or [name.rpartition(" :: ")[2] for name in names if name]))


def table(document: dict[str, Any]) -> str:
    """Give a line a component: name, version, licence."""
    rows = [(one["name"], one["version"], licence(one) or "not declared") for one in document["components"]]
    return "".join(
        f"{name:24} {version:20} {told}\n" for name, version, told in sorted(rows, key=lambda r: r[0].lower())
    )


def main(folder: Path) -> int:
    """Write both files into a folder; the process exit code is returned."""
    document = shipped(environment(), installed_with(runtime()))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sbom.json").write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "licences.txt").write_text(table(document), encoding="utf-8")
    sys.stdout.write(f"{len(document['components'])} components: {folder}/sbom.json, {folder}/licences.txt\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "build")))
