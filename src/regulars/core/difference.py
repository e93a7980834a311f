"""What changes from one program to another, in words: parts that come, go, or are different, and in which respect."""

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from typing import Any, Literal

import msgspec

from regulars.core.describe.catalogue import describe_reward, describe_stamp_card, tell_reward, tell_stamp_card
from regulars.core.describe.rules import Aspects, describe_rule, tell_rule
from regulars.core.describe.tiers import describe_tier_set, tell_level, tell_tier_set
from regulars.core.describe.units import describe_unit, tell_budget, tell_collection, tell_policies, tell_unit
from regulars.core.phrases import either, quoted, unit_words
from regulars.core.program.document import ProgramDocument
from regulars.core.tongue import clauses, mark, mark_as, names, say, say_as, statements

Section = Literal["units", "collections", "budgets", "rules", "stamp_cards", "tier_sets", "rewards", "policies"]
SECTIONS: dict[Section, str] = {
    "units": mark("unit “%(name)s”"),
    "collections": mark("collection “%(name)s”"),
    "budgets": mark("budget “%(name)s”"),
    "rules": mark("rule “%(name)s”"),
    "stamp_cards": mark("stamp card “%(name)s”"),
    "tier_sets": mark("tier set “%(name)s”"),
    "rewards": mark("reward “%(name)s”"),
    "policies": mark("policies"),
}
ORDERS: dict[Section, str] = {
    "units": mark("order of the units"),
    "collections": mark("order of the collections"),
    "budgets": mark("order of the budgets"),
    "rules": mark("order of the rules"),
    "stamp_cards": mark("order of the stamp cards"),
    "tier_sets": mark("order of the tier sets"),
    "rewards": mark("order of the rewards"),
}
KINDS = {
    "added": mark("added %(what)s: %(words)s"),
    "removed": mark("removed %(what)s: %(words)s"),
    "changed": mark("changed %(what)s: %(words)s"),
    "moved": mark("moved %(what)s: %(words)s"),
}
ASPECTS = {
    "gives": mark_as("what is told", "gives"),
    "when": mark_as("what is told", "when"),
    "limits": mark_as("what is told", "limits"),
    "stacking": mark_as("what is told", "stacking"),
    "waits": mark_as("what is told", "waits"),
    "lives": mark_as("what is told", "lives"),
    "kind": mark_as("what is told", "kind"),
    "pays": mark_as("what is told", "pays"),
    "steps": mark_as("what is told", "steps"),
    "refunds": mark_as("what is told", "refunds"),
    "words": mark_as("what is told", "words"),
    "for": mark_as("what is told", "for"),
    "holds": mark_as("what is told", "holds"),
    "levels": mark_as("what is told", "levels"),
    "counts": mark_as("what is told", "counts"),
    "upgrade": mark_as("what is told", "upgrade"),
    "kept": mark_as("what is told", "kept"),
    "review": mark_as("what is told", "review"),
    "from": mark_as("what is told", "from"),
    "rewards": mark_as("what is told", "rewards"),
    "benefits": mark_as("what is told", "benefits"),
    "full": mark_as("what is told", "full"),
    "note": mark_as("what is told", "note"),
    "price": mark_as("what is told", "price"),
    "use": mark_as("what is told", "use"),
    "cost": mark_as("what is told", "cost"),
    "text": mark_as("what is told", "text"),
    "also earning": mark_as("what is told", "also earning"),
    "never earning": mark_as("what is told", "never earning"),
    "late sales": mark_as("what is told", "late sales"),
    "sales without a member": mark_as("what is told", "sales without a member"),
    "returned to a lot that expired": mark_as("what is told", "returned to a lot that expired"),
    "held by a basket": mark_as("what is told", "held by a basket"),
    "keyed by hand": mark_as("what is told", "keyed by hand"),
    "locked members": mark_as("what is told", "locked members"),
}
"""What a part is told about; levels are told about by their names."""


def say_aspect(about: str) -> str:
    return say_as("what is told", ASPECTS[about]) if about in ASPECTS else about


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """`words` say what is different, a sentence each; `code` and `name` are empty for the policies and an order."""

    section: Section
    kind: Literal["added", "removed", "changed", "moved"]
    code: str = ""
    name: str = ""
    words: tuple[str, ...]

    @property
    def about(self) -> str:
        """What is different: "rule “Base”", "order of the rules"."""
        if self.kind == "moved":
            return say(ORDERS[self.section])
        return say(SECTIONS[self.section], name=self.name)

    def __str__(self) -> str:
        return say(KINDS[self.kind], what=self.about, words=statements(self.words))


class _Told(msgspec.Struct, frozen=True):
    """A document with what is needed to tell its parts."""

    document: ProgramDocument
    currency: str
    zone: tzinfo

    def aspects(self, section: str, part: Any) -> Aspects:
        document, currency, zone = self.document, self.currency, self.zone
        match section:
            case "units":
                return tell_unit(part, currency=currency)
            case "collections":
                return tell_collection(part)
            case "budgets":
                return tell_budget(part, document, currency)
            case "rules":
                return tell_rule(part, document=document, currency=currency, zone=zone)
            case "stamp_cards":
                return tell_stamp_card(part, document=document, currency=currency, zone=zone)
            case "tier_sets":
                return tell_tier_set(part, document=document, currency=currency) | {
                    level.name: statements(tell_level(level, part, document, currency).values())
                    for level in part.levels
                }
            case "rewards":
                return tell_reward(part, document=document, currency=currency, zone=zone)
            case _:
                return tell_policies(part, document, currency)

    def sentence(self, section: str, part: Any) -> str:
        document, currency, zone = self.document, self.currency, self.zone
        match section:
            case "units":
                return describe_unit(part, currency=currency)
            case "rules":
                return describe_rule(part, document=document, currency=currency, zone=zone)
            case "stamp_cards":
                return describe_stamp_card(part, document=document, currency=currency, zone=zone)
            case "tier_sets":
                return describe_tier_set(part, document=document, currency=currency)
            case "rewards":
                return describe_reward(part, document=document, currency=currency, zone=zone)
            case _:
                told = self.aspects(section, part).items()
                return statements(
                    say("%(about)s: %(words)s", about=say_aspect(about), words=words) for about, words in told
                )


