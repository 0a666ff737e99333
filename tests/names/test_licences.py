"""Licences as people write them, and what SPDX calls them (https://spdx.org/licenses/)."""

from __future__ import annotations

import pytest

from ness_pipeline.names.licences import FORBIDDING, licence_named, may_be_passed_on
from ness_pipeline.sources import sources


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("CC BY 4.0", "CC-BY-4.0"),
        ("cc-by-nc 4.0", "CC-BY-NC-4.0"),
        ("CC_BY_NC_4_0", "CC-BY-NC-4.0"),
        ("http://creativecommons.org/licenses/by-nc/4.0/legalcode", "CC-BY-NC-4.0"),
        ("Creative Commons Attribution 4.0 International", "CC-BY-4.0"),
        ("Creative Commons Attribution-NonCommercial-ShareAlike 4.0 International", "CC-BY-NC-SA-4.0"),
        ("Creative Commons Attribution-NoDerivatives 4.0", "CC-BY-ND-4.0"),
        ("CC BY 3.0 IGO", "CC-BY-3.0-IGO"),
        ("CC0", "CC0-1.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/legalcode", "CC0-1.0"),
        ("MIT License", "MIT"),
    ],
)
def test_a_known_licence_has_its_spdx_name(written: str, name: str) -> None:
    """Blanks, case, title and address do not matter."""
    assert licence_named(written) == name
    assert may_be_passed_on(written)


@pytest.mark.parametrize("written", ["CC BY", "Open Government Licence v3.0", "Free for teaching, ask us"])
def test_another_licence_stays_as_it_is_written(written: str) -> None:
    """A version that nobody names is not guessed."""
    assert licence_named(written) == written


@pytest.mark.parametrize(
    "written", ["All rights reserved.", "© KWS 2024, all rights reserved", "IUCN Red List Terms and Conditions of Use"]
)
def test_what_forbids_passing_on_is_known(written: str) -> None:
    """Data under these stay at home."""
    assert licence_named(written) in FORBIDDING
    assert not may_be_passed_on(written)


def test_publishers_and_licences_agree() -> None:
    """A source may be passed on exactly where none of its licences forbids it."""
    for source in sources().values():
        assert source.is_redistributable == all(may_be_passed_on(licence) for _, licence in source.citations), (
            source.name
        )
