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

"""Bring the whole cloud up, from nothing or from any half-started state."""

from __future__ import annotations

import datetime
import os
import pathlib
import time
from typing import Any

import yaml

from jacket_azure.sandbox import arm_client
from jacket_azure.sandbox import bootstrap
from jacket_azure.sandbox import emulator
from jacket_azure.sandbox import plan
from jacket_azure.sandbox import ready
from jacket_azure.sandbox import render
from jacket_azure.sandbox import supervise
from jacket_azure.sandbox import target
from jacket_azure.sandbox import wait
from jacket_azure.sandbox import world
from jacket_azure.sandbox.bootstrap import compute
from jacket_azure.sandbox.bootstrap import identity
from jacket_azure.sandbox.bootstrap import images
from jacket_azure.sandbox.bootstrap import networks
from jacket_azure.sandbox.report import Report
from jacket_azure.sandbox.report import Step
from jacket_azure.sandbox.settings import Settings
from jacket_azure.sandbox.tasks import Task
from jacket_azure.sandbox.tasks import run

READY_TIMEOUT = 120.0


# what a service waits for, beside its schema
NEEDS = {
    'nova': ('identity', 'azure', 'placement', 'glance', 'neutron'),
    'cinder': ('azure',),
}


class Up:
    """One ``up``: what its tasks learn, for those that come after them."""

    def __init__(self, settings: Settings, debug: bool = False):
        self.settings = settings
        self.debug = debug
        self.azure: dict[str, Any] = {}
        self.mapping: dict[str, Any] = {}

    def tasks(self) -> list[Task]:
        """Return everything to do, each with what it waits for."""
        tasks = [
            Task('azure', self.prepare_azure),
            Task('identity', self.bootstrap(self.identity), ('keystone',)),
            Task('images', self.bootstrap(self.images),
                 ('identity', 'glance', 'azure')),
            Task('networks', self.bootstrap(self.networks),
                 ('identity', 'neutron', 'azure')),
            Task('flavors', self.bootstrap(self.flavors), ('nova',)),
            Task('ready', self.bootstrap(self.wait_ready),
                 ('nova', 'cinder', 'identity')),
            Task('zone', self.bootstrap(self.zone), ('ready',)),
        ]
        for name in plan.SERVICES:
            needs = NEEDS.get(name, ())
            tasks.append(Task(f'{name} schema', self.schema(name)))
            tasks.append(Task(
                name, self.service(name), (f'{name} schema', *needs)))
        return tasks

    def prepare_azure(self, step: Step) -> None:
        """Start the emulator, or read and try the user's credentials."""
        settings = self.settings
        if settings.azure_file:
            self.azure = target.read(
                settings.azure_file, owner=f'sandbox-{settings.name}')
        else:
            emulator.ensure_running(settings)
            mapping = settings.path('etc', 'mapping.yaml')
            if not mapping.exists():    # the user may have changed it
                render.write(mapping, render.template('mapping.yaml', {}))
            self.azure = {**emulator.options(settings), 'owner': 'sandbox',
                          'mapping_file': str(mapping)}
            world.ensure(self.arm())
        with open(self.azure['mapping_file']) as file:
            self.mapping = yaml.safe_load(file) or {}
        self.arm().resources()
        step.note = target.endpoints(self.azure)[0]

    def arm(self) -> arm_client.ArmClient:
        """Return a client of the Azure in use."""
        return arm_client.ArmClient(self.azure)

    def schema(self, name):
        """Return the task that makes the databases of one service."""
        def action(step: Step) -> None:
            render.write_service(self.settings, name, debug=self.debug)
            supervise.ensure_schema(self.settings, name)
        return action

    def service(self, name):
        """Return the task that starts one service."""
        def action(step: Step) -> None:
            settings = self.settings
            text = render.write_service(
                settings, name,
                self.azure if name in ('nova', 'cinder') else None,
                self.debug)
            supervise.ensure_running(
                settings, name, plan.command(settings, name),
                settings.url(name), version=text)
            step.note = settings.url(name)
        return action

    def bootstrap(self, method):
        """Return the task that calls *method* with a connection."""
        def action(step: Step) -> None:
            cloud = bootstrap.connect(self.settings)
            try:
                method(cloud, step)
            finally:
                cloud.close()
        return action

    def identity(self, cloud, step):
        """Make users and endpoints."""
        identity.ensure_identity(cloud, self.settings)

    def images(self, cloud, step):
        """Make image records."""
        images.ensure_images(cloud, self.mapping)

    def networks(self, cloud, step):
        """Make networks and security groups."""
        networks.ensure_networks(cloud, self.mapping, self.arm())

    def flavors(self, cloud, step):
        """Make flavors."""
        compute.ensure_flavors(cloud, self.mapping, self.arm())

    def zone(self, cloud, step):
        """Make the availability zone."""
        step.note = compute.ensure_zone(cloud, self.mapping) or 'none mapped'

    def wait_ready(self, cloud, step):
        """Wait until every worker reported and the host has inventory."""
        since = {name: started(self.settings.path('run', f'{name}.pid'))
                 for name in ('nova', 'cinder')}

        def progress(text):
            step.note = text

        wait.wait_for('cloud', lambda: ready.missing(cloud, since),
                      READY_TIMEOUT, interval_seconds=0.5, progress=progress)
        step.note = 'all workers report, the host has inventory'


def started(pid_file: pathlib.Path) -> str:
    """Return when a service was started, in UTC as the services print it."""
    return datetime.datetime.fromtimestamp(
        pid_file.stat().st_mtime, datetime.UTC).isoformat()[:19]


def bring_up(settings: Settings, report: Report, debug: bool = False) -> Up:
    """Start all that does not run and make all that is missing.

    :raises SandboxError: something could not be started; what runs by then
        keeps running, and another try goes on from there
    """
    # openstacksdk and requests reach loopback directly
    for variable in ('NO_PROXY', 'no_proxy'):
        os.environ[variable] = plan.bypass(variable)
    began = time.monotonic()
    up = Up(settings, debug)
    run(up.tasks(), report)
    render.write_clouds(settings)
    report.say(f'The cloud is up after {time.monotonic() - began:.1f} s.')
    return up
