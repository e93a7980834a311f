"""A program must be sound before it may decide sales: no fault in itself, and none against what the shop has."""

from zoneinfo import ZoneInfo

from regulars.core.checking import UNKNOWN_SHOP, check_document, is_sound
from regulars.core.checks.shop import Shop
from regulars.core.program.document import ProgramDocument
from regulars.core.refusals import Refusal
from regulars.platform.rows import fetch
from regulars.programs.models import Program
from regulars.stores.models import Store, Tag


class FaultyProgram(Refusal):
    """The document has faults: each says where and why. A draft may have them, what decides sales may not."""

    code = "faulty_program"

    def __init__(self, *, faults: list[str]) -> None:
        self.faults = faults


def read_shop() -> Shop:
    """Return the stores, the tags of stores and of members, and the segments that a document may name."""
    return Shop(
        member_tags=frozenset(name for (name,) in fetch("SELECT name FROM audiences_tag", {})),
        segments=frozenset(name for (name,) in fetch("SELECT name FROM audiences_segment", {})),
        stores=frozenset(Store.objects.values_list("code", flat=True)),
        store_tags=frozenset(Tag.objects.values_list("name", flat=True)),
    )


def require_soundness(document: ProgramDocument, program: Program, *, shop: Shop = UNKNOWN_SHOP) -> None:
    """Refuse a document that is not sound: FaultyProgram."""
    faults = check_document(document, currency=program.currency, zone=ZoneInfo(program.time_zone), shop=shop)
    if not is_sound(faults):
        raise FaultyProgram(faults=[f"{fault.path}: {fault.said}" for fault in faults if not fault.is_warning])
