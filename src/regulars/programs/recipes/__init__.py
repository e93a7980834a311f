"""Programs to start from, as files that people read: copy one, change it, check it, publish it."""

from importlib.resources import files

from regulars.core.refusals import Refusal
from regulars.core.tongue import mark

RECIPES = {
    "cafe": mark("A coffee card, points on everything, and a reason to come before nine."),
    "retail": mark("Points that wait until goods can no longer come back, and a club by yearly spend."),
    "grocer": mark("Small points on large baskets with caps on everything, and a campaign with a budget."),
    "dispensary": mark("Visits and accessories, limits by cashier, nothing given away that needs a licence."),
    "salon": mark("A card for visits, cashback on products, and levels by visits in a year."),
}


class UnknownRecipe(Refusal):
    """There is no recipe of this name."""

    code = "unknown_recipe"

    def __init__(self, *, name: str, known: list[str]) -> None:
        self.name = name
        self.known = known


def read_recipe(name: str) -> str:
    """Return a recipe's text, comments and all. Refuses: UnknownRecipe."""
    if name not in RECIPES:
        raise UnknownRecipe(name=name, known=list(RECIPES))
    return files(__name__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
