"""What is known: lessons, themes, and later people, collections and screens."""
