"""The team sends what is sent: ordered, sent, delivered, each step with who did it and when."""

from datetime import datetime

from django.db import transaction

from regulars.core.actor import Actor
from regulars.core.refusals import Refusal
from regulars.rewards.issued import Issued, read_one
from regulars.rewards.models import Fulfilment, IssuedReward, Status
from regulars.rewards.use import RewardUnknown, take_step

ORDER = (Fulfilment.ORDERED, Fulfilment.SENT, Fulfilment.DELIVERED)


class NothingToSend(Refusal):
    """Nothing of this reward is sent: it is used at a till, or was taken away."""

    code = "nothing_to_send"


class NotTheNextStep(Refusal):
    """A reward is ordered, then sent, then delivered; `now` is how far it is."""

    code = "not_the_next_step"

    def __init__(self, *, now: str, wanted: str) -> None:
        self.now = now
        self.wanted = wanted


@transaction.atomic
def fulfil_reward(*, issued_id: int, to: Fulfilment, at: datetime, by: Actor, note: str = "") -> Issued:
    """Write down that a reward was sent or delivered, or that it has to be sent again (back to ordered).

    The same step again changes nothing. What is delivered counts as used. Refuses: RewardUnknown, NothingToSend,
    NotTheNextStep.
    """
    issued = read_one(issued_id, lock=True)
    if issued is None:
        raise RewardUnknown()
    now = Fulfilment(issued.fulfilment)
    if now is Fulfilment.NONE or issued.status in (Status.WITHDRAWN, Status.REMOVED):
        raise NothingToSend()
    if now is to:
        return issued
    if to is not Fulfilment.ORDERED and (to not in ORDER or ORDER.index(to) != ORDER.index(now) + 1):
        raise NotTheNextStep(now=now.value, wanted=to.value)
    rows = IssuedReward.objects.filter(pk=issued_id)
    if to is Fulfilment.DELIVERED:
        rows.update(fulfilment=to, status=Status.USED, ended_at=at)
    elif now is Fulfilment.DELIVERED:
        rows.update(fulfilment=to, status=Status.OUTSTANDING, ended_at=None)
    else:
        rows.update(fulfilment=to)
    take_step(issued, to.value, at=at, by=by, note=note)
    after = read_one(issued_id)
    assert after is not None, "a reward stays for ever"
    return after
