"""deployments/prefect.yaml: what it names is there, and serving here means what it says."""

import inspect
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from prefect import Flow
from prefect.client.schemas.objects import ConcurrencyLimitStrategy
from prefect.client.schemas.schedules import CronSchedule

from flows.schedule import DEPLOYMENTS, load_flow, make_deployments, read_deployments
from flows.settings import PROJECT

WRITTEN = read_deployments()
SERVED = {deployment.name: deployment for deployment in make_deployments()}

each = pytest.mark.parametrize("written", WRITTEN, ids=lambda one: str(one["name"]))


def test_the_main_job_and_upkeep_are_deployed() -> None:
    assert [one["entrypoint"] for one in WRITTEN] == [
        "flows/ingest.py:ingest",
        "flows/upkeep.py:upkeep",
    ]


@each
def test_its_entrypoint_is_a_flow_in_a_file(written: dict[str, Any]) -> None:
    flow = load_flow(written["entrypoint"])
    file, _, name = written["entrypoint"].partition(":")

    assert isinstance(flow, Flow)
    assert (flow.name, Path(inspect.getfile(flow.fn))) == (name, PROJECT / file)


@each
def test_its_schedules_can_be_kept(written: dict[str, Any]) -> None:
    assert written["schedules"]
    for one in written["schedules"]:
        schedule = CronSchedule(cron=one["cron"], timezone=one["timezone"])
        assert schedule.timezone and ZoneInfo(schedule.timezone)
        assert one["active"] is True


@each
def test_its_parameters_are_the_flow_s(written: dict[str, Any]) -> None:
    load_flow(written["entrypoint"]).validate_parameters(written["parameters"])


@each
def test_it_runs_one_at_a_time_and_lets_go_of_what_comes_meanwhile(written: dict[str, Any]) -> None:
    assert written["concurrency_limit"] == {"limit": 1, "collision_strategy": "CANCEL_NEW"}


@each
def test_serving_here_registers_what_is_written(written: dict[str, Any]) -> None:
    served = SERVED[written["name"]]

    assert served.flow_name == load_flow(written["entrypoint"]).name
    assert served.description == written["description"]
    assert served.tags == written["tags"]
    assert served.parameters == written["parameters"]
    assert served.concurrency_limit == 1
    assert served.concurrency_options is not None
    assert served.concurrency_options.collision_strategy is ConcurrencyLimitStrategy.CANCEL_NEW
    kept = [
        {"cron": one.schedule.cron, "timezone": one.schedule.timezone, "active": one.active}
        for one in served.schedules or []
        if isinstance(one.schedule, CronSchedule)
    ]
    assert kept == written["schedules"]


def test_each_name_is_written_once() -> None:
    assert len(SERVED) == len(WRITTEN)


def test_a_worker_comes_back_to_the_project() -> None:
    whole = yaml.safe_load(DEPLOYMENTS.read_text(encoding="utf-8"))

    (step,) = whole["pull"]
    assert step == {
        "prefect.deployments.steps.set_working_directory": {"directory": "{{ $NEWSWIRE_PROJECT }}"}
    }
