"""The addresses of what the team does for one customer beyond looking and adjusting, and of the pages around it."""

from django.urls import URLPattern, path

from regulars.backoffice.pages import (
    backtests,
    dates,
    fulfilment,
    gift,
    pending,
    slip,
    spend,
    stamp_codes,
    stamps,
    tier,
    undo_refund,
)

urlpatterns: list[URLPattern] = [
    path("members/<int:member_id>/spend/", spend.spend, name="spend"),
    path("members/<int:member_id>/stamps/", stamps.stamps, name="stamps"),
    path("members/<int:member_id>/stamps/preview/", stamps.preview, name="stamps_preview"),
    path("members/<int:member_id>/stamps/code/", slip.slip, name="slip"),
    path("members/<int:member_id>/tier/", tier.change, name="change_tier"),
    path("members/<int:member_id>/tier/preview/", tier.preview, name="tier_preview"),
    path("members/<int:member_id>/tier/<int:change_id>/undo/", tier.undo, name="undo_tier"),
    path("members/<int:member_id>/rewards/<int:issued_id>/use/", gift.hand_out, name="use_reward"),
    path("members/<int:member_id>/rewards/<int:issued_id>/use/undo/", gift.take_back, name="take_back_use"),
    path("members/<int:member_id>/rewards/<int:issued_id>/remove/", gift.remove, name="remove_reward"),
    path("members/<int:member_id>/pending/<int:lot_id>/release/", pending.release, name="release_pending"),
    path("members/<int:member_id>/dates/", dates.dates, name="dates"),
    path("sales/<int:sale_id>/refunds/<int:refund_id>/undo/", undo_refund.undo, name="undo_refund"),
    path("fulfilment/", fulfilment.fulfilment, name="fulfilment"),
    path("fulfilment/<int:issued_id>/", fulfilment.step, name="fulfil_reward"),
    path("stamp-codes/", stamp_codes.stamp_codes, name="stamp_codes"),
    path("stamp-codes/new/", stamp_codes.new_codes, name="new_codes"),
    path("stamp-codes/posters/new/", stamp_codes.new_poster, name="new_poster"),
    path("stamp-codes/posters/<int:poster_id>/", stamp_codes.poster, name="poster"),
    path("stamp-codes/posters/<int:poster_id>/take-down/", stamp_codes.take_down, name="take_poster_down"),
    path("back-tests/", backtests.backtests, name="backtests"),
    path("back-tests/<int:run>/", backtests.backtest, name="backtest"),
    path("back-tests/<int:run>/stop/", backtests.stop, name="stop_backtest"),
    path("back-tests/<int:run>/<slug:sheet>/", backtests.export, name="export_backtest"),
]
