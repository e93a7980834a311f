"""What a browser may load and run: everything from this host, and nothing from any other."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csp import ContentSecurityPolicyMiddleware
from django.utils.csp import CSP

EVALUATING_PATHS = ("/office/",)
"""Below these the back office's shell (Alpine) evaluates its attributes; sign-in, till and portal lie elsewhere."""


def content_security_policy(*, evaluating: bool = False) -> dict[str, Any]:
    """Answer the policy: no inline script but by nonce, no other host, `eval` only for the back office's shell."""
    scripts = [CSP.SELF, CSP.NONCE, CSP.UNSAFE_EVAL] if evaluating else [CSP.SELF, CSP.NONCE]
    return {
        "default-src": [CSP.SELF],
        "script-src": scripts,
        # The shell sets style attributes (widths, theme colours); a style runs nothing.
        "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
        "img-src": [CSP.SELF, "data:"],
        "font-src": [CSP.SELF],
        "connect-src": [CSP.SELF],
        "object-src": [CSP.NONE],
        "base-uri": [CSP.SELF],
        "form-action": [CSP.SELF],
        "frame-ancestors": [CSP.NONE],
    }


class ContentSecurityPolicy(ContentSecurityPolicyMiddleware):
    """Give back-office pages the policy that lets their shell evaluate, and all others the strict one."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if request.path.startswith(EVALUATING_PATHS) and not hasattr(response, "_csp_config"):
            response._csp_config = content_security_policy(evaluating=True)  # type: ignore[attr-defined]  # as csp_override does
        return super().process_response(request, response)
