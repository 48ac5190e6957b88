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

"""Tells which formats the beginning of an image looks like.

The inspectors of oslo.utils, which Glance, Nova and Cinder use as well, know
more formats than are read here, and have their own checks of those that are.
They neither see the footer of a fixed VHD nor look into most formats; that
is done by :mod:`.formats`.
"""

from __future__ import annotations

import contextlib
from typing import Any

from oslo_utils.imageutils import format_inspector

from jacket_azure import exceptions

# enough for all of them to know their format; their tables may lie behind it
HEAD_BYTES = 1024**2

# What the bytes of a disk may look like: with partitions, a hybrid CD image,
# encrypted by its guest
_DISKS = {'gpt', 'iso', 'luks'}


def check_disk(head: bytes, disk_format: str) -> None:
    """Refuse what shall be bytes of a disk, but is a format of its own.

    :param head: up to :data:`HEAD_BYTES` from the beginning
    :param disk_format: what the image is said to be, for the message
    :raises InvalidRequest: it is e.g. a qcow2
    """
    _check(head, disk_format, _DISKS)


def check_format(head: bytes, disk_format: str) -> None:
    """Refuse what looks like another format, or like two at once.

    :param disk_format: the name of an inspector other than raw
    """
    _check(head, disk_format, {disk_format})


class Inspection:
    """An inspector's view of a whole image, as its bytes come by.

    :param disk_format: the name of an inspector other than raw
    """

    def __init__(self, disk_format: str) -> None:
        self._name = disk_format
        self._inspector: Any = format_inspector.ALL_FORMATS[disk_format]()
        self._error: Exception | None = None

    def eat(self, chunk: bytes) -> None:
        """Look at the next bytes."""
        if self._error or self._inspector.complete:
            return
        try:
            self._inspector.eat_chunk(chunk)
        except Exception as exc:
            # it fails in many ways at what it does not expect
            self._error = exc

    def finish(self) -> None:
        """Refuse the image unless it was safe.

        :raises InvalidRequest: says what the inspector says
        """
        try:
            if self._error:
                raise self._error
            self._inspector.finish()
            self._inspector.safety_check()
        except format_inspector.SafetyCheckFailed as exc:
            raise self._unsafe(', '.join(exc.failures)) from exc
        except format_inspector.ImageFormatError as exc:
            raise self._unsafe(str(exc)[:200]) from exc
        except Exception as exc:
            raise self._unsafe('its header is broken') from exc

    def _unsafe(self, why: str) -> exceptions.InvalidRequest:
        return exceptions.InvalidRequest(
            f'The image is no {self._name} that is safe to read: {why}.'
        )


def _check(head: bytes, disk_format: str, allowed: set[str]) -> None:
    others = sorted(_found(head) - allowed)
    if others:
        raise exceptions.InvalidRequest(
            f'The image is said to be {disk_format}, but looks like '
            f'{" and ".join(others)}. Set the right disk_format, or convert '
            f'it.'
        )


def _found(head: bytes) -> set[str]:
    """Return the names of all inspectors that know their format in it."""
    return {
        name
        for name, kind in format_inspector.ALL_FORMATS.items()
        if name != 'raw' and _knows(kind(), head)
    }


def _knows(inspector: Any, head: bytes) -> bool:
    # a broken header still has the format's mark, so a failure tells little
    with contextlib.suppress(Exception):
        inspector.eat_chunk(head)
    try:
        return bool(inspector.format_match)
    except Exception:
        # it did not come far enough to know
        return False
