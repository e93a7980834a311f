"""Why a sale or a refund is turned down, where the sale alone does not tell."""

from datetime import datetime

from regulars.core.refusals import Refusal


class StoreNotFound(Refusal):
    code = "store_not_found"

    def __init__(self, *, store: str) -> None:
        self.store = store


class WrongStore(Refusal):
    """The caller's key is bound to another store."""

    code = "wrong_store"

    def __init__(self, *, allowed: str) -> None:
        self.allowed = allowed


class MemberNotFound(Refusal):
    """Nobody is known by what the till gave."""

    code = "member_not_found"


class MemberBlocked(Refusal):
    """The till says "not valid", and no more."""

    code = "member_blocked"


class MemberLocked(Refusal):
    """The member may look and earn, but not spend."""

    code = "member_locked"


class MemberLeft(Refusal):
    """Who has left the program is bought for like a guest: nothing is earned, nothing spent."""

    code = "member_left"


class CardInactive(Refusal):
    code = "card_inactive"


class CardNotActivated(Refusal):
    """The card earns, and spends nothing before somebody activates it."""

    code = "card_not_activated"


class InsufficientBalance(Refusal):
    code = "insufficient_balance"

    def __init__(self, *, available: int, wanted: int) -> None:
        self.available = available
        self.wanted = wanted


class ReceiptReused(Refusal):
    """This store has recorded another sale under the same receipt number; `sale_id` is that sale."""

    code = "receipt_reused"

    def __init__(self, *, sale_id: str) -> None:
        self.sale_id = sale_id


class SaleNotFound(Refusal):
    code = "sale_not_found"

    def __init__(self, *, sale_id: str) -> None:
        self.sale_id = sale_id


class RefundBeforeSale(Refusal):
    code = "refund_before_sale"

    def __init__(self, *, sold_at: datetime) -> None:
        self.sold_at = sold_at


class RefundIdReused(Refusal):
    """The same refund number came with other contents."""

    code = "refund_id_reused"


class PointsSpentAlready(Refusal):
    """The program refuses refunds while the points they would take back are spent; `short` are missing."""

    code = "points_spent_already"

    def __init__(self, *, short: int, unit: str) -> None:
        self.short = short
        self.unit = unit


class AttachedAlready(Refusal):
    """The sale belongs to a member."""

    code = "already_attached"

    def __init__(self, *, member_id: str) -> None:
        self.member_id = member_id


class AttachTooLate(Refusal):
    code = "attach_too_late"

    def __init__(self, *, until: datetime) -> None:
        self.until = until
