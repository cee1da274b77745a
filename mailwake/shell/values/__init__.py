"""What values mean: how they become strings and other types, how they compare, what may be done with them."""
