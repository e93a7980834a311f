"""What a merchant calls the places where it sells: one of a closed list, so that every language can have the word."""

from enum import StrEnum
from typing import NamedTuple

from regulars.core.tongue import mark


class StoreWord(StrEnum):
    """The codes; they are kept and never renamed."""

    STORE = "store"
    BRANCH = "branch"
    OUTLET = "outlet"
    SHOP = "shop"
    LOCATION = "location"
    RESTAURANT = "restaurant"
    SALON = "salon"
    CLINIC = "clinic"
    STATION = "station"


class Noun(NamedTuple):
    """A word as it stands inside a sentence."""

    singular: str
    plural: str


ENGLISH: dict[StoreWord, Noun] = {
    StoreWord.STORE: Noun(mark("store"), mark("stores")),
    StoreWord.BRANCH: Noun(mark("branch"), mark("branches")),
    StoreWord.OUTLET: Noun(mark("outlet"), mark("outlets")),
    StoreWord.SHOP: Noun(mark("shop"), mark("shops")),
    StoreWord.LOCATION: Noun(mark("location"), mark("locations")),
    StoreWord.RESTAURANT: Noun(mark("restaurant"), mark("restaurants")),
    StoreWord.SALON: Noun(mark("salon"), mark("salons")),
    StoreWord.CLINIC: Noun(mark("clinic"), mark("clinics")),
    StoreWord.STATION: Noun(mark("station"), mark("stations")),
}
