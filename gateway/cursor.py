"""Where a list goes on.

Lives here: page and token out of the address that an answer gives, Verify's or the older API's. The address
itself is never followed: our credentials go where we say, not where a body says.
"""

from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import parse_qs

from gateway.fields import read_body


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """The place of one page in a list."""

    page: str | None = None
    page_token: str | None = None

    @classmethod
    def after(cls, body: str) -> Self | None:
        """Read where the page after this body is; None at the end of the list."""
        page = read_body(body) or {}
        meta: Any = page.get("meta")
        url = meta.get("next_page_url") if isinstance(meta, dict) else page.get("next_page_uri")
        if not isinstance(url, str) or not url:
            return None
        query = parse_qs(url.partition("?")[2].partition("#")[0])
        return cls(page=query.get("Page", [None])[0], page_token=query.get("PageToken", [None])[0])

    def as_arguments(self) -> dict[str, str]:
        """Say it in the SDK's words."""
        told = {"page_number": self.page, "page_token": self.page_token}
        return {name: value for name, value in told.items() if value is not None}
