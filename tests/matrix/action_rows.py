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

"""The actions that are swept: a line of data for each.

An action is asked for through Nova's API of a server of its own. What it
needs of a server is in :class:`Action`; *scene* is always the
:class:`tests.matrix.actions.Actions` at work, with its ``server``.
"""

from __future__ import annotations

from collections.abc import Callable
import dataclasses
from typing import Any


def nothing(scene):
    """Need nothing but a server that runs."""


@dataclasses.dataclass(frozen=True)
class Action:
    """What a user asks of a server, and when it is done.

    :ivar step: its name in the report, of small letters
    :ivar action: its name among the server's actions in Nova
    :ivar event: the event of that action that comes last
    :ivar ask: takes the scene and asks Nova's API
    :ivar is_done: takes the scene; tells whether the user has got it, in
        Nova and in Azure
    :ivar prepare: takes the scene, whose server runs, and does undisturbed
        what comes before
    :ivar keeps_os_disk: the disk that was bootable before is to exist
        afterwards, also when it was done
    :ivar hides_reason: Nova shows its own words for whatever went wrong
    """

    step: str
    action: str
    event: str
    ask: Callable[[Any], None]
    is_done: Callable[[Any], bool]
    prepare: Callable[[Any], None] = nothing
    keeps_os_disk: bool = True
    hides_reason: bool = False


def _is_suspended(scene):
    return (scene.status() == 'SUSPENDED'
            and scene.power_state(scene.server) == 'deallocated')


def _is_running(scene):
    return (scene.status() == 'ACTIVE'
            and scene.power_state(scene.server) == 'running')


def _has_two_interfaces(scene):
    return scene.has_interfaces(2) and _is_running(scene)


def _has_one_interface(scene):
    return scene.has_interfaces(1) and _is_running(scene)


def _is_rescued(scene):
    return (scene.status() == 'RESCUE' and scene.boots_rescue_disk()
            and scene.power_state(scene.server) == 'running')


def _is_itself(scene):
    return _is_running(scene) and not scene.boots_rescue_disk()


def _attach_interface(scene):
    scene.api.attach_interface(scene.server['id'], {'interfaceAttachment': {
        'net_id': scene.neutron.backend['id']}})


def _detach_interface(scene):
    ports = [
        port['id'] for port in scene.neutron.ports_of(scene.server['id'])
        if port['network_id'] == scene.neutron.backend['id']]
    # one that is gone is asked for in vain
    scene.api.detach_interface(
        scene.server['id'], ports[0] if ports else scene.server['id'])


def _note_disk(scene):
    scene.disk_before = scene.os_disk()


def _is_rebuilt(scene):
    return _is_running(scene) and scene.os_disk() != scene.disk_before


def _may_be_resized(scene):
    scene.flags(allow_resize_to_same_host=True)
    if not hasattr(scene, 'larger'):
        scene.larger = scene.create_flavor(
            'larger', 4, 16384, 128, **{'azure:vm_size': 'Standard_D4s_v5'})


def _resized(scene):
    _may_be_resized(scene)
    scene.undisturbed(RESIZE)


def _is_of_size(scene, size):
    vm = scene.vm(scene.server)['properties']
    return (vm['hardwareProfile']['vmSize'] == size
            and scene.power_state(scene.server) == 'running')


def _is_resized(scene):
    return (scene.status() == 'VERIFY_RESIZE'
            and _is_of_size(scene, 'Standard_D4s_v5')
            and scene.os_disk().endswith('-b'))


def _is_confirmed(scene):
    return (scene.status() == 'ACTIVE'
            and _is_of_size(scene, 'Standard_D4s_v5'))


def _is_reverted(scene):
    return (scene.status() == 'ACTIVE'
            and _is_of_size(scene, 'Standard_D2s_v5')
            and scene.os_disk() == scene.server['id'])


def _evacuate(scene):
    scene.evacuate_to(scene.OTHER, scene.server)


def _is_evacuated(scene):
    host = scene.server_now()['OS-EXT-SRV-ATTR:host']
    return (_is_running(scene) and host == scene.OTHER
            and scene.vm(scene.server)['tags']['jacket-host'] == host)


SUSPEND = Action(
    'suspend', 'suspend', 'compute_suspend_instance',
    lambda scene: scene.action(scene.server, 'suspend'), _is_suspended)
RESUME = Action(
    'resume', 'resume', 'compute_resume_instance',
    lambda scene: scene.action(scene.server, 'resume'), _is_running,
    lambda scene: scene.undisturbed(SUSPEND))
ATTACH_INTERFACE = Action(
    'attach interface', 'attach_interface', 'compute_attach_interface',
    _attach_interface, _has_two_interfaces, hides_reason=True)
DETACH_INTERFACE = Action(
    'detach interface', 'detach_interface', 'compute_detach_interface',
    _detach_interface, _has_one_interface,
    lambda scene: scene.undisturbed(ATTACH_INTERFACE), hides_reason=True)
RESCUE = Action(
    'rescue', 'rescue', 'compute_rescue_instance',
    lambda scene: scene.action(scene.server, 'rescue', {
        'rescue_image_ref': scene.image()}),
    _is_rescued)
UNRESCUE = Action(
    'unrescue', 'unrescue', 'compute_unrescue_instance',
    lambda scene: scene.action(scene.server, 'unrescue'), _is_itself,
    lambda scene: scene.undisturbed(RESCUE))
REBUILD = Action(
    'rebuild', 'rebuild', 'compute_rebuild_instance',
    lambda scene: scene.action(scene.server, 'rebuild', {
        'imageRef': scene.image()}),
    _is_rebuilt, _note_disk, keeps_os_disk=False)
RESIZE = Action(
    'resize', 'resize', 'compute_finish_resize',
    lambda scene: scene.action(
        scene.server, 'resize', {'flavorRef': scene.larger}),
    _is_resized, _may_be_resized)
CONFIRM = Action(
    'confirm', 'confirmResize', 'compute_confirm_resize',
    lambda scene: scene.action(scene.server, 'confirmResize'),
    _is_confirmed, _resized)
REVERT = Action(
    'revert', 'revertResize', 'compute_finish_revert_resize',
    lambda scene: scene.action(scene.server, 'revertResize'),
    _is_reverted, _resized, keeps_os_disk=False)
EVACUATE = Action(
    'evacuate', 'evacuate', 'compute_rebuild_instance', _evacuate,
    _is_evacuated, lambda scene: scene.lose_host())
# also asked for after another one has failed
HARD_REBOOT = Action(
    'hard reboot', 'reboot', 'compute_reboot_instance',
    lambda scene: scene.action(scene.server, 'reboot', {'type': 'HARD'}),
    _is_running)

ACTIONS = (SUSPEND, RESUME, ATTACH_INTERFACE, DETACH_INTERFACE,
           RESCUE, UNRESCUE, REBUILD, RESIZE, CONFIRM, REVERT, EVACUATE)
BY_STEP = {action.step: action for action in ACTIONS}
