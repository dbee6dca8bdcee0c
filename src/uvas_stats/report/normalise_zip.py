"""Word and Excel files with the same bytes for the same content: no clock in the zip or in the properties."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile

__all__ = ["normalise_zip"]

_CORE = "docProps/core.xml"
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")


def normalise_zip(data: bytes, date: dt.date) -> bytes:
    """Rewrite an Office file with one date on all its parts and as the date it was last changed.

    Parameters
    ----------
    data
        The bytes of a docx or xlsx.
    date
        The date to write, at midnight.

    Returns
    -------
    bytes
        The same parts in the same order.
    """
    stamp = (max(date.year, 1980), date.month, date.day, 0, 0, 0)
    changed = rb"\g<1>" + f"{date.isoformat()}T00:00:00Z".encode() + rb"\g<2>"
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            info = zipfile.ZipInfo(name, date_time=stamp)
            info.external_attr = 0o600 << 16
            info.create_system = 3
            packed = not name.lower().endswith(".png")
            info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
            new.writestr(info, _MODIFIED.sub(changed, part) if name == _CORE else part)
    return out.getvalue()
