"""Letters as files, and how a mail server is looked at."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tenor.base import smtp
from tenor.base.ids import new_id
from tenor.post.transport import Folder, Server, Unsent
from tests.post.conftest import Receiver


async def test_a_letter_is_written_as_a_file_that_only_we_may_read(tmp_path: Path) -> None:
    folder, letter = tmp_path / "home" / "mail", new_id()
    await Folder(folder).send(letter, "pay@example.com", "ana@example.com", b"Subject: A\r\n\r\nB")
    (file,) = sorted(folder.iterdir())
    assert file.name == f"{letter}.eml"
    assert file.read_bytes() == b"Subject: A\r\n\r\nB"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


async def test_the_same_letter_again_takes_the_place_of_the_first(tmp_path: Path) -> None:
    letter = new_id()
    for content in (b"first", b"second"):
        await Folder(tmp_path).send(letter, "pay@example.com", "ana@example.com", content)
    assert (tmp_path / f"{letter}.eml").read_bytes() == b"second"


async def test_a_folder_that_can_not_be_written_keeps_the_letter_waiting(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file stands where the folder should")
    with pytest.raises(Unsent) as refusal:
        await Folder(tmp_path / "mail").send(new_id(), "pay@example.com", "ana@example.com", b"")
    assert not refusal.value.for_good


async def test_a_server_that_takes_mail_is_well_and_gets_none_by_being_looked_at(receiver: Receiver) -> None:
    await Server(smtp.server_of(receiver.url), "example.com").check()
    assert receiver.offered == 0


@pytest.mark.parametrize("url", ["smtp://127.0.0.1:1", "smtps://127.0.0.1:1", "smtp://mail.invalid"])
async def test_a_server_that_is_away_is_told(url: str) -> None:
    with pytest.raises(Unsent) as refusal:
        await Server(smtp.server_of(url), "example.com").check()
    assert refusal.value.reason


async def test_a_server_without_tls_is_not_given_letters_where_tls_is_asked_for(receiver: Receiver) -> None:
    with pytest.raises(Unsent):
        await Server(smtp.server_of(f"smtps://127.0.0.1:{receiver.port}"), "example.com").check()
