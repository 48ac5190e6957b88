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

"""A deployment template: evaluates expressions where it is deployed."""

from __future__ import annotations

from collections.abc import Callable
import dataclasses
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import template_functions
from jacket_azure.emulator import template_language as language

_FAILED = 'Deployment template validation failed: '
_KINDS = {'string': str, 'securestring': str, 'int': int, 'bool': bool,
          'object': dict, 'secureobject': dict, 'array': list}


def invalid(text: str) -> errors.ArmError:
    """ARM's 400 for a template it cannot use."""
    return errors.ArmError(400, 'InvalidTemplate', f"{_FAILED}'{text}'.",
                           gateway=True)


@dataclasses.dataclass
class Place:
    """Where and as what a template is deployed.

    :ivar subscription: body of the subscription, likewise *group*
    :ivar reference: returns the body of a resource by id
    """

    subscription: dict[str, Any]
    group: dict[str, Any]
    deployment: dict[str, Any]
    reference: Callable[[str], dict[str, Any]]

    def resource_id(self, *words: str) -> str:
        """Build an id as ``resourceId()`` does.

        :param words: [subscription, [group,]] type and names
        """
        first = next((place for place, word in enumerate(words)
                      if '/' in word), None)
        if first is None or first > 2:
            raise invalid('resourceId() needs a resource type')
        before, kind, names = words[:first], words[first], words[first + 1:]
        namespace, *kinds = kind.split('/')
        if len(kinds) != len(names):
            raise invalid(
                f"Unable to evaluate template language function "
                f"'resourceId': the type '{kind}' requires '{len(kinds)}' "
                f"resource name argument(s)")
        group = before[-1] if before else self.group['name']
        subscription = (before[0] if len(before) == 2
                        else self.subscription['subscriptionId'])
        tail = '/'.join(f'{one}/{name}' for one, name
                        in zip(kinds, names, strict=True))
        return (f'/subscriptions/{subscription}/resourceGroups/{group}'
                f'/providers/{namespace}/{tail}')


