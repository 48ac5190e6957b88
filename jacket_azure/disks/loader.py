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

"""Which disk model a deployment uses; only this module asks."""

from __future__ import annotations

from typing import Any

from jacket_azure.disks import interface

PAGE_BLOB = 'page_blob'


def connect(conf: Any, azure: Any) -> interface.DiskModel:
    """Return the disk model of the option ``disk_model``; nothing is sent.

    :param conf: the ``[azure]`` options
    :param azure: the client layer
    :raises ConfigurationError: an option the model needs is missing
    """
    # each model loads code that the other never needs
    if conf.disk_model == PAGE_BLOB:
        from jacket_azure.disks import page_blob

        return page_blob.connect(conf, azure)
    from jacket_azure.disks import managed

    return managed.connect(conf, azure)


def problems_of(conf: Any, cloud: Any) -> list[str]:
    """Name what stops a service with this disk model, before it connects.

    :param cloud: the cloud that the options name
    :returns: sentences that begin with an option of ``[azure]``
    """
    if conf.disk_model != PAGE_BLOB:
        return []
    from jacket_azure.disks import page_blob

    return page_blob.problems_of(conf, cloud)
