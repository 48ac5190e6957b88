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

"""Where an exported image goes: a file, or standard output."""

from __future__ import annotations

from collections.abc import Iterable
import contextlib
import os
import pathlib
from typing import BinaryIO

from jacket_azure import exceptions
from jacket_azure.cmd import progress_bar

STANDARD_OUTPUT = '-'
_UNFINISHED = '.part'
_HOLE_BYTES = 65536


def write_file(
    content: Iterable[bytes],
    path: pathlib.Path,
    bar: progress_bar.ProgressBar,
    replace: bool = False,
) -> None:
    """Write a file that appears when it is whole.

    Long runs of zeros become holes, which take no room on the disk.

    :param replace: whether a file of that name may go
    :raises ConfigurationError: there is one, or no room
    """
    if path.exists() and not replace:
        raise exceptions.ConfigurationError(
            f'{path} is there already; --force replaces it.'
        )
    unfinished = path.with_name(path.name + _UNFINISHED)
    try:
        with open(unfinished, 'wb') as file:
            _fill(content, file, bar)
        os.replace(unfinished, path)
    except OSError as exc:
        raise exceptions.ConfigurationError(
            f'{path} cannot be written: {exc.strerror or exc}'
        ) from exc
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)


def _fill(
    content: Iterable[bytes], file: BinaryIO, bar: progress_bar.ProgressBar
) -> None:
    for data in content:
        for start in range(0, len(data), _HOLE_BYTES):
            block = data[start : start + _HOLE_BYTES]
            if block.count(0) == len(block):
                file.seek(len(block), os.SEEK_CUR)
            else:
                file.write(block)
        bar.add(len(data))
    file.truncate()


def write_stream(
    content: Iterable[bytes],
    stream: BinaryIO,
    bar: progress_bar.ProgressBar,
) -> None:
    """Write to standard output.

    :raises ConfigurationError: it is a terminal, or nobody reads on
    """
    if stream.isatty():
        raise exceptions.ConfigurationError(
            'Standard output is a terminal; redirect it, or name a file.'
        )
    try:
        for data in content:
            stream.write(data)
            bar.add(len(data))
        stream.flush()
    except BrokenPipeError as exc:
        raise exceptions.ConfigurationError(
            'Whoever read the image has ended before it was whole.'
        ) from exc
