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

"""Runs a program that reads an untrusted file, with as little as it needs.

This is a script of its own, started by :mod:`.converter` with one argument,
a JSON object. It forks: the parent ends the program when its standard input
ends, that is when the service is gone, however it went; the child gives up
what it can and becomes the program. That takes the place of a
``preexec_fn``, which must not be used in a process with threads, and of
``prlimit``, ``setpriv`` and ``unshare``, which may be missing or refuse.

What the kernel grants differs by version and by what the service may: rlimits
are always there, other namespaces, another user and Landlock where they can
be had. Nothing of the package is imported, so that it starts quickly.
"""

from __future__ import annotations

from collections.abc import Iterable
import contextlib
import ctypes
import fcntl
import json
import os
import resource
import select
import signal
import struct
import sys
from typing import Any

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWIPC = 0x0800_0000
_CLONE_NEWUSER = 0x1000_0000
_CLONE_NEWNET = 0x4000_0000

# the same number on every architecture, as all system calls since 5.1
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_PATH_BENEATH = 1
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
# Landlock version -> rights over files that it can take away
_RIGHTS = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 5: 0xFFFF}
_TCP = 3
_SCOPES = 3

_PROGRAMS = ('/usr', '/lib', '/lib32', '/lib64', '/bin', '/nix/store',
             '/etc/ld.so.cache')
_DEVICES = ('/dev/null', '/dev/zero', '/dev/urandom')
_OUTPUT_BYTES = 65536
_FIRST_FD = 3

_libc = ctypes.CDLL(None, use_errno=True)


def main() -> int:
    """Start the program and end with it."""
    order = json.loads(sys.argv[1])
    woken, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        try:
            become(order, parent)
        except BaseException as exc:
            os.write(2, f'{order["command"][0]}: {exc!r}\n'.encode())
        finally:
            os._exit(127)
    for fd in order['fds']:
        os.close(fd)
    return supervise(child, woken)


def supervise(child: int, woken: int) -> int:
    """Wait for the child; kill it when standard input ends.

    :returns: its exit status as a shell tells it
    """
    poller = select.poll()
    poller.register(0, select.POLLIN)
    poller.register(woken, select.POLLIN)
    while True:
        ready = [fd for fd, _ in poller.poll()]
        if woken in ready:
            os.read(woken, 512)
            pid, status = os.waitpid(child, os.WNOHANG)
            if pid:
                code = os.waitstatus_to_exitcode(status)
                return code if code >= 0 else 128 - code
        if 0 in ready and not os.read(0, 512):
            poller.unregister(0)
            os.kill(child, signal.SIGKILL)


def become(order: dict[str, Any], parent: int) -> None:
    """Give up all that the program does not need, and run it."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(os.open('/dev/null', os.O_RDONLY), 0)
    hand_over(order['fds'])
    command = order['command']
    leave_namespaces()
    files = ruleset(command[0], range(_FIRST_FD,
                                      _FIRST_FD + len(order['fds'])))
    leave_user(order)
    _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if files is not None:
        if _libc.syscall(_LANDLOCK_RESTRICT, files, 0):
            raise OSError(ctypes.get_errno(), 'landlock_restrict_self')
        os.close(files)
    # after the change of user, which forgets it
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
    environment = {'PATH': '/usr/bin:/bin', 'LC_ALL': 'C',
                   'LISTEN_FDS': '1', 'LISTEN_PID': str(os.getpid())}
    limit(order)
    os.execve(command[0], command, environment)  # noqa: S606  confined


def hand_over(fds: list[int]) -> None:
    """Number the given descriptors from 3 on, and close all others."""
    end = _FIRST_FD + len(fds)
    # first out of the way, as one's number may be another's goal
    copies = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, end) for fd in fds]
    for goal, copy in enumerate(copies, _FIRST_FD):
        os.dup2(copy, goal)
    os.closerange(end, os.sysconf('SC_OPEN_MAX'))


def leave_namespaces() -> None:
    """Have no network; without root that needs a user namespace too."""
    flags = _CLONE_NEWNET | _CLONE_NEWIPC
    if _libc.unshare(flags):
        _libc.unshare(flags | _CLONE_NEWUSER)


def leave_user(order: dict[str, Any]) -> None:
    """Be the given user, where the service is root."""
    if os.geteuid() or order.get('uid') is None:
        return
    # root of a container may lack the right
    with contextlib.suppress(PermissionError):
        os.setgroups([])
        os.setresgid(order['gid'], order['gid'], order['gid'])
        os.setresuid(order['uid'], order['uid'], order['uid'])


def limit(order: dict[str, Any]) -> None:
    """Bound processor time, memory, and what can be written to files."""
    for kind, value in (
        (resource.RLIMIT_CPU, order['cpu_seconds']),
        (resource.RLIMIT_AS, order['memory_bytes']),
        (resource.RLIMIT_FSIZE, _OUTPUT_BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 256),
    ):
        most = resource.getrlimit(kind)[1]
        if most != resource.RLIM_INFINITY:
            value = min(value, most)
        resource.setrlimit(kind, (value, value))


def ruleset(program: str, fds: Iterable[int]) -> int | None:
    """Return a Landlock ruleset that allows programs and the given files.

    :returns: its descriptor; None where the kernel has no Landlock

    Source: Documentation/userspace-api/landlock.rst of Linux.
    """
    version = _libc.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return None
    rights = _RIGHTS[max(known for known in _RIGHTS if known <= version)]
    attributes = struct.pack('=Q', rights)
    if version >= 4:
        attributes += struct.pack('=Q', _TCP)
    if version >= 6:
        attributes += struct.pack('=Q', _SCOPES)
    created = _libc.syscall(_LANDLOCK_CREATE, attributes,
                            ctypes.c_size_t(len(attributes)), 0)
    if created < 0:
        return None
    for path in (*_PROGRAMS, os.path.dirname(program)):
        allow_path(created, path, _EXECUTE | _READ_FILE | _READ_DIR)
    for path in _DEVICES:
        allow_path(created, path, _READ_FILE | _WRITE_FILE)
    for fd in fds:
        # a socket is no file to Landlock, which is as well
        allow(created, fd, _READ_FILE)
    return int(created)


def allow_path(created: int, path: str, rights: int) -> None:
    """Allow a directory with all below it, or a file; none is fine."""
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    if not os.path.isdir(path):
        rights &= ~_READ_DIR
    allow(created, fd, rights)
    os.close(fd)


def allow(created: int, fd: int, rights: int) -> None:
    """Add a rule for what a descriptor refers to."""
    rule = struct.pack('=Qi', rights, fd)
    _libc.syscall(_LANDLOCK_ADD, created, _PATH_BENEATH, rule, 0)


if __name__ == '__main__':
    sys.exit(main())
