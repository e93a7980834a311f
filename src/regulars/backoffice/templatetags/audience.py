"""The parts that pages about groups of members repeat."""

from django import template

register = template.Library()


@register.filter
def group_of(prefix: str) -> str:
    """The number of the group that a row stands in: "3" of "c3-0"."""
    return prefix.removeprefix("c").partition("-")[0]
