"""The mail server and the sender: what is taken, and what is refused without repeating a password."""

from __future__ import annotations

import pytest

from tenor.base.smtp import MailServer, is_loopback, sender_of, server_of


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.com", MailServer("mail.example.com", 587, tls=False)),
        ("smtps://mail.example.com/", MailServer("mail.example.com", 465, tls=True)),
        ("smtp://127.0.0.1:2525", MailServer("127.0.0.1", 2525, tls=False)),
        ("smtp://[::1]:25", MailServer("::1", 25, tls=False)),
        (
            "smtps://pay%40example.com:p%2Fa%3Ass@mail.example.com:4650",
            MailServer("mail.example.com", 4650, tls=True, user="pay@example.com", password="p/a:ss"),
        ),
    ],
)
def test_a_mail_server_is_read_from_its_url(url: str, server: MailServer) -> None:
    assert server_of(url) == server


@pytest.mark.parametrize(
    "url",
    ["mail.example.com", "http://mail.example.com", "smtp://", "smtp://user@mail.example.com",
     "smtp://:secret@mail.example.com", "smtp://mail.example.com/x", "smtp://mail.example.com?tls=no",
     "smtp://user:sec/ret@mail.example.com", "smtp://user:secret@mail.example.com:port", "smtp://[::1",
     "smtp://mail.example.com:99999"],
)  # fmt: skip
def test_what_is_no_mail_server_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ValueError, match="expected ") as refusal:
        server_of(url)
    assert "sec" not in str(refusal.value)
    assert refusal.value.__cause__ is None


def test_a_password_is_in_no_picture_of_the_server() -> None:
    assert "secret" not in repr(server_of("smtp://user:secret@mail.example.com"))


@pytest.mark.parametrize(
    ("url", "needs"),
    [
        ("smtp://user:secret@mail.example.com", True),
        ("smtp://user:secret@192.0.2.7", True),
        ("smtp://user:secret@127.0.0.1", False),
        ("smtp://mail.example.com", False),
        ("smtps://user:secret@mail.example.com", False),
    ],
)
def test_a_password_travels_over_no_network_in_the_clear(url: str, needs: bool) -> None:
    assert server_of(url).needs_upgrade is needs


@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        ("pay@example.com", "", "pay@example.com"),
        ("Example Pay <pay@example.com>", "Example Pay", "pay@example.com"),
        ("شركة الدفع <pay@example.com>", "شركة الدفع", "pay@example.com"),
    ],
)
def test_a_sender_is_read(text: str, name: str, address: str) -> None:
    sender = sender_of(text)
    assert (sender.display_name, sender.addr_spec) == (name, address)


@pytest.mark.parametrize(
    "text",
    ["", "pay", "pay@localhost", "@example.com", "a@example.com, b@example.com", "Pay, Example <pay@example.com>",
     "Pay <pay@example.com>\r\nBcc: eve@example.net", "pay pay@example.com", "دفع@example.com", "pay@مثال.example"],
)  # fmt: skip
def test_what_is_no_sender_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected "):
        sender_of(text)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost", "LOCALHOST."])
def test_this_machine_has_many_names(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "localhost.example.com", "127.0.0.1.example.com", "10.0.0.1", "::"])
def test_other_machines_have_others(host: str) -> None:
    assert not is_loopback(host)
