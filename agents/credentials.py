"""Who we are to Kafka, and whom we take for it: what every client is told, and why a broker turns one away."""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING, Any

from aiokafka import errors
from aiokafka.conn import create_conn

from agents.tls import client_context

if TYPE_CHECKING:
    from faust.types.auth import CredentialsT

    from agents.config import Settings

KAFKA_PORT = 9092
PROBE_SECONDS = 5.0
CLOSING_SECONDS = 0.25


def security(settings: Settings) -> dict[str, Any]:
    """Return the options of TLS and SASL that every aiokafka client takes."""
    options: dict[str, Any] = {}
    if settings.tls:
        options["ssl_context"] = _context(settings)
    if settings.sasl_mechanism:
        options |= {
            "sasl_mechanism": settings.sasl_mechanism,
            "sasl_plain_username": settings.sasl_username,
            "sasl_plain_password": settings.sasl_password,
        }
    protocol = ("SASL_" if settings.sasl_mechanism else "") + ("SSL" if settings.tls else "PLAINTEXT")
    return {**options, "security_protocol": protocol}


def _context(settings: Settings) -> ssl.SSLContext:
    return client_context(settings.tls_cafile, settings.tls_certfile, settings.tls_keyfile, settings.tls_key_password)


def faust_credentials(settings: Settings) -> CredentialsT | None:
    """Return the same for a Faust app; None where neither is asked for."""
    import faust

    context = _context(settings) if settings.tls else None
    if settings.sasl_mechanism:
        return faust.SASLCredentials(
            username=settings.sasl_username,
            password=settings.sasl_password,
            ssl_context=context,
            mechanism=settings.sasl_mechanism,
        )
    return None if context is None else faust.SSLCredentials(context)


def addresses(settings: Settings) -> list[str]:
    """Return the brokers as `host:port`."""
    return [part.removeprefix("kafka://").rstrip("/") for part in settings.broker.split(";") if part]


async def refusal(settings: Settings) -> str | None:
    """Connect to each broker once, and say why one turns us away or we it; None where it is no matter of settings.

    aiokafka itself tells its callers only that nobody was reached.
    """
    for address in addresses(settings):
        host, _, port = address.rpartition(":")
        options = {**security(settings), "request_timeout_ms": int(PROBE_SECONDS * 1000)}
        try:
            connection = await create_conn(host or address, int(port or KAFKA_PORT), **options)
        except (OSError, errors.KafkaError, TimeoutError, asyncio.IncompleteReadError) as error:
            reason = meaning(error, settings)
            if reason is not None:
                # aiokafka waits for none of the connections it gives up.
                await asyncio.sleep(CLOSING_SECONDS)
                return f"{address} {reason}"
        else:
            connection.close()
    return None


def meaning(error: BaseException, settings: Settings) -> str | None:
    """Say what an error at a connection means for the settings; None where waiting may help."""
    causes = (error, error.__cause__, error.__context__)
    tls = next((cause for cause in causes if isinstance(cause, ssl.SSLError)), None)
    match error:
        case errors.SaslAuthenticationFailed() | errors.AuthenticationFailedError():
            return f"refuses user {settings.sasl_username!r} or the password (sasl_username, sasl_password)"
        case errors.UnsupportedSaslMechanismError():
            return f"does not offer sasl_mechanism = {settings.sasl_mechanism}"
        case errors.IllegalSaslStateError():
            return "wants no SASL on this port (sasl_mechanism)"
        case ssl.SSLCertVerificationError():
            return f"shows a certificate that is not trusted: {error.verify_message} (tls_cafile)"
        case _ if tls is not None:
            return f"breaks TLS off: {tls.reason}; the certificate shown to it may be missing or foreign (tls_certfile)"
        case _:
            return None
