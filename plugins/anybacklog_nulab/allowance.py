"""What the space's plan allows of files: its licence -> our limits; pure."""

from __future__ import annotations

from dataclasses import replace

from anybacklog.plugin import Limits
from anybacklog_nulab.extras import Licence

_PLAN = "the plan of this space (get-licence)"
_UNTOLD = "this space does not say what its plan allows (get-licence); it refuses what is too much itself"


def allowed(limits: Limits, licence: Licence | None) -> Limits:
    """Put in what the licence says of files, where 0 is without limit; without a licence no limit is supposed."""
    told = licence or Licence()
    sizes = {
        "attachment_size": told.attachment_limit_per_file or None,
        "attachments_per_ticket": told.attachment_num_limit or None,
    }
    reason = _UNTOLD if licence is None else _PLAN
    return replace(limits, **sizes, reasons={**limits.reasons, **dict.fromkeys(sizes, reason)})
