"""Does an action benefit a QPV: what is asked, and the answer."""
