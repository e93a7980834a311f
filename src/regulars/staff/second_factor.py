"""Some roles let their people in only with a second factor: they set one up before anything else."""

from regulars.platform.rows import fetch
from regulars.staff.models import Person

SELECT = """
SELECT 1 FROM staff_rolepolicy
WHERE role = %(role)s AND needs_second_factor
  AND NOT EXISTS (SELECT FROM mfa_authenticator WHERE user_id = %(person)s)
"""


def lacks_second_factor(person: Person) -> bool:
    """Tell whether the person's role asks for one and they have none; one statement."""
    return bool(fetch(SELECT, {"role": person.role, "person": person.pk}))
