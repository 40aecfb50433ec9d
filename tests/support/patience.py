"""How long a page is waited for: what never comes fails, what comes late on a busy machine does not."""

PATIENCE_MS = 60_000
