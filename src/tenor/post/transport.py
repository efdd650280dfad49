"""How letters leave: handed to a mail server or, where none is set, written as files."""

from __future__ import annotations

import asyncio
import contextlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from uuid import UUID

import aiosmtplib

from tenor.base import smtp
from tenor.base.config import Settings
from tenor.base.smtp import MailServer

# A whole letter, from connecting to the server's last word. Half of a claim, lest two send the same letter.
PATIENCE = 30.0
_FAREWELL = 5.0

# Seconds that a sandbox keeps a letter as a file: as long as an approval holds.
KEPT_FOR = 30 * 24 * 60 * 60.0

_LONGEST_REASON = 500
_TAKEN = 250


@dataclass(frozen=True)
class Said:
    """What a mail server said: its code (RFC 5321, section 4.2) and its words."""

    code: int
    words: str


class Unsent(Exception):
    """The letter was not taken. `for_good` says that asking again is of no use; the reason is for staff.

    `said` is the server's answer, where it gave one.
    """

    def __init__(self, reason: str, *, for_good: bool, said: Said | None = None) -> None:
        super().__init__(reason)
        self.reason = reason.replace("\0", "")[:_LONGEST_REASON]
        self.for_good = for_good
        self.said = said


class Transport(Protocol):
    """Takes a letter, or raises `Unsent`."""

    async def send(self, mail_id: UUID, sender: str, recipient: str, content: bytes) -> Said:
        """Send one message to one recipient. Returns what was said to it."""


class Server:
    """Hands letters to a mail server, each over a connection of its own."""

    def __init__(self, server: MailServer, hostname: str) -> None:
        self._server = server
        self._hostname = hostname

    async def send(self, mail_id: UUID, sender: str, recipient: str, content: bytes) -> Said:
        """Returns once the server has taken the responsibility. Raises `Unsent`.

        What the server says for good of this letter, its recipient or its content, ends it. What is wrong with
        the connection, the password or the sender is the deployment's matter: the letter waits until it is mended.
        """
        client = self._client()
        try:
            async with asyncio.timeout(PATIENCE):
                await client.connect()
                _, words = await client.sendmail(sender, [recipient], content)
        except aiosmtplib.SMTPRecipientsRefused as error:
            (refused,) = error.recipients
            raise _refused(refused) from None
        except aiosmtplib.SMTPDataError as error:
            raise _refused(error) from None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise _unsent(error) from None
        else:
            # The server has had its say: how the connection ends changes nothing.
            with contextlib.suppress(aiosmtplib.SMTPException, OSError):
                await client.quit(timeout=_FAREWELL)
            return Said(_TAKEN, words)
        finally:
            client.close()

    async def check(self) -> None:
        """Connect, upgrade and sign in as for a letter. Raises `Unsent` where that can't be done."""
        client = self._client()
        try:
            async with asyncio.timeout(PATIENCE / 3):
                await client.connect()
        except (aiosmtplib.SMTPException, OSError) as error:
            raise _unsent(error) from None
        finally:
            client.close()

    def _client(self) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self._server.host,
            port=self._server.port,
            username=self._server.user,
            password=self._server.password,
            local_hostname=self._hostname,
            use_tls=self._server.tls,
            # None upgrades the connection where the server offers it.
            start_tls=True if self._server.needs_upgrade else False if self._server.tls else None,
            timeout=PATIENCE,
        )


def _refused(error: aiosmtplib.SMTPResponseException) -> Unsent:
    unsent = _unsent(error)
    unsent.for_good = 500 <= error.code < 600
    return unsent


def _unsent(error: Exception) -> Unsent:
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return Unsent(f"{error.code} {error.message}", for_good=False, said=Said(error.code, error.message))
    reason = str(error) or ("it took too long" if isinstance(error, TimeoutError) else type(error).__name__)
    return Unsent(reason, for_good=False)


class Folder:
    """Writes letters as files that only we may read: codes and links stand in them."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def send(self, mail_id: UUID, sender: str, recipient: str, content: bytes) -> Said:
        """Write the message. The same letter again takes the place of the first. Raises `Unsent`."""
        try:
            await asyncio.to_thread(self._write, mail_id, content)
        except OSError as error:
            raise Unsent(f"{self._path} can not be written: {error.strerror}", for_good=False) from None
        return Said(_TAKEN, f"written to {self._path / f'{mail_id}.eml'}")

    def _write(self, mail_id: UUID, content: bytes) -> None:
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self._path / f".{mail_id}.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_bytes(content)
        draft.replace(self._path / f"{mail_id}.eml")


def remove_old(settings: Settings, now: float) -> int:
    """Remove a sandbox's letters that were written more than 30 days before `now` (seconds since 1970), with what a
    killed writer left of any. Returns how many. Elsewhere the files may be the only copy, and stay.
    """
    if settings.environment != "sandbox":
        return 0
    removed = 0
    for path in [*folder(settings).glob("*.eml"), *folder(settings).glob(".*-*")]:
        # Another worker may have removed it since.
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < now - KEPT_FOR:
                path.unlink()
                removed += 1
    return removed


def folder(settings: Settings) -> Path:
    """Where letters are written when no mail server is set."""
    return settings.home_path / "mail"


def transport(settings: Settings, hostname: str) -> Transport:
    """The deployment's. `hostname` is how we greet the mail server."""
    if settings.smtp_url:
        return Server(smtp.server_of(settings.smtp_url), hostname)
    return Folder(folder(settings))