def tell_part(section: str, part: Any, *, document: ProgramDocument, currency: str, zone: tzinfo) -> str:
    """Say any part of the document in one sentence."""
    return _Told(document, currency, zone).sentence(section, part)


def compare(before: ProgramDocument, after: ProgramDocument, *, currency: str, zone: tzinfo) -> list[Change]:
    """Return what changes, in the order of the document; nothing for equal ones, and something for any others."""
    old, new = _Told(before, currency, zone), _Told(after, currency, zone)
    changes: list[Change] = []
    for section in SECTIONS:
        if section == "policies":
            if before.policies != after.policies:
                words = tuple(_differences(section, before.policies, after.policies, old, new))
                changes.append(Change(section=section, kind="changed", words=words))
        else:
            changes += _compare_parts(section, getattr(before, section), getattr(after, section), old, new)
    return changes


def _compare_parts(
    section: Section, before: Sequence[Any], after: Sequence[Any], old: _Told, new: _Told
) -> Iterator[Change]:
    olds = {part.code: part for part in before}
    news = {part.code: part for part in after}
    for code, part in news.items():
        name = _name(part)
        if code not in olds:
            yield Change(
                section=section, kind="added", code=code, name=name, words=(_told(new.sentence(section, part)),)
            )
        elif olds[code] != part:
            words = tuple(_differences(section, olds[code], part, old, new))
            yield Change(section=section, kind="changed", code=code, name=name, words=words)
    for code, part in olds.items():
        if code not in news:
            said = (_told(old.sentence(section, part)),)
            yield Change(section=section, kind="removed", code=code, name=_name(part), words=said)
    kept_before = [code for code in olds if code in news]
    kept_after = [code for code in news if code in olds]
    if kept_before != kept_after:
        order = names(quoted(_name(news[code])) for code in kept_after)
        yield Change(section=section, kind="moved", words=(say("now %(names)s", names=order),))


def _differences(section: str, before: Any, after: Any, old: _Told, new: _Told) -> Iterator[str]:
    """Say each respect that is different; what no words tell is told by its field."""
    if type(before) is not type(after):
        now, then = new.sentence(section, after), old.sentence(section, before)
        yield say("now %(now)s (before: %(then)s)", now=now, then=then)
        return
    if getattr(before, "name", None) != getattr(after, "name", None):
        yield say("called “%(name)s” before", name=_name(before))
    was, is_now = old.aspects(section, before), new.aspects(section, after)
    for about in [*was, *(each for each in is_now if each not in was)]:
        if was.get(about) != is_now.get(about):
            yield _from_to(say_aspect(about), was.get(about) or say("nothing"), is_now.get(about) or say("nothing"))
    for field in before.__struct_fields__:
        first, second = getattr(before, field), getattr(after, field)
        if field == "name" or first == second:
            continue
        changed = msgspec.structs.replace(before, **{field: second})
        unchanged = msgspec.structs.replace(after, **{field: first})
        if old.aspects(section, changed) == was and new.aspects(section, unchanged) == is_now:
            yield from _plainly(field, first, second)


def _plainly(field: str, before: Any, after: Any) -> Iterator[str]:
    """Say a difference by the field's name: what came to a list and left it, or both values."""
    if isinstance(before, msgspec.Struct) and type(before) is type(after):
        for name in before.__struct_fields__:
            if getattr(before, name) != getattr(after, name):
                yield from _plainly(f"{field}.{name}", getattr(before, name), getattr(after, name))
    elif isinstance(before, tuple) and isinstance(after, tuple) and set(map(str, before)) != set(map(str, after)):
        came = [str(each) for each in after if each not in before]
        left = [str(each) for each in before if each not in after]
        parts = [
            *([say("%(n)s more (%(names)s)", n=len(came), names=either(came))] if came else []),
            *([say("%(n)s less (%(names)s)", n=len(left), names=either(left))] if left else []),
        ]
        yield _about(field, clauses(parts))
    else:
        yield _from_to(field, _value(before), _value(after))


def _about(about: str, words: str) -> str:
    return say("%(about)s: %(words)s", about=about, words=words)


def _from_to(about: str, then: str, now: str) -> str:
    return say("%(about)s: %(now)s (before: %(then)s)", about=about, now=now, then=then)


def _value(value: Any) -> str:
    if isinstance(value, msgspec.Struct) or (isinstance(value, tuple | dict) and value):
        return msgspec.json.encode(value).decode()
    return say("nothing") if value in (None, "", (), {}) else str(value)


def _name(part: Any) -> str:
    return part.name if isinstance(part.name, str) else unit_words(part).plural


def _told(sentence: str) -> str:
    return sentence or say("nothing more to say")
