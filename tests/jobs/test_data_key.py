"""A home that lost its data key does not start on a database that needs it."""

import pytest

from regulars.consents.models import ErasedMark
from regulars.core.actor import SYSTEM
from regulars.imports.models import ImportRun
from regulars.jobs.data_key import NoDataKey, require_data_key
from regulars.messages.channels import connect_channel
from regulars.platform.home import Home, read_data_key
from tests.shop import OPENED, a_member, a_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def bare(tmp_path, monkeypatch) -> Home:
    """A home without a key, and a shop in the database that nothing is sealed in."""
    monkeypatch.delenv("REGULARS_DATA_KEY", raising=False)
    a_shop()
    a_member(email="ann@example.com")
    return Home(tmp_path / "var")


def a_channel() -> None:
    connect_channel(
        kind="whatsapp", address=f"twilio://AC{'0' * 32}:{'a' * 32}@15551231234/{{to}}", at=OPENED, by=SYSTEM
    )


def a_mark() -> None:
    ErasedMark.objects.create(kind="email", mark="0" * 64, erased_at=OPENED)


def brought_balances(*, is_for_real: bool = True) -> None:
    ImportRun.objects.create(
        subject="balances", file_name="b.csv", is_for_real=is_for_real, created_at=OPENED, created_by="system"
    )


@pytest.mark.parametrize("need", [a_channel, a_mark, brought_balances])
def test_what_hangs_on_the_key_wants_it_and_none_is_made_anew(bare, need):
    need()
    with pytest.raises(NoDataKey, match=str(bare.data_key_file)):
        require_data_key(bare)
    assert not bare.data_key_file.exists()


def test_a_home_with_its_key_starts(bare):
    a_channel()
    read_data_key(bare)
    require_data_key(bare)


def test_a_key_from_the_environment_is_as_good(bare, monkeypatch):
    a_channel()
    monkeypatch.setenv("REGULARS_DATA_KEY", "a key of its own")
    require_data_key(bare)


def test_where_nothing_was_sealed_no_key_is_missed_and_there_is_one_from_then_on(bare):
    brought_balances(is_for_real=False)
    require_data_key(bare)
    assert bare.data_key_file.exists()
    a_channel()
    require_data_key(bare)
