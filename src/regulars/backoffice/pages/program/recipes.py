"""Whole programs to start from."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regulars.backoffice.office import office_of
from regulars.backoffice.program.desk import Desk
from regulars.backoffice.program.offered import list_recipes, open_recipe
from regulars.backoffice.program.room import needs_program
from regulars.programs.versions import save_draft
from regulars.staff.rights import Right


@needs_program(Right.CHANGE_RULES)
def recipes(request: HttpRequest) -> HttpResponse:
    """Show the recipes; the chosen one becomes the draft."""
    office = office_of(request)
    desk, offered = Desk(office), list_recipes()
    chosen = next((recipe for recipe in offered if recipe.code == request.POST.get("recipe")), None)
    if request.method == "POST" and chosen is not None:
        save_draft(open_recipe(chosen.code, office), at=office.now, by=office.actor, note=chosen.title)
        messages.success(request, _("“%(title)s” is in the draft. Change what you like.") % {"title": chosen.title})
        return redirect("program")
    return render(request, "backoffice/program/recipes.html", {"work": desk, "recipes": offered})
