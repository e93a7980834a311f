"""Plain words for entries that rewards and stamp cards make, as a cashier would say them to a member."""

from datetime import tzinfo

from regulars.core.phrases import count, nth, write_end
from regulars.core.program.units import Unit
from regulars.core.why import CardFilled, CardReopened, Claimed, Gift, Rewarded, RewardRemoved


def explain_gift(why: Gift, *, unit: Unit, zone: tzinfo) -> list[str]:
    """Explain one entry in sentences; times are told in `zone`."""
    match why:
        case Claimed(reward=reward, price=price, listed=listed):
            said = [f"“{reward}” was claimed for {count(price, unit)}."]
            if price != listed:
                said.append(f"Without the member's level it costs {count(listed, unit)}.")
            return said
        case CardFilled(card=card, number=number, size=size):
            return [f"The {nth(number)} “{card}” is full: its {count(size, unit)} brought the reward."]
        case CardReopened(card=card, number=number):
            return [f"The {nth(number)} “{card}” is open again, because stamps on it were taken back."]
        case Rewarded(reward=reward):
            return [f"“{reward}” was paid at once."]
        case RewardRemoved(reward=reward, graced_until=graced_until):
            said = [f"“{reward}” was removed by the team, and its price given back."]
            if graced_until:
                said.append(f"Some had expired meanwhile: they can be used until {write_end(graced_until, zone)}.")
            return said
