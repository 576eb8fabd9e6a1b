"""Manifests that Hypothesis makes: valid ones load, broken ones say where, nothing else ever comes out."""

import io
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kubeproof.manifests.errors import BadManifest, BadManifests
from kubeproof.manifests.loader import load
from kubeproof.manifests.valid import Object, write_yaml
from kubeproof.strategies import broken_manifests, manifests, objects


def mistakes(text: str) -> tuple[BadManifest, ...]:
    try:
        load(["-"], io.StringIO(text))
    except BadManifests as bad:
        return bad.errors
    return ()


@given(text=manifests())
def test_valid_manifests_load_and_every_object_is_where_it_says(text: str) -> None:
    loaded = load(["-"], io.StringIO(text))

    lines = text.split("\n")
    assert loaded.of_kind("Deployment")
    for manifest in loaded.objects:
        assert manifest.name in lines[manifest.line(("metadata", "name")) - 1]
        assert manifest.kind in lines[manifest.line(("kind",)) - 1]


@given(found=objects())
def test_writing_and_reading_gives_the_same_objects(found: list[Object]) -> None:
    loaded = load(["-"], io.StringIO(write_yaml(found)))

    assert [manifest.data for manifest in loaded.objects] == found


@given(broken=broken_manifests())
def test_a_manifest_broken_in_one_place_gives_an_error_at_that_line(broken: tuple[str, int | None]) -> None:
    text, line = broken

    errors = mistakes(text)

    assert errors
    assert line is None or line in [error.line for error in errors]
    assert all(error.remedy for error in errors)


_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "key", "a", ""]), inner, max_size=3)
    ),
    max_leaves=6,
)


@st.composite
def objects_with_anything_in_one_place(draw: st.DrawFn) -> list[Object]:
    found = draw(objects())
    places = [place for each in found for place in _places(each)]
    container, key = draw(st.sampled_from(places))
    container[key] = draw(_anything)
    return found


def _places(data: Any) -> list[tuple[Any, Any]]:
    """Every key and position in `data`, with the mapping or list it is in."""
    if isinstance(data, dict | list):
        keys = list(data) if isinstance(data, dict) else list(range(len(data)))
        return [(data, key) for key in keys] + [place for key in keys for place in _places(data[key])]
    return []


@given(found=objects_with_anything_in_one_place())
def test_anything_anywhere_is_a_manifest_or_a_mistake_with_a_line(found: list[Object]) -> None:
    assert all(error.line for error in mistakes(write_yaml(found)))


@given(text=st.text())
def test_no_text_gives_another_exception(text: str) -> None:
    assert all(str(error) for error in mistakes(text))
