"""The addresses of the program's rooms."""

from django.urls import URLPattern, URLResolver, path

from regulars.backoffice.pages.program import (
    basket,
    draft,
    exchange,
    overview,
    piece,
    policies,
    recipes,
    rooms,
    versions,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("program/", overview.overview, name="program"),
    path("program/earning/", rooms.earning, name="earning"),
    path("program/units/", rooms.units, name="units"),
    path("program/stamps/", rooms.stamp_cards, name="stamp_cards"),
    path("program/tiers/", rooms.tier_sets, name="tier_sets"),
    path("program/rewards/", rooms.catalogue, name="catalogue"),
    path("program/lists/", rooms.lists, name="lists"),
    path("program/policies/", policies.policies, name="policies"),
    path("program/recipes/", recipes.recipes, name="recipes"),
    path("program/draft/", draft.draft, name="draft"),
    path("program/draft/discard/", draft.discard, name="discard_draft"),
    path("program/versions/", versions.versions, name="versions"),
    path("program/versions/<int:number>/", versions.version, name="version"),
    path("program/versions/<int:number>/file/", exchange.export_program, name="export_program"),
    path("program/import/", exchange.import_program, name="import_program"),
    path("program/try/", basket.try_a_basket, name="try_basket"),
    path("program/new/<slug:slug>/", piece.piece, name="new_piece"),
    path("program/reading/<slug:slug>/", piece.reading, name="reading"),
    path("program/<slug:slug>/<slug:code>/", piece.piece, name="piece"),
    path("program/<slug:slug>/<slug:code>/move/", piece.move_piece, name="move_piece"),
    path("program/<slug:slug>/<slug:code>/remove/", piece.remove_piece, name="remove_piece"),
]
