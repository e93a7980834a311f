"""What else a sale brought, or a refund took: stamp cards, levels, rewards, in sentences."""

from collections.abc import Iterable

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.backoffice.levels import name_of_level
from regulars.backoffice.office import Office
from regulars.core.compiled import Compiled
from regulars.sales.answers import Brought, Reached
from regulars.sales.models import Sale


def say_brought(sale: Sale, office: Office) -> list[str]:
    """What the till was told when the sale was recorded."""
    if not sale.brought or office.book is None:
        return []
    program = office.book.version(sale.version_id) if sale.version_id else office.live
    brought = msgspec.convert(sale.brought, type=Brought, strict=False)
    said = []
    for card in brought.cards:
        name = program.cards[card.card].name if program and card.card in program.cards else card.card
        now = _("%(name)s: %(n)s of %(size)s stamps then.") % {"name": name, "n": card.stamps, "size": card.size}
        filled = ngettext("It filled %(n)s card.", "It filled %(n)s cards.", card.filled) % {"n": card.filled}
        said.append(f"{now} {filled}" if card.filled else now)
    said += say_levels(brought.levels, program)
    said += [_("Reward: %(name)s.") % {"name": name} for name in name_rewards(brought.rewards, program)]
    return said


def say_levels(levels: Iterable[Reached], program: Compiled | None) -> list[str]:
    """ "Status: Silver → Gold." for each level that moved."""
    sets = {each.code: each for each in program.tier_sets} if program else {}
    said = []
    for each in levels:
        known = sets.get(each.tier_set)
        before = (name_of_level(known, each.before) if known else each.before) or _("no level")
        after = (name_of_level(known, each.after) if known else each.after) or _("no level")
        said.append(f"{known.name if known else each.tier_set}: {before} → {after}.")
    return said


def name_rewards(codes: Iterable[str], program: Compiled | None) -> list[str]:
    return [program.rewards[code].name if program and code in program.rewards else code for code in codes]
