"""Rewards that give nothing, cannot be paid for, or pay for themselves."""

from collections.abc import Iterator

from regulars.core.checks.faults import Fault, warning
from regulars.core.describe.rules import find_unit
from regulars.core.phrases import count
from regulars.core.program.document import ProgramDocument
from regulars.core.program.rewards import Gives, Reward

# What each kind has to say, and may say, about what it is worth.
_NEEDS = {"points": {"unit", "amount"}, "credit": {"unit", "amount"}}
_MAY = {
    "product": {"sku"},
    "gift": {"sku"},
    "experience": set(),
    "discount": {"minor", "percent", "sku"},
} | _NEEDS


def check_rewards(document: ProgramDocument) -> Iterator[Fault]:
    for i, reward in enumerate(document.rewards):
        path = f"rewards[{i}]"
        yield from _gives(path, reward)
        if reward.gives.unit is not None and find_unit(document, reward.gives.unit).kind == "stamps":
            said = "Stamps come from rules, the team and codes: a reward gives another unit."
            yield Fault(f"{path}.gives.unit", "gives_stamps", said)
        yield from _price(path, reward, document)
        yield from _pays_for_itself(path, reward, document)
        if reward.is_sent and reward.kind not in ("product", "gift", "experience"):
            yield Fault(f"{path}.is_sent", "nothing_to_send", f"A {reward.kind} reward is no thing that can be sent.")


def _gives(path: str, reward: Reward) -> Iterator[Fault]:
    said = {field for field in Gives.__struct_fields__ if getattr(reward.gives, field) is not None}
    for field in sorted(_NEEDS.get(reward.kind, set()) - said):
        yield Fault(
            f"{path}.gives", "gives_nothing", f"A {reward.kind} reward says how much of what: {field} is missing."
        )
    if reward.kind == "discount" and len(said & {"minor", "percent"}) != 1:
        yield Fault(
            f"{path}.gives", "gives_nothing", "A discount is money off (minor) or percent off: give one of the two."
        )
    for field in sorted(said - _MAY[reward.kind]):
        yield Fault(
            f"{path}.gives.{field}", "no_effect", f"A {reward.kind} reward does not look at {field}: leave it out."
        )


def _price(path: str, reward: Reward, document: ProgramDocument) -> Iterator[Fault]:
    if reward.price is None:
        return
    unit = find_unit(document, reward.price.unit)
    if unit.kind in ("status", "stamps"):
        what = "Status points are not spent" if unit.kind == "status" else "A card's stamps are spent by filling it"
        yield Fault(f"{path}.price.unit", "unspendable_unit", f"{what}: give the price in another unit.")
    if unit.max_balance is not None and reward.price.amount > unit.max_balance:
        cheaper = [amount for amount in reward.price.by_tier.values() if amount <= unit.max_balance]
        said = (
            f"A member holds at most {count(unit.max_balance, unit)}, and it costs {count(reward.price.amount, unit)}"
        )
        if cheaper:
            yield warning(f"{path}.price.amount", "never_affordable", f"{said}: only some levels can pay that.")
        else:
            yield Fault(f"{path}.price.amount", "never_affordable", f"{said}: nobody can ever claim it.")
    for code, amount in reward.price.by_tier.items():
        if amount == 0 and reward.per_member is None and reward.stock is None:
            said = "It is free for this level, as often as they like: add per_member or stock."
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
                said = (
                    f"It costs {count(amount, unit)} and gives {count(gives.amount, unit)}: it makes units of nothing."
                )
                yield Fault(spot, "pays_for_itself", said)
