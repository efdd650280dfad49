"""Passwords, pauses, codes and roles."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pyotp
import pytest

from tenor.base.seal import Seal
from tenor.core.staff import rules
from tenor.core.staff.model import Act, Role, Session, Staff
from tenor.core.staff.permissions import MAY, may

NOW = datetime(2026, 4, 15, 12, tzinfo=UTC)
SEAL = Seal("s" * 32)
STAFF = Staff(
    id=UUID(int=7), name="Noor", email="noor@example.com", role=Role.CREDIT_OFFICER, created_at=NOW, password_hash="x"
)


def test_a_password_is_judged_by_its_length_alone() -> None:
    assert rules.password_problem("a" * 11)
    assert rules.password_problem("a" * 12) is None
    assert rules.password_problem("a" * 1001)


def test_a_password_is_the_same_however_its_letters_are_composed() -> None:
    assert rules.normal_password("Café am Kanal") == rules.normal_password("Cafe\u0301 am Kanal")


def test_five_tries_are_free_and_then_the_pause_doubles() -> None:
    minutes = [rules.pause_after(tries).total_seconds() / 60 for tries in range(1, 10)]
    assert minutes == [0, 0, 0, 0, 1, 2, 4, 8, 16]
    assert rules.pause_after(10_000) == timedelta(hours=4)


@pytest.mark.parametrize("drift", [-1, 0, 1])
def test_a_code_may_be_one_step_early_or_late(drift: int) -> None:
    code = pyotp.TOTP(rules.totp_secret(SEAL, STAFF.id, 1)).at(NOW + timedelta(seconds=30 * drift))
    assert rules.totp_step(SEAL, STAFF, code, NOW) == NOW.timestamp() // 30 + drift


@pytest.mark.parametrize("drift", [-2, 2])
def test_a_code_two_steps_away_is_wrong(drift: int) -> None:
    code = pyotp.TOTP(rules.totp_secret(SEAL, STAFF.id, 1)).at(NOW + timedelta(seconds=30 * drift))
    assert rules.totp_step(SEAL, STAFF, code, NOW) is None


def test_the_codes_of_another_person_or_generation_are_wrong() -> None:
    for secret in (rules.totp_secret(SEAL, UUID(int=8), 1), rules.totp_secret(SEAL, STAFF.id, 2)):
        assert rules.totp_step(SEAL, STAFF, pyotp.TOTP(secret).at(NOW), NOW) is None


def test_letters_that_are_no_ascii_are_a_wrong_code() -> None:
    assert rules.totp_step(SEAL, STAFF, "١٢٣٤٥٦", NOW) is None


def test_a_session_ends_after_half_an_hour_without_use_and_after_twelve_hours_with_it() -> None:
    def session(age: timedelta, idle: timedelta) -> Session:
        return Session(id=UUID(int=1), staff_id=STAFF.id, origin="", agent="", created_at=NOW - age, seen_at=NOW - idle)

    assert rules.is_open(session(timedelta(hours=11), timedelta(minutes=29)), NOW)
    assert not rules.is_open(session(timedelta(hours=11), timedelta(minutes=30)), NOW)
    assert not rules.is_open(session(timedelta(hours=12), timedelta(0)), NOW)


def test_every_role_has_a_row_and_only_credit_officers_decide() -> None:
    assert set(MAY) == set(Role)
    assert [role for role in Role if may(role, Act.DECIDE_CASE)] == [Role.CREDIT_OFFICER]
    assert [role for role in Role if may(role, Act.SEE_AUDIT)] == [Role.ADMIN]


def test_every_act_is_somebodys() -> None:
    assert frozenset().union(*MAY.values()) == set(Act)
