"""config.yaml read once, checked, overridden by MEDIALIB__SECTION__KEY, and frozen."""

from medialib.settings.reading import load_settings
from medialib.settings.sections import Limits, Server, Settings, Sound, Store, Tools

__all__ = ["Limits", "Server", "Settings", "Sound", "Store", "Tools", "load_settings"]
