"""What a shop's conditions can name, and what it calls these things: its tags, segments, levels, units, own fields."""

from functools import cached_property

from regulars.audiences.models import Segment, Tag
from regulars.backoffice.office import Office
from regulars.consents.purposes import load_purposes
from regulars.core.attributes import Definition
from regulars.core.program.tier_sets import TierSet
from regulars.core.program.units import Unit
from regulars.members.attributes import load_definitions
from regulars.stores.models import Store

type Choices = list[tuple[str, str]]
ENOUGH = 200


class Offered:
    """Each list is read when it is first asked for, and at most once in a request."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.currency = office.currency

    @cached_property
    def tags(self) -> Choices:
        return [(name, name) for name in Tag.objects.order_by("name").values_list("name", flat=True)[:ENOUGH]]

    @cached_property
    def segments(self) -> Choices:
        return [(name, name) for name in Segment.objects.order_by("name").values_list("name", flat=True)[:ENOUGH]]

    @cached_property
    def stores(self) -> Choices:
        rows = Store.objects.order_by("code").values_list("code", "name")[:ENOUGH]
        return [(code, f"{name} ({code})") for code, name in rows]

    @cached_property
    def units(self) -> Choices:
        live = self.office.live
        if live is None:
            return []
        cards = {card.code: card.name for card in live.document.stamp_cards}
        return [(code, cards.get(code, unit.name.plural)) for code, unit in live.units.items()]

    @cached_property
    def tier_sets(self) -> tuple[TierSet, ...]:
        return self.office.live.tier_sets if self.office.live else ()

    @cached_property
    def rewards(self) -> Choices:
        return [(code, reward.name) for code, reward in (self.office.live.rewards if self.office.live else {}).items()]

    @cached_property
    def attributes(self) -> dict[str, Definition]:
        """The shop's own fields that may be asked for: regulated ones are found by nobody."""
        return {each.code: each for each in load_definitions().live if not each.is_regulated}

    @cached_property
    def purposes(self) -> Choices:
        return [(each.code, each.name) for each in load_purposes().values()]

    def unit(self, code: str) -> Unit:
        return self.office.unit(code)

    def tier_set(self, code: str) -> str:
        return next((each.name for each in self.tier_sets if each.code == code), code)

    def level(self, tier_set: str, code: str) -> str:
        levels = (level for each in self.tier_sets if each.code == tier_set for level in each.levels)
        return next((level.name for level in levels if level.code == code), code)

    def reward(self, code: str) -> str:
        return dict(self.rewards).get(code, code)

    def purpose(self, code: str) -> str:
        return dict(self.purposes).get(code, code)

    def attribute(self, code: str) -> str:
        return self.attributes[code].label if code in self.attributes else code

    def value(self, attribute: str, value: str) -> str:
        return self.attributes[attribute].label_of(value) if attribute in self.attributes else value
