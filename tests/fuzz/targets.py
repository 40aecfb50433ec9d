"""Every target, by name."""

from __future__ import annotations

from file_targets import FILE_TARGETS
from service_targets import SERVICE_TARGETS
from text_targets import TEXT_TARGETS

TARGETS = TEXT_TARGETS | FILE_TARGETS | SERVICE_TARGETS
