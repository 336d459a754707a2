"""The hashdist of this user: `import hashdist` becomes the library that the config names.

The config of the program says in `python-path` where the library is; this package only leads there, so an old copy of it in an
old profile leads to the current library. What it offers is described there: help(hashdist.sources), help(hashdist.package), ...
"""
from . import _launch

_library = _launch.load(__name__, __file__)
__all__ = list(_library.__all__)
__version__ = _library.__version__
globals().update((_name, getattr(_library, _name)) for _name in __all__)
_launch.alias_modules(__name__, _library)
