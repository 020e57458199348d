"""Settings: one frozen dataclass, read from the environment (`KHABAR_*`) over one TOML file over the defaults."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

from agents.tls import TlsError, client_context
from schemas.deadletter import TOPIC_LIMIT

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "KHABAR_"
# A dead letter's headers alone take 16 KiB and more.
LEAST_MESSAGE = 65_536
SECRETS = frozenset({"postgres_dsn", "sasl_password", "tls_key_password", "web_token"})
SASL_MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")


class SettingError(ValueError):
    """A setting cannot be read; the message names it, where it came from and what is allowed."""


def _setting(default: Any, doc: str) -> Any:
    return field(default=default, metadata={"doc": doc})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting of the workers and the poller; `doc` of each field is what `khabar doctor` prints."""

    broker: str = _setting(
        "memory://khabar", "where the topics live: memory://NAME, sqlite:///FILE.db or kafka://HOST:PORT[;kafka://...]"
    )
    app_id: str = _setting("khabar", "consumer group and prefix of the changelog topics")
    replication_factor: int = _setting(1, "copies of each partition on Kafka; 3 in production")
    in_flight: int = _setting(256, "records a stage may have sent but not yet acknowledged by the broker")
    commit_interval: float = _setting(
        1.0, "seconds between commits of offsets; also the window of repeats after a crash"
    )
    linger: float = _setting(0.005, "seconds the producer waits to fill a batch")
    session_timeout: float = _setting(10.0, "seconds after which Kafka gives a silent worker's partitions to another")
    heartbeat_interval: float = _setting(3.0, "seconds between heartbeats to Kafka")
    request_timeout: float = _setting(120.0, "seconds the producer tries one batch before the shell sends it again")
    max_message_bytes: int = _setting(2_097_152, "largest message on any topic, in bytes")
    max_record_bytes: int = _setting(1_000_000, "largest record a stage takes, in bytes; a larger one is a dead letter")
    shutdown_deadline: float = _setting(25.0, "seconds from SIGTERM after which the worker ends, broker or not")
    watchdog: float = _setting(
        60.0, "seconds the event loop may stand still before the worker ends with exit code 75; 0 = never"
    )
    stall: float = _setting(
        120.0, "seconds a stage may hold a record without progress, the broker being there; 0 = never"
    )
    dead_ratio: float = _setting(
        0.5, "share of the last 1,000 records of a stage that may be dead before the worker stops; 1 = never"
    )
    dead_in_a_row: int = _setting(
        100, "records of a partition that may be dead one after the other before the worker stops; 0 = any number"
    )
    instance_id: str | None = _setting(None, "stable name of this worker slot (static membership); none = dynamic")
    sasl_mechanism: str | None = _setting(None, "PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512; none = no SASL")
    sasl_username: str | None = _setting(None, "SASL user name")
    sasl_password: str | None = _setting(None, "SASL password; KHABAR_SASL_PASSWORD_FILE names a file that holds it")
    tls: bool = _setting(False, "speak TLS to Kafka")  # noqa: FBT003
    tls_cafile: str | None = _setting(None, "certificate authorities for TLS; none = the system's")
    tls_certfile: str | None = _setting(None, "certificate shown to Kafka (mutual TLS), PEM; none = none is shown")
    tls_keyfile: str | None = _setting(None, "its key, PEM; none = it is in tls_certfile")
    tls_key_password: str | None = _setting(
        None, "password of that key; KHABAR_TLS_KEY_PASSWORD_FILE names a file that holds it"
    )
    state_dir: str = _setting(".khabar", "folder for local state (feed state, the file of khabar run)")
    metrics_host: str = _setting("127.0.0.1", "address at which /metrics, /livez and /readyz are served")
    metrics_port: int = _setting(
        0, "port of /metrics, /livez and /readyz, each process on a machine its own; 0 = off; 9464 in compose"
    )
    web_token: str | None = _setting(
        None, "what readers of khabar web must show; KHABAR_WEB_TOKEN_FILE names a file that holds it"
    )
    postgres_dsn: str | None = _setting(
        None, "database of khabar sink postgres; KHABAR_POSTGRES_DSN_FILE names a file that holds it"
    )
    log_level: str = _setting("info", "debug, info, warning or error")
    log_format: str = _setting("text", "text or json")

    def __repr__(self) -> str:
        """Show the settings without their secrets."""
        shown = (
            f"{f.name}={'***' if f.name in SECRETS and getattr(self, f.name) else repr(getattr(self, f.name))}"
            for f in fields(self)
        )
        return f"Settings({', '.join(shown)})"

    @property
    def embedded(self) -> bool:
        """Whether the broker lives in this process."""
        return self.broker.startswith(("memory:", "sqlite:"))


