"""How lessons go out: playlists as text, and lessons as JSON."""
