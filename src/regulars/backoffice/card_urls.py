"""The addresses of cards, kinds of cards and batches."""

from django.urls import URLPattern, path

from regulars.backoffice.pages import activate_card, card, card_batches, card_list, card_types

urlpatterns: list[URLPattern] = [
    path("cards/", card_list.cards, name="cards"),
    path("cards/number/<str:number>/", card.card, name="card"),
    path("cards/number/<str:number>/activate/", activate_card.activate, name="activate_card"),
    path("cards/number/<str:number>/activate/new/", activate_card.activate_new, name="activate_card_new"),
    path("cards/number/<str:number>/<slug:deed>/", card.change, name="change_card"),
    path("cards/kinds/", card_types.card_types, name="card_types"),
    path("cards/kinds/new/", card_types.new_card_type, name="new_card_type"),
    path("cards/kinds/<slug:code>/", card_types.card_type, name="card_type"),
    path("cards/batches/", card_batches.card_batches, name="card_batches"),
    path("cards/batches/new/", card_batches.new_card_batch, name="new_card_batch"),
    path("cards/batches/<int:batch_id>/", card_batches.card_batch, name="card_batch"),
    path("cards/batches/<int:batch_id>/stop/", card_batches.stop_card_batch, name="stop_card_batch"),
    path("cards/batches/<int:batch_id>/seal/", card_batches.seal_card_batch, name="seal_card_batch"),
    path("cards/batches/<int:batch_id>/print/<slug:form>/", card_batches.print_card_batch, name="print_card_batch"),
]
