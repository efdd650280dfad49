"""Settings: read once, from the environment alone, and a wrong one stops the start by its name."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import get_type_hints

import msgspec
import pytest

from tenor.base.config import ConfigError, Settings, load

SECRET = "0123456789abcdef0123456789abcdef"


def test_without_any_setting_a_sandbox_starts_on_the_embedded_database(tmp_path: Path) -> None:
    settings = load({"TENOR_HOME": str(tmp_path), "PATH": "/bin"})
    assert settings.embedded
    assert settings.environment == "sandbox"
    assert settings.home_path == tmp_path


def test_every_setting_is_read_from_the_name_that_the_table_shows(tmp_path: Path) -> None:
    settings = load(
        {
            "TENOR_DATABASE_URL": "postgresql://tenor@db.example.com/tenor",
            "TENOR_HOME": str(tmp_path),
            "TENOR_PUBLIC_URL": "https://pay.example.com/",
            "TENOR_SECRET": SECRET,
            "TENOR_ENVIRONMENT": "production",
            "TENOR_DATABASE_POOL": "8",
            "TENOR_WORKER": "false",
            "TENOR_SWEEP_SECONDS": "5",
            "TENOR_LOG_LEVEL": "warning",
            "TENOR_LOG_FORMAT": "json",
        }
    )
    assert not settings.embedded
    assert settings == msgspec.structs.replace(
        settings,
        database_url="postgresql://tenor@db.example.com/tenor",
        home=str(tmp_path),
        public_url="https://pay.example.com",
        secret=SECRET,
        environment="production",
        database_pool=8,
        worker=False,
        sweep_seconds=5,
        log_level="warning",
        log_format="json",
    )


def test_every_setting_has_a_default_and_says_what_it_means() -> None:
    for field in msgspec.structs.fields(Settings):
        assert field.encode_name == f"TENOR_{field.name.upper()}"
        assert field.default is not msgspec.NODEFAULT
        [about] = get_type_hints(Settings, include_extras=True)[field.name].__metadata__
        assert about.description


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TENOR_DATABASE_URL", "mysql://db.example.com/tenor"),
        ("TENOR_DATABASE_URL", "db.example.com"),
        ("TENOR_DATABASE_URL", "postgresql://tenor@db.example.com:54x2/tenor"),
        ("TENOR_PUBLIC_URL", "pay.example.com"),
        ("TENOR_PUBLIC_URL", "ftp://pay.example.com"),
        ("TENOR_PUBLIC_URL", "https://"),
        ("TENOR_PUBLIC_URL", "https://pay.example.com/?shop=1"),
        ("TENOR_PUBLIC_URL", "https://pay.example.com/#x"),
        ("TENOR_PUBLIC_URL", "https://pay.example.com:port"),
        ("TENOR_PUBLIC_URL", "https://[pay.example.com"),
        ("TENOR_SECRET", "short"),
        ("TENOR_ENVIRONMENT", "staging"),
        ("TENOR_DATABASE_POOL", "many"),
        ("TENOR_DATABASE_POOL", "0"),
        ("TENOR_DATABASE_POOL", "101"),
        ("TENOR_WORKER", "perhaps"),
        ("TENOR_SWEEP_SECONDS", "0.5"),
        ("TENOR_SWEEP_SECONDS", "3601"),
        ("TENOR_LOG_LEVEL", "loud"),
        ("TENOR_LOG_FORMAT", "xml"),
    ],
)
def test_a_wrong_setting_names_itself_and_says_what_was_expected(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=rf"^{name} is wrong: .+\.$"):
        load({"TENOR_HOME": str(tmp_path), name: value})


def test_a_name_that_is_no_setting_is_refused_so_that_a_slip_does_not_pass(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="TENOR_DATABSE_URL is not a setting of Tenor"):
        load({"TENOR_HOME": str(tmp_path), "TENOR_DATABSE_URL": "postgresql://db.example.com/tenor"})


def test_a_blank_setting_counts_as_absent(tmp_path: Path) -> None:
    assert load({"TENOR_HOME": str(tmp_path), "TENOR_DATABASE_POOL": "", "TENOR_DATABASE_URL": ""}).database_pool == 4


def test_production_does_not_start_on_a_secret_that_nobody_chose(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="TENOR_SECRET is missing"):
        load({"TENOR_HOME": str(tmp_path), "TENOR_ENVIRONMENT": "production"})
    assert list(tmp_path.iterdir()) == []


def test_no_message_repeats_the_secret_or_the_database_password(tmp_path: Path) -> None:
    for given in ({"TENOR_SECRET": "hunter2"}, {"TENOR_DATABASE_URL": "mysql://tenor:hunter2@db.example.com/tenor"}):
        with pytest.raises(ConfigError) as refusal:
            load({"TENOR_HOME": str(tmp_path), **given})
        assert "hunter2" not in str(refusal.value)


def test_a_sandbox_makes_its_secret_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    first, second = load({"TENOR_HOME": str(home)}), load({"TENOR_HOME": str(home)})
    assert first.secret == second.secret
    assert len(first.secret) >= 43
    assert stat.S_IMODE((home / "secret").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert [path.name for path in home.iterdir()] == ["secret"], "no draft is left"


def test_two_homes_have_two_secrets(tmp_path: Path) -> None:
    assert load({"TENOR_HOME": str(tmp_path / "a")}).secret != load({"TENOR_HOME": str(tmp_path / "b")}).secret


def test_a_secret_file_that_a_power_cut_emptied_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "secret").touch()
    with pytest.raises(ConfigError, match=r"^TENOR_HOME is wrong: .*secret"):
        load({"TENOR_HOME": str(tmp_path)})


def test_a_home_that_can_not_be_used_names_itself(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="TENOR_HOME is wrong"):
        load({"TENOR_HOME": str(tmp_path / "file" / "home")})


def test_the_processes_environment_is_what_is_read_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("TENOR_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TENOR_HOME", str(tmp_path))
    monkeypatch.setenv("TENOR_DATABASE_POOL", "7")
    assert load().database_pool == 7


def test_networks_for_webhooks_are_read_and_a_wrong_one_names_the_setting(tmp_path: Path) -> None:
    home = {"TENOR_HOME": str(tmp_path)}
    opened = load(home | {"TENOR_WEBHOOK_ALLOW": "127.0.0.0/8, ::1/128"}).webhook_networks
    assert [str(network) for network in opened] == ["127.0.0.0/8", "::1/128"]
    assert load(home).webhook_networks == []
    for wrong in ("localhost", "127.0.0.1/8", "10.0.0.0/33", "::1/129"):
        with pytest.raises(ConfigError, match="TENOR_WEBHOOK_ALLOW is wrong"):
            load(home | {"TENOR_WEBHOOK_ALLOW": wrong})
