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


"""Signatures of images whose bytes pass this process.

Nova verifies them when it writes an image to a file of the host
(nova/image/glance.py, ``GlanceImageServiceV2.download``), which this driver
has none of; what it hands out otherwise it has read to the end. So the same
is done here, by the same options.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

import cryptography.exceptions
from cursive import certificate_utils
from cursive import exception as cursive_exception
from cursive import signature_utils
import nova.conf
from nova.image import glance
from oslo_log import log as logging

from jacket_azure import exceptions

CONF = nova.conf.CONF
LOG = logging.getLogger(__name__)

_CERTIFICATE = 'img_signature_certificate_uuid'
_NEEDED = (
    'img_signature',
    'img_signature_hash_method',
    _CERTIFICATE,
    'img_signature_key_type',
)


def are_checked() -> bool:
    """Say whether the operator wants signatures to be verified."""
    return bool(CONF.glance.verify_glance_signatures or _trusted())


def refuse_unseen(image_id: str) -> None:
    """Refuse an image whose bytes are in Azure alone.

    :raises InvalidRequest: signatures are to be verified
    """
    if are_checked():
        raise exceptions.InvalidRequest(
            f'[glance] verify_glance_signatures is on, and the signature of '
            f'image {image_id} cannot be verified: its bytes are in Azure '
            f'alone. Use images of the marketplace or a gallery, or signed '
            f'images whose bytes Glance has.'
        )


def signature_of(record: Mapping[str, Any]) -> str:
    """Return a text that no other signature has.

    :param record: of the image, as Nova has it from Glance
    :raises InvalidRequest: it is not signed
    """
    properties = record['properties']
    missing = [name for name in _NEEDED if not properties.get(name)]
    if missing:
        raise exceptions.InvalidRequest(
            f'[glance] verify_glance_signatures is on, and image '
            f'{record["id"]} is not signed: it has no {", ".join(missing)}.'
        )
    return ' '.join(properties[name] for name in _NEEDED)


def checked(context: Any, record: Mapping[str, Any]) -> Iterator[bytes]:
    """Yield the bytes of a signed image; after the last, judge them.

    What is made of the bytes must not be used before the end.

    :raises InvalidRequest: they are not what was signed, or that cannot be
        told, or nobody trusts who signed
    """
    verifier = _verifier(context, record)
    # without Nova's own verifying, which leaves no byte to be read
    for chunk in glance.GlanceClientWrapper().call(
        context, 2, 'data', args=(record['id'],)
    ):
        verifier.update(chunk)
        yield chunk
    try:
        verifier.verify()
    except cryptography.exceptions.InvalidSignature as exc:
        raise _refusal(record, 'is not that of its bytes') from exc
    LOG.info('The signature of image %s is that of its bytes', record['id'])


def _verifier(context: Any, record: Mapping[str, Any]) -> Any:
    properties = record['properties']
    try:
        verifier = signature_utils.get_verifier(
            context=context, **{name: properties[name] for name in _NEEDED}
        )
        if _trusted():
            certificate_utils.verify_certificate(
                context=context,
                certificate_uuid=properties[_CERTIFICATE],
                trusted_certificate_uuids=_trusted(),
            )
    except cursive_exception.SignatureVerificationError as exc:
        raise _refusal(record, f'cannot be verified: {exc}') from exc
    if CONF.glance.enable_certificate_validation and not _trusted():
        raise _refusal(
            record,
            'cannot be verified: [glance] enable_certificate_validation is '
            'on, but default_trusted_certificate_ids names no certificate',
        )
    return verifier


def _trusted() -> list[str]:
    """Return the certificates of whom Nova trusts, if that counts."""
    if not CONF.glance.enable_certificate_validation:
        return []
    return list(CONF.glance.default_trusted_certificate_ids or ())


def _refusal(
    record: Mapping[str, Any], problem: str
) -> exceptions.InvalidRequest:
    return exceptions.InvalidRequest(
        f'The signature of image {record["id"]} {problem}.'
    )
