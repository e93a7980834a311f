"""The embedded server's settings, sized to the machine that it shares with the rest of Regulars."""

import os
from pathlib import Path

import psutil

MB = 1024 * 1024
CGROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def memory_size() -> int:
    """Answer the bytes of memory this machine, or this container, may use."""
    total = int(psutil.virtual_memory().total)
    for file in CGROUP_LIMITS:
        try:
            total = min(total, int(file.read_text()))
        except (OSError, ValueError):
            continue  # no such limit, or "max"
    return total


def shared_memory_type() -> str:
    """Answer `posix`, or `mmap` where /dev/shm is as small as a container's 64 MB: a parallel query needs more."""
    try:
        room = os.statvfs("/dev/shm")  # noqa: S108 - asked for its size, not written to
    except OSError:
        return "mmap"
    return "posix" if room.f_bavail * room.f_frsize >= 256 * MB else "mmap"


def server_settings(*, socket_folder: Path, memory: int) -> dict[str, str]:
    """Answer every setting of postgresql.conf that differs from PostgreSQL's own.

    Lock and statement timeouts are not here: a till's call and a year's import need different ones, so each
    connection sets its own.
    """
    return {
        "listen_addresses": "",
        "unix_socket_directories": f'"{socket_folder}"',  # a quoted list item: the path may hold a comma
        "unix_socket_permissions": "0700",
        "port": "5432",
        "max_connections": "60",
        # The system's own cache does the rest: with a year of sales, more was no faster.
        "shared_buffers": f"{max(min(memory // 4, 256 * MB), 32 * MB) // MB}MB",
        "effective_cache_size": f"{max(memory // 2, 64 * MB) // MB}MB",
        "maintenance_work_mem": f"{max(min(memory // 16, 256 * MB), 16 * MB) // MB}MB",
        "work_mem": "16MB" if memory >= 2048 * MB else "4MB",
        "dynamic_shared_memory_type": shared_memory_type(),
        "max_wal_size": "512MB",
        "min_wal_size": "80MB",
        "wal_compression": "on",
        "jit": "off",
        "random_page_cost": "1.1",
        # One transaction may touch every table of a merchant: making one, dropping one, dumping one.
        "max_locks_per_transaction": "256",
        "timezone": "UTC",
        "log_timezone": "UTC",
        # A week of logs, a file a day. Neither statements nor the details of errors: both hold what people typed.
        "logging_collector": "on",
        "log_directory": "log",
        "log_filename": "postgres-%a.log",
        "log_truncate_on_rotation": "on",
        "log_rotation_age": "1d",
        "log_rotation_size": "0",
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
        "log_parameter_max_length_on_error": "0",
    }


def as_configuration(settings: dict[str, str]) -> str:
    """Answer the text of a postgresql.conf."""
    quoted = {name: value.replace("\\", "\\\\").replace("'", "''") for name, value in settings.items()}
    return "".join(f"{name} = '{value}'\n" for name, value in quoted.items())
