"""The recipes as people pick them: a name, what it is about, and the document it becomes."""

import msgspec
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.office import Office
from regulars.core.program.document import ProgramDocument
from regulars.core.program_file.reading import check_file
from regulars.core.tongue import say
from regulars.programs.recipes import RECIPES, read_recipe

TITLES: dict[str, Promise] = {
    "cafe": _("Café"),
    "retail": _("Shop"),
    "grocer": _("Grocer"),
    "dispensary": _("Dispensary"),
    "salon": _("Salon"),
}


class Offered(msgspec.Struct, frozen=True):
    code: str
    title: str
    about: str


def list_recipes() -> list[Offered]:
    return [Offered(code, str(TITLES.get(code, code.capitalize())), say(about)) for code, about in RECIPES.items()]


def open_recipe(code: str, office: Office) -> ProgramDocument:
    """Read a recipe in the shop's currency and time zone. Refuses: UnknownRecipe."""
    read = check_file(read_recipe(code), currency=office.currency, zone=office.zone)
    assert read.document is not None, "recipes are tried by a test"
    return read.document
