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


import contextlib

from nova import exception as nova_exception

from tests.unit.nova import volumes

ACTION = 'virtualMachines/attachDetachDataDisks'


class MishapTest(volumes.VolumeTestCase):
    """Whatever happens, Nova and Azure agree or another try makes them.

    Every test attaches and detaches under each of the mishaps, on the way
    there and back, once and for good.
    """

    def plan(self, name, **match):
        faults = self.azure.emulator.faults
        plans = {
            'refused': lambda: faults.fail(
                'POST', ACTION, 400, 'BadRequest', **match),
            'forbidden': lambda: faults.fail(
                'POST', ACTION, 403, 'AuthorizationFailed', **match),
            'conflict': lambda: faults.fail(
                'POST', ACTION, 409, 'Conflict', **match),
            'server error': lambda: faults.fail(
                'POST', ACTION, 500, 'InternalServerError', **match),
            'throttled': lambda: faults.throttle('POST', ACTION, **match),
            'request lost': lambda: faults.drop_request(
                'POST', ACTION, **match),
            'reply lost': lambda: faults.drop_reply('POST', ACTION, **match),
            'reply cut': lambda: faults.truncate_reply(
                'POST', ACTION, **match),
            'reply garbled': lambda: faults.garble_reply(
                'POST', ACTION, acted=True, **match),
            'operation fails': lambda: faults.fail_operation(
                'POST', ACTION, 'InternalExecutionError', **match),
            'operation canceled': lambda: faults.cancel_operation(
                'POST', ACTION, **match),
            'polls fail': lambda: faults.fail(
                'GET', 'operations', 500, 'InternalServerError', polls=True,
                **match),
            'looks fail': lambda: faults.fail(
                'GET', 'virtualMachines', 500, 'InternalServerError',
                **match),
        }
        if name is None:
            return list(plans)
        return plans[name]()

    @contextlib.contextmanager
    def under(self, name, **match):
        self.plan(name, **match)
        try:
            yield
        finally:
            self.azure.emulator.faults.clear()

    def settle(self):
        """Let what Azure still works on end."""
        self.azure.clock.advance(3600)

    def sweep(self, **match):
        for name in self.plan(None):
            info = self.volume()
            self.attach_under(name, info, **match)
            self.detach_under(name, info, **match)
            self.disks.delete(self.name(info))

    def attach_under(self, name, info, **match):
        with self.under(name, **match):
            try:
                self.attach(info)
                done = True
            except nova_exception.NovaException:
                done = False
        self.settle()
        if done:
            self.assertIn(self.name(info), self.luns(), name)
            return
        # Nova thinks that it is free, and so does Cinder: the user attaches
        # it again, or detaches what Nova does not know
        self.attach(info)
        self.assertIn(self.name(info), self.luns(), name)

    def detach_under(self, name, info, **match):
        with self.under(name, **match):
            try:
                self.detach(info)
                done = True
            except nova_exception.DiskNotFound:
                done = True
            except nova_exception.DeviceDetachFailed:
                done = False
        self.settle()
        if not done:
            with contextlib.suppress(nova_exception.DiskNotFound):
                self.detach(info)
        self.assertNotIn(self.name(info), self.luns(), name)
        self.assertEqual('Unattached', self.state(info), name)

    def test_once(self):
        self.sweep(times=1)

    def test_for_good(self):
        self.sweep()


class WithoutActionMishapTest(MishapTest):
    """The same by the list of disks."""

    def setUp(self):
        super().setUp()
        self.lacking('attach_detach_data_disks')

    def plan(self, name, **match):
        patch = {'method': 'PATCH', 'type': 'virtualMachines'}
        faults = self.azure.emulator.faults
        plans = {
            'refused': lambda: faults.fail(
                status=400, code='BadRequest', **patch, **match),
            'changed meanwhile': lambda: faults.fail(
                status=412, code='PreconditionFailed', **patch, **match),
            'server error': lambda: faults.fail(
                status=500, code='InternalServerError', **patch, **match),
            'request lost': lambda: faults.drop_request(**patch, **match),
            'reply lost': lambda: faults.drop_reply(**patch, **match),
            'operation fails': lambda: faults.fail_operation(
                code='InternalExecutionError', **patch, **match),
            'looks fail': lambda: faults.fail(
                'GET', 'virtualMachines', 500, 'InternalServerError',
                **match),
        }
        return list(plans) if name is None else plans[name]()
