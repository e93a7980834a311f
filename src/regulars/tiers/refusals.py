"""What a change of a member's level may be refused for."""

from regulars.core.refusals import Refusal


class UnknownTierSet(Refusal):
    """The program has no tier set with this code."""

    code = "unknown_tier_set"

    def __init__(self, *, tier_set: str) -> None:
        self.tier_set = tier_set


class UnknownLevel(Refusal):
    """The tier set has no level with this code; `levels` are those it has."""

    code = "unknown_level"

    def __init__(self, *, level: str, levels: list[str]) -> None:
        self.level = level
        self.levels = levels


class InvalidLevelChange(Refusal):
    """A decision about a level has a note, and a day that lies ahead where it needs one; `field` is what is wrong."""

    code = "invalid_level_change"

    def __init__(self, *, field: str) -> None:
        self.field = field


class NothingToRelease(Refusal):
    """Nobody decided about this level: it is the one that was counted."""

    code = "nothing_to_release"


class LevelKeyReused(Refusal):
    """The same key came with another decision about a level."""

    code = "key_reused"


class UnknownLevelChange(Refusal):
    """There is no such change of a level."""

    code = "unknown_level_change"


class CannotUndoLevelChange(Refusal):
    """Only what the team decided can be undone, once, and the latest first; `why` is counted, undone or not_latest."""

    code = "cannot_undo_level_change"

    def __init__(self, *, why: str) -> None:
        self.why = why
