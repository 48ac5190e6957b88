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

"""What a machine has written to its serial console."""

from __future__ import annotations

from typing import Any

from nova import exception as nova_exception
from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.blob import signed
from jacket_azure.nova import backend as backends
from jacket_azure.nova import errors
from jacket_azure.payload import names

LOG = logging.getLogger(__name__)

# as much as Nova's own drivers return
_MAX_BYTES = 100 * 1024


class ConsoleOps:
    """Serial logs of this host's machines."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend

    def output(self, instance: Any) -> str:
        """Return the end of the serial log; Nova cuts it to what is asked.

        :returns: one character per byte, which Nova makes bytes of again
            (nova 34 compute/manager.py, ``get_console_output``); nothing
            while the machine has not written any
        :raises ConsoleNotAvailable: boot diagnostics are off
        :raises NotFound: Azure has no such machine
        """
        try:
            url = self._url(instance)
        except exceptions.Conflict as exc:
            LOG.info('No console output: %s', exc, instance=instance)
            raise nova_exception.ConsoleNotAvailable() from exc
        first = [url]
        blob = signed.open_blob(
            self._backend.azure.wire,
            # again when it has expired meanwhile
            lambda: first.pop() if first else self._url(instance),
        )
        try:
            size = blob.properties().size_bytes
            start = max(0, size - _MAX_BYTES)
            text = blob.read(start, size - start) if size else b''
        except exceptions.NotFound as exc:
            if errors.is_missing_vm(exc):
                raise
            return ''
        return text.decode('latin-1')

    def _url(self, instance: Any) -> str:
        url: str = self._backend.azure.virtual_machines.serial_log_url(
            names.vm_name(instance.uuid)
        )
        return url
