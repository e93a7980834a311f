"""Two people turn out to be one: what both have had so far is added up, and can be taken apart again.

Stamp cards are not merged here: their stamps are put on the keeper's card, which may fill it. Of what they allowed,
the stricter counts.
"""

from collections.abc import Mapping

from regulars.core.consents import WHOLE, Standing, decision_for
from regulars.core.tallies import Tally


def merge_tallies(keeper: Tally, source: Tally) -> Tally:
    """Return what the keeper has had, with all that the source has had: caps, carried remainders and visits add up, a
    rule rests since it applied last to either.
    """
    return Tally(
        used={
            counter: _sum(keeper.used.get(counter, {}), source.used.get(counter, {}), sign=1)
            for counter in (keeper.used | source.used)
        },
        carry=_sum(keeper.carry, source.carry, sign=1),
        visits=keeper.visits + source.visits,
        last={rule: max(keeper.last.get(rule, 0), source.last.get(rule, 0)) for rule in keeper.last | source.last},
        cards=dict(keeper.cards),
    )


def part_tallies(now: Tally, *, keeper: Tally, source: Tally) -> Tally:
    """Return what the keeper has had without the source, after a merge of these two and whatever came since: what is
    new stays with the keeper, and nothing falls below zero.
    """
    merged = merge_tallies(keeper, source)
    return Tally(
        used={
            counter: left
            for counter, buckets in now.used.items()
            if (left := _positive(_sum(buckets, source.used.get(counter, {}), sign=-1)))
        },
        carry=_positive(_sum(_sum(now.carry, merged.carry, sign=-1), keeper.carry, sign=1)),
        visits=max(now.visits - source.visits, 0),
        last=_last(now, keeper=keeper, merged=merged),
        cards=dict(now.cards),
    )


def _last(now: Tally, *, keeper: Tally, merged: Tally) -> dict[str, int]:
    """A rule that has not applied since the merge rests as it did for the keeper alone."""
    last: dict[str, int] = {}
    for rule, applied in now.last.items():
        own = keeper.last.get(rule) if applied == merged.last.get(rule) else applied
        if own is not None:
            last[rule] = own
    return last


def _sum[Key](first: Mapping[Key, int], second: Mapping[Key, int], *, sign: int) -> dict[Key, int]:
    return {key: first.get(key, 0) + sign * second.get(key, 0) for key in {**first, **second}}


def _positive[Key](amounts: Mapping[Key, int]) -> dict[Key, int]:
    return {key: amount for key, amount in amounts.items() if amount > 0}


def stricter_decisions(keeper: Standing, source: Standing) -> list[tuple[str, bool]]:
    """Return what is to be decided for the keeper about one purpose, as (channel, yes or no), in order: a no of either
    is a no; what only one of them was ever asked is what that one said.
    """
    wanted: list[tuple[str, bool]] = []
    whole = _stricter(keeper, source, WHOLE)
    own = keeper.get(WHOLE)
    is_changed = whole is not None and (own is None or own.is_given != whole)
    if is_changed and whole is not None:
        wanted.append((WHOLE, whole))
    for channel in sorted({*keeper, *source} - {WHOLE}):
        strict = _stricter(keeper, source, channel)
        present = whole if is_changed else _said(keeper, channel)
        if strict is not None and strict != present:
            wanted.append((channel, strict))
    return wanted


def _stricter(keeper: Standing, source: Standing, channel: str) -> bool | None:
    said = [each for each in (_said(keeper, channel), _said(source, channel)) if each is not None]
    return all(said) if said else None


def _said(standing: Standing, channel: str) -> bool | None:
    decision = decision_for(standing, channel)
    return None if decision is None else decision.is_given
