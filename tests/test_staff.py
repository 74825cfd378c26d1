"""The statements that look for staff name every role above a resident's, so that a new role is not forgotten."""

import re

import pytest

from storage.engine.named import statements
from storage.model.people import PersonRole


@pytest.mark.parametrize("dialect", ["sqlite", "postgres"])
@pytest.mark.parametrize("name", ["member_staff", "identity_of_staff"])
def test_staff_are_all_but_residents(dialect: str, name: str) -> None:
    listed = re.search(r"m\.role IN \(([^)]*)\)", statements(dialect)[name].sql)
    assert listed is not None
    assert set(re.findall(r"'(\w+)'", listed.group(1))) == set(PersonRole) - {PersonRole.RESIDENT}
