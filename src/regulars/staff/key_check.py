"""Who holds a key: asked on every call of a till, so the answer is remembered for two seconds and no longer.

A wrong, expired, revoked, foreign or never-issued key is refused alike.
"""

from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock

import msgspec
from django_tenants.utils import schema_context

from regulars.core.actor import Actor
from regulars.core.refusals import Refusal
from regulars.platform.models import Merchant
from regulars.staff.keys import SCHEMA_PREFIX, Token, is_live, read_token, same_hash, used_lately
from regulars.staff.models import ApiKey

REMEMBERED_FOR = timedelta(seconds=2)
MOST_REMEMBERED = 4_096
NO_HASH = bytes(32)


class UnknownKey(Refusal):
    """The key opens nothing; it is not said why."""

    code = "unknown_key"


class KeyHolder(msgspec.Struct, frozen=True, kw_only=True):
    """Who calls: `merchant` is the merchant's code, `store_code` the only store the key may speak for, if any."""

    id: int
    name: str
    scopes: frozenset[str]
    store_code: str | None
    merchant: str
    expires_at: datetime | None

    @property
    def actor(self) -> Actor:
        return Actor(kind="key", id=self.id, name=self.name)


_remembered: "OrderedDict[tuple[str, int, bytes], Remembered]" = OrderedDict()
_lock = Lock()


def check_key(token: str, *, at: datetime) -> KeyHolder:
    """Return who holds this token, in the schema of the merchant that the token names. Refuses: UnknownKey."""
    if remembered := recall_key(token, at=at):
        return remembered.holder
    return renew_key(token, at=at)


class Remembered(msgspec.Struct, frozen=True):
    """Who held a token when it was last looked up."""

    holder: KeyHolder
    seen_at: datetime


def recall_key(token: str, *, at: datetime) -> Remembered | None:
    """Return who holds this token if that was looked up in the last two seconds; the database is not asked."""
    taken_apart = read_token(token)
    return _recall(taken_apart, at=at) if taken_apart else None


def renew_key(token: str, *, at: datetime) -> KeyHolder:
    """Ask the database who holds this token, whatever is remembered; a key that has ended is forgotten at once.

    Refuses: UnknownKey.
    """
    taken_apart = read_token(token)
    if taken_apart is None:
        raise UnknownKey()
    try:
        holder = _look_up(taken_apart, at=at)
    except UnknownKey:
        with _lock:
            _remembered.pop((taken_apart.merchant, taken_apart.key_id, taken_apart.hash), None)
        raise
    _remember(taken_apart, holder, at=at)
    return holder


def _look_up(token: Token, *, at: datetime) -> KeyHolder:
    if not Merchant.objects.filter(code=token.merchant).exists():
        raise UnknownKey()
    with schema_context(SCHEMA_PREFIX + token.merchant):
        key = ApiKey.objects.select_related("store").filter(pk=token.key_id).first()
        is_right = same_hash(token.hash, bytes(key.secret_hash) if key else NO_HASH)
        if not (key and is_right and is_live(expires_at=key.expires_at, revoked_at=key.revoked_at, at=at)):
            raise UnknownKey()
        if not used_lately(key.last_used_at, at=at):
            ApiKey.objects.filter(pk=key.pk).update(last_used_at=at)
        return KeyHolder(
            id=key.pk,
            name=key.name,
            scopes=frozenset(key.scopes),
            store_code=key.store.code if key.store else None,
            merchant=token.merchant,
            expires_at=key.expires_at,
        )


def _recall(token: Token, *, at: datetime) -> Remembered | None:
    # The secret's hash is the place where we look: a guess that shares its first bytes is no nearer to an answer.
    remembered = _remembered.get((token.merchant, token.key_id, token.hash))
    if remembered is None:
        return None
    is_fresh = timedelta(0) <= at - remembered.seen_at < REMEMBERED_FOR
    return remembered if is_fresh and is_live(expires_at=remembered.holder.expires_at, revoked_at=None, at=at) else None


def _remember(token: Token, holder: KeyHolder, *, at: datetime) -> None:
    with _lock:
        _remembered[token.merchant, token.key_id, token.hash] = Remembered(holder, at)
        _remembered.move_to_end((token.merchant, token.key_id, token.hash))
        while len(_remembered) > MOST_REMEMBERED:
            _remembered.popitem(last=False)
