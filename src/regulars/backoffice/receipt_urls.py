"""The addresses of receipts keyed by hand, of disputes, and of corrections."""

from django.urls import URLPattern, path

from regulars.backoffice.pages import disputes, receipt, receipts, sales

urlpatterns: list[URLPattern] = [
    path("receipts/", receipts.receipts, name="receipts"),
    path("receipts/new/", receipts.new_receipt, name="new_receipt"),
    path("receipts/new/preview/", receipts.preview, name="receipt_preview"),
    path("receipts/<int:receipt_id>/", receipt.receipt, name="receipt"),
    path("receipts/<int:receipt_id>/finish/", receipts.finish, name="finish_receipt"),
    path("receipts/<int:receipt_id>/confirm/", receipt.confirm, name="confirm_receipt"),
    path("receipts/<int:receipt_id>/reject/", receipt.reject, name="reject_receipt"),
    path("receipts/<int:receipt_id>/code/", receipt.code, name="receipt_code"),
    path("receipts/<int:receipt_id>/proofs/<int:proof_id>/", receipt.proof, name="receipt_proof"),
    path("disputes/", disputes.disputes, name="disputes"),
    path("disputes/<int:dispute_id>/", disputes.dispute, name="dispute"),
    path("members/<int:member_id>/disputes/new/", disputes.new_dispute, name="new_dispute"),
    path("sales/export/", sales.export_sales, name="export_sales"),
    path("sales/<int:sale_id>/correct/", disputes.correct, name="correct_sale"),
]
