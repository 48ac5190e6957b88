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

"""What went wrong in other drivers for clouds, and what keeps ours from it.

``python -m tests.unit.pitfalls`` prints the page of the documentation.
"""

import dataclasses
import textwrap

ARM = 'tests.unit.arm.'
EMULATOR = 'tests.unit.emulator.'
JANITOR = 'tests.unit.janitor.'
NOVA = 'tests.unit.nova.'
PAYLOAD = 'tests.unit.payload.'
PAGE_BLOB = 'tests.unit.disks.page_blob.'
MANAGED = 'tests.unit.disks.managed.'
WHOLE = 'tests.functional.nova.'

INTRODUCTION = '''\
========
Pitfalls
========

What drivers for Azure and for other clouds have stumbled over, what this one
does instead, and the tests that hold it to that. What later work owes says
which: the number of the issue, and the row of the requirements.

.. tests/unit/pitfalls.py makes this page: python -m tests.unit.pitfalls

'''


@dataclasses.dataclass(frozen=True)
class Pitfall:
    """One of them.

    :ivar name: a few words
    :ivar instead: what our driver does
    :ivar tests: ids of the tests that prove it
    :ivar owed_by: issue and rows, for what is not there yet
    """

    name: str
    instead: str
    tests: tuple[str, ...] = ()
    owed_by: str | None = None


