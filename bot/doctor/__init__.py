"""Is everything in order? Each check looks, changes nothing, and says in one line what to do."""

from bot.doctor.examine import examine, examine_wecom
from bot.doctor.findings import Finding, Mark

__all__ = ["Finding", "Mark", "examine", "examine_wecom"]
