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

"""The front that clients reach: its server, faults, counts, Azurite.

What a request then meets is in ``service.py``. Paths are Azurite's paths,
``/<account>/<container>/<blob>``, so that signatures fit both.
"""

from __future__ import annotations

import functools
import logging
from typing import TYPE_CHECKING

from jacket_azure.emulator import certificates
from jacket_azure.emulator import errors
from jacket_azure.emulator import fault as faulty
from jacket_azure.emulator import records
from jacket_azure.emulator import serving
from jacket_azure.emulator.blobs import answer as answers
from jacket_azure.emulator.blobs import copying
from jacket_azure.emulator.blobs import failures
from jacket_azure.emulator.blobs import service
from jacket_azure.emulator.blobs.answer import Answer
from jacket_azure.emulator.blobs.answer import BlobFailure
from jacket_azure.emulator.blobs.bytes import Bytes
from jacket_azure.emulator.blobs.copies import Copies
from jacket_azure.emulator.blobs.handler import Handler
from jacket_azure.emulator.blobs.request import BlobRequest
from jacket_azure.emulator.blobs.request import CutOff
from jacket_azure.emulator.blobs.sizes import Sizes

if TYPE_CHECKING:
    from jacket_azure.emulator import server

LOG = logging.getLogger(__name__)


class Front:
    """Serves the blobs of one emulator.

    :param port: TCP port on loopback; 0 takes a free one
    :raises OSError: the port is taken
    :ivar url: where clients reach it, without a slash at the end; of who
        puts something in between, that
    :ivar made_anew: when a blob was created or copied to, by key, as time
        stamps of snapshots
    """

    def __init__(self, emulator: server.Emulator, port: int) -> None:
        self.emulator = emulator
        self.copies = Copies(
            emulator.clock, functools.partial(copying.empty, self))
        self.bytes = Bytes(emulator)
        self.sizes = Sizes(self.bytes.size_of)
        self.made_anew: dict[str, list[str]] = {}
        self._server = serving.Server(
            port, self, certificates.server_context(emulator.state_dir),
            self._refuses, Handler)
        self._server.start()
        self.url = self._server.url

    def endpoint_of(self, account: str) -> str:
        """URL of a storage account, without a slash at the end."""
        return f'{self.url}/{account}'

    def public(self, url: str) -> str:
        """Return where clients find what is at a URL of Azurite."""
        return url.replace(self.bytes.contents.azurite.url, self.url, 1)

    def stop(self) -> None:
        """Close every connection and end."""
        self._server.stop()
        self.clear()

    def clear(self) -> None:
        """Forget copies and what else is known of blobs."""
        self.copies.clear()
        self.sizes.clear()
        self.made_anew.clear()

    def _refuses(self) -> bool:
        """Say whether a new connection is to be refused."""
        nobody = records.Record(0, '', '', '', 'blobs', '', False)
        return self.emulator.faults.strike('connection', nobody) is not None

    def answer(self, request: BlobRequest) -> tuple[Answer, float | None]:
        """Answer a request.

        :returns: the answer, and the share of its body that is to be sent;
            below 1 the connection is cut then, with None before anything
        """
        emulator = self.emulator
        record = emulator.requests.open_blob(
            request.method, request.path, request.target.partition('?')[2],
            request.kind, request.name, request.method == 'HEAD'
            and self.copies.is_pending(request))
        try:
            found = self._answer(request, record)
            record.status = found.status
            record.code = found.header('x-ms-error-code')
            return self._spoil(found, record)
        except faulty.Dropped:
            record.status = 0
            return answers.make(503), None
        except faulty.Garbled as exc:
            record.status = exc.status
            page = faulty.GATEWAY_PAGE.format(status=exc.status).encode()
            return answers.make(
                exc.status, {'Content-Type': 'text/html'}, page), 1.0

    def _spoil(self, found: Answer,
               record: records.Record) -> tuple[Answer, float | None]:
        """Do to a finished reply what a fault wants."""
        fault = self.emulator.faults.strike('reply', record)
        if fault is None:
            return found, 1.0
        if fault.seconds is not None:
            self.emulator.faults.hold(fault.seconds)
        elif fault.cut is not None:
            record.status = 0
            return found, fault.cut
        else:
            fault.refuse()
        return found, 1.0

    def _answer(self, request: BlobRequest,
                record: records.Record) -> Answer:
        try:
            fault = self.emulator.faults.strike('request', record)
            if fault is not None and fault.action == 'throttle':
                raise failures.server_busy()
            if fault is not None:
                fault.refuse()
            return service.serve(self, request, record)
        except errors.ArmError as exc:
            return answers.refusal(
                exc.status, exc.code, exc.message, exc.headers)
        except BlobFailure as exc:
            return answers.refusal(exc.status, exc.code, exc.message,
                                   exc.headers, exc.details)
        except (faulty.Dropped, faulty.Garbled):
            raise
        except CutOff:
            raise faulty.Dropped from None
        except Exception as exc:
            LOG.exception('The blob front failed at %s %s', record.method,
                          record.path)
            return answers.refusal(
                500, 'EmulatorFailure', f'{type(exc).__name__}: {exc}')
