"""`tenor doctor`: what is wrong, and what to do about it."""

from __future__ import annotations

from pathlib import Path

import asyncpg
import msgspec
import pytest

from tenor.base.config import Settings
from tests.journeys.deployment import Deployment, free_port


def test_a_deployment_that_is_well_is_called_well(deployment: Deployment) -> None:
    said = deployment.succeeds("doctor")
    assert "DO " not in said
    for looked_at in ("settings:", "database: PostgreSQL", "schema: up to date", "mail:"):
        assert looked_at in said


def test_the_embedded_database_is_well_from_the_first_moment(tmp_path: Path) -> None:
    assert "embedded" in Deployment(tmp_path / "home").succeeds("doctor")


def test_a_database_that_was_never_migrated_is_told_what_to_run(empty_database_url: str, tmp_path: Path) -> None:
    deployment = Deployment(tmp_path, empty_database_url)
    done = deployment.run("doctor")
    assert done.returncode == 1
    assert "DO   schema: none" in done.stdout
    assert "tenor migrate" in done.stdout

    assert "Schema none -> " in deployment.succeeds("migrate")
    deployment.succeeds("doctor")
    assert "nothing to do" in deployment.succeeds("migrate")


async def test_a_schema_of_a_later_release_is_neither_served_nor_touched(deployment: Deployment) -> None:
    database = await asyncpg.connect(deployment.database_url)
    await database.execute("UPDATE alembic_version SET version_num = '9999'")
    await database.close()

    assert deployment.run("doctor").returncode == 1
    for command in (["migrate"], ["serve", "--migrate", "--port", str(free_port())]):
        done = deployment.run(*command)
        assert done.returncode == 2
        assert "newer than this release" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_database_that_is_away_is_told_without_its_password(tmp_path: Path) -> None:
    url = f"postgresql://tenor:open-sesame@127.0.0.1:{free_port()}/tenor"
    done = Deployment(tmp_path, url).run("doctor")
    assert done.returncode == 1
    assert "DO   database:" in done.stdout
    assert "TENOR_DATABASE_URL" in done.stdout
    assert "open-sesame" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TENOR_PUBLIC_URL", "pay.example.com"),
        ("TENOR_ENVIRONMENT", "staging"),
        ("TENOR_DATABSE_URL", "postgresql://db.example.com/tenor"),
    ],
)
def test_a_wrong_setting_is_named(deployment: Deployment, name: str, value: str) -> None:
    done = deployment.with_settings(**{name: value}).run("doctor")
    assert done.returncode == 1
    assert f"DO   {name} is" in done.stdout
    assert done.stderr == ""


def test_production_without_https_is_warned(deployment: Deployment) -> None:
    production = deployment.with_settings(TENOR_ENVIRONMENT="production", TENOR_SECRET="s" * 40)
    done = production.run("doctor")
    assert done.returncode == 1
    assert "https://" in done.stdout


def test_every_setting_is_listed_with_its_value_and_no_secret(deployment: Deployment) -> None:
    secret = "a secret that nobody may read on a screen"
    said = deployment.with_settings(TENOR_SECRET=secret, TENOR_SWEEP_SECONDS="5").succeeds("doctor", "--settings")
    for setting in msgspec.structs.fields(Settings):
        assert f"{setting.encode_name} = " in said
    assert "TENOR_SWEEP_SECONDS = 5" in said
    assert "TENOR_SECRET = (set)" in said
    assert secret not in said
    assert deployment.database_url not in said
