"""The story of one message for people: the verdict first, then cause and advice, then how it went and how that is known."""
