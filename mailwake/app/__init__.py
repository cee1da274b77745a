"""The top of the house: the serving process, and the command line with everything in it."""
