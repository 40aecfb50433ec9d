"""A year's subsidised actions of Montpellier, as published: no renaming, and every row answered."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

