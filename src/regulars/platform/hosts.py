"""Which merchant answers a request: the one whose host name it came to."""

import logging

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import TemplateDoesNotExist, loader
from django.utils.translation import gettext as _
from django_tenants.middleware.main import TenantMainMiddleware

from regulars.platform.merchants import default_merchant
from regulars.platform.models import Domain, Merchant

log = logging.getLogger(__name__)

LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
RETRY_SECONDS = 5


class MerchantByHost(TenantMainMiddleware):
    """Put the request into its merchant's schema, or answer 404 when the host name is nobody's.

    On this machine's own names the default merchant answers, or the only one: a newcomer has no domain yet. While the
    database is away or too busy, the answer is 503 and when to try again, here and for every view below.
    """

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        host = host_name(request)
        try:
            Merchant.deactivate()
            merchant = find_merchant(host)
        except OperationalError as fault:
            return self.process_exception(request, fault)
        if merchant is None:
            return plain_page(404, no_merchant_words(host))
        request.tenant = merchant  # type: ignore[attr-defined]  # django-tenants' own name for it
        merchant.activate()
        return None

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        if not isinstance(fault, OperationalError):
            return None
        log.error("the database did not answer a page", exc_info=fault)
        answer = error_page(
            request, 503, _("Regulars is catching its breath. Nothing was lost; try again in a moment.")
        )
        answer["Retry-After"] = str(RETRY_SECONDS)
        return answer


def host_name(request: HttpRequest) -> str:
    """Answer the host of a request without its port, in lower case; empty when there is none."""
    given = str(request.META.get("HTTP_HOST", "")).strip().lower()
    name, colon, port = given.rpartition(":")
    return name if colon and port.isdecimal() else given


def find_merchant(host: str) -> Merchant | None:
    """Answer the merchant of a host name, or none."""
    found = Domain.objects.select_related("tenant").filter(domain=host).first()
    if found is not None:
        merchant: Merchant = found.tenant
        return merchant
    if host in LOCAL_NAMES:
        return default_merchant()
    return None


def no_merchant_words(host: str) -> str:
    if host not in LOCAL_NAMES:
        return _("No merchant answers at this address.")
    if Merchant.objects.exists():
        return _("Several merchants live here, and none is the default: use the host name of one.")
    return _("There is no merchant yet. Make one with: regulars merchant create CODE")


def error_page(request: HttpRequest, status: int, words: str) -> HttpResponse:
    """Answer the template named by the status where there is one, and plain words where there is not."""
    try:
        page = loader.get_template(f"{status}.html")
    except TemplateDoesNotExist:
        return plain_page(status, words)
    return HttpResponse(page.render({"words": words}, request), status=status)


def plain_page(status: int, words: str) -> HttpResponse:
    return HttpResponse(f"{words}\n", status=status, content_type="text/plain; charset=utf-8")
