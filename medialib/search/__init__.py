"""Finding lessons by a person's words: analysis, the index, and the questions put to it."""
