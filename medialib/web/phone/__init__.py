"""The members' pages: search, list and play."""
