"""The names to say: those of the rebranded package that loaded this library, else hashdist's own."""
import sys

_given = getattr(sys.modules[__package__], "_given_brand", None)

GIVEN = _given is not None
PROGRAM: str = getattr(_given, "PROGRAM", "hdist")
TITLE: str = _given.__package__ if _given is not None else "hashdist"
