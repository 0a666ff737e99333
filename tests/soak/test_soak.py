"""The soak in its short form; `make soak` runs the same trials at full size and prints their figures."""

from __future__ import annotations

import pytest
from soak.clients import clients_trial
from soak.inputs import inputs_trial
from soak.operations import NOT_TRIED, full_disk_trial, full_tmpdir_trial, operations_trial
from soak.servers import servers_trial
from soak.trials import faults_trial, kills_trial, readers_trial

pytestmark = pytest.mark.slow


def test_faults_leave_no_trace(tmp_path):
    """Runs under faults keep whole publications, and the content hash after them is that of a run without faults."""
    assert faults_trial(tmp_path, 40)["faults injected"] >= 40


def test_kills_lose_nothing(tmp_path):
    """Kill -9 at random points leaves whole publications; the resumed run repeats no finished request."""
    assert kills_trial(tmp_path, 4)["kills"] >= 4


def test_no_command_that_is_killed_loses_anything(tmp_path):
    """Runs, loads, cubes, publications and returns to earlier ones: own rows stay, and the next one leaves nothing behind."""
    assert operations_trial(tmp_path, 7)["kills"] >= 7


def test_a_full_disk_costs_a_sentence(tmp_path):
    """Whatever cannot be written is named, what readers see stays, and the same command works when there is room."""
    assert full_disk_trial(tmp_path, 3, ("load records", "materialise"))["commands on a full disk"] == 6


def test_a_full_folder_for_temporary_files_is_named(tmp_path):
    """It is not put down to the user's file."""
    if full_tmpdir_trial(tmp_path, (16_384,), ("load records", "cube")) == {NOT_TRIED: 0}:
        pytest.skip(NOT_TRIED)


def test_a_hostile_server_costs_what_it_did_not_give(tmp_path):
    """One publisher that answers with nonsense: a gap, the rows of all others, and all rows when it is well again."""
    assert servers_trial(tmp_path, ("unsdg", "worldbank"), ("drip", "nested", "empty_list"))["servers"] == 6


def test_clients_that_write_reach_no_publication(tmp_path):
    """Whatever clients do to the file that they opened, each publication is what was published, and our readers see whole ones."""
    assert clients_trial(tmp_path, 100, 4)["reads"] >= 100


def test_readers_see_whole_publications_only(tmp_path):
    """Readers of a file that is being published over and over never meet an error or a mixed state."""
    figures = readers_trial(tmp_path, readers=2, reads=60, publications=4)
    assert figures["reads"] >= 60
    assert figures["most publications seen by one process"] >= 2


def test_bad_inputs_end_as_promised(tmp_path):
    """Bad inputs, written and generated, end with the promised exit code and change nothing."""
    assert inputs_trial(tmp_path, 60)["bad inputs"] >= 60
