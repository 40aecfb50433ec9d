"""The scripts run in the environments of their clients, never here."""

collect_ignore_glob = ["scripts/*"]
