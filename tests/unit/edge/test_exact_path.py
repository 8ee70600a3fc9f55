"""A path is split before it is decoded (contract §11: ids are percent-encoded)."""

import pytest

from ingest_api.exact_path import exact_path, read_segment


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        (b"/api/contacts/con_1", "/api/contacts/con_1"),
        (b"/api/%63ontacts/con%5f1", "/api/contacts/con_1"),
        (b"/api/companies/a%2fb", "/api/companies/a%2Fb"),
        (b"/api/companies/%C3%A4", "/api/companies/%C3%A4"),
        (b"/api/companies/a@b:c%40", "/api/companies/a@b:c@"),
        (b"/%", "/%25"),
        (b"/a%zz%20", "/a%25zz%20"),
        (b"/..%2f..%2f", "/..%2F..%2F"),
        (b"//%00/", "//%00/"),
    ],
)
def test_every_path_has_one_spelling(raw: bytes, path: str) -> None:
    assert exact_path(raw) == path


@pytest.mark.parametrize("text", ["a/b", "ä ☃", "100%", "%2F", "a?b#c", "", "a\0b", "+"])
def test_what_was_encoded_is_read_as_it_was(text: str) -> None:
    encoded = "".join(f"%{byte:02X}" for byte in text.encode())
    path = exact_path(f"/x/{encoded}".encode())
    assert path.count("/") == 2
    assert read_segment(path.removeprefix("/x/")) == text


@pytest.mark.parametrize("segment", ["%FF", "%C0%80", "%ED%A0%80"])
def test_what_is_no_utf_8_is_no_text(segment: str) -> None:
    assert read_segment(segment) is None
