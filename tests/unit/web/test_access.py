"""Who may read: names of the Host header, tokens, cookies, addresses to listen on."""

from __future__ import annotations

import pytest

from agents.config import read_settings
from agents.web.access import FAILURES, POLICY, Access, is_loopback
from agents.web.command import access_for


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8080", "127.0.0.1:8080", "[::1]:8080", "192.0.2.7", "news.example:443"]
)
def test_names_of_this_server_and_addresses_are_answered(host: str):
    assert Access(hosts=frozenset({"news.example"})).knows_host(host)


@pytest.mark.parametrize(
    "host", [None, "", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "[evil]", "a:b:c"]
)
def test_foreign_names_are_not(host: str | None):
    assert not Access(hosts=frozenset({"news.example"})).knows_host(host)


def test_without_a_token_everyone_is_admitted():
    assert Access().admits({}, {})


def test_a_token_is_shown_as_a_bearer_or_by_the_cookie():
    access = Access(token="secret")
    assert access.admits({"Authorization": "Bearer secret"}, {})
    assert access.admits({}, {"khabar": access.cookie()})
    for headers, cookies in (
        ({}, {}),
        ({"Authorization": "Bearer wrong"}, {}),
        ({"Authorization": "Basic secret"}, {}),
        ({"Authorization": "Bearer "}, {}),
        ({}, {"khabar": "secret"}),
        ({}, {"khabar": "ü" * 64}),
    ):
        assert not access.admits(headers, cookies)


def test_the_cookie_does_not_tell_the_token():
    assert "secret" not in Access(token="secret").cookie()
    assert Access(token="secret").cookie() != Access(token="other").cookie()


def test_who_guesses_is_stopped():
    access = Access(token="secret")
    assert access.is_token("secret")
    assert not any(access.is_token(f"guess{number}") for number in range(FAILURES))
    assert not access.is_token("secret")


@pytest.mark.parametrize(
    ("host", "alone"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("192.0.2.7", False),
        ("news.example", False),
    ],
)
def test_only_an_address_of_this_machine_needs_no_token(host: str, alone: bool):
    assert is_loopback(host) is alone
    assert (access_for(read_settings({}), host, []).token is None) is alone


def test_a_token_that_is_set_is_asked_for_everywhere():
    settings = read_settings({"KHABAR_WEB_TOKEN": "secret"})
    assert access_for(settings, "127.0.0.1", []).token == "secret"
    assert "secret" not in repr(settings)


def test_the_policy_allows_nothing_but_the_page_itself():
    rules = dict(rule.split(" ", 1) for rule in POLICY.split("; "))
    assert rules["default-src"] == "'none'"
    assert {rules[name] for name in ("script-src", "style-src", "connect-src", "img-src")} == {"'self'"}
    assert rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert "unsafe" not in POLICY
