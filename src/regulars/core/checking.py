"""Is a program sound? Every fault with its place and a sentence, in the order of the document."""

import re
from collections.abc import Sequence
from datetime import tzinfo

from regulars.core.checks.caps import check_caps
from regulars.core.checks.cards import check_cards
from regulars.core.checks.cycles import check_cycles
from regulars.core.checks.faults import Fault
from regulars.core.checks.names import check_names
from regulars.core.checks.rewards import check_rewards
from regulars.core.checks.shop import Shop, check_shop
from regulars.core.checks.stacking import check_stacking
from regulars.core.checks.texts import check_texts
from regulars.core.checks.tiers import check_tiers
from regulars.core.checks.units import check_units
from regulars.core.checks.windows import check_windows
from regulars.core.program.document import ProgramDocument

UNKNOWN_SHOP = Shop()


def check_document(document: ProgramDocument, *, currency: str, zone: tzinfo, shop: Shop = UNKNOWN_SHOP) -> list[Fault]:
    """Return everything that is wrong with a program, and what is only odd as a warning; sound ones have no fault.

    What the `shop` has (stores, tags, articles) is checked as far as it is known.
    """
    faults = list(check_texts(document))
    if any(fault.code == "no_offset" for fault in faults):
        # Moments without a zone cannot be compared with others.
        return faults
    faults += check_units(document, currency)
    faults += check_names(document)
    faults += check_windows(document, zone)
    faults += check_caps(document)
    faults += check_stacking(document)
    faults += check_cards(document)
    faults += check_tiers(document)
    faults += check_cycles(document)
    faults += check_rewards(document)
    faults += check_shop(document, shop)
    return sorted(faults, key=lambda fault: _place(fault.path))


def is_sound(faults: Sequence[Fault]) -> bool:
    """Tell whether a document with these faults may decide sales: warnings stop nothing."""
    return all(fault.is_warning for fault in faults)


def _place(path: str) -> list[tuple[int, int, str]]:
    """Order paths as the document does: by section, then by place, then by name."""
    fields = ProgramDocument.__struct_fields__
    steps = re.findall(r"[^.\[\]]+", path)
    first = fields.index(steps[0]) if steps and steps[0] in fields else -1
    return [(first, 0, ""), *((0, int(step), "") if step.isdigit() else (1, 0, step) for step in steps[1:])]
