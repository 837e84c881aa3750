"""What resources of a server may be called: the mark ``x-name`` of their kind. Pure."""

from collections.abc import Iterator

from pedell.language.schemas import Schemas
from pedell.model import RoleResource, Source, Words, tell


def misnamed(wish: RoleResource, schemas: Schemas) -> Iterator[tuple[str, Words, Source]]:
    """Yield code, words and place where the name is none that the kind can have."""
    schema = f"kinds/{wish.kind}.json"
    if "x-name" in schemas.document(schema):
        for one in schemas.violations(f"{schema}#/x-name", wish.name):
            detail = tell("{thing}: {wrong}", thing=wish.kind, wrong=one.detail)
            yield one.code, detail, wish.source
