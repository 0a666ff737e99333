"""Definitions of the index: the published one is sound, and whatever makes no sense is named in one sentence."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from small_index import LAND, LAW, SEA, SITES, content, definition, halves, measure, pillar, write

from ness_pipeline.errors import WrongUsage
from ness_pipeline.index.reading import definition_file, published_definition, read_definition


def test_published_definition_is_sound() -> None:
    """The published definition names measures that exist, a source for every goalpost, and says what each part is and what is lacking."""
    published = published_definition()
    assert all(gap.says and gap.would_take for gap in published.gap)
    assert all(len(measure.source) > 20 for measure in published.measures)
    assert all(pillar.says for pillar in published.pillars.values())
    assert sum(published.half_weights) == pytest.approx(1)
    assert {measure.taxon_group for measure in published.measures} >= {"animals", "plants", "fungi"}


def test_copy_is_the_same_definition(tmp_path: Path) -> None:
    """A copy of the file is the same definition, also with other comments; another weight is another version."""
    text = definition_file().read_text(encoding="utf-8")
    copied = tmp_path / "my.toml"
    copied.write_text("# mine\n" + text, encoding="utf-8")
    assert read_definition(copied) == published_definition()
    assert read_definition(copied).digest == published_definition().digest
    copied.write_text(text.replace('weight_spread = "1/4"', 'weight_spread = "1/5"'), encoding="utf-8")
    assert read_definition(copied).digest != published_definition().digest


def test_fractions_are_exact(tmp_path: Path) -> None:
    """Two thirds are two thirds, so that no rounding decides."""
    assert read_definition(write(tmp_path, content())).missing.half_needs == Fraction(2, 3)


def with_measures(*measures: dict[str, Any]) -> dict[str, Any]:
    """The small definition with other measures in its first pillar."""
    return content(half=halves({"areas": pillar(*measures)}))


@pytest.mark.parametrize(
    ("whole", "says"),
    [
        (content(half={}), "no half 'ecological_system'; an index needs ecological_system and security_system"),
        (content(half=halves({"a": pillar(LAND)}) | {"economy": {"says": "x", "pillar": {"b": pillar(LAW)}}}), "a half 'economy'"),
        (content(half=halves({})), "half.ecological_system.pillar"),
        (content(half=halves({"areas": pillar()})), "half.ecological_system.pillar.areas.measure"),
        (content(colour="red"), "colour .extra inputs"),
        (content(version=""), "version"),
        (content(missing={"half_needs": "most", "index_needs": 1}), "missing.half_needs .give a number, or a fraction"),
        (content(missing={"half_needs": "1/0", "index_needs": 1}), "missing.half_needs .give a number, or a fraction"),
        (content(missing={"half_needs": 1.5, "index_needs": 1}), "missing.half_needs .input should be less than"),
        (content(missing={"half_needs": 1, "index_needs": 1, "not_applicable": ["boring"]}), "'boring' is no reason"),
        (content(missing={"half_needs": 1, "index_needs": 1, "not_applicable": ["no_data"]}), "'no_data' is no reason why a number has no meaning"),
        (with_measures(measure("land_protectd_pct")), "names the measure 'land_protectd_pct', which no metric has; did you mean 'land_protected_pct'"),
        (with_measures(measure("xyz")), "names the measure 'xyz', which no metric has; `ness metrics` lists"),
        (with_measures(measure("security_system")), "security_system is made by the index itself"),
        (with_measures(LAND, LAND), "the measure land_protected_pct twice"),
        (content(half=halves({"law": pillar(LAND)})), "the pillar law twice"),
        (with_measures(LAND | {"best": 0}), "goalposts of land_protected_pct are both 0"),
        (with_measures(LAND | {"best": float("inf")}), "best .input should be a finite"),
        (with_measures(LAND | {"worst": 30, "best": 0}), "say that lower is better, but the contract of land_protected_pct says higher"),
        (with_measures(LAND | {"best_between": [17, 25]}), "The best of land_protected_pct is 30, outside the span 17 to 25"),
        (with_measures(LAND | {"worst_between": [5, 1]}), "The span of the worst of land_protected_pct runs from 5 down to 1; write the smaller number first"),
        (with_measures(LAND | {"worst_between": [-1, 30]}), "spans of both goalposts of land_protected_pct meet"),
        (with_measures(LAND | {"else_metric": "land_protectd_pct"}), "names the measure 'land_protectd_pct'"),
        (with_measures(LAND | {"else_metric": "observed_richness"}), "observed_richness cannot stand in for land_protected_pct: its unit"),
        (with_measures(LAND | {"else_metric": "land_protected_pct"}), "cannot stand in for itself"),
        (with_measures(
            measure("national_red_list_index", taxon_group="birds"), measure("red_list_index", taxon_group="all")
        ), "score the same species .birds.; keep one of them"),
        (with_measures(LAND | {"scale": "log"}), "must be above 0 for a logarithmic scale"),
        (with_measures(LAND | {"scale": "cubic"}), "scale .input should be"),
        (with_measures(LAND | {"source": " "}), "source"),
        (with_measures(LAND | {"max_age_years": -1}), "max_age_years"),
        (with_measures(LAND | {"max_age_years": None}), "has a value per year; say with max_age_years"),
        (with_measures(LAND | {"taxon_group": "birds"}), "land_protected_pct has no groups"),
        (with_measures(measure("threatened_share", 1, 0, max_age_years=None)), "threatened_share needs a taxon_group and has none"),
        (with_measures(measure("threatened_share", 1, 0, taxon_group="dragons", max_age_years=None)), "has 'dragons'"),
        (with_measures(measure("threatened_share", 1, 0, taxon_group="birds")), "has no years, so its values have no age"),
        (with_measures(LAND | {"weight": 0.5}, SEA | {"weight": 0.4}), "weights of the pillar areas sum to 0.9 and not to 1"),
        (with_measures(LAND | {"weight": 0.5}, SEA), "parts of the pillar areas have a weight and some have none"),
        (with_measures(LAND | {"weight": -1}, SEA | {"weight": 2}), "weight .input should be"),
        (content(half=halves({"a": pillar(LAND, weight="1/3"), "b": pillar(SITES, weight="1/3")})), "weights of the half ecological_system sum to 0.66"),
        (content(half=halves({"a": pillar(LAND)}) | {"security_system": {"says": "x", "weight": 1, "pillar": {"b": pillar(LAW)}}}), "parts of the index have a weight"),
        (content(half=halves(
            {"a": pillar(measure("threatened_share", 1, 0, taxon_group="birds", max_age_years=None))},
            {"b": pillar(measure("assessed_share", taxon_group="birds", max_age_years=None))},
        )), "No measure of the definition has years"),
    ],
)  # fmt: skip
def test_nonsense_is_named(tmp_path: Path, whole: dict[str, Any], says: str) -> None:
    """Each way of making no sense has its own sentence, which names the part and the value."""
    with pytest.raises(WrongUsage, match=says) as raised:
        read_definition(write(tmp_path, whole))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "says"), [("version = ", "is no TOML"), ("half = 3", "not usable at version"), (b"\xff\xfe", "is no TOML")]
)
def test_file_that_is_no_definition(tmp_path: Path, text: str | bytes, says: str) -> None:
    """A file that is no TOML, or TOML of something else, is refused by its name."""
    file = tmp_path / "my.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(WrongUsage, match=says):
        read_definition(file)


def test_file_that_is_not_there(tmp_path: Path) -> None:
    """A missing file is named, with where to get one to start from."""
    with pytest.raises(WrongUsage, match=r"nowhere.toml cannot be read .*`ness index --show`"):
        read_definition(tmp_path / "nowhere.toml")


def test_digest_follows_every_number() -> None:
    """Two definitions of one version that compute differently have different digests."""
    changed = definition(choices=content()["choices"] | {"seed": 8})
    assert changed.digest != definition().digest
    assert changed.digest.startswith("test+")
