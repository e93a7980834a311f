"""Stamps that are taken off can open a full card again: its stamps come back to their lots, its reward is withdrawn."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from regulars.core.actor import Actor
from regulars.core.lots import Lot
from regulars.core.program.policies import Policies
from regulars.core.stamps import CardState, Unstamped
from regulars.core.why import CardReopened
from regulars.ledger.journal import Journal
from regulars.ledger.lock import load_lots
from regulars.ledger.wallet import Wallet
from regulars.platform.rows import Asked, encode_rows, together
from regulars.points.fill import mark_keys
from regulars.points.give_back import give_all_back

# The planner may look at a row before its key's range: only a card's key has a number in its fourth place.
# A card's rewards lie together in the order of their keys. Locked, so that no till uses one that is being withdrawn.
MARKS = """
SELECT wanted.member_id, wanted.card, split_part(issued.key, '/', 4)::int, split_part(issued.key, '/', 5)::int,
       issued.status
FROM json_to_recordset(%(wanted)s::json) AS wanted(member_id bigint, card text, since int)
JOIN rewards_issuedreward AS issued
  ON issued.key >= 'card/' || wanted.member_id || '/' || wanted.card || '/' COLLATE "C"
 AND issued.key < 'card/' || wanted.member_id || '/' || wanted.card || '0' COLLATE "C"
 AND NOT (issued.status = 'withdrawn')
WHERE CASE WHEN issued.key LIKE 'card/%%' THEN split_part(issued.key, '/', 4)::int END >= wanted.since
ORDER BY issued.id
"""

# The newest entry that paid for a card and was not reversed, with what it still holds of which lot.
FILLED = """
SELECT wanted.member_id, wanted.card, split_part(entry.key, '/', 4)::int, entry.id, held.draws::text
FROM json_to_recordset(%(wanted)s::json) AS wanted(member_id bigint, card text, since int)
JOIN ledger_entry AS entry
  ON entry.key >= 'card/' || wanted.member_id || '/' || wanted.card || '/' COLLATE "C"
 AND entry.key < 'card/' || wanted.member_id || '/' || wanted.card || '0' COLLATE "C"
 AND entry.kind = 'redeem'
CROSS JOIN LATERAL (
    SELECT json_agg(json_build_array(lot_id, amount) ORDER BY first) AS draws
    FROM (SELECT lot_id, sum(amount) AS amount, min(id) AS first FROM ledger_allocation
          WHERE debit_id = entry.id GROUP BY lot_id HAVING sum(amount) > 0) AS net
) AS held
WHERE CASE WHEN entry.key LIKE 'card/%%' THEN split_part(entry.key, '/', 4)::int END >= wanted.since
  AND held.draws IS NOT NULL
ORDER BY entry.id
"""


class CardAsked(msgspec.Struct, frozen=True):
    """A member's card of one kind; `since` is the first number that might be opened again."""

    member_id: int
    card: str
    since: int


class Filling(msgspec.Struct, frozen=True):
    """The entry that paid for a full card, and what it holds, as (lot, amount)."""

    entry_id: int
    draws: tuple[tuple[int, int], ...]


class Past(msgspec.Struct, kw_only=True):
    """A member's full cards of one kind: `kept` are the marks, as (card, stamp), whose rewards are gone."""

    kept: set[tuple[int, int]] = msgspec.field(default_factory=set)
    filled: dict[int, Filling] = msgspec.field(default_factory=dict)


Pasts = dict[tuple[int, str], Past]


def asked_for(member_id: int, card: str, state: CardState, *, taken: int) -> CardAsked:
    """Return what to ask before so many stamps are taken off: a card has two stamps at the least."""
    return CardAsked(member_id, card, max(1, state.number - 1 - taken // 2))


def ask_pasts(wanted: Sequence[CardAsked], *, lock: bool) -> Callable[[], Pasts]:
    """Ask inside a `together` block, under the lock of the members' accounts, what these cards have brought.

    With `lock`, their rewards are not used by anybody until the transaction ends.
    """
    if not wanted:
        return dict
    params = {"wanted": encode_rows(list(wanted))}
    marks = Asked(MARKS + ("FOR NO KEY UPDATE OF issued" if lock else ""), params)
    fillings = Asked(FILLED, params)

    def read() -> Pasts:
        pasts: Pasts = {(each.member_id, each.card): Past() for each in wanted}
        for member, card, number, stamp, status in marks.rows():
            if status != "outstanding":
                pasts[member, card].kept.add((number, stamp))
        for member, card, number, entry_id, draws in fillings.rows():
            held = msgspec.json.decode(draws, type=tuple[tuple[int, int], ...])
            pasts[member, card].filled[number] = Filling(entry_id, held)
        return pasts

    return read


def find_past(asked: CardAsked, *, lock: bool) -> Past:
    """Return one card's past."""
    with together():
        pasts = ask_pasts([asked], lock=lock)
    return pasts()[asked.member_id, asked.card]


def load_filled_lots(unstamped: Unstamped, past: Past) -> dict[int, Lot]:
    """Return the lots that stamps come back to, with one statement."""
    fillings = [past.filled[full.number] for full in unstamped.reopened]
    return load_lots({lot for filling in fillings for lot, _ in filling.draws})


def unfill_cards(
    unstamped: Unstamped,
    card: str,
    *,
    name: str,
    past: Past,
    lots: Mapping[int, Lot],
    wallet: Wallet,
    journal: Journal,
    policies: Policies,
    about: str,
    by: Actor,
) -> list[str]:
    """Give the stamps of the cards that are open again back to their lots; return whose rewards are to be withdrawn.

    The wallet has its open lots; taking the stamps off is the caller's next step. A lot that ended meanwhile lives on
    for the program's grace.
    """
    for full in unstamped.reopened:
        filling = past.filled[full.number]
        give_all_back(
            wallet,
            debit=filling.entry_id,
            taken=filling.draws,
            lots=lots,
            key=f"card/{wallet.holder_id}/{card}/{full.number}/{about}/reopened",
            why=lambda _, number=full.number: CardReopened(name, number),  # type: ignore[misc]
            journal=journal,
            policies=policies,
            by=by,
        )
    return mark_keys(unstamped.undone, card, wallet.holder_id)
