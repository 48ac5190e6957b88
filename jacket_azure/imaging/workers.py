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


"""Several pieces under way at a time, taken back in their order."""

from __future__ import annotations

import collections
from collections.abc import Callable
from collections.abc import Generator
from collections.abc import Iterable
from concurrent import futures
from typing import TypeVar

from jacket_azure.blob import writer

Item = TypeVar('Item')
Done = TypeVar('Done')

_NAME = 'image-transfer'
# items that needed no work, before somebody takes the first
_MOST_AHEAD = 1024


def in_order(
    work: Callable[[Item], Done],
    items: Iterable[Item],
    threads: int,
    known: Callable[[Item], Done | None] | None = None,
) -> Generator[Done, None, None]:
    """Yield what *work* makes of each item, *threads* at a time.

    Works ahead of who takes the results, by twice as many items as there are
    threads: one that is slow keeps none idle. What *items* or *work* raise
    comes through, and when it does, or when nobody wants more, nothing is
    under way any longer. To be used up within one call where threads are
    green: they stand still between two calls that come from different real
    threads, see :func:`jacket_azure.blob.writer.usual_threads`;
    :func:`in_batches` is for everybody else.

    :param known: returns the result of an item that needs no work, else
        None; such items cost neither a thread nor a place ahead
    """
    todo = iter(items)
    with futures.ThreadPoolExecutor(threads, _NAME) as pool:
        ahead: collections.deque[futures.Future[Done]] = collections.deque()
        busy = 0
        try:
            for item in todo:
                ready = known(item) if known is not None else None
                if ready is None:
                    busy += 1
                    ahead.append(pool.submit(work, item))
                else:
                    ahead.append(_Ready(ready))
                while busy > 2 * threads or len(ahead) > _MOST_AHEAD:
                    busy -= not isinstance(ahead[0], _Ready)
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            for future in ahead:
                future.cancel()


def in_batches(
    work: Callable[[Item], Done],
    items: Iterable[Item],
    threads: int,
    known: Callable[[Item], Done | None] | None = None,
) -> Generator[Done, None, None]:
    """Do the same, but with nothing under way between two results.

    A batch with work for all threads is begun when the results of the one
    before have all been taken.
    """
    batch: list[Item] = []
    busy = 0
    for item in items:
        batch.append(item)
        busy += known is None or known(item) is None
        if busy == threads or len(batch) > _MOST_AHEAD:
            yield from list(in_order(work, batch, threads, known))
            batch, busy = [], 0
    yield from list(in_order(work, batch, threads, known))


def between_calls(
    work: Callable[[Item], Done],
    items: Iterable[Item],
    threads: int,
    known: Callable[[Item], Done | None] | None = None,
) -> Generator[Done, None, None]:
    """Do what is best for results taken by one call after another."""
    ahead = in_order if writer.usual_threads() else in_batches
    return ahead(work, items, threads, known)


class _Ready(futures.Future[Done]):
    """A result that was there at once."""

    def __init__(self, value: Done) -> None:
        super().__init__()
        self.set_result(value)
