"""Settings: where they come from, what is refused, what is never shown."""

from __future__ import annotations

import pytest

from agents.config import SettingError, Settings, read_settings, setting_docs


def test_defaults_need_nothing():
    assert read_settings({}) == Settings()
    assert Settings().embedded


def test_the_environment_wins_over_the_file_and_an_argument_over_both(tmp_path):
    file = tmp_path / "khabar.toml"
    file.write_text("[khabar]\nin_flight = 7\nbroker = 'kafka://a:9092'\n")
    environ = {"KHABAR_CONFIG": str(file), "KHABAR_IN_FLIGHT": "8"}
    assert read_settings(environ).in_flight == 8
    assert read_settings(environ).broker == "kafka://a:9092"
    assert read_settings(environ, broker="memory://x").broker == "memory://x"


def test_a_secret_may_come_from_a_file_and_is_never_shown(tmp_path):
    file = tmp_path / "password"
    file.write_text("hunter2\n")
    settings = read_settings({"KHABAR_SASL_PASSWORD_FILE": str(file)})
    assert settings.sasl_password == "hunter2"
    assert "hunter2" not in repr(settings)


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"KHABAR_IN_FLIGHT": "many"}, "KHABAR_IN_FLIGHT"),
        ({"KHABAR_IN_FLIGHT": "0"}, "in_flight"),
        ({"KHABAR_METRICS_PORT": "70000"}, "metrics_port"),
        ({"KHABAR_TLS": "perhaps"}, "KHABAR_TLS"),
        ({"KHABAR_BROKER": "redis://x"}, "broker"),
        ({"KHABAR_LOG_LEVEL": "loud"}, "log_level"),
        ({"KHABAR_CONFIG": "/nowhere/khabar.toml"}, "/nowhere/khabar.toml"),
    ],
)
def test_a_wrong_setting_is_named(environ, said):
    with pytest.raises(SettingError, match=said):
        read_settings(environ)


def test_an_unknown_name_in_the_file_is_an_error(tmp_path):
    file = tmp_path / "khabar.toml"
    file.write_text("[khabar]\nin_fligth = 7\n")
    with pytest.raises(SettingError, match="in_fligth"):
        read_settings({"KHABAR_CONFIG": str(file)})


@pytest.mark.parametrize(("text", "value"), [("1", True), ("true", True), ("no", False), ("0", False), ("", False)])
def test_truth_is_read_from_words(text, value):
    assert read_settings({"KHABAR_TLS": text}).tls is value


def test_every_setting_says_what_it_is():
    assert all(len(doc) > 10 for doc in setting_docs().values())
