"""After each test that writes, every invariant is proved."""

import pytest

from regulars.jobs.proof import verify_everything


@pytest.fixture(autouse=True)
def proved(request):
    if not request.node.get_closest_marker("django_db"):
        yield
        return
    request.getfixturevalue("in_merchant_test")
    yield
    assert [result.name for result in verify_everything() if result.breaches] == []
