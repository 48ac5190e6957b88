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

"""Signatures of Glance images, checked while the bytes pass by.

Cinder checks them when it has downloaded an image to the host
(image/image_utils.py, ``verify_glance_image_signature``), which is what this
driver avoids; so the same is done here, with the same option
``verify_glance_signatures`` and the same outcome in a volume's image
metadata, ``signature_verified``.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from typing import Any

from cinder import exception as cinder_exception
from cinder.image import glance  # noqa: F401  registers the option
import cryptography.exceptions
from cursive import exception as cursive_exception
from cursive import signature_utils
from oslo_config import cfg
from oslo_log import log as logging

LOG = logging.getLogger(__name__)
CONF = cfg.CONF

# key in a volume's image metadata
VERIFIED = 'signature_verified'

_SIGNATURE = 'img_signature'
_NEEDED = (
    _SIGNATURE,
    'img_signature_hash_method',
    'img_signature_certificate_uuid',
    'img_signature_key_type',
)


def are_checked() -> bool:
    """Say whether the operator wants signatures to be checked."""
    return bool(CONF.verify_glance_signatures != 'disabled')


def is_signed(image: dict[str, Any]) -> bool:
    """Say whether an image has a signature that must be checked.

    :raises InvalidSignatureImage: it has a part of one
    """
    properties = image.get('properties') or {}
    found = [name for name in _NEEDED if properties.get(name) is not None]
    if not found or not are_checked():
        return False
    if len(found) < len(_NEEDED):
        raise cinder_exception.InvalidSignatureImage(image_id=image['id'])
    return True


def checked(
    context: Any, image: dict[str, Any], chunks: Iterable[bytes]
) -> Iterator[bytes]:
    """Yield the bytes of a signed image; after the last, judge them.

    What is made of the bytes must not be used before the end.

    :raises ImageSignatureVerificationException: they are not what was
        signed, or that cannot be told
    """
    properties = image['properties']
    try:
        verifier = signature_utils.get_verifier(
            context=context, **{name: properties[name] for name in _NEEDED}
        )
    except cursive_exception.SignatureVerificationError as exc:
        raise _refusal(image, f'cannot be verified: {exc}') from exc
    for chunk in chunks:
        verifier.update(chunk)
        yield chunk
    try:
        verifier.verify()
    except cryptography.exceptions.InvalidSignature as exc:
        raise _refusal(image, 'is not that of its bytes') from exc
    LOG.info('The signature of image %s is that of its bytes', image['id'])


def refuse_unseen(image: dict[str, Any]) -> None:
    """Refuse a signed image whose bytes are in Azure alone.

    :raises ImageSignatureVerificationException: nobody can compare them
    """
    if is_signed(image):
        raise _refusal(
            image,
            'cannot be verified: its bytes are in Azure alone. Remove '
            'img_signature..., or set verify_glance_signatures = disabled',
        )


def _refusal(image: dict[str, Any], problem: str) -> Exception:
    return cinder_exception.ImageSignatureVerificationException(
        reason=f'The signature of image {image["id"]} {problem}.'
    )
