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

"""The emulator as an object: start it, use it, look into it, stop it."""

from __future__ import annotations

import datetime
import json
import pathlib
import secrets
import shutil
import tempfile
from typing import Any
import uuid

from jacket_azure.emulator import app
from jacket_azure.emulator import certificates
from jacket_azure.emulator import clock as clocks
from jacket_azure.emulator import control
from jacket_azure.emulator import faults
from jacket_azure.emulator import identity
from jacket_azure.emulator import managed_identity
from jacket_azure.emulator import operations
from jacket_azure.emulator import profiles
from jacket_azure.emulator import ratelimits
from jacket_azure.emulator import records
from jacket_azure.emulator import seeds
from jacket_azure.emulator import serving
from jacket_azure.emulator import settings
from jacket_azure.emulator import store
from jacket_azure.emulator.blobs import front

LATENCIES = settings.LATENCIES


class Emulator:
    """Azure Resource Manager on a loopback port, over real HTTPS.

    ::

        with Emulator(clock=VirtualClock()) as emulator:
            emulator.seed()
            ...

    :param port: TCP port; 0 takes a free one
    :param latency: ``none`` ends every operation at once, ``observed``
        gives each the duration seen on Azure
    :param clock: ``RealClock()`` (default) or ``VirtualClock()``
    :param state_dir: folder for the certificate and the credentials, kept
        when given; a temporary one otherwise
    :param contents: whether disks have contents (needs Azurite)
    :param location: the region everything is in by default
    :param page_size: resources per page of a list
    :param retry_after: seconds in the Retry-After header of answers about
        operations, None for no header, ``observed`` for what Azure sends;
        by default 0 with latency ``none``, for the Azure SDK waits that
        long in real time, else ``observed``
    :param throttling: whether rate limits are enforced, not only told
    :param profile: ``public`` or ``stack_hub``, see ``profiles.py``
    :param nic_create: ``finished`` answers a NIC's first PUT as done,
        ``async`` with an operation; Azure does either
    :param imds_port: port of an instance metadata service without TLS, for
        managed identities; 0 takes a free one, None has none
    :param blob_port: port of the blob service; 0 takes a free one
    :param unmanaged_disks: whether public Azure still makes and starts
        machines with page blobs as disks, as it did to 2026-03-31
    :param list_lag: seconds by which lists are behind: what is new is
        missing, what is deleted is still there; GET by id is never behind
    """

    def __init__(self, *, port: int = 0, latency: str = 'none',
                 clock: clocks.RealClock | None = None,
                 state_dir: str | pathlib.Path | None = None,
                 contents: bool = True, location: str = 'eastus',
                 page_size: int = 250, retry_after: int | str | None = -1,
                 throttling: bool = False,
                 profile: str = profiles.PUBLIC,
                 nic_create: str = 'finished',
                 list_lag: float = 0,
                 blob_port: int = 0,
                 unmanaged_disks: bool = False,
                 imds_port: int | None = None) -> None:
        if latency not in LATENCIES:
            raise ValueError(f'latency is one of {", ".join(LATENCIES)}')
        if profile not in profiles.NAMES:
            raise ValueError(f'profile is one of {", ".join(profiles.NAMES)}')
        self.profile = profile
        self.latency = latency
        self.clock = clock or clocks.RealClock()
        self.contents = contents
        self.location = location
        self.page_size = page_size
        self.retry_after = retry_after
        if retry_after == -1:
            self.retry_after = 0 if latency == 'none' else 'observed'
        self.nic_create = nic_create
        self.list_lag = list_lag
        self.unmanaged_disks = unmanaged_disks
        self.resource_group = 'jacket'
        self.storage_account: str | None = None
        self.state: dict[str, Any] = {}
        self.store = store.Store(
            self.clock.now, lambda: datetime.timedelta(seconds=self.list_lag))
        self.requests = records.Records()
        self.faults = faults.Faults(
            self.requests.next_number, self.clock)
        self.operations = operations.Operations(self)
        self.ratelimits = ratelimits.RateLimits(self.clock, throttling)
        self.clock.call_on_change(self.operations.settle)
        self._port = port
        self._temporary = state_dir is None
        self._given_state_dir = state_dir
        self._server: serving.Server | None = None
        self._imds_port = imds_port
        self._blob_port = blob_port
        self._blobs: front.Front | None = None
        self._imds: serving.Server | None = None

    def start(self) -> Emulator:
        """Open the port and serve; returns itself.

        :raises OSError: the port is taken
        """
        if self._server is not None:
            return self
        if self._temporary:
            self.state_dir = pathlib.Path(tempfile.mkdtemp(
                prefix='jacket-azure-emulator-'))
        else:
            self.state_dir = pathlib.Path(str(self._given_state_dir))
            self.state_dir.mkdir(0o700, parents=True, exist_ok=True)
        for name, value in _credentials(self.state_dir).items():
            setattr(self, name, value)
        self.ca_file = str(certificates.ensure(self.state_dir).resolve())
        self.identity = identity.Identity(self)
        self.application = app.Application(self)
        self._server = serving.Server(
            self._port, self.application,
            certificates.server_context(self.state_dir), self._refuses)
        self.endpoint = self._server.url
        self.control_key = control.write_file(self, self.state_dir)
        self.application.setup()
        if self.contents:
            self._blobs = front.Front(self, self._blob_port)
        self._server.start()
        if self._imds_port is not None:
            self._imds = serving.Server(
                self._imds_port, managed_identity.MetadataService(self), None)
            self._imds.start()
        return self

    def stop(self) -> None:
        """Stop serving and let the providers end what they started."""
        if self._server is None:
            return
        self.faults.clear()
        self._server.stop()
        self._server = None
        if self._imds is not None:
            self._imds.stop()
            self._imds = None
        if self._blobs is not None:
            self._blobs.stop()
            self._blobs = None
        self.application.teardown()
        if self._temporary:
            shutil.rmtree(self.state_dir, ignore_errors=True)

    def reset(self) -> None:
        """Empty the world: resources, operations, faults, records, limits.

        Address, certificate, credentials and the clock stay.
        """
        with self.store.lock:
            self.faults.clear()
            self.operations.clear()
            self.application.reset()
            self.ratelimits.clear()
            self.requests.clear()
            if self._blobs is not None:
                self._blobs.clear()

    def __enter__(self) -> Emulator:
        return self.start()

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    # set by start() from the credentials kept in the state folder
    tenant_id: str
    subscription_id: str
    client_id: str
    client_secret: str
    control_key: str

    @property
    def authority(self) -> str:
        """Where tokens come from."""
        return self.endpoint

    @property
    def imds_url(self) -> str:
        """Where the instance metadata service is, without TLS.

        :raises RuntimeError: there is none
        """
        if self._imds is None:
            raise RuntimeError('no imds_port was asked for')
        return self._imds.url

    @property
    def blobs(self) -> front.Front:
        """The blob service.

        :raises RuntimeError: there are no contents
        """
        if self._blobs is None:
            raise RuntimeError('it was started without contents')
        return self._blobs

    @property
    def audience(self) -> str:
        """What a token must be for; ``<audience>/.default`` is the scope."""
        return self.endpoint

    @property
    def storage_suffix(self) -> str:
        """End of the names of storage endpoints."""
        return str(self.state.get('storage_suffix', 'core.windows.net'))

    @property
    def invalid_requests(self) -> list[records.Record]:
        """Requests whose query or body do not fit the API documents."""
        return [record for record in list(self.requests)
                if not record.valid]

    def seed(self, resource_group: str = 'jacket',
             location: str | None = None,
             virtual_networks: dict[str, Any] | None = None,
             nsgs: tuple[str, ...] = ('nsg-default',),
             storage_account: str | None = None) -> None:
        """Make a group, virtual networks and security groups to start with.

        :param virtual_networks: name to ``{subnet name: CIDR}``; by default
            ``vnet1`` with ``default`` and ``second``, 10.0.0.0/24 and
            10.0.1.0/24
        :param nsgs: names of network security groups without own rules
        :param storage_account: name of a storage account to make as well
        """
        seeds.plant(self, resource_group, location or self.location,
                    virtual_networks, nsgs, storage_account)
        self.storage_account = storage_account or self.storage_account

    def azure_options(self) -> dict[str, Any]:
        """Return the options of the driver's ``[azure]`` section."""
        return {
            'cloud': ('stack_hub' if self.profile == profiles.STACK_HUB
                      else 'custom'), 'arm_endpoint': self.endpoint,
            'authority': self.authority,
            'token_scope': f'{self.audience}/.default',
            'storage_suffix': self.storage_suffix,
            'ca_file': self.ca_file, 'credential': 'client_secret',
            'tenant_id': self.tenant_id, 'client_id': self.client_id,
            'client_secret': self.client_secret,
            'subscription_id': self.subscription_id,
            'location': self.location,
            'resource_group': self.resource_group,
            **({'storage_account': self.storage_account}
               if self.storage_account else {})}

    def _refuses(self) -> bool:
        """Say whether a new connection is to be refused."""
        nobody = records.Record(0, '', '', '', 'arm', '', False)
        return self.faults.strike('connection', nobody) is not None


def _credentials(folder: pathlib.Path) -> dict[str, str]:
    """Read the ids and the secret of the world, or make them up."""
    file = folder / 'credentials.json'
    if not file.exists():
        names = ('tenant_id', 'subscription_id', 'client_id')
        made = {name: str(uuid.uuid4()) for name in names}
        made['client_secret'] = secrets.token_hex(20)
        file.touch(0o600)
        file.write_text(json.dumps(made, indent=1) + '\n')
    found: dict[str, str] = json.loads(file.read_text())
    return found
