"""Files of certificates and keys: what is wrong is told by its setting, and nothing of a key."""

from __future__ import annotations

import ssl

import pytest

from agents.config import SettingError, read_settings
from agents.tls import TlsError, client_context
from tests.kafka.certificates import Authority


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"), "ca")


def test_brokers_are_verified_by_name_with_a_protocol_of_today(authority):
    context = client_context(str(authority.cafile))
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_a_certificate_of_ours_is_taken_with_its_key_in_the_same_file_or_another(authority):
    certificate, key = authority.issue("client")
    client_context(str(authority.cafile), str(certificate), str(key))
    client_context(str(authority.cafile), str(authority.keystore("client")))


def test_a_key_under_a_password_needs_that_and_nobody_is_asked_for_it(authority):
    certificate, key = authority.issue("locked", password="hunter2")
    client_context(None, str(certificate), str(key), "hunter2")
    for wrong in (None, "", "hunter3"):
        with pytest.raises(TlsError, match="tls_key_password") as caught:
            client_context(None, str(certificate), str(key), wrong)
        assert "hunter" not in str(caught.value)


@pytest.mark.parametrize("setting", ["tls_cafile", "tls_certfile", "tls_keyfile"])
def test_a_missing_file_is_named_by_its_setting(authority, tmp_path, setting):
    certificate, key = authority.issue("client")
    files = {"tls_cafile": authority.cafile, "tls_certfile": certificate, "tls_keyfile": key}
    files[setting] = tmp_path / "nowhere.pem"
    with pytest.raises(TlsError, match=f"{setting} = .*nowhere.pem: No such file"):
        client_context(*map(str, files.values()))


def test_files_that_are_something_else_are_refused(authority, tmp_path):
    text = tmp_path / "text.pem"
    text.write_text("no certificate")
    with pytest.raises(TlsError, match="tls_cafile"):
        client_context(str(text))
    with pytest.raises(TlsError, match="tls_certfile"):
        client_context(str(authority.cafile), str(text))


def test_settings_with_unusable_files_are_refused_before_anything_is_contacted(tmp_path):
    environ = {"KHABAR_TLS": "1", "KHABAR_TLS_CAFILE": str(tmp_path / "nowhere.pem")}
    with pytest.raises(SettingError, match="tls_cafile"):
        read_settings(environ)


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"KHABAR_TLS_CAFILE": "ca.pem"}, "tls is not"),
        ({"KHABAR_TLS": "1", "KHABAR_TLS_KEYFILE": "key.pem"}, "tls_certfile is not"),
        ({"KHABAR_SASL_MECHANISM": "SCRAM-SHA-512", "KHABAR_SASL_USERNAME": "u"}, "sasl_password is not"),
        ({"KHABAR_SASL_MECHANISM": "GSSAPI"}, "must be one of PLAIN"),
        ({"KHABAR_SESSION_TIMEOUT": "5"}, "heartbeat_interval"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(environ, said):
    with pytest.raises(SettingError, match=said):
        read_settings(environ)
