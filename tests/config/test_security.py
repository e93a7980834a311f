"""What a browser is allowed, and what a cookie says of itself."""

import pytest
from django.conf import settings
from django.test import Client

from regulars.config.security import content_security_policy

pytestmark = pytest.mark.django_db


def scripts_of(path: str) -> str:
    header = Client(headers={"host": "localhost"}).get(path).headers["Content-Security-Policy"]
    [scripts] = [part for part in header.split("; ") if part.startswith("script-src")]
    return scripts


def test_sign_in_runs_no_inline_script_and_evaluates_nothing():
    assert "unsafe" not in scripts_of("/accounts/login/")


def test_only_the_kept_shell_of_the_back_office_may_evaluate():
    assert "'unsafe-eval'" in scripts_of("/office/login/")
    assert "'unsafe-inline'" not in scripts_of("/office/login/")
    assert "unsafe" not in scripts_of("/members/")


def test_no_page_may_load_from_or_send_to_another_host():
    policy = content_security_policy()
    sources = {str(source) for words in policy.values() for source in words}
    assert not any("://" in source or source in {"*", "https:", "http:"} for source in sources)
    assert policy["frame-ancestors"] == ["'none'"]


def test_cookies_are_kept_from_scripts_and_from_other_sites():
    response = Client(headers={"host": "localhost"}).get("/accounts/login/")
    assert response.cookies
    for cookie in response.cookies.values():
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_a_page_is_told_apart_by_merchant_in_the_cache():
    assert settings.CACHES["default"]["KEY_FUNCTION"] == "django_tenants.cache.make_key"
