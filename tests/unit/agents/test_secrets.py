"""Passwords and tokens are in no output: settings, their errors, doctor, logs, the app's configuration."""

from __future__ import annotations

import logging
import traceback

import pytest

from agents import doctor, logs
from agents.app import build
from agents.cli import main
from agents.config import SECRETS, SettingError, Settings, read_settings
from agents.credentials import meaning, security

SECRET = "Xk7-hunter2-Q9"
GIVEN = {
    "KHABAR_BROKER": "memory://secrets",
    "KHABAR_SASL_MECHANISM": "SCRAM-SHA-512",
    "KHABAR_SASL_USERNAME": "khabar",
    **{f"KHABAR_{name.upper()}": SECRET for name in SECRETS},
}


@pytest.fixture
def settings() -> Settings:
    return read_settings(GIVEN)


def test_every_setting_that_sounds_like_a_secret_is_one():
    sounds = {
        name for name in Settings.__slots__ if any(word in name for word in ("password", "secret", "token", "dsn"))
    }
    assert sounds == SECRETS


def test_no_secret_is_in_the_text_of_the_settings(settings):
    assert all(getattr(settings, name) == SECRET for name in SECRETS)
    assert SECRET not in f"{settings!r} {settings!s} {settings}"


def test_no_secret_is_printed_by_doctor(monkeypatch, capsys, settings):
    for name, value in GIVEN.items():
        monkeypatch.setenv(name, value)
    main(["doctor"])
    main(["doctor", "--json"])
    printed = capsys.readouterr()
    assert "sasl_password" in printed.out
    assert SECRET not in printed.out + printed.err
    assert all(SECRET not in finding.text for finding in doctor.examine(settings))


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_a_file_of_a_secret_that_cannot_be_read_shows_nothing_of_it(name, tmp_path):
    file = tmp_path / "secret"
    file.write_bytes(SECRET.encode() + b"\xff")
    with pytest.raises(SettingError) as caught:
        read_settings({f"KHABAR_{name.upper()}_FILE": str(file)})
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_no_secret_is_in_a_log_line_of_the_settings_or_the_app(settings):
    app = build(settings, names=()).app
    record = logging.makeLogRecord(
        {"msg": "%s %r", "args": (settings, app), "settings": settings, "credentials": app.conf.broker_credentials}
    )
    for formatter in (logs.TextFormatter(), logs.JsonFormatter()):
        assert SECRET not in formatter.format(record)
    assert SECRET not in repr(app.conf.broker_credentials)
    assert security(settings)["sasl_plain_password"] == SECRET


def test_no_secret_is_in_the_metrics(settings):
    assert SECRET.encode() not in build(settings).metrics.render()


def test_what_a_refused_login_says_names_the_user_and_not_the_password(settings):
    from aiokafka.errors import SaslAuthenticationFailed

    told = meaning(SaslAuthenticationFailed("no"), settings)
    assert told is not None
    assert "khabar" in told
    assert SECRET not in told
