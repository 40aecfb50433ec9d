"""Reading the description of an action, and of many."""
