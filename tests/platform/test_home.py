"""The home holds everything, has no key that was in the source, and sizes its server to the machine."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from regulars.platform.home import Home, find_home, read_secret_key
from regulars.platform.mail import mailers
from regulars.platform.parts import pause_after
from regulars.platform.sizing import MB, as_configuration, server_settings


def test_the_home_is_var_in_the_current_folder_and_stays_so(tmp_path, monkeypatch):
    monkeypatch.delenv("REGULARS_HOME")
    monkeypatch.chdir(tmp_path)
    assert find_home().folder == tmp_path / "var"

    monkeypatch.chdir("/")
    assert find_home().folder == tmp_path / "var"


def test_the_secret_key_is_made_once_and_readable_by_its_user_alone(tmp_path, monkeypatch):
    monkeypatch.delenv("REGULARS_SECRET_KEY", raising=False)
    home = Home(tmp_path / "new" / "var")
    with ThreadPoolExecutor() as pool:
        keys = set(pool.map(lambda _: read_secret_key(home), range(16)))
    assert len(keys) == 1
    assert len(keys.pop()) >= 64
    assert stat.S_IMODE(home.secret_key_file.stat().st_mode) == 0o600
    assert [file.name for file in home.folder.iterdir()] == ["secret_key"]


def test_two_homes_have_two_keys(tmp_path, monkeypatch):
    monkeypatch.delenv("REGULARS_SECRET_KEY", raising=False)
    assert read_secret_key(Home(tmp_path / "a")) != read_secret_key(Home(tmp_path / "b"))


@pytest.mark.parametrize(
    ("memory_mb", "shared", "cache"), [(256, "64MB", "128MB"), (2048, "256MB", "1024MB"), (65536, "256MB", "32768MB")]
)
def test_the_server_takes_a_quarter_of_the_memory_and_at_most_half_a_gigabyte(tmp_path, memory_mb, shared, cache):
    settings = server_settings(socket_folder=tmp_path, memory=memory_mb * MB)
    assert (settings["shared_buffers"], settings["effective_cache_size"]) == (shared, cache)


def test_a_setting_with_quotes_stays_one_setting():
    assert as_configuration({"name": "it's a \\ path"}) == "name = 'it''s a \\\\ path'\n"


def test_letters_are_files_until_there_is_a_server_for_them(tmp_path):
    assert mailers(Home(tmp_path), "")["default"]["OPTIONS"] == {"file_path": str(tmp_path / "mail")}

    options = mailers(Home(tmp_path), "smtps://ann%40shop:p%2Fw@mail.example")["default"]["OPTIONS"]
    assert (options["host"], options["port"], options["username"], options["password"], options["use_ssl"]) == (
        "mail.example",
        465,
        "ann@shop",
        "p/w",
        True,
    )
    for wrong in (
        "mail.example",
        "https://mail.example",
        "smtp://",
        "smtp://mail.example:port",
        "smtp://h?tls=perhaps",
    ):
        with pytest.raises(ValueError, match="REGULARS_EMAIL_URL"):
            mailers(Home(tmp_path), wrong)


@pytest.mark.parametrize(
    ("address", "port", "upgrades", "is_direct"),
    [
        ("smtp://ann:secret@mail.example", 587, True, False),
        ("smtp://ann:secret@mail.example?tls=no", 587, False, False),
        ("smtp://mail.example:25", 25, False, False),  # a relay nearby
        ("smtps://mail.example", 465, False, True),
    ],
)
def test_letters_leave_over_tls_unless_it_is_a_relay_or_said_otherwise(tmp_path, address, port, upgrades, is_direct):
    options = mailers(Home(tmp_path), address)["default"]["OPTIONS"]
    assert (options["port"], options["use_tls"], options["use_ssl"]) == (port, upgrades, is_direct)


def test_a_part_that_keeps_failing_is_started_ever_more_slowly():
    assert [pause_after(failures) for failures in range(8)] == [0, 1, 2, 4, 8, 16, 30, 30]
