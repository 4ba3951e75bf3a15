"""Returns: figures that somebody asks for by the quarter, for each area, as files say."""
