"""The benchmark's model in the languages of other model checkers, and how each of them is run and read."""
