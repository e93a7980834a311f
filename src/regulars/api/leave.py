"""A till sends who approves, and their PIN, beside the request: not in its body, whose hash is kept."""

from regulars.api.callers import ApiRequest
from regulars.staff.machine_leave import GivenPin

LONGEST = 254


def given_pin(request: ApiRequest) -> GivenPin | None:
    """The headers `Approval-By` (an e-mail) and `Approval-Pin`; None where one of them is missing."""
    email, pin = request.headers.get("approval-by", ""), request.headers.get("approval-pin", "")
    return GivenPin(email[:LONGEST], pin[:LONGEST]) if email and pin else None
