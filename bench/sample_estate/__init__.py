"""The small estate whose logs are bundled with the product: every end that a message can meet, told on purpose."""
