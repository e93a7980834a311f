"""Files that are values: each is kept for its member before it becomes one, and goes when it is none any more."""

from collections.abc import Iterable, Mapping

from regulars.core.attributes import AttributeKind, Definition, InvalidValue, Value
from regulars.files.keep import remove_files
from regulars.files.models import KeptFile, Purpose

type Changed = Mapping[int, Mapping[str, Value | None]]


def purpose_of(definition: Definition) -> Purpose:
    """What a file of this attribute is kept for: a regulated one is sealed, and opened by a right of its own."""
    return Purpose.REGULATED if definition.is_regulated else Purpose.ATTRIBUTE


def check_no_files(values: Mapping[str, Value | None], definitions: Iterable[Definition]) -> None:
    """Nobody who is not enrolled yet has a file. Refuses: InvalidValue."""
    for each in definitions:
        if each.kind is AttributeKind.FILE and values.get(each.code) is not None:
            raise InvalidValue(each)


def refuse_foreign_files(changed: Changed, definitions: Iterable[Definition]) -> dict[int, InvalidValue]:
    """Who names a file that is not kept for them as an attribute: by member, why it is no value."""
    asked = [each for each in definitions if each.kind is AttributeKind.FILE]
    named = {value for values in changed.values() for each in asked if isinstance(value := values.get(each.code), int)}
    if not named:
        return {}
    kept = KeptFile.objects.filter(pk__in=named).values_list("pk", "member_id", "purpose")
    owners = {pk: (owner, purpose) for pk, owner, purpose in kept}
    return {
        member_id: InvalidValue(each)
        for member_id, values in changed.items()
        for each in asked
        if isinstance(value := values.get(each.code), int) and owners.get(value) != (member_id, purpose_of(each))
    }


def remove_old_files(changed: Changed, held: Changed, definitions: Iterable[Definition]) -> None:
    """Remove the files that these changes put other ones, or nothing, in the place of."""
    asked = [each.code for each in definitions if each.kind is AttributeKind.FILE]
    gone = [
        file_id
        for member_id, values in changed.items()
        for code in asked
        if code in values and isinstance(file_id := held[member_id].get(code), int)
    ]
    if gone:
        remove_files(KeptFile.objects.filter(pk__in=gone))