def read_settings(environ: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Read the settings; `KHABAR_CONFIG` names the TOML file, keyword arguments that are not None win over all.

    Raises:
        SettingError: an unknown name, or a value of the wrong type.
    """
    env = os.environ if environ is None else environ
    values = _from_file(env.get(f"{PREFIX}CONFIG"))
    values.update(_from_environment(env))
    values.update({name: value for name, value in overrides.items() if value is not None})
    settings = Settings(**values)
    _check(settings)
    return settings


def setting_docs() -> dict[str, str]:
    """Return what each setting means, by name, in order of declaration."""
    return {f.name: f.metadata["doc"] for f in fields(Settings)}


def _from_file(path: str | None) -> dict[str, Any]:
    if not path:
        return {}
    try:
        table = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingError(f"{PREFIX}CONFIG={path}: {error}") from error
    section = table.get("khabar", {})
    return {name: _read(name, value, path) for name, value in section.items()}


def _from_environment(env: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in setting_docs():
        variable = PREFIX + name.upper()
        if variable in env:
            values[name] = _read(name, env[variable], variable)
        elif name in SECRETS and f"{variable}_FILE" in env:
            values[name] = _secret(Path(env[f"{variable}_FILE"]), f"{variable}_FILE")
    return values


def _secret(path: Path, variable: str) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingError(f"{variable}: {error}") from error
    except UnicodeDecodeError:
        # Its message would show a byte of the secret.
        raise SettingError(f"{variable}: {path} is not UTF-8 text") from None


def _read(name: str, value: Any, origin: str) -> Any:
    kind = get_type_hints(Settings).get(name)
    if kind is None:
        raise SettingError(f"{origin}: there is no setting {name!r}")
    try:
        return _convert(kind, value)
    except (TypeError, ValueError, KeyError) as error:
        raise SettingError(
            f"{origin}: {name} = {value!r} is not {kind if isinstance(kind, str) else getattr(kind, '__name__', kind)}"
        ) from error


def _convert(kind: Any, value: Any) -> Any:
    if kind is bool:
        if isinstance(value, bool):
            return value
        return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False, "": False}[
            str(value).lower()
        ]
    if kind in (int, float):
        if isinstance(value, bool):
            raise TypeError(value)
        return kind(value)
    return str(value)


def _check(settings: Settings) -> None:
    scheme = settings.broker.partition(":")[0]
    if scheme not in {"memory", "sqlite", "kafka"}:
        raise SettingError(f"broker = {settings.broker!r}: the scheme must be memory, sqlite or kafka")
    for name, allowed in (("log_level", ("debug", "info", "warning", "error")), ("log_format", ("text", "json"))):
        if getattr(settings, name) not in allowed:
            raise SettingError(f"{name} = {getattr(settings, name)!r}: must be one of {', '.join(allowed)}")
    if not 0 <= settings.metrics_port < 65_536:
        raise SettingError(f"metrics_port = {settings.metrics_port}: must be from 0 to 65535")
    if settings.in_flight < 1:
        raise SettingError("in_flight must be at least 1")
    if not LEAST_MESSAGE <= settings.max_message_bytes <= TOPIC_LIMIT:
        raise SettingError(
            f"max_message_bytes = {settings.max_message_bytes}: must be from {LEAST_MESSAGE} to {TOPIC_LIMIT}, "
            "the limit of the topics"
        )
    if "@" in settings.broker and scheme == "kafka":
        raise SettingError("broker: no user and password in the address; they are sasl_username and sasl_password")
    if settings.heartbeat_interval * 2 > settings.session_timeout:
        raise SettingError("heartbeat_interval must be at most half of session_timeout, or one late heartbeat ends it")
    _check_credentials(settings)


def _check_credentials(settings: Settings) -> None:
    if settings.sasl_mechanism is not None:
        if settings.sasl_mechanism not in SASL_MECHANISMS:
            raise SettingError(
                f"sasl_mechanism = {settings.sasl_mechanism!r}: must be one of {', '.join(SASL_MECHANISMS)}"
            )
        if not (settings.sasl_username and settings.sasl_password):
            raise SettingError("sasl_mechanism is set, sasl_username or sasl_password is not")
    files = (settings.tls_cafile, settings.tls_certfile, settings.tls_keyfile)
    if not settings.tls and any(files):
        raise SettingError("a file of certificates or keys is set (tls_cafile, tls_certfile, tls_keyfile), tls is not")
    if settings.tls_keyfile and not settings.tls_certfile:
        raise SettingError("tls_keyfile is set, tls_certfile is not")
    if settings.tls:
        try:
            client_context(*files, settings.tls_key_password)
        except TlsError as error:
            raise SettingError(str(error)) from None
