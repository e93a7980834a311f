"""The embedded server's files: the data folder made once, and its settings written anew at every start.

Who may connect is decided by the operating system (`peer`): the user that runs Regulars may be `regulars_owner`,
and nobody else may be anybody. There is no password to keep and no `trust`.
"""

import os
import shutil
import subprocess
from pathlib import Path

from regulars.platform.binaries import MAJOR_VERSION, find_program, installation
from regulars.platform.cannot_run import CannotRun
from regulars.platform.database import EMBEDDED_OWNER
from regulars.platform.home import Home, make_folder
from regulars.platform.server_user import ServerUser, current_user_name, open_the_way
from regulars.platform.sizing import as_configuration, memory_size, server_settings
from regulars.platform.socket_folder import find_socket_folder, make_socket_folder


class DataFolderUnusable(CannotRun):
    """The data folder cannot be used, and the message says why and what to do."""


def prepare_cluster(home: Home, user: ServerUser) -> Path:
    """Make the data folder where there is none, write its settings, and answer it.

    Raises `DataFolderUnusable` for data of another major version, of another user, or when it cannot be made.
    """
    make_folder(home.folder)
    make_folder(home.postgres)
    data = home.postgres / "data"
    if data.exists():
        check_data_folder(data, user)
    open_the_way(user, data=data, programs=installation())
    if not data.exists():
        make_data_folder(data, user)
    sockets = find_socket_folder(home)
    make_socket_folder(sockets, owner=user.uid, group=user.gid)
    for name, text in configuration_files(home, sockets).items():
        write_for(user, data / name, text)
    return data


def make_data_folder(data: Path, user: ServerUser) -> None:
    """Run initdb beside the final name: a data folder that exists is a complete one."""
    draft = data.with_name("data.new")
    if draft.exists():
        shutil.rmtree(draft)
    draft.mkdir(mode=0o700)
    os.chown(draft, user.uid, user.gid)
    command = [
        str(find_program("initdb")),
        f"--pgdata={draft}",
        f"--username={EMBEDDED_OWNER}",
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--data-checksums",
        "--auth-local=peer",
        "--auth-host=reject",
        "--no-instructions",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, **user.process_options())
    if done.returncode != 0:
        raise DataFolderUnusable(f"the database's folder {data} could not be made: {done.stderr.strip()}")
    draft.rename(data)


def check_data_folder(data: Path, user: ServerUser) -> None:
    """Raise `DataFolderUnusable` unless the folder belongs to the server's user and its major version is ours."""
    if data.stat().st_uid != user.uid:
        raise DataFolderUnusable(
            f"{data} belongs to another user than {user.name}: run Regulars as the user that made it, "
            f"or give it away with chown -R {user.name}"
        )
    version = (data / "PG_VERSION").read_text().strip()
    if version != str(MAJOR_VERSION):
        raise DataFolderUnusable(
            f"{data} was written by PostgreSQL {version}, and this is {MAJOR_VERSION}: "
            "dump it with the Regulars that wrote it, and restore it here"
        )


def configuration_files(home: Home, sockets: Path) -> dict[str, str]:
    """Answer the text of each settings file; `postgres/custom.conf` in the home has the last word."""
    settings = as_configuration(server_settings(socket_folder=sockets, memory=memory_size()))
    custom = str(home.postgres / "custom.conf").replace("'", "''")
    login = current_user_name().replace('"', '""')
    return {
        "postgresql.conf": (
            f"# Written at every start; put your own into custom.conf.\n{settings}include_if_exists = '{custom}'\n"
        ),
        "pg_hba.conf": (
            f"local all         {EMBEDDED_OWNER} peer map=regulars\n"
            f"local replication {EMBEDDED_OWNER} peer map=regulars\n"
            "local all all reject\n"
        ),
        "pg_ident.conf": f'regulars "{login}" {EMBEDDED_OWNER}\n',
    }


def write_for(user: ServerUser, file: Path, text: str) -> None:
    """Replace a settings file in one step, readable by the server's user alone."""
    draft = file.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)
    os.chown(draft, user.uid, user.gid)
    draft.replace(file)
