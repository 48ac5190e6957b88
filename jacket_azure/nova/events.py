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

"""Events of a server's actions that say what failed beside the action."""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
from typing import Any

from nova import exception as nova_exception
from nova.compute import utils as compute_utils

from jacket_azure import exceptions


class _Failed(nova_exception.NovaException):
    """Carries the words: of others the user is shown the name only."""


@contextlib.contextmanager
def reported(
    context: Any, event: str, host: str, instance: Any
) -> Iterator[None]:
    """Have the user see an event, and of a failure why.

    :param event: its name among the events of the present action
    :raises JacketAzureError: as it was raised inside
    """
    reporter = compute_utils.EventReporter(
        context, event, host, instance.uuid, graceful_exit=True
    )
    try:
        with reporter:
            try:
                yield
            except exceptions.JacketAzureError as exc:
                raise _Failed(str(exc)) from exc
    except _Failed as failed:
        assert failed.__cause__ is not None  # noqa: S101
        raise failed.__cause__ from None
