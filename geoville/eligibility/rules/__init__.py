"""Rules that a place in a perimeter opens: the dated YAML beside this file, and what an answer finds of each."""

from geoville.eligibility.rules.catalogue import all_rules, rules_at
from geoville.eligibility.rules.document import rule_document
from geoville.eligibility.rules.findings import rule_findings

__all__ = ["all_rules", "rule_document", "rule_findings", "rules_at"]
