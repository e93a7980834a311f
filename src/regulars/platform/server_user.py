"""The operating-system user that the embedded server runs as.

PostgreSQL refuses to run as root. Started by anybody else it runs as that user; started by root it runs as the
unprivileged user `regulars`, made on first use, who must be able to reach the programs and the data.
"""

import grp
import os
import pwd
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from regulars.platform.cannot_run import CannotRun

DEDICATED_USER = "regulars"


class NoServerUser(CannotRun):
    """There is no user that the server could run as."""


@dataclass(frozen=True, slots=True)
class ServerUser:
    """Who the server runs as, and whether that is somebody else than this process."""

    name: str
    uid: int
    gid: int

    @property
    def is_someone_else(self) -> bool:
        return self.uid != os.geteuid()

    def process_options(self) -> dict[str, Any]:
        """Answer what `subprocess` needs to start a program as this user, in a folder that it can enter."""
        options: dict[str, Any] = {"cwd": "/", "umask": 0o077, "env": {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}}
        if self.is_someone_else:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return options


def current_user_name() -> str:
    """Answer the name of the user that runs this process. Raises `NoServerUser` when it has none."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise NoServerUser(
            f"user id {os.geteuid()} has no name on this machine, and PostgreSQL needs one: "
            "add it to /etc/passwd, or set DATABASE_URL"
        ) from None


def find_server_user() -> ServerUser:
    """Answer the user to run the server as, making `regulars` when root asks for the first time."""
    name = current_user_name()
    if os.geteuid() == 0:
        name = DEDICATED_USER
        if not is_known(name):
            add_system_user(name)
    entry = pwd.getpwnam(name)
    return ServerUser(entry.pw_name, entry.pw_uid, entry.pw_gid)


def is_known(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def add_system_user(name: str) -> None:
    """Make a user without a home, a shell or a password. Raises `NoServerUser`, saying what to do by hand."""
    if program := shutil.which("useradd", path=f"{os.defpath}:/usr/sbin:/sbin"):
        group = ["--gid", name] if is_group(name) else ["--user-group"]
        command = [program, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", *group, name]
    elif program := shutil.which("adduser", path=f"{os.defpath}:/usr/sbin:/sbin"):
        command = [program, "-S", "-D", "-H", "-s", "/sbin/nologin", name]
    else:
        raise NoServerUser(f"PostgreSQL cannot run as root: add a system user named {name}, or run Regulars as a user")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if not is_known(name):
        raise NoServerUser(
            f"PostgreSQL cannot run as root, and the user {name} could not be added ({done.stderr.strip()}): "
            "add it by hand, or run Regulars as an ordinary user"
        )


def is_group(name: str) -> bool:
    try:
        grp.getgrnam(name)
    except KeyError:
        return False
    return True


def open_the_way(user: ServerUser, *, data: Path, programs: Path) -> None:
    """Let the server's user pass through the folders above its data and its programs, and read the programs.

    A clone in a private folder of root's (`mktemp -d`, /root) is the usual case. Only the right to pass is given
    (`chmod o+x`: nobody can list or read more than before), and what was changed is said on stderr.
    """
    if not user.is_someone_else:
        return
    passed = [folder for place in (data, programs) for folder in open_ancestors(place.resolve(), user)]
    if passed:
        names = ", ".join(str(folder) for folder in dict.fromkeys(passed))
        said = f"regulars: the database runs as user {user.name}: others may now pass through {names} (chmod o+x)\n"
        sys.stderr.write(said)
    if not can_read(programs, user):
        for path in [programs, *programs.rglob("*")]:
            if not path.is_symlink():
                mode = path.stat().st_mode
                path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))


def open_ancestors(place: Path, user: ServerUser) -> list[Path]:
    """Give everybody leave to pass through the folders above `place`; answer the ones that changed."""
    changed = []
    for folder in reversed(place.parents):
        found = folder.stat()
        if not is_allowed(found, user, read=0, execute=1):
            folder.chmod(stat.S_IMODE(found.st_mode) | stat.S_IXOTH)
            changed.append(folder)
    return changed


def can_read(programs: Path, user: ServerUser) -> bool:
    """Say whether the user can read the programs, judged by one of each kind: installed together, they are alike."""
    kinds = [programs, programs / "bin", programs / "lib", programs / "share", programs / "bin" / "postgres"]
    return all(is_allowed(path.stat(), user, read=4, execute=1) for path in kinds)


def is_allowed(found: os.stat_result, user: ServerUser, *, read: int, execute: int) -> bool:
    """Say whether the mode of a file gives the user these rights, by the one class that PostgreSQL's user falls in."""
    wanted = read | execute
    if found.st_uid == user.uid:
        return (found.st_mode >> 6) & wanted == wanted
    if found.st_gid == user.gid:
        return (found.st_mode >> 3) & wanted == wanted
    return found.st_mode & wanted == wanted
