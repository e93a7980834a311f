"""What a merchant calls the places where it sells: one of a closed list, so that every language can have the word."""

from enum import StrEnum
from typing import NamedTuple


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
    StoreWord.STORE: Noun("store", "stores"),
    StoreWord.BRANCH: Noun("branch", "branches"),
    StoreWord.OUTLET: Noun("outlet", "outlets"),
    StoreWord.SHOP: Noun("shop", "shops"),
    StoreWord.LOCATION: Noun("location", "locations"),
    StoreWord.RESTAURANT: Noun("restaurant", "restaurants"),
    StoreWord.SALON: Noun("salon", "salons"),
    StoreWord.CLINIC: Noun("clinic", "clinics"),
    StoreWord.STATION: Noun("station", "stations"),
}
