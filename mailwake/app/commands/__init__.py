"""Commands that need the whole house: serving, the shell."""
