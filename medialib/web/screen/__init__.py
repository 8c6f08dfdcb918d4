"""What a television asks for: pairing, its page, what it may browse, its beats."""
