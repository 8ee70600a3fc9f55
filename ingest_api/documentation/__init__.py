"""The documentation page and its viewer, read from the package once and kept in memory.

The viewer under `swagger-ui/` is another project's; see ORIGIN and LICENSE there.
"""

from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import NamedTuple

ASSETS_PATH = "/docs/assets"
VERSION_CHARS = 16

_ASSETS = {
    "start.js": ("start.js", "text/javascript; charset=utf-8"),
    "swagger-ui-bundle.js": ("swagger-ui/swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
    "swagger-ui.css": ("swagger-ui/swagger-ui.css", "text/css; charset=utf-8"),
    "favicon-32x32.png": ("swagger-ui/favicon-32x32.png", "image/png"),
}


class Asset(NamedTuple):
    """A file of the page."""

    body: bytes
    content_type: str


class Page(NamedTuple):
    """The page, and its files by name under a path that names their content."""

    html: bytes
    etag: str
    version: str
    assets: dict[str, Asset]


@cache
def documentation_page() -> Page:
    """The page as it is served. The version changes with any byte of any file."""
    folder = files(__name__)
    assets = {
        name: Asset((folder / path).read_bytes(), content_type)
        for name, (path, content_type) in _ASSETS.items()
    }
    digest = sha256()
    for name in sorted(assets):
        digest.update(assets[name].body)
    version = digest.hexdigest()[:VERSION_CHARS]
    template = (folder / "page.html").read_text(encoding="utf-8")
    html = template.replace("{assets}", f"{ASSETS_PATH}/{version}").encode()
    return Page(html, f'"{sha256(html).hexdigest()[:32]}"', version, assets)
