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

"""A guest that answers on its serial port: a login, and a shell that echoes.

Made up, but for the accounts: those of the machine, with their passwords.
"""

from __future__ import annotations

from jacket_azure.emulator.compute import guest

_ENTER = '\r\n'
_ERASE = ('\x7f', '\b')
_INTERRUPT, _END = '\x03', '\x04'


class SerialGuest:
    """What happens on one serial port while somebody watches.

    :param there: whose accounts can log in
    """

    def __init__(self, there: guest.Guest) -> None:
        self._guest = there
        self._line = ''
        self._name: str | None = None
        self._in_shell = there.windows

    def prompt(self) -> str:
        """What is waiting for somebody to type."""
        if self._guest.windows:
            return 'SAC>'
        if self._in_shell:
            return f'{self._name}@{self._guest.host_name}:~$ '
        if self._name is None:
            return f'{self._guest.host_name} login: '
        return 'Password: '

    def type(self, keys: str) -> str:
        """Press keys; return what appears."""
        return ''.join(self._press(key) for key in keys)

    def _press(self, key: str) -> str:
        if key in '\r\n':
            line, self._line = self._line, ''
            return _ENTER + self._answer(line) + self.prompt()
        if key in _ERASE:
            had, self._line = self._line, self._line[:-1]
            return '\b \b' if had and self._is_shown() else ''
        if key == _INTERRUPT:
            self._line = ''
            return '^C' + _ENTER + self.prompt()
        if key == _END:
            return _ENTER + self._leave() + self.prompt()
        self._line += key
        return key if self._is_shown() else ''

    def _is_shown(self) -> bool:
        return self._in_shell or self._name is None

    def _answer(self, line: str) -> str:
        if self._in_shell:
            return self._run(line.strip())
        if self._name is None:
            self._name = line.strip() or None
            return ''
        user = self._guest.users.get(self._name)
        if user is not None and line and user.password == line:
            self._in_shell = True
            return f'Welcome to {self._guest.host_name}!{_ENTER}'
        self._name = None
        return _ENTER + 'Login incorrect' + _ENTER

    def _run(self, command: str) -> str:
        word, _, rest = command.partition(' ')
        if not word:
            return ''
        if word in ('exit', 'logout'):
            return self._leave()
        if word == 'echo':
            return rest + _ENTER
        return f'-bash: {word}: command not found{_ENTER}'

    def _leave(self) -> str:
        if self._guest.windows:
            return ''
        self._name, self._in_shell, self._line = None, False, ''
        return _ENTER
