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

"""Files of sqlite as oslo.db opens them, without the waste.

oslo.db has each transaction open the file anew, and who opens one reads all
of its schema.
"""

import sqlalchemy
from sqlalchemy import pool


def with_pool(options):
    """Return options of ``create_engine`` that keep connections open."""
    if options.get('poolclass') is not pool.NullPool:
        return options
    return {
        **options, 'poolclass': pool.QueuePool, 'pool_size': 0,
        'connect_args': {
            **options.get('connect_args', {}), 'check_same_thread': False}}


def keep_open():
    """Have this process keep connections open from now on."""
    create_engine = sqlalchemy.create_engine

    def create(*arguments, **options):
        return create_engine(*arguments, **with_pool(options))

    sqlalchemy.create_engine = create
