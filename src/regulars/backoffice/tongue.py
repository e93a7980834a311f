"""Every page in its reader's language, with the merchant's word for a store."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.translation import activate

from regulars.backoffice.office import office_of
from regulars.platform.tongues import nearest, plain, tag_of, tongue_now


class InTheirLanguage:
    """After sign-in a person's own language goes before the browser's; who chose none keeps the browser's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            office = office_of(request)
            language = nearest(office.person.language) if office.person.language else tongue_now()
            activate(tag_of(language, office.looks.store_word))
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", plain(tongue_now()))
        return response
