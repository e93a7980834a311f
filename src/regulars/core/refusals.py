"""A refusal is an answer to a person's request that cannot be granted: a code and its facts, never a sentence."""

from typing import Any, ClassVar


class Refusal(Exception):
    """Subclasses set `code` and keep their facts as attributes; delivery gives them words and a status."""

    code: ClassVar[str]

    def facts(self) -> dict[str, Any]:
        """Return the numbers and names that explain this refusal."""
        return dict(vars(self))

    def __str__(self) -> str:
        return f"{self.code} {self.facts()}"


class LookAgain(Exception):
    """Also this kind of refusal: what was found is something else by now. A batch that meets one is tried again."""
