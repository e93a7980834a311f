"""Documents of every shape, made from the document's own types: valid by themselves, if not always sensible."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import msgspec.inspect as wanted
from hypothesis import strategies as st

from regulars.core.program.document import ProgramDocument

WORDS = st.text(st.characters(categories=("L", "N", "P", "S", "Zs"), max_codepoint=0x2FFF), min_size=1, max_size=20)
CODES = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,10}", fullmatch=True)
CLOCK = st.from_regex(r"([01][0-9]|2[0-3]):[0-5][0-9]", fullmatch=True)


def values(kind: wanted.Type) -> st.SearchStrategy[Any]:
    """Values of a type, as the types' own bounds allow them."""
    match kind:
        case wanted.StructType():
            return structs(kind)
        case wanted.UnionType(types=types):
            return st.one_of([values(each) for each in types])
        case wanted.VarTupleType(item_type=item):
            return st.lists(values(item), max_size=3).map(tuple)
        case wanted.DictType(key_type=key, value_type=value):
            return st.dictionaries(values(key), values(value), max_size=3)
        case wanted.LiteralType(values=choices):
            return st.sampled_from(choices)
        case wanted.IntType(ge=least, le=most):
            return st.integers(least, most)
        case wanted.StrType(pattern=pattern, max_length=longest):
            if pattern:
                return CLOCK if ":" in pattern else CODES
            return WORDS if longest and longest < 1_000 else st.one_of(st.just(""), WORDS, st.just("two\nlines"))
        case wanted.BoolType():
            return st.booleans()
        case wanted.NoneType():
            return st.none()
        case wanted.DateType():
            return st.dates(date(2000, 1, 1), date(2100, 1, 1))
        case wanted.DateTimeType():
            return st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
        case _:
            raise AssertionError(f"documents have no {kind}")


def structs(kind: wanted.StructType) -> st.SearchStrategy[Any]:
    """Structs with any of their fields; those whose fields contradict each other are made anew."""
    fields = {field.name: values(field.type) for field in kind.fields}
    required = {field.name for field in kind.fields if field.required}

    def build(given: dict[str, Any]) -> Any:
        try:
            return kind.cls(**given)
        except ValueError:
            return None

    mandatory = {name: each for name, each in fields.items() if name in required}
    optional = {name: each for name, each in fields.items() if name not in required}
    return st.fixed_dictionaries(mandatory, optional=optional).map(build).filter(lambda built: built is not None)


def documents() -> st.SearchStrategy[ProgramDocument]:
    return structs(wanted.type_info(ProgramDocument))  # type: ignore[arg-type]


def read_again(document: ProgramDocument) -> ProgramDocument:
    return msgspec.json.decode(msgspec.json.encode(document), type=ProgramDocument)
