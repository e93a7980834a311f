"""The addresses of the shop's own settings and looks."""

from django.urls import URLPattern, URLResolver, path

from regulars.backoffice.pages import brand, shop

urlpatterns: list[URLPattern | URLResolver] = [
    path("shop/", shop.shop, name="shop"),
    path("shop/looks/", shop.looks, name="looks"),
    path("shop/looks/preview/", shop.looks_preview, name="looks_preview"),
    path("shop/logo/", shop.logo, name="logo"),
    path("shop/logo/remove/", shop.drop_logo, name="drop_logo"),
    path("brand/<slug:mark>.css", brand.sheet, name="brand_sheet"),
    path("brand/logo/<slug:place>/", brand.picture, name="brand_logo"),
]
