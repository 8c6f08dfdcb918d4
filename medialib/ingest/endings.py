"""What recordings in a folder are called; a file that somebody names is tried whatever it is called (pure)."""

ENDINGS = frozenset({
    ".mp4", ".m4v", ".mov", ".m4a", ".m4b", ".3gp", ".3g2", ".mkv", ".mka", ".webm", ".avi", ".flv", ".f4v", ".asf",
    ".wmv", ".wma", ".ts", ".m2ts", ".mts", ".mpg", ".mpeg", ".vob", ".mp3", ".aac", ".flac", ".ogg", ".oga", ".ogv",
    ".opus", ".wav", ".aif", ".aiff", ".amr", ".ape",
})  # fmt: skip
