"""Why an entry is what it is, in sentences, as a cashier would say them to a member."""

from collections.abc import Callable
from datetime import tzinfo

from regulars.core.amounts import portion
from regulars.core.describe.limits import describe_bound
from regulars.core.money import write_money
from regulars.core.phrases import count, sentence, stamps, unit_words, write_end
from regulars.core.program.units import Unit
from regulars.core.tongue import names, point, say
from regulars.core.why import (
    Adjusted,
    Bite,
    CardFilled,
    CardReopened,
    Claimed,
    Earned,
    Expired,
    Forfeited,
    Merged,
    Promised,
    Reinstated,
    Returned,
    Rewarded,
    RewardRemoved,
    RulePart,
    Spent,
    TakenBack,
    Undone,
    Why,
    Withdrawn,
    WrittenOff,
)

SayRule = Callable[[int, str], str]
"""A rule's sentence by program version and code: "1 point per full 1.00 USD"."""


def explain(why: Why, *, unit: Unit, currency: str, zone: tzinfo, say_rule: SayRule) -> list[str]:
    """Explain one entry in sentences; times are told in `zone`."""

    def money(minor: int) -> str:
        return write_money(minor, currency)

    match why:
        case Earned():
            return _explain_earning(why, unit, currency, say_rule)
        case Spent():
            return [
                say(
                    "%(units)s paid %(money)s: %(step)s pay %(worth)s.",
                    units=count(why.points, unit),
                    money=money(why.value_minor),
                    step=count(why.points_per, unit),
                    worth=money(why.minor_per),
                )
            ]
        case TakenBack():
            return _explain_taking_back(why, unit, currency)
        case Returned():
            return _explain_return(why, unit, currency, zone)
        case Adjusted():
            balance = count(why.before, unit)
            return [say("Changed by the team. The balance was %(balance)s before.", balance=balance)]
        case Expired():
            end = write_end(why.expires_at, zone)
            left = count(why.lot_amount, unit)
            return [say("What was left of %(amount)s that could be used until %(end)s.", amount=left, end=end)]
        case WrittenOff(withheld_minor=0):
            short = count(why.short, unit)
            return [
                say("%(amount)s of a returned sale had been spent already. The shop took the loss.", amount=short),
            ]
        case WrittenOff():
            return [
                say("%(amount)s of a returned sale had been spent already.", amount=count(why.short, unit)),
                say("%(money)s was kept back from the money instead.", money=money(why.withheld_minor)),
            ]
        case Reinstated():
            end = write_end(why.until, zone)
            return [say("The team brought back what had expired: it can be used until %(end)s.", end=end)]
        case Promised() | Withdrawn():
            return [_explain_promise(why, currency)]
        case Forfeited(paid_out=True):
            return [say("The member's data was erased: what was left was paid out in money.")]
        case Forfeited():
            return [say("The member's data was erased: what was left, and what was owed, ended with it.")]
        case Undone():
            return [say("What another entry had done was undone.")]
        case Merged():
            return [_explain_merge(why)]
        case _:
            return _explain_gift(why, unit, zone)


def _explain_return(why: Returned, unit: Unit, currency: str, zone: tzinfo) -> list[str]:
    said = [
        say("%(amount)s had paid part of this sale.", amount=count(why.points, unit)),
        say(
            "%(part)s of %(total)s has come back so far, and the same part of the %(units)s with it.",
            part=write_money(why.refunded_minor, currency),
            total=write_money(why.total_minor, currency),
            units=unit_words(unit).plural,
        ),
    ]
    if why.graced_until:
        end = write_end(why.graced_until, zone)
        said.append(say("Some had expired meanwhile: they can be used until %(end)s.", end=end))
    return said


def _explain_promise(why: Promised | Withdrawn, currency: str) -> str:
    receipt = str(why.receipt)
    match why:
        case Promised():
            total = write_money(why.total_minor, currency)
            return say(
                "Receipt %(receipt)s over %(total)s was entered by hand: it counts once somebody else confirms it.",
                receipt=receipt,
                total=total,
            )
        case Withdrawn(outcome="confirmed"):
            return say(
                "Receipt %(receipt)s was confirmed: what its sale earned stands in the place of the promise.",
                receipt=receipt,
            )
        case Withdrawn(outcome="rejected"):
            return say("Receipt %(receipt)s was rejected: nothing comes of the promise.", receipt=receipt)
        case Withdrawn(outcome="lapsed"):
            return say("Receipt %(receipt)s was lapsed: nothing comes of the promise.", receipt=receipt)
        case Withdrawn():
            return say("Receipt %(receipt)s was changed: nothing comes of the promise.", receipt=receipt)


def _explain_merge(why: Merged) -> str:
    if why.shared:
        return say("Two records of one person were parted again: this much had been used, and stays with who used it.")
    if why.is_undo:
        return say("Two records of one person were parted again: what was left went back, with its dates.")
    return say("Two records of one person became one: what was left moved over, with its dates.")


