"""Which merchant answers a request: the one whose host name it came to."""

from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.utils.translation import gettext as _
from django_tenants.middleware.main import TenantMainMiddleware

from regulars.platform.merchants import default_merchant
from regulars.platform.models import Domain, Merchant

LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})


class MerchantByHost(TenantMainMiddleware):
    """Put the request into its merchant's schema, or answer 404 when the host name is nobody's.

    On this machine's own names the default merchant answers, or the only one: a newcomer has no domain yet.
    """

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        connection.set_schema_to_public()
        merchant = find_merchant(host_name(request))
        if merchant is None:
            return HttpResponseNotFound(
                _("No merchant answers at this address.") + "\n", content_type="text/plain; charset=utf-8"
            )
        request.tenant = merchant  # type: ignore[attr-defined]  # django-tenants' own name for it
        connection.set_tenant(merchant)
        return None


def host_name(request: HttpRequest) -> str:
    """Answer the host of a request without its port, in lower case; empty when it is no host name at all."""
    given = request.META.get("HTTP_HOST", "").strip().lower()
    name, colon, port = given.rpartition(":")
    if colon and port.isdecimal():
        return str(name)
    return str(given)


def find_merchant(host: str) -> Merchant | None:
    """Answer the merchant of a host name, or none."""
    found = Domain.objects.select_related("tenant").filter(domain=host).first()
    if found is not None:
        merchant: Merchant = found.tenant
        return merchant
    if host not in LOCAL_NAMES:
        return None
    return default_merchant()
