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

"""One deployment at work: writes the resources, those first that can be.

Nothing runs in the background. :meth:`Run.step` is asked by
``operations.settle`` whether the deployment is over; each time it looks at
what it has started and sends what has become possible.
"""

from __future__ import annotations

import dataclasses
import datetime
import logging
from typing import Any
import uuid

from jacket_azure.emulator import errors
from jacket_azure.emulator import operation
from jacket_azure.emulator import router
from jacket_azure.emulator import template_resources
from jacket_azure.emulator import templates

LOG = logging.getLogger(__name__)
# a dependency that is not ready yet, or another writer: ARM asks again
_AGAIN = (429, 503)
_BUSY = 'AnotherOperationInProgress'


@dataclasses.dataclass(eq=False)
class Step:
    """One resource of a deployment, and how far it is."""

    planned: template_resources.Planned
    id: str = dataclasses.field(
        default_factory=lambda: uuid.uuid4().hex[:16].upper())
    began: datetime.datetime | None = None
    ended: datetime.datetime | None = None
    running: operation.Operation | None = None
    status: int = 0
    error: dict[str, Any] | None = None

    @property
    def done(self) -> bool:
        """Whether it is there."""
        return self.ended is not None and self.error is None

    @property
    def state(self) -> str:
        """Its provisioningState in the list of operations."""
        if self.ended is None:
            return 'Running'
        return 'Failed' if self.error else 'Succeeded'


class Run:
    """A deployment from its request to its end."""

    def __init__(self, request: router.ArmRequest,
                 template: templates.Template,
                 planned: list[template_resources.Planned]) -> None:
        self._request = request
        self._template = template
        self.steps = [Step(one) for one in planned]
        self._by_planned = {step.planned: step for step in self.steps}
        self.canceled = False

    def step(self) -> bool:
        """Do what can be done now; return whether all is over."""
        self._template.references = True
        for step in self.steps:
            if step.running is not None and not step.running.running:
                self._end(step, step.running.error)
        for step in self.steps:
            if step.began is None and not self.canceled and all(
                    self._by_planned[other].done
                    for other in step.planned.after):
                self._send(step)
        if any(step.running is not None for step in self.steps):
            return False
        return (self.canceled or any(step.error for step in self.steps)
                or all(step.ended for step in self.steps))

    def _send(self, step: Step) -> None:
        emulator = self._request.emulator
        where = step.planned.id
        step.began = emulator.clock.now()
        try:
            answer = emulator.application.submit(
                self._request, 'PUT', str(where), step.planned.version,
                step.planned.body(self._template))
        except errors.ArmError as exc:
            if exc.status in _AGAIN or exc.code == _BUSY:
                step.began = None
            else:
                step.status = exc.status
                network = where.namespace.lower() == 'microsoft.network'
                self._end(step, exc.body(network))
            return
        except Exception as exc:
            LOG.exception('The emulator failed to deploy %s', where)
            step.status = 500
            self._end(step, {'code': 'EmulatorFailure',
                             'message': f'{type(exc).__name__}: {exc}'})
            return
        step.status = answer.status
        url = answer.headers.get('Azure-AsyncOperation') or (
            answer.headers.get('Location', ''))
        key = url.partition('?')[0].rpartition('/')[2].lower()
        step.running = emulator.operations.by_id.get(key)
        if step.running is None:
            self._end(step, None)

    def _end(self, step: Step, error: dict[str, Any] | None) -> None:
        step.running = None
        step.error = error
        step.ended = self._request.emulator.clock.now()

    @property
    def template_body(self) -> Any:
        """The template as it was sent."""
        return self._template.body

    def outputs(self) -> dict[str, Any]:
        """Evaluate the template's outputs.

        :raises ArmError: 400 DeploymentOutputEvaluationFailed
        """
        found = {}
        for name, one in (self._template.body.get('outputs') or {}).items():
            if not self._template.evaluate(one.get('condition', True)):
                continue
            kind = str(one.get('type', 'string'))
            shown = {'type': kind[:1].upper() + kind[1:]}
            if not kind.lower().startswith('secure'):
                shown['value'] = self._template.evaluate(one.get('value'))
            found[name] = shown
        return found

    def failure(self) -> errors.ArmError | None:
        """Tell what went wrong, as the deployment's own error."""
        details = [{'code': step.error['code'],
                    'message': step.error['message']}
                   for step in self.steps if step.error]
        if not details:
            return None
        return errors.ArmError(
            409, 'DeploymentFailed',
            'At least one resource deployment operation failed. Please list '
            'deployment operations for details. Please see https://aka.ms/'
            'arm-deployment-operations for usage details.', details=details)
