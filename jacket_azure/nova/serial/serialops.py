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

"""Serial consoles of this host's machines, for nova-serialproxy.

Azure's serial console is a websocket that wants our credentials, and
nova-serialproxy knows nothing but a TCP port. So each console has a port of
its own here as long as somebody may come.
"""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
import dataclasses
import functools
import threading
from typing import Any

from nova import exception as nova_exception
import nova.conf
from nova.console import type as console_type
from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.nova import backend as backends
from jacket_azure.nova import errors
from jacket_azure.nova.serial import serial_bridge
from jacket_azure.nova.serial import serial_ports
from jacket_azure.payload import instance_view
from jacket_azure.payload import names

LOG = logging.getLogger(__name__)
CONF = nova.conf.CONF

Power = instance_view.Power

# nova-serialproxy asks again when somebody comes with the URL
_FRESH_SECONDS = 60.0


@dataclasses.dataclass
class _Console:
    """One machine's port.

    :ivar checked: when Azure last said that its serial port can be had
    :ivar made: when the session was made
    :ivar url: of that session, unless somebody has used it; a secret
    """

    bridge: serial_bridge.Bridge
    checked: float
    made: float
    url: str | None = dataclasses.field(repr=False)


class SerialOps:
    """Gives out ports, and takes them back."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend
        self._azure = backend.azure
        self._clock = backend.azure.wire.clock
        self._lock = threading.Lock()
        self._consoles: dict[str, _Console] = {}

    def console(self, instance: Any) -> console_type.ConsoleSerial:
        """Return where nova-serialproxy finds a machine's serial port.

        :raises ConsoleTypeUnavailable: it has none, and why
        :raises InstanceNotReady: not now, and why
        :raises InstanceNotFound: Azure has no such machine
        :raises SocketPortRangeExhaustedException: no port is left
        """
        ttl = CONF.consoleauth.token_ttl
        found = self._consoles.get(instance.uuid)
        if found is None:
            self._check_room()
        now = self._clock()
        if found is None or now - found.checked > _FRESH_SECONDS:
            self._check(instance)
            if found is not None:
                found.checked = now
        if found is None or not found.bridge.admit(ttl):
            # may take long, so no lock is held
            url = self._session(instance)
            with self._lock:
                found = self._consoles.get(instance.uuid)
                if found is None or not found.bridge.admit(ttl):
                    found = self._open(instance, url)
        return console_type.ConsoleSerial(
            CONF.serial_console.proxyclient_address, found.bridge.port
        )

    def forget(self, uuid: str) -> None:
        """Close the console of a machine that leaves this host."""
        found = self._consoles.get(uuid)
        if found is not None:
            found.bridge.close(wait=False)

    def stop(self) -> None:
        """Close all consoles."""
        with self._lock:
            found = list(self._consoles.values())
        for each in found:
            each.bridge.close(wait=False)
        for each in found:
            each.bridge.close()

    # -- whether there can be one

    def _check_room(self) -> None:
        most = self._backend.conf.serial_console_sessions
        if len(self._consoles) >= most:
            raise nova_exception.InstanceNotReady(
                f'{most} serial consoles are open on this host, as many as '
                f'it may have ([azure] serial_console_sessions). Try again '
                f'later.'
            )

    def _check(self, instance: Any) -> None:
        if not self._azure.cloud.capabilities.serial_console:
            raise _unavailable('This cloud has no serial console.')
        with _translated(instance):
            vm = self._azure.virtual_machines.get(
                names.vm_name(instance.uuid), instance_view=True
            )
        state = instance_view.parse(vm)
        if state.hibernated:
            raise nova_exception.InstanceNotReady(
                'The server is suspended; resume it first.'
            )
        if state.power not in (Power.RUNNING, Power.STARTING):
            raise nova_exception.InstanceNotReady(
                f'The virtual machine is {state.power}, and Azure has a '
                f'serial console of running ones only.'
            )
        profile = vm['properties'].get('diagnosticsProfile') or {}
        if not (profile.get('bootDiagnostics') or {}).get('enabled'):
            raise _unavailable(
                'Boot diagnostics are off for this server, and Azure has no '
                'serial console without them ([azure] boot_diagnostics when '
                'it is created).'
            )

    def _session(self, instance: Any) -> str:
        """Let Azure make a session; its URL is a secret."""
        serial = self._azure.serial_console
        with _translated(instance):
            try:
                return str(serial.connect(names.vm_name(instance.uuid)))
            except exceptions.OUT_OF_REACH:
                raise
            except exceptions.AzureError as exc:
                if not self._is_disabled():
                    raise
                raise _unavailable(
                    'The serial console is disabled in this Azure '
                    'subscription; "az serial-console enable" enables it.'
                ) from exc

    def _is_disabled(self) -> bool:
        try:
            return bool(self._azure.serial_console.is_disabled())
        except exceptions.AzureError as exc:
            LOG.debug('Whether it is disabled is not known: %s', exc)
            return False

    # -- ports

    def _open(self, instance: Any, url: str) -> _Console:
        """Open a port; the lock is held."""
        uuid = instance.uuid
        listener = serial_ports.listen()
        try:
            bridge = serial_bridge.Bridge(
                listener,
                functools.partial(self._dial, uuid),
                self._clock,
                self._backend.conf.serial_console_idle_timeout,
                functools.partial(self._ended, uuid),
            )
            # before it starts: a port that admits nobody closes at once
            bridge.admit(CONF.consoleauth.token_ttl)
            bridge.start()
        except (OSError, RuntimeError) as exc:
            # no descriptor, no thread
            listener.close()
            raise nova_exception.InstanceNotReady(
                f'The host has no room for a serial console: {exc}'
            ) from exc
        now = self._clock()
        made = _Console(bridge, now, now, url)
        self._consoles[uuid] = made
        LOG.info(
            'Serial console at port %d', bridge.port, instance=instance
        )
        return made

    def _dial(self, uuid: str) -> Any:
        """Connect to Azure, with a new session but for the first time."""
        serial = self._azure.serial_console
        found = self._consoles.get(uuid)
        url = None
        if found is not None:
            url, found.url = found.url, None
            if self._clock() - found.made > _FRESH_SECONDS:
                url = None
        return serial.open(url or serial.connect(names.vm_name(uuid)))

    def _ended(self, uuid: str, bridge: serial_bridge.Bridge) -> None:
        with self._lock:
            found = self._consoles.get(uuid)
            if found is not None and found.bridge is bridge:
                del self._consoles[uuid]


@contextlib.contextmanager
def _translated(instance: Any) -> Iterator[None]:
    """Raise what Nova's API tells the user about consoles."""
    try:
        yield
    except exceptions.OUT_OF_REACH as exc:
        raise nova_exception.InstanceNotReady(str(exc)) from exc
    except exceptions.JacketAzureError as exc:
        if errors.is_missing_vm(exc):
            raise nova_exception.InstanceNotFound(
                instance_id=instance.uuid
            ) from exc
        raise _unavailable(str(exc)) from exc


def _unavailable(reason: str) -> nova_exception.ConsoleTypeUnavailable:
    return nova_exception.ConsoleTypeUnavailable(
        reason, console_type='serial'
    )
