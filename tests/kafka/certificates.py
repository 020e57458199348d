"""Certificates for tests: an authority of its own, a server at 127.0.0.1, clients; all of them for a day."""

from __future__ import annotations

import datetime as dt
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = dt.timedelta(days=1)


class Authority:
    """A certificate authority whose files lie in a folder; `cafile` is what clients trust."""

    def __init__(self, folder: Path, name: str) -> None:
        """Make the authority's key and certificate."""
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name(name)
        built = _builder(self._name, self._name, self._key).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), True
        )
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        self._certificate = built.add_extension(usage, True).sign(self._key, hashes.SHA256())
        self.cafile = folder / f"{name}.pem"
        self.cafile.write_bytes(_pem(self._certificate))

    def issue(self, name: str, *, host: str = "127.0.0.1", password: str | None = None) -> tuple[Path, Path]:
        """Make a certificate for a name and an address; returns the files of certificate and key."""
        key = ec.generate_private_key(ec.SECP256R1())
        address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))])
        built = _builder(_name(name), self._name, key).add_extension(address, False)
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        certificate = built.add_extension(issuer, False).sign(self._key, hashes.SHA256())
        files = self._folder / f"{name}.pem", self._folder / f"{name}.key"
        files[0].write_bytes(_pem(certificate) + _pem(self._certificate))
        secret = password.encode() if password else None
        encryption = serialization.BestAvailableEncryption(secret) if secret else serialization.NoEncryption()
        files[1].write_bytes(
            key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
        )
        return files

    def keystore(self, name: str, **options: str) -> Path:
        """Make a certificate for a server in one file, key first, as Kafka's PEM stores are."""
        certificate, key = self.issue(name, **options)
        store = self._folder / f"{name}.store.pem"
        store.write_bytes(key.read_bytes() + certificate.read_bytes())
        return store


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - DAY).not_valid_after(now + DAY)
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
