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
import itertools
from typing import TypeVar

from jacket_azure.blob import writer

Item = TypeVar('Item')
Done = TypeVar('Done')

_NAME = 'image-transfer'


def in_order(
    work: Callable[[Item], Done], items: Iterable[Item], threads: int
) -> Generator[Done, None, None]:
    """Yield what *work* makes of each item, *threads* at a time.

    Works ahead of who takes the results, by as many items as there are
    threads. What *items* or *work* raise comes through, and when it does, or
    when nobody wants more, nothing is under way any longer. To be used up
    within one call where threads are green: they stand still between two
    calls that come from different real threads, see
    :func:`jacket_azure.blob.writer.usual_threads`; :func:`in_batches` is for
    everybody else.
    """
    todo = iter(items)
    with futures.ThreadPoolExecutor(threads, _NAME) as pool:
        under_way: collections.deque[futures.Future[Done]] = (
            collections.deque())
        try:
            for item in todo:
                under_way.append(pool.submit(work, item))
                if len(under_way) > threads:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            for future in under_way:
                future.cancel()


def in_batches(
    work: Callable[[Item], Done], items: Iterable[Item], threads: int
) -> Generator[Done, None, None]:
    """Do the same, but with nothing under way between two results.

    A batch of as many items as there are threads is begun when the results
    of the one before have all been taken.
    """
    todo = iter(items)
    while batch := list(itertools.islice(todo, threads)):
        yield from list(in_order(work, batch, threads))


def between_calls(
    work: Callable[[Item], Done], items: Iterable[Item], threads: int
) -> Generator[Done, None, None]:
    """Do what is best for results that are taken by one call after another.
    """
    ahead = in_order if writer.usual_threads() else in_batches
    return ahead(work, items, threads)
