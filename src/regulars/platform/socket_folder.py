"""Where the embedded server's socket lies: a 0700 folder, and a path that fits into a socket address."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from regulars.platform.cannot_run import CannotRun
from regulars.platform.home import Home

# A socket address holds 107 bytes on Linux and 103 on macOS, of which "/.s.PGSQL.5432.lock" takes 19.
LONGEST_FOLDER = 80


class SocketFolderTaken(CannotRun):
    """The short folder for the socket exists and belongs to somebody else: remove it, or set XDG_RUNTIME_DIR."""


def find_socket_folder(home: Home) -> Path:
    """Answer the folder of the socket; it need not exist yet.

    It is in the home where the path is short enough, and otherwise in the user's run-time folder (or the
    temporary one), under a name derived from the home, so that every process of an installation agrees.
    """
    folder = home.postgres / "socket"
    if len(os.fsencode(folder)) <= LONGEST_FOLDER:
        return folder
    run_time = os.environ.get("XDG_RUNTIME_DIR", "")
    if not run_time or len(run_time) > LONGEST_FOLDER - 30 or not Path(run_time).is_dir():
        run_time = "/tmp" if Path("/tmp").is_dir() else tempfile.gettempdir()  # noqa: S108 - owner and mode are checked
    digest = hashlib.sha256(os.fsencode(home.folder)).hexdigest()[:16]
    return Path(run_time) / f"regulars-{digest}"


def make_socket_folder(folder: Path, *, owner: int, group: int) -> None:
    """Make the folder for `owner` alone, or check that it is just so.

    Raises `SocketFolderTaken` where another user holds the name, be it as a folder or as a link to one.
    """
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {owner, os.geteuid()}:
            raise SocketFolderTaken(f"{folder} belongs to another user; remove it or set XDG_RUNTIME_DIR") from None
    folder.chmod(0o700)
    if folder.stat().st_uid != owner:
        os.chown(folder, owner, group)
