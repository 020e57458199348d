"""TLS to Kafka: whom we trust, and the certificate we show."""

from __future__ import annotations

import ssl
from pathlib import Path


class TlsError(ValueError):
    """A file of certificates or keys cannot be used; the message names its setting, never what is in it."""


def client_context(
    cafile: str | None = None, certfile: str | None = None, keyfile: str | None = None, password: str | None = None
) -> ssl.SSLContext:
    """Make the context of a client: TLS 1.2 or later, the broker's certificate and name are verified.

    `keyfile` may be in `certfile`; `password` is that of the key.

    Raises:
        TlsError: a file is missing or not what it should be.
    """
    for setting, file in (("tls_cafile", cafile), ("tls_certfile", certfile), ("tls_keyfile", keyfile)):
        _check_readable(setting, file)
    try:
        context = ssl.create_default_context(cafile=cafile)
    except ssl.SSLError as error:
        raise TlsError(f"tls_cafile = {cafile}: no certificates in PEM form ({error.reason})") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if certfile is not None:
        try:
            # A password that is given, if only an empty one, keeps OpenSSL from asking for it on the terminal.
            context.load_cert_chain(certfile, keyfile, password or "")
        except (ssl.SSLError, ValueError):
            raise TlsError(
                f"tls_certfile = {certfile}, tls_keyfile = {keyfile}: no certificate with its key in PEM form, "
                "or the key needs another tls_key_password"
            ) from None
    return context


def _check_readable(setting: str, file: str | None) -> None:
    if file is None:
        return
    try:
        with Path(file).open("rb"):
            pass
    except OSError as error:
        raise TlsError(f"{setting} = {file}: {error.strerror}") from None
