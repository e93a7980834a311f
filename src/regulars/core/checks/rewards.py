"""Rewards that give nothing, cannot be paid for, or pay for themselves."""

from collections.abc import Iterator

from regulars.core.checks.faults import Fault, warning
from regulars.core.describe.rules import find_unit
from regulars.core.phrases import count
from regulars.core.program.document import ProgramDocument
from regulars.core.program.rewards import Gives, Reward
from regulars.core.tongue import mark, say

# What each kind has to say, and may say, about what it is worth.
_NEEDS = {"points": {"unit", "amount"}, "credit": {"unit", "amount"}}
_MAY = {
    "product": {"sku"},
    "gift": {"sku"},
    "experience": set(),
    "discount": {"minor", "percent", "sku"},
} | _NEEDS

_KINDS = {
    "product": mark("product reward"),
    "gift": mark("gift reward"),
    "experience": mark("experience reward"),
    "discount": mark("discount reward"),
    "points": mark("points reward"),
    "credit": mark("credit reward"),
}


def check_rewards(document: ProgramDocument) -> Iterator[Fault]:
    for i, reward in enumerate(document.rewards):
        path = f"rewards[{i}]"
        yield from _gives(path, reward)
        if reward.gives.unit is not None and find_unit(document, reward.gives.unit).kind == "stamps":
            said = say("Stamps come from rules, the team and codes: a reward gives another unit.")
            yield Fault(f"{path}.gives.unit", "gives_stamps", said)
        yield from _price(path, reward, document)
        yield from _pays_for_itself(path, reward, document)
        if reward.is_sent and reward.kind not in ("product", "gift", "experience"):
            said = say("A %(kind)s is no thing that can be sent.", kind=_kind(reward))
            yield Fault(f"{path}.is_sent", "nothing_to_send", said)


def _gives(path: str, reward: Reward) -> Iterator[Fault]:
    said = {field for field in Gives.__struct_fields__ if getattr(reward.gives, field) is not None}
    for field in sorted(_NEEDS.get(reward.kind, set()) - said):
        told = say("A %(kind)s says how much of what: %(field)s is missing.", kind=_kind(reward), field=field)
        yield Fault(f"{path}.gives", "gives_nothing", told)
    if reward.kind == "discount" and len(said & {"minor", "percent"}) != 1:
        told = say("A discount is money off (minor) or percent off: give one of the two.")
        yield Fault(f"{path}.gives", "gives_nothing", told)
    for field in sorted(said - _MAY[reward.kind]):
        told = say("A %(kind)s does not look at %(field)s: leave it out.", kind=_kind(reward), field=field)
        yield Fault(f"{path}.gives.{field}", "no_effect", told)


def _kind(reward: Reward) -> str:
    return say(_KINDS[reward.kind])


def _price(path: str, reward: Reward, document: ProgramDocument) -> Iterator[Fault]:
    if reward.price is None:
        return
    unit = find_unit(document, reward.price.unit)
    if unit.kind in ("status", "stamps"):
        if unit.kind == "status":
            said = say("Status points are not spent: give the price in another unit.")
        else:
            said = say("A card's stamps are spent by filling it: give the price in another unit.")
        yield Fault(f"{path}.price.unit", "unspendable_unit", said)
    if unit.max_balance is not None and reward.price.amount > unit.max_balance:
        cheaper = [amount for amount in reward.price.by_tier.values() if amount <= unit.max_balance]
        most, price = count(unit.max_balance, unit), count(reward.price.amount, unit)
        if cheaper:
            said = say(
                "A member holds at most %(most)s, and it costs %(price)s: only some levels can pay that.",
                most=most,
                price=price,
            )
            yield warning(f"{path}.price.amount", "never_affordable", said)
        else:
            said = say(
                "A member holds at most %(most)s, and it costs %(price)s: nobody can ever claim it.",
                most=most,
                price=price,
            )
            yield Fault(f"{path}.price.amount", "never_affordable", said)
    for code, amount in reward.price.by_tier.items():
        if amount == 0 and reward.per_member is None and reward.stock is None:
            said = say("It is free for this level, as often as they like: add per_member or stock.")
            yield warning(f"{path}.price.by_tier.{code}", "free_without_end", said)


def _pays_for_itself(path: str, reward: Reward, document: ProgramDocument) -> Iterator[Fault]:
    price, gives = reward.price, reward.gives
    if price is None or gives.unit is None or gives.amount is None:
        return
    prices = {"": price.amount} | price.by_tier
    if gives.unit == price.unit:
        for code, amount in prices.items():
            if gives.amount >= amount:
                spot = f"{path}.price.by_tier.{code}" if code else f"{path}.price.amount"
                unit = find_unit(document, gives.unit)
                said = say(
                    "It costs %(price)s and gives %(amount)s: it makes units of nothing.",
                    price=count(amount, unit),
                    amount=count(gives.amount, unit),
                )
                yield Fault(spot, "pays_for_itself", said)
