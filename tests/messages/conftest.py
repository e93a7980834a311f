from collections.abc import Iterator

import pytest

from tests.messages.servers import Gateway, MailServer, running


@pytest.fixture
def near(settings) -> None:
    """Let messages go over this machine, as an installation with a mail server of its own would."""
    settings.PRIVATE_HOSTS = frozenset({"127.0.0.1"})


@pytest.fixture
def mail_server(near) -> Iterator[MailServer]:
    with running(MailServer()) as server:
        yield server
        server.let_go.set()


@pytest.fixture
def gateway(near) -> Iterator[Gateway]:
    with running(Gateway()) as server:
        yield server
