"""Publications: figures frozen with all they were made from, so that they can be made again."""
