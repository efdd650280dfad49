"""`tenor mail`, and how the doctor looks at a mail server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from aiosmtpd.smtp import SMTP

from tenor.base.ids import new_id
from tests.journeys.deployment import Deployment, free_port, until

READER = "dana@harbor.example.com"


class Refuser:
    """A mail server that knows nobody."""

    async def handle_RCPT(self, *_: Any) -> str:  # noqa: N802 - the name is the library's
        return "550 No such mailbox\tin this house"


@asynccontextmanager
async def refusing() -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Refuser(), hostname="mx.example.com", loop=loop), "127.0.0.1", 0)
    yield f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()
    await server.wait_closed()


async def _queue(deployment: Deployment, merchant_id: str, state: str = "pending") -> str:
    """A letter in the outbox, for an order that stands for itself."""
    database = await asyncpg.connect(deployment.database_url)
    order, letter = new_id(), new_id()
    try:
        await database.execute(
            """
            INSERT INTO orders (merchant_id, id, number, face, reference, state, version, currency, total, subtotal,
                                tax, shipping, discount, detail, fingerprint, created_at, updated_at, expires_at)
            VALUES ($1, $2, $3, 'backd', $3, 'new', 1, 'USD', 100, 100, 0, 0, 0,
                    '{"items": [], "customer_email": "dana@harbor.example.com"}', '', now(), now(),
                    now() + interval '7 days')
            """,
            merchant_id, order, str(order),
        )  # fmt: skip
        await database.execute(
            """
            INSERT INTO deliveries (merchant_id, order_id, id, letter, recipient, state, attempts, retries, ended_at)
            VALUES ($1, $2, $3, 'order_link', $4, $5::text, ($5 <> 'pending')::int, ($5 <> 'pending')::int,
                    CASE WHEN $5 <> 'pending' THEN now() END)
            """,
            merchant_id, order, letter, READER, state,
        )  # fmt: skip
        if state == "failed":
            await database.execute(
                """
                INSERT INTO delivery_attempts
                       (merchant_id, delivery_id, number, started_at, milliseconds, status, answer)
                VALUES ($1, $2, 1, now(), 12, 550, 'No such mailbox')
                """,
                merchant_id, letter,
            )  # fmt: skip
    finally:
        await database.close()
    return str(letter)


async def test_letters_are_listed_newest_first_and_the_failed_ones_alone(deployment: Deployment) -> None:
    merchant = deployment.merchant()["merchant_id"]
    letters = [await _queue(deployment, merchant, state) for state in ("delivered", "failed", "pending")]
    listed = deployment.answers("mail", "list", "--json")
    assert [(one["id"], one["state"]) for one in listed] == [
        (letters[2], "queued"), (letters[1], "failed"), (letters[0], "sent"),
    ]  # fmt: skip
    assert [one["id"] for one in deployment.answers("mail", "list", "--failed", "--json")] == [letters[1]]
    (line,) = deployment.succeeds("mail", "list", "--failed").splitlines()
    assert line == f"{letters[1]}  failed  order_link  {READER}  1 attempts  550 No such mailbox"
    assert "mail: 1 letters were given up" in deployment.succeeds("doctor")
    (tried,) = deployment.answers("mail", "show", letters[1], "--json")["tries"]
    assert (tried["number"], tried["status"], tried["answer"]) == (1, 550, "No such mailbox")
    assert "550  No such mailbox" in deployment.succeeds("mail", "show", letters[1])


async def test_a_letter_that_was_given_up_is_made_due_again(deployment: Deployment) -> None:
    merchant = deployment.merchant()["merchant_id"]
    failed, sent = await _queue(deployment, merchant, "failed"), await _queue(deployment, merchant, "delivered")
    assert READER in deployment.succeeds("mail", "retry", failed)
    assert deployment.answers("mail", "list", "--failed", "--json") == []
    for letter, why in ((failed, "waits to be sent already"), (sent, "was sent already"), (str(new_id()), "no such"),
                        ("x", "no such")):  # fmt: skip
        done = deployment.run("mail", "retry", letter)
        assert done.returncode == 2
        assert why in done.stderr
        assert "Traceback" not in done.stderr


async def test_the_worker_sends_what_stands_in_the_outbox_and_staff_see_what_could_not_go(
    deployment: Deployment,
) -> None:
    letter = await _queue(deployment, deployment.merchant()["merchant_id"])
    async with refusing() as url:
        sending = deployment.with_settings(TENOR_SMTP_URL=url, TENOR_MAIL_FROM="pay@example.com")
        with sending.running("worker"):
            await asyncio.to_thread(
                until, lambda: bool(deployment.answers("mail", "list", "--failed", "--json")), "the letter is given up"
            )
    (line,) = deployment.succeeds("mail", "list").splitlines()
    assert line == f"{letter}  failed  order_link  {READER}  1 attempts  550 No such mailbox in this house"


async def test_a_mail_server_that_can_be_reached_is_well_and_its_password_is_not_shown(deployment: Deployment) -> None:
    async with refusing() as url:
        sending = deployment.with_settings(TENOR_SMTP_URL=url, TENOR_MAIL_FROM="Example Pay <pay@example.com>")
        said = await asyncio.to_thread(sending.succeeds, "doctor")
    assert "takes letters from pay@example.com" in said
    secret = deployment.with_settings(
        TENOR_SMTP_URL="smtp://pay:open-sesame@mail.example.com", TENOR_MAIL_FROM="pay@example.com"
    )
    listed = secret.succeeds("doctor", "--settings")
    assert "TENOR_SMTP_URL = (set)" in listed
    assert "open-sesame" not in listed


def test_a_mail_server_that_is_away_has_to_be_looked_after(deployment: Deployment) -> None:
    port = free_port()
    away = deployment.with_settings(
        TENOR_SMTP_URL=f"smtp://pay:open-sesame@127.0.0.1:{port}", TENOR_MAIL_FROM="pay@example.com"
    )
    done = away.run("doctor")
    assert done.returncode == 1
    assert f"DO   mail: 127.0.0.1:{port} can not be used" in done.stdout
    assert "open-sesame" not in done.stdout + done.stderr


def test_production_without_a_mail_server_is_warned(deployment: Deployment) -> None:
    done = deployment.with_settings(TENOR_ENVIRONMENT="production", TENOR_SECRET="s" * 40).run("doctor")
    assert "DO   mail: TENOR_SMTP_URL is not set" in done.stdout


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"TENOR_SMTP_URL": "mail.example.com", "TENOR_MAIL_FROM": "pay@example.com"}, "TENOR_SMTP_URL is wrong"),
        ({"TENOR_SMTP_URL": "smtp://mail.example.com"}, "TENOR_MAIL_FROM is missing"),
        ({"TENOR_MAIL_FROM": "pay"}, "TENOR_MAIL_FROM is wrong"),
        ({"TENOR_SANDBOX_MAIL": "yes"}, "TENOR_SANDBOX_MAIL is wrong"),
    ],
)
def test_a_wrong_mail_setting_is_named(deployment: Deployment, settings: dict[str, str], named: str) -> None:
    done = deployment.with_settings(**settings).run("doctor")
    assert done.returncode == 1
    assert named in done.stdout
