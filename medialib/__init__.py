"""A media library and streaming server for micro-lessons and audio readings."""

__version__ = "0.1.0"
