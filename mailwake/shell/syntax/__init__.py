"""The sentences of the language: lexer, grammar and the tree that comes of them."""
