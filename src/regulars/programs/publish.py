"""An earning rule is drafted, published and ended. Publishing makes a new version; versions never change.

A sale earns by the version in force when it happened, so a new version changes nothing that was already sold.
"""

from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.earning import Published
from regulars.core.refusals import Refusal
from regulars.core.rules import EarningRule
from regulars.ledger.models import Unit
from regulars.programs.book import load_book
from regulars.programs.models import Rule, RuleVersion
from regulars.stores.models import Store, Tag


class UnknownRule(Refusal):
    """The program has no rule with this id."""

    code = "unknown_rule"


class UnknownUnit(Refusal):
    """The rule gives a unit the program does not have."""

    code = "unknown_unit"

    def __init__(self, *, unit: str) -> None:
        self.unit = unit


class UnknownPlaces(Refusal):
    """The rule names stores or store tags that do not exist: it would never apply there."""

    code = "unknown_places"

    def __init__(self, *, stores: list[str], store_tags: list[str]) -> None:
        self.stores = stores
        self.store_tags = store_tags


class RuleEnded(Refusal):
    """The rule has ended: publish a new one instead."""

    code = "rule_ended"


class InvalidRule(Refusal):
    """The rule has a name of 1 to 128 characters, figures within their bounds, and an end after its start."""

    code = "invalid_rule"

    def __init__(self, *, why: str) -> None:
        self.why = why


@transaction.atomic
def save_draft(*, rule_id: int | None, name: str, terms: EarningRule, at: datetime, by: Actor) -> Rule:
    """Keep what somebody works on, without any effect on sales; `rule_id` None starts a new rule.

    Refuses: UnknownRule, RuleEnded, InvalidRule, UnknownUnit.
    """
    rule, draft = _rule(rule_id, name=name, terms=terms), _stored(terms)
    if rule.draft != draft or rule_id is None:
        rule.draft = draft
        rule.save()
        _record("rule.drafted", rule, facts={}, at=at, by=by)
    return rule


@transaction.atomic
def publish_rule(*, rule_id: int | None, name: str, terms: EarningRule, at: datetime, by: Actor) -> Published:
    """Let a rule earn from `at` on, as its next version; `rule_id` None makes a new rule, which covers older sales too.

    Publishing what is published already changes nothing. Refuses: UnknownRule, RuleEnded, InvalidRule, UnknownUnit,
    UnknownPlaces.
    """
    rule, stored = _rule(rule_id, name=name, terms=terms), _stored(terms)
    _check_places(terms)
    rule.draft = None
    rule.save()
    newest = RuleVersion.objects.filter(rule=rule).order_by("-number").first()
    if newest is None or newest.terms != stored:
        newest = RuleVersion.objects.create(
            rule=rule,
            number=newest.number + 1 if newest else 1,
            terms=stored,
            published_at=at,
            published_by=by.tag,
        )
        _record("rule.published", rule, facts={"version": newest.number}, at=at, by=by)
    return load_book().version(newest.pk)


@transaction.atomic
def end_rule(*, rule_id: int, at: datetime, by: Actor) -> Rule:
    """Stop a rule: sales from `at` on earn nothing by it. One that has ended stays as it is. Refuses: UnknownRule."""
    rule = _lock_rule(rule_id)
    if rule.ended_at is None:
        rule.ended_at = at
        rule.save(update_fields=["ended_at"])
        _record("rule.ended", rule, facts={}, at=at, by=by)
    return rule


def _rule(rule_id: int | None, *, name: str, terms: EarningRule) -> Rule:
    name = " ".join(name.split())
    if not 1 <= len(name) <= 128 or not name.isprintable():
        raise InvalidRule(why="name")
    if terms.starts_at and terms.ends_at and terms.ends_at <= terms.starts_at:
        raise InvalidRule(why="ends_at")
    unit = Unit.objects.filter(code=terms.unit).first()
    if unit is None:
        raise UnknownUnit(unit=terms.unit)
    if rule_id is None:
        return Rule(name=name, unit=unit)
    rule = _lock_rule(rule_id)
    if rule.ended_at is not None:
        raise RuleEnded()
    rule.name, rule.unit = name, unit
    return rule


def _lock_rule(rule_id: int) -> Rule:
    rule = Rule.objects.select_for_update(no_key=True).filter(pk=rule_id).first()
    if rule is None:
        raise UnknownRule()
    return rule


def _stored(terms: EarningRule) -> dict[str, Any]:
    """Return the JSON that is stored, read once more with every bound on: a value made in code was not checked."""
    try:
        checked = msgspec.json.decode(msgspec.json.encode(terms), type=EarningRule)
    except msgspec.ValidationError as error:
        raise InvalidRule(why=str(error)) from None
    stored: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(checked))
    return stored


def _check_places(terms: EarningRule) -> None:
    stores = set(terms.stores) - set(Store.objects.filter(code__in=terms.stores).values_list("code", flat=True))
    tags = set(terms.store_tags) - set(Tag.objects.filter(name__in=terms.store_tags).values_list("name", flat=True))
    if stores or tags:
        raise UnknownPlaces(stores=sorted(stores), store_tags=sorted(tags))


def _record(action: str, rule: Rule, *, facts: dict[str, Any], at: datetime, by: Actor) -> None:
    record_event(action=action, about="rule", about_id=rule.pk, facts=facts, at=at, by=by)
