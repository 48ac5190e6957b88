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

"""The results as a picture: one server, many servers, requests."""

import matplotlib

from tests.bench import creates

matplotlib.use('Agg')

from matplotlib import pyplot  # noqa: E402  after its backend is chosen

BARE, DRIVER, LIMIT = '#8c8c8c', '#0067b8', '#c43e1c'


def draw(file, made, gone, crowd, one, counts):
    """Write a picture.

    :param made: pairs of creations
    :param gone: pairs of deletions
    :param crowd: many creations at once
    :param one: seconds that one of them takes alone
    :param counts: requests by operation
    """
    figure, (left, middle, right) = pyplot.subplots(
        1, 3, figsize=(15, 4.5), layout='constrained')
    _pairs(left, {'create': made, 'delete': gone})
    _crowd(middle, crowd, one)
    _counts(right, counts)
    figure.savefig(file)
    pyplot.close(figure)


def _pairs(axes, found):
    for number, pairs in enumerate(found.values()):
        for offset, name, colour in (
                (-0.15, 'bare', BARE), (0.15, 'driver', DRIVER)):
            seconds = [getattr(pair, name) for pair in pairs]
            axes.scatter([number + offset] * len(pairs), seconds,
                         color=colour, alpha=0.6)
    axes.scatter([], [], color=BARE, label='Azure SDK alone')
    axes.scatter([], [], color=DRIVER, label='driver')
    axes.set_xticks(range(len(found)), found)
    axes.set_xlim(-0.5, len(found) - 0.5)
    axes.set_ylim(bottom=0)
    axes.set(title='One server', ylabel='seconds')
    axes.legend()


def _crowd(axes, crowd, one):
    axes.step([0, *crowd.seconds], range(len(crowd.seconds) + 1),
              where='post', color=DRIVER, label='servers that are there')
    axes.axvline(one, color=BARE, linestyle='--', label='one alone')
    axes.axvline(creates.limit_seconds(crowd, one), color=LIMIT,
                 linestyle=':', label='limit')
    axes.set(title=f'{len(crowd.seconds)} servers asked for at once',
             xlabel='seconds', ylabel='servers', xlim=0, ylim=0)
    axes.legend(loc='upper left')


def _counts(axes, counts):
    names = [count.operation for count in counts]
    requests = [count.requests for count in counts]
    polls = [count.polls for count in counts]
    axes.barh(names, requests, color=DRIVER, label='requests')
    axes.barh(names, polls, left=requests, color=BARE,
              label='looks at operations')
    for number, count in enumerate(counts):
        axes.plot([count.budget] * 2, [number - 0.4, number + 0.4],
                  color=LIMIT, label='' if number else 'budget')
    axes.invert_yaxis()
    axes.set(title='Requests to Azure', xlabel='requests')
    axes.legend()
