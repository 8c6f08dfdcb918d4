"""The desk: pages for people who look after the library."""
