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

"""What has to come of each cell, by rule and not by what came of it once.

A request that goes wrong once must not be noticed. One that goes wrong for
good must end in a fault that names the reason, within minutes, unless the
truth can be learned in another way.
"""

from __future__ import annotations

import dataclasses
import re

from tests.matrix import action_rows
from tests.matrix import troubles

# seconds a user waits at most for the fault of an Azure that does not work:
# four requests, one after the other, each retry_timeout (180) long and one
# last wait over it, of which two may be for facts that are known well enough
OUTAGE_SECONDS = 840
# operation_timeout (1800), and what is undone after it
OPERATION_SECONDS = 2400
# what a user must never read: Python, HTML, tokens
UNSPEAKABLE = re.compile(
    r'Traceback|<html|JSONDecode|line 1 column|Expecting|eyJ|Error\(', re.I)

_BROKE = 'connection broke|took too long'
REASONS = {
    '429-after': 'too many requests',
    '429': 'too many requests',
    '500': 'internal server error',
    # the blob service has errors in XML; those of others are not read
    '503': 'The request timed out|Service Unavailable',
    'garbage': 'Bad Gateway',
    'refused': 'refuses connections',
    'down': 'refuses connections',
    'dropped': _BROKE,
    'lost': _BROKE,
    'truncated': f'{_BROKE}|not what Azure sends',
    'mangled': 'not what Azure sends',
    'failed': re.escape(troubles.FAILED_TEXT.rstrip('.')),
    'canceled': 'was canceled in Azure',
    'stuck': 'not seen to end in time',
}
_LOGIN_REASONS = {
    '429-after': 'HTTP 429|not what Azure sends',
    '429': 'HTTP 429|not what Azure sends', '500': 'HTTP 500',
    '503': 'HTTP 503', 'garbage': 'HTTP 502|not what Azure sends',
}
_OPERATIONS = ('failed', 'canceled', 'stuck')
# something else goes on with the machine; what cancels one is a later one
_AT_WORK = ('stuck', 'canceled')
# of the host, asked for again when they are old
_KNOWN = ('GET skus', 'GET usages', 'GET virtualMachines list')
# the server acted, and only its answer is missing
_UNHEARD = ('lost', 'truncated', 'mangled')


@dataclasses.dataclass(frozen=True)
class Expected:
    """How a cell has to end.

    :ivar ok: the user gets what was asked for; None where that depends on
        when a request is made that nobody waits for
    :ivar text: of the fault, a pattern
    :ivar may_leave: Azure may hold something until the server is deleted
    :ivar seconds: of virtual time, at most
    :ivar janitor: what Azure holds after the deletion is the janitor's: Nova
        takes the host from a server whose failed build could not be undone,
        and then deletes it without asking the driver
    """

    ok: bool | None
    text: str = ''
    may_leave: bool = False
    seconds: float = OUTAGE_SECONDS
    janitor: bool = False


def expected(cell):
    """Return the :class:`Expected` of a cell."""
    if cell.row.step not in ('create', 'delete'):
        return _of_others(cell)
    row, name = cell.row, cell.trouble
    text = REASONS.get(name, '')
    deleting = row.step == 'delete'
    if name in _OPERATIONS:
        # Azure said yes and then did not do it: that is for the user to
        # know; what a failed deletion leaves, the next one takes
        if name == 'stuck':
            # what Azure still works on cannot be deleted, so an interface is
            # left to the janitor
            left = deleting or 'networkInterfaces' in row.label
            return Expected(False, text, left, OPERATION_SECONDS,
                            janitor=left and not deleting)
        return Expected(False, text, deleting, OUTAGE_SECONDS)
    if name == 'down':
        if deleting and any(known in row.label for known in _KNOWN):
            # asked for beside the deletion, which goes on
            return Expected(True)
        seconds = OUTAGE_SECONDS
        if row.is_poll or row.label.startswith('PUT networkInterfaces'):
            # the operation goes on, its own or that of the other interface,
            # so it is waited for
            text = f'{REASONS["stuck"]}|{text}'
            seconds = OPERATION_SECONDS
        beside = row.label.startswith('GET virtualMachines list')
        return Expected(None if beside else False, text, True, seconds,
                        janitor=not deleting)
    if not cell.for_good or row.is_poll:
        # once is no reason to give up, and the resource tells how an
        # operation ended whose own address does not
        return Expected(True, seconds=OPERATION_SECONDS)
    if name in _UNHEARD and _is_settled_otherwise(row, name):
        return Expected(True)
    if any(known in row.label for known in _KNOWN):
        # what was known before is still good enough
        return Expected(True)
    if 'token' in row.label or 'openid' in row.label:
        text = _LOGIN_REASONS.get(name, text)
    seconds = OUTAGE_SECONDS
    if name.startswith('429') and row.is_write:
        # Azure works and asks for patience
        seconds = OPERATION_SECONDS
    return Expected(False, text, deleting, seconds)


def _of_others(cell):
    """What a user of a server or volume has to be told, who can go on."""
    name = cell.trouble
    seconds = OPERATION_SECONDS
    if cell.for_good or name in _OPERATIONS:
        # some requests are only made to be sure, or by the way, and Cinder
        # tries a volume that could not be made a second time
        text = REASONS.get(name, '')
        if 'token' in cell.row.label:
            text = _LOGIN_REASONS.get(name, text)
        if name == 'down':
            # the operation may go on, so it is waited for
            text = f'{REASONS["stuck"]}|{text}'
        if name in _AT_WORK and cell.row.step == 'rebuild':
            # the exchange may come true; then it is the start that waits
            text = f'{text}|still at work'
        action = action_rows.BY_STEP.get(cell.row.step)
        if action is not None:
            text = '' if action.hides_reason else text
            # what is undone waits for the same machine as long again
            seconds *= 2
        return Expected(None, text, seconds=seconds)
    return Expected(True, seconds=seconds)


def _is_settled_otherwise(row, name):
    """Tell whether an unheard answer does not matter.

    A machine that carries our tags and this attempt's time was made by it;
    an accepted deletion has no body to break.
    """
    if row.label == 'PUT virtualMachines':
        return True
    return row.label == 'DELETE virtualMachines' and name != 'lost'


def problems(cell, outcome):
    """List in which ways an outcome is not what it has to be."""
    wanted = expected(cell)
    found = [each for each in outcome.remains
             if not (wanted.janitor and each.startswith('Azure: '))]
    if not outcome.struck:
        found.append('the trouble never struck')
    if wanted.ok not in (outcome.ok, None):
        found.append('it succeeded' if outcome.ok
                     else f'it failed: {outcome.text}')
    elif not outcome.ok and not re.search(wanted.text, outcome.text, re.I):
        found.append(f'"{outcome.text}" does not say "{wanted.text}"')
    if UNSPEAKABLE.search(outcome.text):
        found.append(f'a user reads "{outcome.text}"')
    if outcome.left and not wanted.may_leave:
        found.append(f'in error with {outcome.left} left')
    if outcome.virtual_seconds > wanted.seconds:
        found.append(f'took {outcome.virtual_seconds:.0f} s of at most '
                     f'{wanted.seconds}')
    return found
