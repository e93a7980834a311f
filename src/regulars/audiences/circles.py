"""Automatic tags and segments ask for each other; a tag that would follow from itself would go on and off for ever."""

from collections.abc import Iterable, Mapping

from regulars.core.audience import Condition, segments_in, tags_in
from regulars.core.refusals import Refusal


class AutoTagInCircles(Refusal):
    """The segment asks for the tag itself, or for one that follows from it: it would go on and off for ever."""

    code = "auto_tag_in_circles"


def check_circles(rules: Iterable[tuple[str, str]], segments: Mapping[str, Condition]) -> None:
    """Rules are pairs of a segment and the tag it gives. Refuses: AutoTagInCircles."""
    pairs = list(rules)
    for segment, tag in pairs:
        seen: set[str] = set()
        ahead = _tags_asked(segment, segments)
        while ahead:
            asked = ahead.pop()
            if asked == tag:
                raise AutoTagInCircles()
            if asked not in seen:
                seen.add(asked)
                for giver in [giver for giver, given in pairs if given == asked]:
                    ahead |= _tags_asked(giver, segments)


def _tags_asked(segment: str, segments: Mapping[str, Condition]) -> set[str]:
    """Return the tags that a segment asks for, by itself and through others, which go in no circles."""
    found: set[str] = set()
    ahead = [segment]
    while ahead:
        condition = segments.get(ahead.pop())
        if condition is not None:
            found |= set(tags_in(condition))
            ahead += segments_in(condition)
    return found
