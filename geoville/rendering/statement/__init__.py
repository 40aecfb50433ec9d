"""The statement (« relevé ») of an answer."""
