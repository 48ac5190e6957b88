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


"""Who may boot what by a property of his image."""

import testtools

from jacket_azure import exceptions
from jacket_azure.payload import image_trust
from jacket_azure.payload import tags

OWNER, IMAGE = 'us', 'a2459075-d96c-40d5-893e-577ff92e721c'
OURS = {tags.OWNER: OWNER, tags.KIND: tags.KIND_IMAGE, tags.ID: IMAGE}


class ImageTrustTest(testtools.TestCase):
    """What was made for an image, and what an operator says."""

    def refused(self, is_trusted=False, **changes):
        found = {**OURS, **{f'jacket-{key}': value
                            for key, value in changes.items()}}
        try:
            image_trust.check('/some/id', found, OWNER, IMAGE, is_trusted)
        except exceptions.InvalidRequest:
            return True
        return False

    def test_what_was_made_for_the_image_is_taken(self):
        self.assertFalse(self.refused())

    def test_anything_else_is_refused(self):
        for change in (
                {'owner': 'others'}, {'kind': tags.KIND_VOLUME},
                {'kind': tags.KIND_SNAPSHOT}, {'id': OWNER}, {'id': ''}):
            self.assertTrue(self.refused(**change), change)
        self.assertRaises(
            exceptions.InvalidRequest, image_trust.check, '/some/id', {},
            OWNER, IMAGE, False)

    def test_an_operators_word_counts(self):
        self.assertFalse(self.refused(is_trusted=True, owner='others'))

    def test_a_public_image_of_a_trusted_project_is_an_operators(self):
        is_operators = image_trust.is_operators
        self.assertTrue(is_operators(True, 'images', ['images']))
        self.assertFalse(is_operators(False, 'images', ['images']))
        self.assertFalse(is_operators(True, 'images', []))
        self.assertFalse(is_operators(True, 'tenant', ['images']))
        self.assertFalse(is_operators(True, None, ['images']))
        self.assertFalse(is_operators(True, '', ['']))

    def test_managed_images_that_a_driver_made(self):
        def check(tags_):
            image_trust.check_managed('/some/id', tags_, OWNER, IMAGE)

        check({})
        check({'team': 'images'})
        check(OURS)
        for change in (
                {tags.ID: 'image-5c2f'}, {tags.OWNER: 'others'},
                {tags.KIND: tags.KIND_SNAPSHOT}):
            self.assertRaises(
                exceptions.InvalidRequest, check, {**OURS, **change})
        self.assertRaises(
            exceptions.InvalidRequest, check, {tags.OWNER.upper(): OWNER})

    def test_upper_case_tags_are_the_same_tags(self):
        image_trust.check(
            '/some/id', {key.upper(): value for key, value in OURS.items()},
            OWNER, IMAGE, False)
