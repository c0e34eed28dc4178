"""What is known before a server starts: jobs of right specs, faults of wrong ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rarebit.config import AppConfig, CarlaSection
from rarebit.core.errors import SpecError
from rarebit.jobs.plan import plan
from rarebit.packs import builtin, use

ROOT = Path(__file__).resolve().parents[4]
SMOKE = (ROOT / "scenarios" / "smoke.yaml").read_text()


@pytest.fixture(autouse=True)
def _packs_as_before() -> object:
    yield
    use(None)


def test_one_job_for_every_scene_in_the_order_of_the_specs(config: AppConfig) -> None:
    planned = plan(replace(config, specs=("smoke", "cut_in_heavy_rain")))
    assert [job.title for job in planned.jobs] == ["smoke[0]", "smoke[1]", "cut_in_heavy_rain[0]", "cut_in_heavy_rain[1]"]
    assert planned.faults == ()
    assert len({job.key for job in planned.jobs}) == 4


def test_a_comment_changes_no_key(config: AppConfig, tmp_path: Path) -> None:
    copy = tmp_path / "copy.yaml"
    copy.write_text("# a comment\n" + SMOKE)
    assert [j.key for j in plan(replace(config, specs=(str(copy),))).jobs] == [j.key for j in plan(config).jobs]


def test_a_wrong_spec_ends_no_right_one(config: AppConfig, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(SMOKE.replace("vehicle.seat.leon", "vehicle.seat.lion").replace("scenario: smoke", "scenario: wrong"))
    planned = plan(replace(config, specs=(str(wrong), "smoke", "nothing")))
    assert [job.name for job in planned.jobs] == ["smoke", "smoke"]
    assert {fault.value.strip("'") for fault in planned.faults} == {"vehicle.seat.lion", "nothing"}
    with pytest.raises(SpecError, match=r"vehicle\.seat\.lion"):
        plan(replace(config, specs=(str(wrong),)))


def test_two_specs_of_one_name(config: AppConfig, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(SMOKE.replace("duration_s: 2.5", "duration_s: 3"))
    planned = plan(replace(config, specs=("smoke", str(other))))
    assert len(planned.jobs) == 2
    assert str(planned.faults[0]) == (
        f"{other}: scenario: is the name of {builtin().folder}/scenarios/smoke.yaml too (got smoke); "
        "rename one of the two, or record it apart"
    )


def test_a_step_that_does_not_fit_the_rig(config: AppConfig) -> None:
    with pytest.raises(SpecError, match=r"sensors.LIDAR_TOP.rate_hz.*carla.step_s \(now 0.03\)"):
        plan(replace(config, carla=CarlaSection(step_s=0.03)))


@pytest.mark.parametrize(
    ("town", "words"),
    [
        ("Nowhere", "is no town that carlite has (got Nowhere); give carla.maps the folder that holds its .xodr file"),
        ("no where/x.xodr", "cannot be read: No such file or directory"),
    ],
)
def test_towns_that_are_not_there(config: AppConfig, town: str, words: str) -> None:
    with pytest.raises(SpecError) as raised:
        plan(replace(config, road={"town": town}))
    assert f"road override: road.town: {words}" in str(raised.value)


def test_towns_of_a_folder(config: AppConfig, tmp_path: Path) -> None:
    maps = tmp_path / "my maps"
    maps.mkdir()
    (maps / "Town10HD.xodr").write_text("<OpenDRIVE/>")
    (maps / "broken.xodr").write_text("<OpenDRIVE>")
    (maps / "other.xodr").write_text("<html/>")
    here = replace(config, carla=CarlaSection(maps=maps))
    jobs = {town: plan(replace(here, road={"town": town})).jobs[0] for town in ("Town10HD", "Town10HD_Opt")}
    assert jobs["Town10HD"].map_content == jobs["Town10HD_Opt"].map_content != ""
    by_path = plan(replace(config, road={"town": str(maps / "Town10HD.xodr")})).jobs[0]
    assert by_path.map_content == jobs["Town10HD"].map_content
    (maps / "Town10HD.xodr").write_text("<OpenDRIVE />")
    assert plan(replace(here, road={"town": "Town10HD"})).jobs[0].key != jobs["Town10HD"].key
    for town, words in (("Town10", "did you mean Town10HD?"), ("broken", "is not XML"), ("other", "its root is <html>")):
        with pytest.raises(SpecError, match=words.replace("?", r"\?")):
            plan(replace(here, road={"town": town}))


def test_a_server_of_the_users_own_knows_its_towns(config: AppConfig) -> None:
    job = plan(replace(config, carla=CarlaSection(host="there"), road={"town": "Nowhere"})).jobs[0]
    assert (job.server, job.map_content) == ("carla", "")


def test_packs_are_part_of_a_job(config: AppConfig, tmp_path: Path) -> None:
    pack = tmp_path / "mine"
    (pack / "scenarios").mkdir(parents=True)
    (pack / "scenarios" / "own.yaml").write_text(SMOKE.replace("scenario: smoke", "scenario: own"))
    mine = replace(config, packs=(str(pack),), specs=("own",))
    job = plan(mine).jobs[0]
    assert job.packs == (str(pack),)
    (pack / "generators").mkdir()
    (pack / "generators" / "more.py").write_text("")
    assert plan(mine).jobs[0].key != job.key


def test_takes_are_part_of_a_job_and_checked(config: AppConfig) -> None:
    with pytest.raises(SpecError, match="is no camera of the rig"):
        plan(replace(config, takes={"frozen": [{"camera_frozen": {"channel": "CAM_FRONT", "from_s": 1, "to_s": 2}}]}))
    with pytest.raises(SpecError, match="is not a fault"):
        plan(replace(config, takes={"odd": [{"camera_thawed": {}}]}))
