"""TLS and SASL against a real broker: who is let in, who is not, what is said of it, and with which rights khabar does."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from agents.broker import BrokerError, RefusedError, Start, connect
from agents.cli import main
from agents.config import Settings
from agents.delivery import Outbound
from agents.poller.command import _kafka as poller_producer
from agents.topics import create, wrong
from schemas.codec import encode
from schemas.deadletter import DeadLetter, from_message, to_message
from tests.kafka.artifacts import UnavailableError
from tests.kafka.broker import Cluster
from tests.kafka.certificates import Authority
from tests.kafka.fixtures import unavailable
from tests.paths import ROOT
from tests.stream.harness import fast, read, running
from tests.stream.test_poison import GOOD

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]

PASSWORD = "Xk7-hunter2-Q9"
TOPICS = ("news.raw", "news.articles", "news.unique", "news.mentions")


@dataclass(frozen=True)
class Secured:
    """A broker with a listener for users and one for certificates, and whom both trust."""

    cluster: Cluster
    authority: Authority
    foreign: Authority

    def settings(self, **changed: object) -> Settings:
        """Return what a worker is told that is let in by name and password."""
        given = {
            "tls": True,
            "tls_cafile": str(self.authority.cafile),
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_username": "worker",
            "sasl_password": PASSWORD,
            "app_id": "khabar",
        }
        return fast(self.cluster.url_of("USERS"), **{**given, **changed})

    def by_certificate(self, certificate: tuple[object, object] | None) -> Settings:
        """Return what a worker is told that is let in by its certificate."""
        files = dict(zip(("tls_certfile", "tls_keyfile"), map(str, certificate or ()), strict=False))
        return fast(self.cluster.url_of("CERTIFICATES"), tls=True, tls_cafile=str(self.authority.cafile), **files)


@pytest.fixture(autouse=True)
def log_as_before(monkeypatch) -> None:
    """Take back where `khabar worker` sends the log: to a stream that ends with the test."""
    monkeypatch.setattr(logging.getLogger(), "handlers", logging.getLogger().handlers.copy())


def stores(authority: Authority, listener: str) -> dict[str, str]:
    return {
        f"listener.name.{listener}.ssl.keystore.type": "PEM",
        f"listener.name.{listener}.ssl.keystore.location": str(authority.keystore("broker")),
        f"listener.name.{listener}.ssl.truststore.type": "PEM",
        f"listener.name.{listener}.ssl.truststore.location": str(authority.cafile),
    }


@pytest.fixture(scope="module")
def secured(tmp_path_factory) -> Iterator[Secured]:
    folder = tmp_path_factory.mktemp("certificates")
    authority, foreign = Authority(folder, "ca"), Authority(folder, "foreign")
    login = "org.apache.kafka.common.security"
    properties = {
        **stores(authority, "users"),
        **stores(authority, "certificates"),
        "listener.name.certificates.ssl.client.auth": "required",
        "listener.name.users.sasl.enabled.mechanisms": "SCRAM-SHA-512,PLAIN",
        "listener.name.users.scram-sha-512.sasl.jaas.config": f"{login}.scram.ScramLoginModule required;",
        "listener.name.users.plain.sasl.jaas.config": f'{login}.plain.PlainLoginModule required user_plain="{PASSWORD}";',
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS;User:plain;User:CN=worker",
    }
    try:
        cluster = Cluster(properties=properties, listeners={"USERS": "SASL_SSL", "CERTIFICATES": "SSL"})
    except UnavailableError as error:
        unavailable(str(error))
    try:
        prepare(cluster)
        secured = Secured(cluster, authority, foreign)
        asyncio.run(until_allowed(secured.settings()))
        yield secured
    finally:
        cluster.close()


def prepare(cluster: Cluster) -> None:
    """Make the users, the topics as an administrator does, and the rights of docs/security.md."""
    admin = AdminClient({"bootstrap.servers": cluster.bootstrap})
    credential = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096)
    allowed = rights_of_the_page()
    names = sorted({right.principal.removeprefix("User:") for right in allowed})
    users = [UserScramCredentialUpsertion(name, credential, PASSWORD.encode()) for name in names]
    done(admin.alter_user_scram_credentials(users))

    async def topics() -> None:
        settings = fast(cluster.url, app_id="khabar")
        async with connect(settings) as broker:
            await create(broker, settings)

    asyncio.run(topics())
    done(admin.create_acls(allowed))


async def until_allowed(settings: Settings) -> None:
    """Wait until the broker knows the rights: it learns of them after it has answered."""
    async with asyncio.timeout(60), connect(settings) as broker:
        while await wrong(broker, settings):  # noqa: ASYNC110 - Kafka tells nobody
            await asyncio.sleep(0.1)


def done(futures) -> None:
    for future in futures.values():
        future.result()


def rights_of_the_page() -> list[AclBinding]:
    """Read the table of docs/security.md: what it says is granted, so what it says is enough."""
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\w+) \| (topic|group) \| `(\S+)` \| ([A-Z, ]+) \|$", page, re.MULTILINE)
    assert len({user for user, *_ in rows}) == 4
    return [
        AclBinding(
            ResourceType[kind.upper()],
            name.rstrip("*"),
            ResourcePatternType.PREFIXED if name.endswith("*") else ResourcePatternType.LITERAL,
            f"User:{user}",
            "*",
            AclOperation[operation],
            AclPermissionType.ALLOW,
        )
        for user, kind, name, operations in rows
        for operation in operations.split(", ")
    ]


async def test_a_worker_does_its_work_over_tls_with_a_password_and_no_more_rights_than_documented(secured):
    admin = fast(secured.cluster.url, app_id="khabar")
    async with connect(admin) as broker:
        await broker.send([Outbound("news.raw", b"k", encode(GOOD)), Outbound("news.raw", b"k", b"{")])
    async with running(secured.settings()) as app:
        await app.done(*TOPICS)
    assert app.code == 0
    assert len(await read(admin, "news.events")) >= 1
    (letter,) = [from_message(r.key, r.value, r.headers) for r in await read(admin, "news.dead") if r.value == b"{"]
    assert letter.reason == "decode"


async def test_a_poller_sends_and_reads_nothing(secured):
    poller = secured.settings(sasl_username="poller")
    async with poller_producer(poller) as built:
        for topic in ("news.raw", "news.dead"):
            await built.send(topic, b"k", encode(GOOD), ())
    async with connect(poller) as broker:
        assert set(await broker.partitions()) == {"news.raw", "news.feeds", "news.dead"}
        with pytest.raises(BrokerError, match="no topic news"):
            await anext(broker.records("news.events", Start("beginning"), follow=False))


async def test_a_subscriber_reads_events_and_writes_nothing(secured):
    subscriber = secured.settings(sasl_username="subscriber")
    async with connect(fast(secured.cluster.url)) as broker:
        await broker.send([Outbound("news.events", b"e", b"{}")])
    assert b"{}" in [record.value for record in await read(subscriber, "news.events")]
    async with connect(subscriber) as broker:
        with pytest.raises(BrokerError, match="AuthorizationFailed"):
            await broker.send([Outbound("news.events", b"e", b"forged")])


def test_an_operator_replays_dead_letters(secured, monkeypatch, capsys):
    letter = DeadLetter(
        id="a" * 64,
        key=b"k",
        value=encode(GOOD),
        topic="news.raw",
        partition=0,
        offset=0,
        stage="language",
        reason="bug",
        message="mended",
        app_version="0",
    )

    async def die() -> None:
        async with connect(fast(secured.cluster.url)) as broker:
            await broker.send([Outbound("news.dead", *to_message(letter))])

    asyncio.run(die())
    environment(secured.settings(sasl_username="operator"), monkeypatch)
    assert main(["dlq", "replay", letter.id, "--yes"]) == 0
    assert "replayed 1 letters, 1 of news.raw" in capsys.readouterr().out
    assert main(["dlq", "list", "--state", "replayed"]) == 0


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-512", "PLAIN"])
def test_commands_are_let_in_by_password(secured, mechanism, monkeypatch, capsys):
    user = "plain" if mechanism == "PLAIN" else "worker"
    assert topics_check(secured.settings(sasl_mechanism=mechanism, sasl_username=user), monkeypatch) == 0
    assert PASSWORD not in "".join(capsys.readouterr())


def test_commands_are_let_in_by_certificate(secured, monkeypatch):
    assert topics_check(secured.by_certificate(secured.authority.issue("worker")), monkeypatch) == 0


REFUSED = {
    "wrong password": ({"sasl_password": "wrong-secret"}, "refuses user 'worker' or the password"),
    "unknown user": ({"sasl_username": "nobody"}, "refuses user 'nobody' or the password"),
    "other mechanism": ({"sasl_mechanism": "SCRAM-SHA-256"}, "does not offer sasl_mechanism = SCRAM-SHA-256"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_who_is_refused_is_told_why_and_ends_with_the_exit_code_of_a_wrong_configuration(
    secured, case, monkeypatch, capsys
):
    changed, said = REFUSED[case]
    settings = secured.settings(**changed)
    assert topics_check(settings, monkeypatch) == 78
    printed = "".join(capsys.readouterr())
    assert said in printed
    assert settings.sasl_password not in printed
    assert main(["worker"]) == 78
    printed = "".join(capsys.readouterr())
    assert said in printed
    assert settings.sasl_password not in printed


def test_a_broker_of_a_foreign_authority_gets_no_password(secured, monkeypatch, capsys):
    assert topics_check(secured.settings(tls_cafile=str(secured.foreign.cafile)), monkeypatch) == 78
    assert "shows a certificate that is not trusted" in capsys.readouterr().err


def test_a_broker_under_another_name_is_not_trusted(secured, monkeypatch, capsys):
    settings = secured.settings()
    named = fast(settings.broker.replace("127.0.0.1", "localhost"), **credentials_of(settings))
    assert topics_check(named, monkeypatch) == 78
    assert "Hostname mismatch" in capsys.readouterr().err


async def test_without_a_certificate_of_ours_or_with_a_foreign_one_nobody_is_let_in(secured):
    for certificate in (None, secured.foreign.issue("worker")):
        with pytest.raises(RefusedError, match=r"breaks TLS off.*tls_certfile"):
            async with connect(secured.by_certificate(certificate)):
                pass


def credentials_of(settings: Settings) -> dict[str, object]:
    names = ("tls", "tls_cafile", "tls_certfile", "tls_keyfile", "sasl_mechanism", "sasl_username", "sasl_password")
    return {name: getattr(settings, name) for name in names if getattr(settings, name)}


def topics_check(settings: Settings, monkeypatch) -> int:
    """Run `khabar topics check` in an environment with these settings."""
    environment(settings, monkeypatch)
    return main(["topics", "check"])


def environment(settings: Settings, monkeypatch) -> None:
    monkeypatch.setenv("KHABAR_BROKER", settings.broker)
    for name, value in credentials_of(settings).items():
        monkeypatch.setenv(f"KHABAR_{name.upper()}", str(value))
