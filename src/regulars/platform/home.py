"""Everything a running installation keeps lies under one folder, `REGULARS_HOME`."""

import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of one installation, and the names of what lies in it."""

    folder: Path

    @property
    def postgres(self) -> Path:
        """The embedded server's own corner: data, socket, log and locks."""
        return self.folder / "postgres"

    @property
    def serve_lock(self) -> Path:
        """Held by the one `serve` that may run on this data."""
        return self.folder / "serve.lock"

    @property
    def secret_key_file(self) -> Path:
        return self.folder / "secret_key"

    @property
    def data_key_file(self) -> Path:
        return self.folder / "data_key"

    def files_of(self, schema: str) -> Path:
        """What people gave one merchant to keep."""
        return self.folder / "files" / schema


def find_home() -> Home:
    """Answer the home of this process: `REGULARS_HOME`, or `var/` in the current folder.

    The answer is written back as an absolute path, so that a later change of folder, or a child
    process, cannot end up with another home.
    """
    folder = Path(os.environ.get("REGULARS_HOME") or "var").absolute()
    os.environ["REGULARS_HOME"] = str(folder)
    return Home(folder)


def read_secret_key(home: Home) -> str:
    """Answer the key that signs sessions: `REGULARS_SECRET_KEY`, or the one kept in the home."""
    return os.environ.get("REGULARS_SECRET_KEY") or keep_key(home.secret_key_file)


def read_data_key(home: Home) -> str:
    """Answer the key of all that `platform.sealing` seals and hashes: `REGULARS_DATA_KEY`, or the one kept in the home.

    Regulated values and files, channels' addresses, waiting codes, PINs, marks of the erased and the keys of balances
    that were brought in hang on it. Without it they are lost: it is backed up apart from the database.
    """
    return os.environ.get("REGULARS_DATA_KEY") or keep_key(home.data_key_file)


def keep_key(file: Path) -> str:
    """Answer the key in this file, made if it is not there.

    There is no key in the source that would work: the first process to need one makes it, readable
    by its own user only. Two first processes at once agree, because the file appears complete or not at all.
    """
    if not file.exists():
        make_folder(file.parent)
        draft = file.with_name(f".{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(secrets.token_urlsafe(64))
        try:
            os.link(draft, file)
        except FileExistsError:
            pass  # another process was first, and its key is as good
        except OSError:
            shutil.copy(draft, file)  # a file system without links; its mode is copied too
        finally:
            draft.unlink()
    return file.read_text().strip()


def make_folder(folder: Path) -> None:
    """Make `folder`, and what is missing above it, for its owner alone.

    Made by root it may be passed through by others (not listed, not read), because root's embedded server runs as
    a user of its own, whose data lies below.
    """
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, exist_ok=True)