class Template:
    """A template with its parameters' values.

    :raises ArmError: 400 InvalidTemplate
    """

    def __init__(self, body: Any, values: dict[str, Any],
                 place: Place) -> None:
        if not isinstance(body, dict) or not isinstance(
                body.get('resources'), list):
            # languageVersion 2.0 has an object there: not known here
            raise invalid('a list of resources is expected')
        for name in ('functions', 'definitions', 'imports'):
            if body.get(name):
                raise errors.not_implemented(f'{name} of a template')
        self.body = body
        self.place = place
        self.references = False
        self._variables: dict[str, Any] = {}
        self._busy: set[str] = set()
        self.parameters: dict[str, Any] = {}
        self._read_parameters(values)

    def _read_parameters(self, given: dict[str, Any]) -> None:
        known = self.body.get('parameters') or {}
        for name in given:
            if name.lower() not in {one.lower() for one in known}:
                raise invalid(
                    f"The template parameters '{name}' in the parameters "
                    f"file are not valid; they are not present in the "
                    f"original template and can therefore not be provided "
                    f"at deployment time. The only supported parameters for "
                    f"this template are '{', '.join(known)}'")
        values = {name.lower(): one for name, one in given.items()}
        for name, one in known.items():
            sent = values.get(name.lower())
            if sent is not None and 'reference' in sent:
                raise errors.not_implemented('secrets of a key vault')
            if sent is not None:
                value = sent.get('value')
            elif 'defaultValue' in one:
                value = self.evaluate(one['defaultValue'])
            else:
                raise invalid(
                    f"The value for the template parameter '{name}' is not "
                    f"provided. Please see https://aka.ms/arm-create-"
                    f"parameter-file for usage details")
            self._check_parameter(name, one, value)
            self.parameters[name.lower()] = value

    @staticmethod
    def _check_parameter(name: str, one: dict[str, Any], value: Any) -> None:
        kind = str(one.get('type', '')).lower()
        if kind not in _KINDS:
            raise invalid(f"The template parameter '{name}' has no known "
                          f"type")
        if not isinstance(value, _KINDS[kind]) or (
                kind == 'int' and isinstance(value, bool)):
            raise invalid(
                f"Template parameter JToken type is not valid. Expected "
                f"'{one['type']}' for '{name}'. Please see https://aka.ms/"
                f"arm-create-parameter-file for usage details")
        if not kind.startswith('secure') and value not in one.get(
                'allowedValues', [value]):
            raise invalid(
                f"The provided value for the template parameter '{name}' is "
                f"not valid. The value '{value}' is not part of the allowed "
                f"value(s): '{one['allowedValues']}'")

    def evaluate(self, value: Any, index: int | None = None) -> Any:
        """Return a JSON value with every expression in it evaluated.

        :param index: number of the copy it belongs to
        :raises ArmError: 400 InvalidTemplate, 501 for an unknown function
        """
        if isinstance(value, dict):
            if 'copy' in value:
                raise errors.not_implemented('copy within a resource')
            return {self.evaluate(name, index): self.evaluate(one, index)
                    for name, one in value.items()}
        if isinstance(value, list):
            return [self.evaluate(one, index) for one in value]
        if isinstance(value, str) and value.startswith('[['):
            return value[1:]
        if not language.is_expression(value):
            return value
        try:
            return self.compute(language.parse(value), index)
        except language.SyntaxProblem as exc:
            raise invalid(f"The template language expression '{value}' is "
                          f"not valid: {exc}") from exc

    def compute(self, tree: Any, index: int | None) -> Any:
        if isinstance(tree, language.Literal):
            return tree.value
        if isinstance(tree, language.Element):
            return self._element(self.compute(tree.of, index),
                                 self.compute(tree.key, index))
        if tree.name == 'if':
            test, *ways = tree.arguments
            return self.compute(
                ways[0 if self.compute(test, index) else 1], index)
        arguments = [self.compute(one, index) for one in tree.arguments]
        if tree.name == 'copyindex':
            return self._copy_index(arguments, index)
        own = getattr(self, f'_call_{tree.name}', None)
        function = own or template_functions.FUNCTIONS.get(tree.name)
        if function is None:
            raise errors.not_implemented(
                f"the template function '{tree.name}'")
        try:
            return function(*arguments)
        except (TypeError, ValueError, LookupError, ArithmeticError,
                AttributeError) as exc:
            raise invalid(
                f"Unable to evaluate template language function "
                f"'{tree.name}': {exc}") from exc

    @staticmethod
    def _element(value: Any, key: Any) -> Any:
        if isinstance(value, dict):
            for name, one in value.items():
                if name.lower() == str(key).lower():
                    return one
        elif isinstance(value, list) and isinstance(key, int) and (
                0 <= key < len(value)):
            return value[key]
        raise invalid(f"The language expression property '{key}' doesn't "
                      f"exist")

    @staticmethod
    def _copy_index(arguments: list[Any], index: int | None) -> int:
        if index is None:
            raise invalid("The template function 'copyIndex' is not expected "
                          "at this location")
        return index + sum(one for one in arguments if isinstance(one, int))

    def _call_parameters(self, name: str) -> Any:
        if name.lower() not in self.parameters:
            raise invalid(f"The template parameter '{name}' is not found")
        return self.parameters[name.lower()]

    def _call_variables(self, name: str) -> Any:
        key = name.lower()
        known = {one.lower(): value for one, value in (
            self.body.get('variables') or {}).items()}
        if key not in known:
            raise invalid(f"The template variable '{name}' is not found")
        if key in self._busy:
            raise invalid(f"Circular reference in the variable '{name}'")
        if key not in self._variables:
            self._busy.add(key)
            self._variables[key] = self.evaluate(known[key])
            self._busy.discard(key)
        return self._variables[key]

    def _call_reference(self, name: str, version: str = '',
                        full: str = '') -> Any:
        if not self.references:
            raise invalid("The template function 'reference' is not expected "
                          "at this location")
        body = self.place.reference(name)
        return body if full.lower() == 'full' else body.get('properties', {})

    def _call_resourceid(self, *words: str) -> str:
        return self.place.resource_id(*words)

    def _call_subscriptionresourceid(self, kind: str, *names: str) -> str:
        tail = self.place.resource_id(kind, *names).partition('/providers/')
        return (f'/subscriptions/{self.place.subscription["subscriptionId"]}'
                f'/providers/{tail[2]}')

    def _call_resourcegroup(self) -> dict[str, Any]:
        return self.place.group

    def _call_subscription(self) -> dict[str, Any]:
        return self.place.subscription

    def _call_deployment(self) -> dict[str, Any]:
        return self.place.deployment
