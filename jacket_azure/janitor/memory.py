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

"""Suspects in a file, for the command: its passes are processes."""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
import fcntl
import json
import logging
import os
import pathlib
from typing import Any

from jacket_azure import exceptions
from jacket_azure.janitor import facts
from jacket_azure.janitor import readings

LOG = logging.getLogger(__name__)

_VERSION = 1


def default_file() -> pathlib.Path:
    """Return where the command keeps its suspects.

    Source: XDG Base Directory Specification, ``XDG_STATE_HOME``.
    """
    folder = os.environ.get('XDG_STATE_HOME')
    home = pathlib.Path.home() / '.local/state'
    return pathlib.Path(folder or home) / 'jacket-azure/janitor.json'


class Memory:
    """The suspects of one scope, beside those of others.

    :param file: made when there is something to keep, with its folder
    :param scope: names subscription, group, owner and host; suspects of
        one scope mean nothing in another
    """

    def __init__(self, file: pathlib.Path, scope: str) -> None:
        self._file = file
        self._scope = scope

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Let nobody else use the file meanwhile.

        :raises ConfigurationError: it is in use, or cannot be
        """
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            lock = open(f'{self._file}.lock', 'w')
        except OSError as exc:
            raise self._unusable(exc) from exc
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise exceptions.ConfigurationError(
                    f'Another janitor is using {self._file}.'
                ) from None
            yield

    def load(self) -> dict[str, facts.Suspect]:
        """Return the suspects of the pass before.

        What cannot be read counts as none: then all are seen for the first
        time.
        """
        found = {}
        for key, entry in self._scopes().get(self._scope, {}).items():
            since = readings.parse_time(entry['since'])
            if since is not None:
                found[key] = facts.Suspect(
                    str(entry['identity']), since, int(entry['failures'])
                )
        return found

    def save(self, suspects: facts.Suspects) -> None:
        """Keep the suspects for the next pass.

        :raises ConfigurationError: the file cannot be written
        """
        scopes = self._scopes()
        scopes[self._scope] = {
            key: {
                'identity': suspect.identity,
                'since': suspect.since.isoformat(),
                'failures': suspect.failures,
            }
            for key, suspect in sorted(suspects.items())
        }
        text = json.dumps({'version': _VERSION, 'scopes': scopes}, indent=1)
        new = self._file.with_name(f'{self._file.name}.new')
        try:
            new.write_text(f'{text}\n')
            new.replace(self._file)
        except OSError as exc:
            raise self._unusable(exc) from exc

    def _scopes(self) -> dict[str, Any]:
        try:
            content = json.loads(self._file.read_text())
            if content['version'] != _VERSION:
                raise ValueError(f'version {content["version"]}')
            scopes = content['scopes']
            # all that load() takes for granted
            for entries in scopes.values():
                for entry in entries.values():
                    entry['identity'], entry['since']
                    int(entry['failures'])
        except FileNotFoundError:
            return {}
        except OSError as exc:
            raise self._unusable(exc) from exc
        except (ValueError, KeyError, TypeError, AttributeError) as exc:
            LOG.warning('Starting anew, as %s is no state: %s',
                        self._file, exc)
            return {}
        return dict(scopes)

    def _unusable(self, exc: OSError) -> exceptions.ConfigurationError:
        return exceptions.ConfigurationError(
            f'The state file {self._file} cannot be used: {exc.strerror}'
        )
