"""Rules that a place in a perimeter opens: the dated YAML beside this file, and what an answer finds of each."""

from geoville.eligibility.rules.catalogue import rules, rules_at
from geoville.eligibility.rules.findings import rule_findings
from geoville.eligibility.rules.ground import Ground, Standing

__all__ = ["Ground", "Standing", "rule_findings", "rules", "rules_at"]