PITFALLS = {
    1: Pitfall(
        'An operation that ended badly is taken for a success',
        'The last status and its error are read, whatever the answer that '
        'announced the operation looked like.',
        (ARM + 'test_operations.AsyncOperationTest'
         '.test_failure_is_always_read',
         ARM + 'test_operations.AsyncOperationTest.test_canceled_is_a_failure',
         ARM + 'test_operations.WithoutHeaderTest.test_failed_at_once')),
    2: Pitfall(
        'The SDK asks every thirty seconds only',
        'The pause between two looks grows from one second, and is what '
        'Azure asks for when it asks.',
        (ARM + 'test_operations.PausesTest.test_adaptive',
         ARM + 'test_operations.PausesTest'
         '.test_retry_after_replaces_the_interval')),
    3: Pitfall(
        'Throttled without a word on how long, and by the machine',
        'Writes wait for a bucket of their own machine before they are sent; '
        'a throttled build is tried again, by us and then by Nova, and '
        'leaves nothing.',
        (ARM + 'test_gates.ReserveTest.test_burst_then_four_a_minute',
         ARM + 'test_policies.GatePolicyTest'
         '.test_thirteenth_write_of_one_machine_waits',
         ARM + 'test_policies.GatePolicyTest'
         '.test_throttled_machine_holds_back_only_itself',
         NOVA + 'test_throttling.ThrottledSpawnTest'
         '.test_without_a_word_on_how_long',
         NOVA + 'test_throttling.ThrottledSpawnTest'
         '.test_for_good_ends_the_build_with_the_reason')),
    4: Pitfall(
        'Many codes for one thing: no room',
        'Every code of capacity and quota is one of two kinds of error; only '
        'these send Nova to another host, and they are remembered for a '
        'while in traits and inventory.',
        (ARM + 'test_errors.KindTest.test_answers',
         ARM + 'test_errors.KindTest.test_failed_operations',
         WHOLE + 'test_capacity.CapacityTest'
         '.test_n01_another_host_is_tried',
         WHOLE + 'test_capacity.CapacityMemoryTest'
         '.test_n30_traits_tell_of_a_size_without_room',
         WHOLE + 'test_failures.FailedBuildTest'
         '.test_n01_no_capacity_seen_late')),
    5: Pitfall(
        'Nova tries another host after any error it does not know',
        'What is refused for good ends the build, and what was made is '
        'removed before the error is raised.',
        (NOVA + 'test_errors.ErrorsTest.test_actions_and_builds',
         NOVA + 'test_vmops.FailedSpawnTest'
         '.test_any_single_failure_leaves_nothing_behind',
         WHOLE + 'test_failures.FailedBuildTest'
         '.test_n01_bad_request_is_final_and_told_to_the_user')),
    6: Pitfall(
        'The next host meets what the last one left under the same name',
        'Tags tell whose it is: what fits is adopted, our own remains are '
        'replaced, what belongs to others is left alone.',
        (NOVA + 'test_vmops.SpawnTest.test_remains_of_another_host_are_'
         'replaced',
         NOVA + 'test_vmops.SpawnTest'
         '.test_same_machine_of_an_attempt_before_is_adopted',
         NOVA + 'test_vmops.SpawnTest'
         '.test_foreign_machine_of_that_name_is_left_alone')),
    7: Pitfall(
        'Interfaces outlive a machine that was never made',
        'They are deleted by the names they must have, not by those a list '
        'shows.',
        (NOVA + 'test_vmops.DestroyTest.test_every_half_built_state',
         NOVA + 'test_killed.KilledTest.test_destroy_after_a_killed_spawn',
         WHOLE + 'test_failures.FailedBuildTest'
         '.test_n06_second_interface_fails')),
    8: Pitfall(
        'Azure reserves an interface for three minutes after a failed create',
        'The delete of a machine does not wait for it, a delete that must '
        'succeed waits 200 seconds at most, and destroy can be repeated.',
        (ARM + 'test_azure.NetworkInterfacesTest.test_reservation_that_ends',
         ARM + 'test_azure.NetworkInterfacesTest'
         '.test_reservation_is_waited_out_only_when_asked',
         NOVA + 'test_vmops.FailedSpawnTest'
         '.test_what_cannot_be_undone_is_left_to_destroy',
         EMULATOR + 'compute.test_vm_refusals.FailedCreateTest'
         '.test_its_nic_is_reserved_for_180_seconds')),
    9: Pitfall(
        'The machine exists, but failed',
        'Destroy copes with every half of a machine; a repeated build '
        'finishes or replaces what is there.',
        (NOVA + 'test_vmops.DestroyTest.test_machine_in_state_failed',
         NOVA + 'test_vmops.SpawnTest.test_half_built_is_finished_by_a_repeat',
         NOVA + 'test_killed.KilledTest.test_spawn_after_a_killed_spawn')),
    10: Pitfall(
        'Every error of a delete is taken for "not found"',
        'Only an answer that names the resource as missing is; Nova hears '
        'of all others, and may try again.',
        (NOVA + 'test_vmops.DestroyTest.test_failure_is_told_and_a_repeat_'
         'works',
         ARM + 'test_errors.MissingTest.test_the_parent',
         WHOLE + 'test_delete.DeleteTest'
         '.test_n09_failed_delete_can_be_repeated')),
    11: Pitfall(
        'Two writers, and the disk of one is lost',
        'Writes of a whole machine are bound to the state that was read; '
        'disks are attached by an action that leaves all others alone, and '
        'those of one machine that come together go in one request.',
        (ARM + 'test_virtual_machines.RequestsTest'
         '.test_etag_makes_writes_conditional',
         ARM + 'test_on_emulator.VirtualMachinesTest.test_etags',
         NOVA + 'attachments.test_attachments.JoinedTest'
         '.test_twenty_at_once',
         NOVA + 'attachments.test_attachments.WithoutActionTest'
         '.test_somebody_else_changes_the_list')),
    12: Pitfall(
        'One LUN twice, or the wrong one reported',
        'The LUN is read from the answer and verified.',
        (EMULATOR + 'compute.test_vm_refusals.DiskRefusedTest'
         '.test_one_lun_twice',
         PAYLOAD + 'test_data_disk.LunTest.test_laws',
         PAYLOAD + 'test_data_disk.VerifyTest.test_two_at_one',
         NOVA + 'attachments.test_attachments.JoinedTest'
         '.test_answer_without_luns_is_looked_after')),
    13: Pitfall(
        'A LUN less than there are, and disks of a machine that are gone',
        'All LUNs of the size are used, and a reference to a disk that no '
        'longer exists is dropped from the next write.',
        (PAYLOAD + 'test_data_disk.LunTest.test_lowest_free',
         NOVA + 'attachments.test_attachments.JoinedTest'
         '.test_a_disk_that_is_gone_hinders_nobody',
         NOVA + 'attachments.test_attachments.WithoutActionTest'
         '.test_a_disk_that_is_gone_is_left_out')),
    14: Pitfall(
        'More data disks than the size takes',
        'Counted before anything is written; those of the image count too.',
        (PAYLOAD + 'test_checks.ChecksTest.test_data_disks',
         EMULATOR + 'compute.test_vm_refusals.DiskRefusedTest'
         '.test_more_disks_than_the_size_takes',
         NOVA + 'attachments.test_attachments.SmallTest'
         '.test_limit_in_the_middle',
         NOVA + 'test_volumeops.DeviceNameTest.test_one_too_many',
         NOVA + 'rescue.test_rescueops.RescueTest.test_no_lun_is_left')),
    15: Pitfall(
        'Host caching where Azure allows none',
        'The caching a disk may have follows from its size and kind: a type '
        'that asks for more is refused, and a volume that has outgrown its '
        'cache is attached without.',
        (PAYLOAD + 'test_disk_rules.RulesTest'
         '.test_caching_is_what_azure_takes',
         PAYLOAD + 'test_disk_rules.RulesTest.test_refused')),
    16: Pitfall(
        'A disk of one zone, a machine of another',
        'Volumes are made in the zone of the server, and an attach across '
        'zones is refused before anything is written.',
        (EMULATOR + 'compute.test_vm_refusals.DiskRefusedTest'
         '.test_a_disk_of_another_zone',
         PAYLOAD + 'test_volume_kind.ParseTest.test_zones',
         MANAGED + 'test_snapshots.ZoneTest.test_a_clone_in_another_zone',
         NOVA + 'test_volumeops.ZoneTest.test_zones',
         NOVA + 'test_boot_volumes.DataVolumesTest.test_another_zone')),
    17: Pitfall(
        'A machine that boots from an existing disk takes no password or key',
        'Azure sets none of them there: keys and user data reach the guest '
        'as user data; the password the user sets later, through the '
        "guest's agent.",
        (EMULATOR + 'compute.test_vm_create.CreatedTest'
         '.test_attached_os_disk_needs_no_profile',
         NOVA + 'test_boot_volumes.BootFromVolumeTest'
         '.test_key_and_user_data_reach_the_guest',
         WHOLE + 'test_images.ManagedImageTest.test_n15_of_a_running_server',
         WHOLE + 'test_password.VolumePasswordTest'
         '.test_n10_the_account_is_made'),
        'issue 6, N02'),
    18: Pitfall(
        "Passwords and user names follow Azure's rules, not Nova's",
        'Checked before the first write; generated ones comply; no log, '
        'error or tag shows one.',
        (PAYLOAD + 'test_passwords.PasswordsTest'
         '.test_a_generated_one_always_complies',
         PAYLOAD + 'test_passwords.UserNameTest.test_bad',
         NOVA + 'test_vmops.RefusalTest.test_weak_password',
         NOVA + 'test_vmops.SpawnTest.test_no_secret_is_logged',
         WHOLE + 'test_secrets.SecretsTest.test_whole_life_of_a_server')),
    19: Pitfall(
        'Tags and custom data have limits',
        'Metadata that no tag can hold is left out; custom data is counted '
        'in bytes before base64.',
        (PAYLOAD + 'test_tags.TagsTest.test_no_more_than_fifty',
         PAYLOAD + 'test_tags.TagsTest.test_metadata_never_breaks_a_request',
         PAYLOAD + 'test_custom_data.CustomDataTest'
         '.test_limit_counts_before_base64',
         WHOLE + 'test_guest.GuestTest.test_n31_more_than_azure_takes')),
    20: Pitfall(
        'A size that cannot boot the image',
        'Generation, architecture, disk controller and security type of '
        'both are compared before the first write.',
        (PAYLOAD + 'test_checks.ChecksTest.test_generation',
         PAYLOAD + 'test_checks.ChecksTest.test_architecture',
         PAYLOAD + 'test_checks.ChecksTest.test_nvme_only',
         PAYLOAD + 'test_checks.ChecksTest.test_trusted_launch',
         NOVA + 'test_vmops.RefusalTest'
         '.test_trusted_launch_where_the_cloud_has_none')),
    21: Pitfall(
        'A suspend that is a power-off in truth',
        'Hibernation where size, image and disks allow it, else a refusal.',
        (PAYLOAD + 'test_hibernation.HibernationTest.test_who_cannot',
         NOVA + 'test_suspendops.SuspendTest.test_who_was_not_made_to',
         WHOLE + 'test_suspend.SuspendTest.test_n26_suspend_and_resume',
         WHOLE + 'test_suspend.PageBlobSuspendTest'
         '.test_n26_is_refused_in_words')),
    22: Pitfall(
        'States of Azure that are none of Nova',
        'Stopped and deallocated are both off, what is on its way is '
        'neither, and a machine that is gone is not found instead of off.',
        (PAYLOAD + 'test_instance_view.InstanceViewTest'
         '.test_every_power_state',
         PAYLOAD + 'test_instance_view.InstanceViewTest'
         '.test_unknown_power_is_never_stopped',
         NOVA + 'test_powerops.PowerTest.test_every_azure_state',
         NOVA + 'test_powerops.PowerTest.test_what_is_not_there')),
    23: Pitfall(
        'A thousand reads to see a thousand servers, and a list that failed',
        'All callers share one listing, and one that failed says nothing '
        'about any server.',
        (WHOLE + 'test_power_sync.PowerSyncTest'
         '.test_n33_many_servers_cost_one_listing',
         NOVA + 'test_powerops.ListingTest.test_failed_listing_is_never_gone',
         WHOLE + 'test_power_sync.PowerSyncTest'
         '.test_n33_failed_listing_changes_nothing')),
    24: Pitfall(
        'A janitor throws away what is in use',
        'Only what carries our mark, is unattached, old enough and was a '
        'suspect before; Azure is listed before OpenStack; a list that is '
        'not whole ends the pass.',
        (JANITOR + 'test_rules.NeverTest.test_what_is_attached',
         JANITOR + 'test_rules.AnyWorldTest.test_no_rule_is_broken',
         JANITOR + 'test_rules.EvidenceTest'
         '.test_empty_answer_ends_the_pass',
         JANITOR + 'test_meanwhile.MeanwhileTest'
         '.test_builds_that_fail_around_the_passes',
         WHOLE + 'test_janitor.JanitorTest'
         '.test_j1_servers_that_only_seem_to_be_gone')),
    25: Pitfall(
        'Snapshots of images that were deleted',
        "Found with the service's own rights, and never after an answer of "
        'Glance that is not whole.',
        (WHOLE + 'test_image_deletion.ManagedDeletedTest'
         '.test_j3_periodically',
         WHOLE + 'test_image_deletion.ManagedDeletedTest'
         '.test_j3_who_is_no_administrator_sees_nothing',
         WHOLE + 'test_image_deletion.ManagedDeletedTest'
         '.test_j3_glance_that_does_not_answer',
         WHOLE + 'test_image_deletion.ManagedDeletedTest'
         '.test_j3_empty_glance_is_no_evidence',
         WHOLE + 'test_image_deletion.PageBlobDeletedTest'
         '.test_j3_when_the_user_makes_the_next_image')),
    26: Pitfall(
        'A pool of prepared disks hands one out twice',
        'A claim is one conditional write, and the pool is stamped with '
        'what it was made of.',
        owed_by='rows W1 to W6, for which no issue is open yet'),
    27: Pitfall(
        'A page blob is not just a file',
        'The footer is the last sector and rewritten when the disk grows; '
        'leases, copies under way and snapshots are respected.',
        (PAYLOAD + 'test_vhd.VhdTest.test_any_one_damaged_byte_is_noticed',
         PAGE_BLOB + 'test_growth.GrowthTest.test_any_mishap_at_any_step',
         PAGE_BLOB + 'test_growth.GrowthTest'
         '.test_what_a_guest_wrote_meanwhile_is_kept',
         PAGE_BLOB + 'test_growth.GrowthTest'
         '.test_what_is_attached_is_not_grown',
         PAGE_BLOB + 'test_copies.CloneTest'
         '.test_copies_that_end_badly_leave_nothing',
         PAGE_BLOB + 'test_volumes.DeleteTest'
         '.test_what_has_snapshots_stays_with_them')),
    28: Pitfall(
        'A snapshot that is there is not ready yet',
        'What copies in the background is waited for before anything is made '
        'of it, and a snapshot that one of the limits stopped is not left '
        'behind.',
        (EMULATOR + 'compute.test_snapshot_copies.BackgroundTest'
         '.test_a_running_copy_tells_how_far_it_is',
         MANAGED + 'test_snapshots.BackgroundCopyTest'
         '.test_a_disk_of_it_waits',
         MANAGED + 'test_snapshots.BackgroundCopyTest'
         '.test_the_copy_has_failed',
         MANAGED + 'test_snapshots.SnapshotTest'
         '.test_too_many_in_five_minutes')),
    29: Pitfall(
        'Sizes that are no whole GiB',
        'Rounded up, once; a volume smaller than its source is an error.',
        (PAYLOAD + 'test_images.ImagesTest.test_size_is_in_whole_gib',
         PAYLOAD + 'test_checks.ChecksTest.test_root_disk',
         PAYLOAD + 'test_disk.FactsTest.test_sizes_are_rounded_up',
         MANAGED + 'test_snapshots.SnapshotTest.test_too_small')),
    30: Pitfall(
        'Clouds that differ',
        'One description of the cloud is chosen at the start, and code asks '
        'it for capabilities; page-blob disks are refused at the start, '
        'with the date, where Azure no longer runs them.',
        (ARM + 'test_cloud.CloudTest'
         '.test_stack_hub_can_less_and_speaks_older_versions',
         ARM + 'test_cloud.CloudTest.test_is_frozen',
         NOVA + 'test_startup.StartupTest'
         '.test_page_blobs_where_azure_refuses_them',
         NOVA + 'test_vmops.DestroyTest'
         '.test_where_the_cloud_does_not_cascade')),
}


def page():
    """Return the page of the documentation, as reStructuredText."""
    parts = [INTRODUCTION]
    for number, pitfall in PITFALLS.items():
        heading = f'{number}. {pitfall.name}'
        parts.append(f'{heading}\n{"=" * len(heading)}\n\n')
        parts.append(textwrap.fill(pitfall.instead, 78) + '\n\n')
        if pitfall.owed_by:
            parts.append(f'Owed by {pitfall.owed_by}.\n\n')
        parts.extend(f'* ``{_short(test)}``\n' for test in pitfall.tests)
        parts.append('\n' if pitfall.tests else '')
    return ''.join(parts).rstrip('\n') + '\n'


def _short(test_id):
    module, _, name = test_id.rpartition('.')
    return f'{module.removeprefix("tests.").rpartition(".")[0]}\n  {name}'


if __name__ == '__main__':
    print(page(), end='')
