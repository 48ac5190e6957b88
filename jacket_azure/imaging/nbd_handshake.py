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

"""How an NBD connection begins.

Source: doc/proto.md of the Network Block Device project, sections "Fixed
newstyle negotiation" and "Metadata querying".
"""

from __future__ import annotations

import struct

from jacket_azure.imaging.nbd_wire import Wire
from jacket_azure.imaging.nbd_wire import nonsense

_GREETING = struct.Struct('>8s8sH')
_FIXED_NEWSTYLE, _NO_ZEROES = 1, 2

_OPTION = struct.Struct('>8sII')
_OPTION_REPLY = struct.Struct('>QIII')
_OPTION_MAGIC = 0x0003_E889_0455_65A9
_GO, _STRUCTURED_REPLY, _SET_META_CONTEXT = 7, 8, 10
_ACK, _INFO, _META_CONTEXT = 1, 3, 4
_MAX_OPTION_BYTES = 65536
_CONTEXT = b'base:allocation'
_INFO_EXPORT = 0
_EXPORT_INFO = struct.Struct('>HQH')


def negotiate(wire: Wire) -> tuple[int, int | None]:
    """Ask for the export without a name, with all that reading it needs.

    :returns: its size in bytes, and what block statuses of
        ``base:allocation`` are marked with, None where there are none
    :raises InvalidRequest: the server does not know structured replies, or
        is none
    """
    context: int | None = None
    magic, again, flags = _GREETING.unpack(wire.receive(_GREETING.size))
    if (magic, again) != (b'NBDMAGIC', b'IHAVEOPT') or (
        not flags & _FIXED_NEWSTYLE
    ):
        raise nonsense('an unknown greeting')
    wire.send(struct.pack('>I', flags & (_FIXED_NEWSTYLE | _NO_ZEROES)))
    if _option(wire, _STRUCTURED_REPLY, b'') is None:
        raise nonsense('no structured replies')
    query = struct.pack('>III', 0, 1, len(_CONTEXT)) + _CONTEXT
    for kind, payload in _option(wire, _SET_META_CONTEXT, query) or ():
        if kind == _META_CONTEXT and payload[4:] == _CONTEXT:
            (context,) = struct.unpack_from('>I', payload)
    for kind, payload in _option(wire, _GO, bytes(6)) or ():
        if kind == _INFO and len(payload) == _EXPORT_INFO.size:
            info, size, _flags = _EXPORT_INFO.unpack(payload)
            if info == _INFO_EXPORT:
                return size, context
    raise nonsense('no export')


def _option(
    wire: Wire, option: int, payload: bytes
) -> list[tuple[int, bytes]] | None:
    """Return the replies before the acknowledgement; None refuses."""
    wire.send(
        _OPTION.pack(b'IHAVEOPT', option, len(payload)) + payload
    )
    replies: list[tuple[int, bytes]] = []
    while len(replies) < 64:
        magic, about, kind, size = _OPTION_REPLY.unpack(
            wire.receive(_OPTION_REPLY.size)
        )
        if (
            magic != _OPTION_MAGIC
            or about != option
            or size > _MAX_OPTION_BYTES
        ):
            raise nonsense('another reply than asked for')
        told = wire.receive(size)
        if kind == _ACK:
            return replies
        if kind & 0x8000_0000:
            return None
        replies.append((kind, told))
    raise nonsense('replies without end')
