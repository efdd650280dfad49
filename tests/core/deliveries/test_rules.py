"""When to try again, and when to give up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.core.deliveries import rules
from tenor.core.deliveries.model import ClaimedEvent
from tenor.core.dispatch import rules as dispatch
from tenor.core.dispatch.model import Attempt, DeliveryState, Result
from tenor.core.webhooks.model import Endpoint

NOW = datetime(2026, 4, 15, 12, tzinfo=UTC)
_MERCHANT, _ENDPOINT = uuid4(), uuid4()


def _claimed(retries: int = 1) -> ClaimedEvent:
    return ClaimedEvent(
        merchant_id=_MERCHANT, id=uuid4(), endpoint_id=_ENDPOINT, kind="endpoint", message_id="evt_1", order_id=uuid4(),
        url="https://shop.example.com/hook", body=b"{}", attempt=retries, retries=retries, generation=1,
        rotated_at=None, failing=False, until=NOW + dispatch.LEASE,
    )  # fmt: skip


def _judged(
    status: int | None,
    error: str | None = None,
    *,
    retries: int = 1,
    asked: timedelta = timedelta(0),
    at: datetime = NOW,
) -> Result[ClaimedEvent]:
    attempt = Attempt(number=retries, started_at=at, milliseconds=1, status=status, error=error, answer=b"")
    outcome = rules.outcome(status, error, b"", asked)
    return dispatch.judged(_claimed(retries), attempt, outcome, rules.CALENDAR, now=at, random=0.0)


def _endpoint(**changes: object) -> Endpoint:
    endpoint = Endpoint(merchant_id=_MERCHANT, id=_ENDPOINT, kind="endpoint", url="https://shop.example.com/hook")
    return msgspec.structs.replace(endpoint, **changes)


def test_the_schedule_is_that_of_standard_webhooks() -> None:
    assert [pause.total_seconds() for pause in rules.SCHEDULE] == [
        0, 5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600,
    ]  # fmt: skip
    assert sum(rules.SCHEDULE, timedelta(0)) > timedelta(hours=72)


@given(st.integers(1, 9), st.floats(0, 1))
def test_a_pause_is_at_most_a_fifth_longer_than_the_schedule(retries: int, random: float) -> None:
    pause = dispatch.pause(rules.CALENDAR, retries, random)
    assert pause is not None
    assert rules.SCHEDULE[retries] <= pause <= rules.SCHEDULE[retries] * 1.2


def test_after_the_tenth_attempt_there_is_no_other() -> None:
    assert dispatch.pause(rules.CALENDAR, 10, 0.5) is None
    assert _judged(500, retries=10).state == DeliveryState.FAILED


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_taken(status: int) -> None:
    assert _judged(status).state == DeliveryState.DELIVERED


@pytest.mark.parametrize("status", [100, 301, 302, 304, 307, 308, 400, 401, 404, 409, 429, 500, 503])
def test_anything_else_is_tried_again_a_redirect_too(status: int) -> None:
    assert _judged(status).state == DeliveryState.PENDING


def test_a_200_whose_answer_did_not_come_whole_is_not_taken() -> None:
    assert _judged(200, "the answer is longer than 64 KB").state == DeliveryState.PENDING


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 0), ("", 0), ("0", 0), ("120", 120), (" 120 ", 120), ("-5", 0), ("1.5", 0), ("soon", 0), ("١٢", 0),
        ("Wed, 15 Apr 2026 12:02:00 GMT", 120), ("Wed, 15 Apr 2026 11:00:00 GMT", 0), ("9" * 400, 86400),
        ("Wed, 15 Apr 2099 12:02:00 GMT", 86400), ("Wed, 15 Apr 2026 12:02:00", 0), ("Wed, 99 Foo 2026", 0),
    ],
)  # fmt: skip
def test_retry_after_is_read_in_both_forms_and_bounded(header: str | None, seconds: int) -> None:
    assert rules.retry_after(header, NOW).total_seconds() == seconds


@given(st.text())
def test_no_retry_after_can_break_or_stop_us(header: str) -> None:
    assert timedelta(0) <= rules.retry_after(header, NOW) <= timedelta(hours=24)


def test_retry_after_puts_off_the_delivery_and_for_429_and_503_the_endpoint() -> None:
    asked = timedelta(minutes=2)
    assert _judged(500, asked=asked).due_at == NOW + asked
    assert _judged(500, asked=timedelta(seconds=1)).due_at == NOW + timedelta(seconds=5)
    assert rules.endpoint_after(_endpoint(), [_judged(500, asked=asked)]).paused_until is None
    assert rules.endpoint_after(_endpoint(), [_judged(429, asked=asked)]).paused_until == NOW + asked
    assert rules.endpoint_after(_endpoint(), [_judged(503, asked=asked)]).paused_until == NOW + asked


def test_a_410_ends_the_delivery_and_switches_the_endpoint_off() -> None:
    gone = _judged(410)
    assert gone.state == DeliveryState.FAILED
    assert rules.endpoint_after(_endpoint(), [gone]).off_reason == "gone"
    one_for_all_orders = _endpoint(kind="order_urls", url=None, id=_MERCHANT)
    assert rules.endpoint_after(one_for_all_orders, [gone]).off_reason is None


def test_five_days_of_nothing_but_failure_switch_an_endpoint_off_and_one_success_between_does_not() -> None:
    begin = rules.endpoint_after(_endpoint(), [_judged(500)])
    nearly = _judged(500, at=NOW + timedelta(days=5, seconds=-1))
    assert rules.endpoint_after(begin, [nearly]).off_reason is None
    after = _judged(500, at=NOW + timedelta(days=5))
    assert rules.endpoint_after(begin, [after]).off_reason == "failing"
    assert rules.endpoint_after(begin, [_judged(200, at=NOW + timedelta(days=4)), after]).off_reason is None


@given(st.lists(st.sampled_from([200, 500, 429, None]), min_size=1, max_size=40))
def test_an_endpoint_counts_its_failures_since_the_last_success(statuses: list[int | None]) -> None:
    results = [_judged(status, None if status else "no answer in time") for status in statuses]
    after = rules.endpoint_after(_endpoint(), results)
    since = len(statuses) - 1 - max((index for index, status in enumerate(statuses) if status == 200), default=-1)
    assert after.failures == since
    assert (after.failing_since is None) == (since == 0)
    unanswered = None in statuses[len(statuses) - since :]
    assert (after.paused_until is not None) == (since >= rules.FAILING_FROM or unanswered)


def test_pauses_double_and_stay_below_five_minutes() -> None:
    endpoint, pauses = _endpoint(), []
    for _ in range(100):
        endpoint = rules.endpoint_after(endpoint, [_judged(500)])
        pauses.append((endpoint.paused_until or NOW) - NOW)
    assert [pause.total_seconds() for pause in pauses[:9]] == [0, 0, 5, 10, 20, 40, 80, 160, 300]
    assert set(pauses[9:]) == {timedelta(minutes=5)}
