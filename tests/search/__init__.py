"""Tests of medialib.search."""
