"""How a sale was paid decides how much of it earns."""

from collections.abc import Sequence

from regulars.core.program.policies import Policies
from regulars.core.sale import Tender


def unearning_minor(tenders: Sequence[Tender], units_minor: int, policies: Policies) -> int:
    """Return the part of a sale that earns nothing for how it was paid: with units, or with vouchers."""
    part = 0 if policies.earn_on_part_paid_with_units else units_minor
    if not policies.earn_on_part_paid_with_vouchers:
        part += sum([tender.amount_minor or 0 for tender in tenders if tender.type == "voucher"])
    return part
