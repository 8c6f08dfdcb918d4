"""Counting plays and searches without knowing whose they are."""
