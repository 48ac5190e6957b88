#    Licensed under the Apache License, Version 2.0 (the "License"); you may
#    not use this file except in compliance with the License. You may obtain
#    a copy of the License at
#
#         http://www.apache.org/licenses/LICENSE-2.0
#
#    Unless required by applicable law or agreed to in writing, software
#    distributed under the License is distributed on an "AS IS" BASIS, WITHOUT
#    WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the
#    License for the specific language governing permissions and limitations
#    under the License.

"""A throwaway certificate authority and a certificate for the loopback."""

from __future__ import annotations

import datetime
import ipaddress
import pathlib
import ssl

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import oid

_YEARS = datetime.timedelta(days=3650)
_SPARE = datetime.timedelta(days=30)


def ensure(folder: pathlib.Path) -> pathlib.Path:
    """Make a CA and a server certificate in *folder*, or keep what is there.

    Kept over restarts, so that a client that trusts ``ca.pem`` goes on to
    do so. The CA's own key is not kept: nobody can sign with it later.

    :returns: path of the CA certificate
    """
    ca_file = folder / 'ca.pem'
    files = (ca_file, folder / 'server.pem', folder / 'server.key')
    if all(file.exists() for file in files) and _good(files[1]):
        return ca_file
    now = datetime.datetime.now(datetime.UTC)
    ca_key = ec.generate_private_key(ec.SECP256R1())
    ca_name = _name('jacket-azure emulator, throwaway CA')
    ca = _builder(ca_name, ca_name, ca_key.public_key(), ca_key, now, True)
    key = ec.generate_private_key(ec.SECP256R1())
    server = _builder(_name('localhost'), ca_name, key.public_key(), ca_key,
                      now, False)
    key_file = folder / 'server.key'
    key_file.touch(0o600)
    key_file.write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption()))
    (folder / 'server.pem').write_bytes(_pem(server))
    ca_file.write_bytes(_pem(ca))
    return ca_file


def server_context(folder: pathlib.Path) -> ssl.SSLContext:
    """Return the TLS context of a server with the certificate there."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(folder / 'server.pem', folder / 'server.key')
    return context


def _good(file: pathlib.Path) -> bool:
    found = x509.load_pem_x509_certificate(file.read_bytes())
    return (found.not_valid_after_utc
            > datetime.datetime.now(datetime.UTC) + _SPARE)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(oid.NameOID.COMMON_NAME, text)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _builder(subject: x509.Name, issuer: x509.Name,
             public_key: ec.EllipticCurvePublicKey,
             signing_key: ec.EllipticCurvePrivateKey,
             now: datetime.datetime, ca: bool) -> x509.Certificate:
    """Make a certificate that also Python 3.13's strict checks accept."""
    builder = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer)
        .public_key(public_key).serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + _YEARS)
        .add_extension(x509.BasicConstraints(ca, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key),
                       critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(
            signing_key.public_key()), critical=False)
        .add_extension(x509.KeyUsage(
            digital_signature=True, key_cert_sign=ca, crl_sign=ca,
            content_commitment=False, key_encipherment=False,
            data_encipherment=False, key_agreement=False,
            encipher_only=False, decipher_only=False), critical=True))
    if not ca:
        names = [x509.DNSName('localhost'),
                 x509.IPAddress(ipaddress.ip_address('127.0.0.1'))]
        builder = builder.add_extension(
            x509.SubjectAlternativeName(names), critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage(
            [oid.ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return builder.sign(signing_key, hashes.SHA256())
