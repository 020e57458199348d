"""Rules, dashboard and documentation name the metrics there are; promtool checks the rules where it is installed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest
import yaml

from agents.app import build
from agents.config import read_settings
from agents.metrics import Metrics
from agents.monitor.monitor import Monitor
from agents.poller.metrics import PollerMetrics
from tests.paths import ROOT

FOLDER = ROOT / "docs" / "observability"
PAGE = (ROOT / "docs" / "observability.md").read_text(encoding="utf-8")
FEEDS = (ROOT / "docs" / "feeds.md").read_text(encoding="utf-8")
ALERTS = yaml.safe_load((FOLDER / "alerts.yml").read_text(encoding="utf-8"))["groups"][0]["rules"]
DASHBOARD = json.loads((FOLDER / "grafana/dashboards/khabar.json").read_text(encoding="utf-8"))
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
QUERIES = [rule["expr"] for rule in ALERTS] + [target["expr"] for panel in PANELS for target in panel["targets"]]
RECORDED = {rule["record"] for rule in ALERTS if "record" in rule}
NAME = re.compile(r"(?<![\w:])(?:khabar|process)_\w+(?!\w*:)")
LABEL = re.compile(r"(\w+)(?:=~|!~|!=|=)\"")


@pytest.fixture(scope="module")
def samples() -> dict[str, set[str]]:
    """Every series a worker or a poller shows, with its labels."""
    built = build(read_settings({}, broker="memory://names"))
    Monitor(built)
    metrics = built.metrics
    PollerMetrics(metrics.registry)
    for family in (metrics.drops, metrics.table_entries, metrics.table_bytes):
        family.labels(*["x"] * len(family._labelnames))
    found: dict[str, set[str]] = {}
    for family in metrics.registry.collect():
        declared = metrics.registry._names_to_collectors.get(family.name)
        names = set(getattr(declared, "_labelnames", ()))
        suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}.get(family.type, ("",))
        found |= {family.name + suffix: names | ({"le"} if suffix == "_bucket" else set()) for suffix in suffixes}
    return found


def test_every_metric_of_rules_and_dashboard_exists(samples):
    named = {name for query in QUERIES for name in NAME.findall(query)}
    assert len(named) > 25
    assert sorted(named - samples.keys()) == []


def test_every_label_that_is_asked_for_exists(samples):
    known = set().union(*samples.values()) | {"job", "instance"}
    assert {label for query in QUERIES for label in LABEL.findall(query)} <= known
    grouped = {
        label.strip() for query in QUERIES for by in re.findall(r"by \(([^)]*)\)", query) for label in by.split(",")
    }
    assert grouped <= known


def test_every_recorded_series_is_used_and_every_used_one_is_recorded():
    used = {name for query in QUERIES for name in re.findall(r"\b\w+:\w+:\w+\b", query)}
    assert used == RECORDED


def test_every_metric_is_documented(samples):
    ours = {name for name in samples if name.startswith("khabar_")}
    families = {re.sub(r"_(bucket|sum|count)$", "", name) for name in ours}
    assert sorted(name for name in families if name not in PAGE and name not in FEEDS) == []


def test_no_metric_is_documented_that_is_not_there(samples):
    families = {re.sub(r"_(bucket|sum|count)$", "", name) for name in samples} | samples.keys()
    assert sorted(set(re.findall(r"`(khabar_\w+)", PAGE)) - families) == []


@pytest.mark.parametrize("rule", [rule for rule in ALERTS if "alert" in rule], ids=lambda rule: rule["alert"])
def test_every_alert_has_a_runbook_a_severity_and_a_test(rule):
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert rule["annotations"]["runbook_url"] == f"docs/observability.md#{rule['alert'].lower()}"
    assert f"\n### {rule['alert']}\n" in PAGE
    tests = "".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*_test.yml"))
    assert re.search(rf"alertname: {rule['alert']}\n +exp_alerts:\n", tests), "a test that sees it fire"
    assert re.search(rf"alertname: {rule['alert']}, exp_alerts: \[\]", tests), "a test that sees it silent"


def test_the_panels_of_the_dashboard_do_not_overlap_and_say_what_they_ask():
    cells: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        own = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not own & cells, panel["title"]
        assert all(x < 24 for x, _ in own)
        cells |= own
    assert all(target["datasource"]["uid"] == "prometheus" for panel in PANELS for target in panel["targets"])
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


@pytest.mark.parametrize(
    "command",
    [
        ("check", "config", "prometheus.yml"),
        ("check", "rules", "alerts.yml"),
        ("test", "rules", "alerts_test.yml", "drift_test.yml"),
    ],
    ids=" ".join,
)
def test_promtool_is_content(command):
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("no promtool here: apt-get install prometheus")
    done = subprocess.run([promtool, *command], cwd=FOLDER, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stdout + done.stderr


def test_promtool_reads_every_query_of_the_dashboard(tmp_path):
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("no promtool here: apt-get install prometheus")
    asked = [target["expr"].replace("$__rate_interval", "5m") for panel in PANELS for target in panel["targets"]]
    rules = [{"record": f"panel:query:{number}", "expr": expr} for number, expr in enumerate(asked)]
    file = tmp_path / "queries.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}), encoding="utf-8")
    done = subprocess.run([promtool, "check", "rules", file], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_a_worker_serves_is_read_by_promtool_without_a_complaint():
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("no promtool here: apt-get install prometheus")
    done = subprocess.run(
        [promtool, "check", "metrics"], input=Metrics().render(), capture_output=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
