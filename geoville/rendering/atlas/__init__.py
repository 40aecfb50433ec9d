"""Pages and PDF of an atlas: one page for each perimeter."""
