"""Static sheets."""
