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


"""Images in Glance that somebody has signed."""

import base64
from unittest import mock

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric import rsa
from cursive import signature_utils

_PATCH = {'Content-Type': 'application/openstack-images-v2.1-json-patch'}


class Signer:
    """Has a key, and a certificate of it.

    :param images: a :class:`tests.glance_process.GlanceFixture`
    """

    certificate_uuid = '5e5e5e5e-1111-2222-3333-444444444444'

    def __init__(self, images):
        self._images = images
        self._key = rsa.generate_private_key(65537, 2048)

    def get_certificate(self, context, certificate_uuid):
        """In place of ``cursive.signature_utils``': Barbican's part."""
        if certificate_uuid != self.certificate_uuid:
            raise AssertionError(certificate_uuid)
        return mock.Mock(public_key=self._key.public_key)

    def create(self, data, signed=None, disk_format='raw', token=None,
               **changes):
        """Make an image, private to the token's project.

        :param data: its bytes
        :param signed: the bytes that were signed, None for the same
        :param changes: of the signature's properties; None takes one away
        """
        signature = self._key.sign(
            data if signed is None else signed, padding.PSS(
                padding.MGF1(hashes.SHA256()), padding.PSS.MAX_LENGTH),
            hashes.SHA256())
        properties = {
            'img_signature': base64.b64encode(signature).decode(),
            'img_signature_hash_method': 'SHA-256',
            'img_signature_certificate_uuid': self.certificate_uuid,
            'img_signature_key_type': signature_utils.RSA_PSS, **changes}
        owner = {'token': token, 'visibility': 'private'} if token else {}
        image = self._images.create(
            'signed', disk_format=disk_format, **owner)
        # Glance verifies at upload, with Barbican; so afterwards
        self._images.ask(
            'PUT', f'/images/{image["id"]}/file', data=data, headers={
                'Content-Type': 'application/octet-stream'})
        self.tell(image, **properties)
        return self._images.get(image['id'])

    def tell(self, image, **properties):
        """Give an image properties."""
        self._images.ask(
            'PATCH', f'/images/{image["id"]}', headers=_PATCH, json=[
                {'op': 'add', 'path': f'/{key}', 'value': value}
                for key, value in properties.items() if value])
