"""How lessons go out: playlists as text."""
