"""A comparison as plain values, for `--json`."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from geoville.eligibility.document_parts import identity_document

if TYPE_CHECKING:
    from geoville.perimeters.compare import Comparison, Group, Member
    from geoville.perimeters.flow import Extent, Flow

PEOPLE_DECIMALS = 1


def comparison_document(comparison: Comparison, vintage: int) -> dict[str, Any]:
    """What changes from one map to the next.

    Parameters
    ----------
    vintage : of the grid whose people were counted.

    Returns
    -------
    Keys estimated, vintage, link_share, tolerance, f1, area_iou (NaN where there is nothing to compare), fates (number
    of groups by fate), total, people_between_groups, groups. A flow has before, after, enter, leave and stay, each with
    people, cells and area_m2.
    """
    return {
        "estimated": comparison.estimated,
        "vintage": vintage,
        "link_share": comparison.rules.link_share,
        "tolerance": comparison.rules.tolerance,
        "f1": comparison.total.f1,
        "area_iou": comparison.total.area_iou,
        "fates": dict(Counter(group.fate.value for group in comparison.groups)),
        "total": _flow(comparison.total),
        "people_between_groups": round(comparison.people_between_groups, PEOPLE_DECIMALS),
        "groups": [_group(group) for group in comparison.groups],
    }


def _group(group: Group) -> dict[str, Any]:
    return {
        "fate": group.fate.value,
        **_flow(group.flow),
        "old": [_member(member) for member in group.old],
        "new": [_member(member) for member in group.new],
    }


def _member(member: Member) -> dict[str, Any]:
    return {**identity_document(member.perimeter), **_flow(member.flow)}


def _flow(flow: Flow) -> dict[str, Any]:
    extents = {
        "before": flow.before,
        "after": flow.after,
        "enter": flow.enter,
        "leave": flow.leave,
        "stay": flow.stay,
    }
    return {name: _extent(extent) for name, extent in extents.items()}


def _extent(extent: Extent) -> dict[str, Any]:
    return {
        "people": round(extent.people, PEOPLE_DECIMALS),
        "cells": extent.cells,
        "area_m2": round(extent.area_m2),
    }
