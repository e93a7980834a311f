"""What a browser is allowed, and what a cookie says of itself."""

import pytest
from django.conf import settings
from django.test import Client
from django.utils.csp import CSP

from regulars.config.security import CONTENT_SECURITY_POLICY

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/accounts/login/", "/members/", "/nowhere/"])
def test_no_page_runs_or_paints_anything_inline_or_evaluates(path):
    header = Client(headers={"host": "localhost"}).get(path).headers["Content-Security-Policy"]
    assert "unsafe" not in header
    assert {"default-src 'self'", "style-src 'self'"} <= set(header.split("; "))


def test_no_page_may_load_from_or_send_to_another_host():
    sources = {str(source) for words in CONTENT_SECURITY_POLICY.values() for source in words}
    assert not any("://" in source or source in {"*", "https:", "http:"} for source in sources)
    assert CONTENT_SECURITY_POLICY["frame-ancestors"] == [CSP.NONE]


def test_cookies_are_kept_from_scripts_and_from_other_sites():
    response = Client(headers={"host": "localhost"}).get("/accounts/login/")
    assert response.cookies
    for cookie in response.cookies.values():
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_a_page_is_told_apart_by_merchant_in_the_cache():
    assert settings.CACHES["default"]["KEY_FUNCTION"] == "django_tenants.cache.make_key"
