"""A key opens its own merchant's doors until it expires or is revoked, and never says why it does not."""

from datetime import timedelta

import pytest

from regulars.audit.models import Event
from regulars.core.actor import SYSTEM
from regulars.staff.key_check import KeyHolder, Remembered, UnknownKey, check_key, recall_key, renew_key
from regulars.staff.keys import InvalidKey, TooManyLiveKeys, UnknownKeyId, create_key, revoke_key
from regulars.staff.models import ApiKey, Scope
from regulars.stores.models import Store
from tests.shop import NOON, a_store

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def a_key(name: str = "Till 3", **more: object) -> tuple[ApiKey, str]:
    wanted: dict[str, object] = {"scopes": [Scope.SALES_WRITE, "members:read"]}
    return create_key(name=name, at=NOON, by=SYSTEM, **(wanted | more))  # type: ignore[arg-type]


def test_a_key_says_who_calls_and_what_they_may():
    a_store("330")
    key, token = a_key(store=Store.objects.get(code="330"), expires_at=NOON + DAY)

    assert check_key(token, at=NOON) == KeyHolder(
        id=key.pk,
        name="Till 3",
        scopes=frozenset({"sales:write", "members:read"}),
        store_code="330",
        merchant="test",
        expires_at=NOON + DAY,
    )


def test_the_secret_is_shown_once_and_kept_as_a_hash():
    key, token = a_key()
    secret = token.split(".")[1]

    assert token.startswith(f"rk_test_{key.pk}.")
    assert len(secret) == 43  # 256 bits in base64
    kept = ApiKey.objects.values_list().get(pk=key.pk)
    assert secret.encode() not in b"".join(bytes(value) for value in kept if isinstance(value, bytes | memoryview))
    assert secret not in repr(kept) + repr(list(Event.objects.values()))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
        lambda token: token.replace("rk_test_", "rk_other_"),
        lambda token: token.replace(".", "9."),
        lambda token: token.replace("rk_", "RK_"),
        lambda token: token + " ",
        lambda token: token.split(".")[0],
        lambda token: "",
        lambda token: "rk_test_" + "9" * 30 + "." + "A" * 43,
        lambda token: "rk_test_٣." + "A" * 43,
    ],
)
def test_wrong_foreign_and_never_issued_keys_are_refused_alike(spoil):
    _, token = a_key()

    with pytest.raises(UnknownKey) as refused:
        check_key(spoil(token), at=NOON)

    assert refused.value.facts() == {}


def test_an_expired_key_is_refused_from_its_last_moment_on_also_from_memory():
    _, token = a_key(expires_at=NOON + SECOND)

    assert check_key(token, at=NOON + SECOND - timedelta(microseconds=1))
    with pytest.raises(UnknownKey):
        check_key(token, at=NOON + SECOND)


def test_a_revoked_key_is_refused_within_two_seconds():
    key, token = a_key()
    check_key(token, at=NOON)
    revoke_key(key_id=key.pk, at=NOON, by=SYSTEM)
    revoke_key(key_id=key.pk, at=NOON + DAY, by=SYSTEM)

    with pytest.raises(UnknownKey):
        check_key(token, at=NOON + 2 * SECOND)
    assert ApiKey.objects.get().revoked_at == NOON
    assert Event.objects.filter(action="key.revoked").count() == 1


def test_within_two_seconds_the_database_is_not_asked(django_assert_num_queries):
    _, token = a_key()
    holder = check_key(token, at=NOON)

    with django_assert_num_queries(0):
        assert check_key(token, at=NOON + SECOND) == holder
        assert recall_key(token, at=NOON + SECOND) == Remembered(holder, NOON)
        assert recall_key(token, at=NOON + 2 * SECOND) is None
        assert recall_key(token[:-1] + "_", at=NOON) is None


def test_a_renewed_key_is_remembered_anew_and_an_ended_one_forgotten_at_once():
    key, token = a_key()
    holder = check_key(token, at=NOON)

    assert renew_key(token, at=NOON + SECOND) == holder
    assert recall_key(token, at=NOON + 2 * SECOND) == Remembered(holder, NOON + SECOND)
    revoke_key(key_id=key.pk, at=NOON + 2 * SECOND, by=SYSTEM)
    with pytest.raises(UnknownKey):
        renew_key(token, at=NOON + 2 * SECOND)
    assert recall_key(token, at=NOON + 2 * SECOND) is None


def test_the_last_use_is_written_at_most_once_a_minute():
    key, token = a_key()

    for seconds in (0, 3, 59, 61):
        check_key(token, at=NOON + seconds * SECOND)
        key.refresh_from_db()
        assert key.last_used_at == NOON + (61 if seconds == 61 else 0) * SECOND


def test_a_name_has_two_live_keys_for_rotation_and_not_three():
    old, _ = a_key()
    a_key()
    with pytest.raises(TooManyLiveKeys):
        a_key()
    assert ApiKey.objects.count() == 2

    revoke_key(key_id=old.pk, at=NOON, by=SYSTEM)
    a_key()
    a_key("Till 4")
    assert ApiKey.objects.count() == 4


def test_an_expired_key_is_not_in_the_way_of_a_new_one():
    for days in (1, 2):
        a_key(expires_at=NOON + days * DAY)

    create_key(name="Till 3", scopes=[Scope.SALES_READ], at=NOON + DAY, by=SYSTEM)


@pytest.mark.parametrize(
    "wrong",
    [{"name": " "}, {"name": "x" * 65}, {"name": "a\x00"}, {"scopes": []}, {"scopes": ["all"]}, {"expires_at": NOON}],
)
def test_what_is_no_key_is_refused(wrong):
    with pytest.raises(InvalidKey):
        a_key(**wrong)

    assert not ApiKey.objects.exists()


def test_only_a_key_there_is_can_be_revoked():
    with pytest.raises(UnknownKeyId):
        revoke_key(key_id=2**40, at=NOON, by=SYSTEM)