def _explain_gift(
    why: Claimed | CardFilled | CardReopened | Rewarded | RewardRemoved, unit: Unit, zone: tzinfo
) -> list[str]:
    match why:
        case Claimed():
            said = [say("“%(reward)s” was claimed for %(price)s.", reward=why.reward, price=count(why.price, unit))]
            if why.price != why.listed:
                said.append(say("Without a level it costs %(price)s.", price=count(why.listed, unit)))
            return said
        case CardFilled():
            held = stamps(why.size)
            return [
                say(
                    "Card %(number)s was full: its %(stamps)s are used up for the reward.",
                    number=why.number,
                    stamps=held,
                )
            ]
        case CardReopened():
            return [say("Stamps that had filled card %(number)s were taken off: it is open again.", number=why.number)]
        case Rewarded():
            return [say("“%(reward)s” is paid at once.", reward=why.reward)]
        case RewardRemoved():
            said = [say("“%(reward)s” was taken away, and its price given back.", reward=why.reward)]
            if why.graced_until:
                end = write_end(why.graced_until, zone)
                said.append(say("Some had expired meanwhile: it can be used until %(end)s.", end=end))
            return said


def _explain_earning(why: Earned, unit: Unit, currency: str, say_rule: SayRule) -> list[str]:
    said: list[str] = []
    if why.event:
        said.append(say("For “%(event)s”.", event=why.event))
    elif why.money_minor != why.total_minor:
        said.append(
            say(
                "%(part)s of %(total)s was paid in a way that earns, and has not come back.",
                part=write_money(why.money_minor, currency),
                total=write_money(why.total_minor, currency),
            )
        )
    for part in why.parts:
        said += _explain_part(part, why, unit, currency, say_rule(why.version, part.rule))
    if why.lines:
        lines = names(str(position) for position in why.lines)
        if len(why.lines) == 1:
            said.append(say("Made by line %(lines)s of the sale.", lines=lines))
        else:
            said.append(say("Made by lines %(lines)s.", lines=lines))
    return said


def _explain_part(part: RulePart, why: Earned, unit: Unit, currency: str, rule: str) -> list[str]:
    said = [sentence(rule)]
    counted = _counted(part, why, currency)
    gave = count(part.desired, unit)
    if counted:
        gave = say("%(counted)s counted: %(gave)s", counted=counted, gave=gave)
    if part.carried and part.carried[0]:
        gave = say("%(gave)s, with %(step)s from before", gave=gave, step=_write_step(part, part.carried[0], currency))
    if part.carried and part.carried[1]:
        rest = _write_step(part, part.carried[1], currency)
        gave = say("%(gave)s; %(step)s counts with the next sale", gave=gave, step=rest)
    said.append(sentence(gave))
    said += [_explain_bite(bite, unit) for bite in part.bites]
    if part.bites:
        awarded, desired = count(part.awarded, unit), count(part.desired, unit)
        said.append(say("So %(awarded)s instead of %(desired)s.", awarded=awarded, desired=desired))
    return said


def _explain_bite(bite: Bite, unit: Unit) -> str:
    left = say("%(amount)s were left", amount=count(bite.room, unit)) if bite.room else say("nothing was left")
    if bite.id.startswith("b:"):
        name = bite.id[2:].partition("/")[0]
        return say("The budget “%(name)s” bounds what everybody gets together: %(left)s.", name=name, left=left)
    said = describe_bound(bite.limit, per=bite.per, period=bite.period, days=bite.days, unit=unit)
    return sentence(said if bite.period == "transaction" else say("%(bound)s: %(left)s", bound=said, left=left))


def _counted(part: RulePart, why: Earned, currency: str) -> str:
    """Say what a rule counted; nothing where it counts once, or counts what other rules gave."""
    if part.of_goods:
        return _goods(part.counted)
    if not part.per or part.of_units:
        return ""
    whole = part.counted if part.carried else portion(part.counted, part=why.money_minor, whole=why.total_minor)
    return write_money(whole, currency)


def _write_step(part: RulePart, amount: int, currency: str) -> str:
    return _goods(amount) if part.of_goods else write_money(amount, currency)


def _goods(milli: int) -> str:
    return say("%(quantity)s units", quantity=f"{milli / 1000:g}".replace(".", point()))


def _explain_taking_back(why: TakenBack, unit: Unit, currency: str) -> list[str]:
    said = [
        say(
            "After the refund %(left)s that earns is left of the sale; for that, it gives %(amount)s.",
            left=write_money(why.remaining_minor, currency),
            amount=count(why.target, unit),
        ),
        say(
            "%(held)s were held for it, so %(back)s went back.",
            held=count(why.held, unit),
            back=count(why.held - why.target, unit),
        ),
    ]
    if why.short:
        said.append(say("%(amount)s of them had been spent already.", amount=count(why.short, unit)))
    return said
