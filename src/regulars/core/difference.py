"""What changes from one program to another, in words: parts that come, go, or are different, and in which respect."""

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from typing import Any, Literal

import msgspec

from regulars.core.describe.catalogue import describe_reward, describe_stamp_card, tell_reward, tell_stamp_card
from regulars.core.describe.rules import Aspects, describe_rule, tell_rule
from regulars.core.describe.tiers import describe_tier_set, tell_level, tell_tier_set
from regulars.core.describe.units import describe_unit, tell_budget, tell_collection, tell_policies, tell_unit
from regulars.core.phrases import either
from regulars.core.program.document import ProgramDocument

Section = Literal["units", "collections", "budgets", "rules", "stamp_cards", "tier_sets", "rewards", "policies"]
SECTIONS: dict[Section, str] = {
    "units": "unit",
    "collections": "collection",
    "budgets": "budget",
    "rules": "rule",
    "stamp_cards": "stamp card",
    "tier_sets": "tier set",
    "rewards": "reward",
    "policies": "policies",
}


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
        what = SECTIONS[self.section]
        if self.kind == "moved":
            return f"order of the {what}s"
        return f"{what} “{self.name}”" if self.name else what

    def __str__(self) -> str:
        return f"{self.kind} {self.about}: {'; '.join(self.words)}"


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
                    level.name: "; ".join(tell_level(level, part, document, currency).values()) for level in part.levels
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
                return "; ".join(f"{about}: {words}" for about, words in self.aspects(section, part).items())


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
        names = ", ".join(f"“{_name(news[code])}”" for code in kept_after)
        yield Change(section=section, kind="moved", words=(f"now {names}",))


def _differences(section: str, before: Any, after: Any, old: _Told, new: _Told) -> Iterator[str]:
    """Say each respect that is different; what no words tell is told by its field."""
    if type(before) is not type(after):
        yield f"now {new.sentence(section, after)} (before: {old.sentence(section, before)})"
        return
    if getattr(before, "name", None) != getattr(after, "name", None):
        yield f"called “{_name(before)}” before"
    was, now = old.aspects(section, before), new.aspects(section, after)
    for about in [*was, *(each for each in now if each not in was)]:
        if was.get(about) != now.get(about):
            yield f"{about}: {now.get(about) or 'nothing'} (before: {was.get(about) or 'nothing'})"
    for field in before.__struct_fields__:
        first, second = getattr(before, field), getattr(after, field)
        if field == "name" or first == second:
            continue
        changed = msgspec.structs.replace(before, **{field: second})
        unchanged = msgspec.structs.replace(after, **{field: first})
        if old.aspects(section, changed) == was and new.aspects(section, unchanged) == now:
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
            *([f"{len(came):,} more ({either(came)})"] if came else []),
            *([f"{len(left):,} less ({either(left)})"] if left else []),
        ]
        yield f"{field}: {', '.join(parts)}"
    else:
        yield f"{field}: {_value(after)} (before: {_value(before)})"


def _value(value: Any) -> str:
    if isinstance(value, msgspec.Struct) or (isinstance(value, tuple | dict) and value):
        return msgspec.json.encode(value).decode()
    return "nothing" if value in (None, "", (), {}) else str(value)


def _name(part: Any) -> str:
    return part.name if isinstance(part.name, str) else part.name.plural


def _told(sentence: str) -> str:
    return sentence or "nothing more to say"
