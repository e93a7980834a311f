"""Why a receipt is turned down, where it alone does not tell."""

from regulars.core.refusals import Refusal


class ReceiptNotFound(Refusal):
    code = "receipt_not_found"


class ReceiptClaimed(Refusal):
    """Somebody keyed this store's receipt already; `receipt_id` is that one."""

    code = "receipt_claimed"

    def __init__(self, *, receipt_id: str) -> None:
        self.receipt_id = receipt_id


class ReceiptKeyReused(Refusal):
    """The same form came with another receipt before."""

    code = "key_reused"


class ReceiptIncomplete(Refusal):
    """Without its number and its total, a receipt can only be kept as a draft."""

    code = "receipt_incomplete"

    def __init__(self, *, field: str) -> None:
        self.field = field


class AlreadyTheirs(Refusal):
    """The till recorded this receipt for this very member: its points are there."""

    code = "already_theirs"

    def __init__(self, *, sale_id: str) -> None:
        self.sale_id = sale_id


class PaymentNeedsTill(Refusal):
    """Units pay only in a sale that is recorded at once, and this one waits for a second step."""

    code = "payment_needs_till"


class RecordedOtherwise(Refusal):
    """The till recorded another sale under this number: the receipt cannot be confirmed as it was keyed."""

    code = "recorded_otherwise"

    def __init__(self, *, sale_id: str) -> None:
        self.sale_id = sale_id


class NotYours(Refusal):
    """A draft is finished by who began it, or by somebody who may confirm receipts."""

    code = "not_yours"
