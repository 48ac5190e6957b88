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

"""The content of an image in Azure goes to Glance, after the fact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keystoneauth1 import exceptions as keystone_exceptions
import openstack

from jacket_azure import exceptions
from jacket_azure.cmd import progress_bar
from jacket_azure.imaging import passing
from jacket_azure.payload import image_trust

# of an image's record, what a new one gets as well; all that Glance does not
# know is a property
_COPIED = ('min_disk', 'min_ram')
_NOT_COPIED = frozenset(
    {
        'id', 'name', 'status', 'visibility', 'size', 'virtual_size',
        'checksum', 'os_hash_algo', 'os_hash_value', 'os_hidden', 'owner',
        'created_at', 'updated_at', 'tags', 'self', 'file', 'schema',
        'protected', 'disk_format', 'container_format', 'direct_url',
        'locations', 'stores', 'img_signature', 'img_signature_hash_method',
        'img_signature_certificate_uuid', 'img_signature_key_type',
        *image_trust.REFERENCES,
    }
)


def connect(cloud: str | None) -> Glance:
    """Log in as the ordinary clients do: clouds.yaml or ``OS_*``.

    :raises ConfigurationError: says what is missing or wrong
    """
    try:
        return Glance(openstack.connect(cloud=cloud).image)
    except Exception as exc:
        # whatever a plug-in of keystoneauth raises for a wrong option
        raise exceptions.ConfigurationError(
            f'Cannot log in to OpenStack: {exc}'
        ) from exc


class Glance:
    """Images of one OpenStack.

    :param adapter: of the image service, logged in
    """

    def __init__(self, adapter: Any) -> None:
        self._adapter = adapter

    def get(self, image_id: str) -> dict[str, Any]:
        """Return an image's record.

        :raises ConfigurationError: there is none, or not for this user
        """
        return self._ask('GET', f'/images/{image_id}')

    @staticmethod
    def check_empty(image: Mapping[str, Any], disk_format: str) -> None:
        """Refuse an image that has data: Glance never changes them.

        :raises ConfigurationError: names what works
        """
        if image['status'] != 'queued':
            raise exceptions.ConfigurationError(
                f'Image {image["id"]} is {image["status"]}, and what it has '
                f'in Glance can never be replaced; --upload-as makes another '
                f'image with the content.'
            )
        if image.get('disk_format') != disk_format:
            raise exceptions.ConfigurationError(
                f'Image {image["id"]} was made for the format '
                f'{image.get("disk_format")}: give --format that.'
            )

    def upload(
        self,
        image: Mapping[str, Any],
        content: passing.Source,
        disk_format: str,
        bar: progress_bar.ProgressBar,
        new_name: str | None = None,
    ) -> str:
        """Give an image its content, or a new one; return its id.

        A new image that did not get all of it is deleted again.

        :param new_name: None for *image* itself
        """
        image_id = str(image['id'])
        if new_name is not None:
            image_id = self._create(image, disk_format, new_name)
        try:
            self._send(image_id, _Counted(passing.Passing(content), bar))
        except BaseException:
            if new_name is not None:
                self._ask('DELETE', f'/images/{image_id}', answers=False)
            raise
        return image_id

    def _create(
        self, image: Mapping[str, Any], disk_format: str, name: str
    ) -> str:
        made = self._ask(
            'POST',
            '/images',
            json={
                **{
                    key: value
                    for key, value in image.items()
                    if key not in _NOT_COPIED and value is not None
                },
                'name': name,
                'disk_format': disk_format,
                'container_format': 'bare',
            },
        )
        return str(made['id'])

    def _send(self, image_id: str, content: _Counted) -> None:
        self._ask(
            'PUT',
            f'/images/{image_id}/file',
            data=content,
            headers={'Content-Type': 'application/octet-stream'},
            answers=False,
        )
        if not content.passed.is_in(self.get(image_id)):
            raise exceptions.Unavailable(
                f'Glance did not get all bytes of image {image_id}.'
            )

    def _ask(
        self, method: str, path: str, answers: bool = True, **options: Any
    ) -> dict[str, Any]:
        try:
            answer = self._adapter.request(
                path, method, raise_exc=False, **options
            )
        except keystone_exceptions.ClientException as exc:
            raise exceptions.Unavailable(
                f'Glance did not answer: {exc}'
            ) from exc
        if answer.status_code >= 300:
            raise exceptions.ConfigurationError(
                f'Glance refused {method} {path} with '
                f'{answer.status_code}: {answer.text[:200]}'
            )
        found: dict[str, Any] = answer.json() if answers else {}
        return found


class _Counted:
    """A stream that shows how much of it has gone."""

    def __init__(
        self, passed: passing.Passing, bar: progress_bar.ProgressBar
    ) -> None:
        self.passed = passed
        self._bar = bar

    def read(self, length: int = 1024**2) -> bytes:
        data = self.passed.read(length)
        self._bar.add(len(data))
        return data

    def __iter__(self) -> Any:
        while data := self.read():
            yield data
