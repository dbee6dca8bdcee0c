"""Get one JSON answer that is kept as a file, looked at before it is trusted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from uvas_stats.errors import FetchError
from uvas_stats.fetch.http import Answer, BadBodyError, Http

__all__ = ["BOM", "get_json"]

BOM = b"\xef\xbb\xbf"


def get_json(http: Http, path: str, who: str, fits: Callable[[Any], bool]) -> bytes:
    """Get an answer that is whole JSON of the expected kind.

    Parameters
    ----------
    http, path
        The connection, and the path with its query.
    who
        The service's name, for messages.
    fits
        Tells whether the content is of the kind that was asked for.

    Raises
    ------
    FetchError
        If the service does not answer, refuses the question, or answers something else each time.
    """

    def check(answer: Answer) -> None:
        try:
            content = orjson.loads(answer.body.removeprefix(BOM))
        except orjson.JSONDecodeError as error:
            raise BadBodyError("svaret är inte JSON") from error
        if isinstance(content, dict) and "error" in content:
            raise FetchError(
                f"{who} svarar med ett fel: {str(content['error'])[:200]}",
                where=answer.url,
                todo="Kör igen senare",
            )
        if not fits(content):
            raise BadBodyError("svaret är av annat slag än väntat")

    answer = http.call("GET", path, check=check)
    if answer.status != 200:
        raise FetchError(
            f"{who} svarar {answer.status}",
            where=answer.url,
            todo="Kontrollera om tabellen finns kvar; inget har lagrats",
        )
    return answer.body
