"""Static sheets for a dossier: A4 or A3, PDF and PNG."""
