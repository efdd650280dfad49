"""What `tenor doctor` says of production: each thing that is unsafe by its name, and nothing where all is well."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from tenor.base.config import Settings
from tenor.base.ids import new_id
from tenor.cli import production
from tenor.cli.findings import Weight
from tenor.cli.production import Standing
from tenor.core.staff.model import Role, Staff
from tests.core.conftest import MakeTrade, make_trade, trade
from tests.journeys.deployment import Deployment

__all__ = ["make_trade", "trade"]

SECRET = "Vq8wN2xk5LrTz0aYbC3dE6fGhJ9mPsU1"


def _settings(home: Path, **changes: str) -> Settings:
    home.chmod(0o700)
    sound = Settings(
        environment="production",
        public_url="https://pay.example.com",
        secret=SECRET,
        database_url="postgresql://tenor@db.example.com/tenor",
        operator="Example Pay LLC",
        home=str(home),
    )
    return msgspec.structs.replace(sound, **changes)


def _officer(**changes: object) -> Staff:
    noor = Staff(
        id=new_id(),
        name="Noor",
        email="noor@example.com",
        role=Role.CREDIT_OFFICER,
        password_hash="$argon2id$",
        created_at=datetime(2026, 4, 15, tzinfo=UTC),
    )
    return msgspec.structs.replace(noor, **changes)


SOUND = Standing(merchants=(), staff=(_officer(), _officer()), asking=(), is_private=True, is_superuser=False)


def test_a_sound_production_is_told_nothing(tmp_path: Path) -> None:
    assert list(production.of_settings(_settings(tmp_path))) == []
    assert {one.weight for one in production.of_standing(SOUND, has_bureau=True)} == {Weight.WELL}


@pytest.mark.parametrize(
    ("name", "value", "weight"),
    [
        ("public_url", "http://pay.example.com", Weight.DO),
        ("secret", "s" * 40, Weight.DO),
        ("webhook_allow", "10.0.0.0/8", Weight.LOOK),
        ("database_url", "", Weight.LOOK),
        ("operator", "", Weight.LOOK),
    ],
)
def test_a_setting_that_is_unsafe_is_told_once(tmp_path: Path, name: str, value: str, weight: Weight) -> None:
    assert [one.weight for one in production.of_settings(_settings(tmp_path, **{name: value}))] == [weight]


def test_a_home_that_others_can_open_is_told(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    tmp_path.chmod(0o750)
    (found,) = production.of_settings(settings)
    assert found.weight is Weight.DO
    assert "chmod 700" in found.what


@pytest.mark.parametrize(
    ("change", "weight", "words"),
    [
        ({"is_private": False}, Weight.DO, "without TLS"),
        ({"is_superuser": True}, Weight.LOOK, "superuser"),
        ({"asking": ("backd",)}, Weight.LOOK, "policies backd ask for its word"),
        ({"staff": ()}, Weight.DO, "no credit officer can sign in"),
        ({"staff": (_officer(state="locked"), _officer(password_hash=None))}, Weight.DO, "no credit officer"),
        ({"staff": (_officer(role=Role.ADMIN),)}, Weight.DO, "no credit officer"),
        ({"staff": (_officer(),)}, Weight.LOOK, "one credit officer"),
    ],
)
def test_what_is_unsafe_in_the_database_is_told_once(change: dict[str, object], weight: Weight, words: str) -> None:
    standing = Standing(**{**vars(SOUND), **change})
    (found,) = production.of_standing(standing, has_bureau=False)
    assert found.weight is weight
    assert words in found.what


async def test_the_policies_in_force_and_moved_clocks_are_read_from_the_database(make_trade: MakeTrade) -> None:
    asks, _ = await make_trade(policy="backd"), await make_trade(policy="limits")
    async with asks.database.transaction() as tx:
        await tx.execute("UPDATE merchants SET clock_offset = $2 WHERE id = $1", asks.merchant.id, timedelta(days=3))
        standing = await production.read(tx)
    assert standing.asking == ["backd"]
    assert standing.is_private
    told = [one.what for one in production.of_standing(standing, has_bureau=False) if "clock" in one.what]
    assert told == [f"clock: that of Acme Fasteners ({asks.merchant.id}) is 3 days, 0:00:00 ahead, as in a sandbox"]


def test_doctor_says_what_production_lacks_and_what_has_to_be_done(deployment: Deployment) -> None:
    deployment.merchant()
    sound = {"TENOR_ENVIRONMENT": "production", "TENOR_SECRET": SECRET, "TENOR_PUBLIC_URL": "https://pay.example.com"}
    done = deployment.with_settings(**sound).run("doctor")
    assert done.returncode == 1
    assert "LOOK credit: there is no bureau, and the policies backd ask" in done.stdout
    assert "DO   desk: no credit officer can sign in" in done.stdout
    assert "Traceback" not in done.stderr
