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

"""Nova's test classes, each with our world before it."""

import functools
import inspect
import unittest

from tests.functional.upstream import case
from tests.functional.upstream import suites


@functools.cache
def on_azure(cls):
    """Return a subclass that runs on our driver, and has the same ids."""
    return type(cls.__name__, (case.OnAzure, cls), {
        '__module__': cls.__module__, '__qualname__': cls.__qualname__,
        '__doc__': cls.__doc__})


def tests_of(suite):
    """Make the tests of a suite.

    A class that a module imports from another is not a test of that module.
    """
    loader = unittest.TestLoader()
    for module in suites.modules(suite):
        for _, cls in sorted(inspect.getmembers(module, inspect.isclass)):
            if (issubclass(cls, unittest.TestCase)
                    and cls.__module__ == module.__name__):
                for name in loader.getTestCaseNames(cls):
                    yield on_azure(cls)(name)


def ids_of(suite):
    """List the short ids of a suite."""
    return sorted(suites.short(test.id()) for test in tests_of(suite))
