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

"""Which of Nova's functional test modules are run, and which are not."""

import importlib
import pkgutil

import nova.tests.functional
from nova.tests.functional import regressions

ROOT = nova.tests.functional.__name__

CHOSEN = (
    'compute.test_attached_volumes',
    'compute.test_cache_image',
    'compute.test_host_api',
    'compute.test_init_host',
    'compute.test_live_migration',
    'compute.test_migration_list',
    'compute.test_resource_tracker',
    'regressions',
    'test_aggregates',
    'test_availability_zones',
    'test_boot_from_volume',
    'test_cold_migrate',
    'test_compute_mgr',
    'test_conf_max_attach_disk_devices',
    'test_cross_az_attach',
    'test_cross_cell_migrate',
    'test_external_networks',
    'test_flavor_extraspecs',
    'test_graceful_shutdown',
    'test_images',
    'test_instance_actions',
    'test_ip_allocation',
    'test_json_filter',
    'test_legacy_v2_compatible_wrapper',
    'test_list_servers_ip_filter',
    'test_metadata',
    'test_multiattach',
    'test_policy',
    'test_routed_networks',
    'test_scheduler',
    'test_server_external_events',
    'test_server_faults',
    'test_server_group',
    'test_server_rescue',
    'test_servers',
    'test_servers_provider_tree',
    'test_service',
    'test_unified_limits',
    'wsgi.test_interfaces',
    'wsgi.test_servers',
    'wsgi.test_services',
)

# module or package -> why its tests say nothing about a driver
LEFT_OUT = {
    'api': 'is no test but the client of the tests',
    'api_sample_tests': 'compares documents of the API with samples',
    'api_samples_test_base': 'is the base of api_sample_tests',
    'compute.test_instance_list': 'lists rows of the database',
    'db': 'tests the database layer alone',
    'fixtures': 'is no test',
    'integrated_helpers': 'is no test',
    'libvirt': "is about the libvirt driver's domains and devices",
    'notification_sample_tests': 'compares notifications with samples',
    'test_ephemeral_encryption': 'is about disks encrypted by libvirt',
    'test_middleware': 'tests the middleware of the API alone',
    'test_nova_manage': 'tests the command nova-manage',
    'test_report_client': "tests Nova's client of Placement alone",
    'test_servers_resource_request':
        'is about bandwidth and devices of the host itself, by providers '
        "that are the fake driver's alone",
    'wsgi.test_flavor_manage': 'makes flavors and no servers',
    'wsgi.test_secgroup': 'makes security groups and no servers',
}


def modules(suite):
    """Import a suite; return its modules."""
    module = importlib.import_module(f'{ROOT}.{suite}')
    if module is not regressions:
        return [module]
    return [importlib.import_module(f'{module.__name__}.{found.name}')
            for found in pkgutil.iter_modules(module.__path__)
            if found.name.startswith('test_')]


def short(test_id):
    """Return an id as the lists have it: without what all have."""
    return test_id.removeprefix(f'{ROOT}.')


def suite_of(test_id):
    """Return the suite of an id, long or short.

    :raises LookupError: it is of none
    """
    test_id = short(test_id)
    for suite in CHOSEN:
        if test_id.startswith(f'{suite}.'):
            return suite
    raise LookupError(test_id)
