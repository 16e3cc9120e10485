"""What all sessions of one SDK have in common."""

import attrs

from ..callbacks import Callbacks
from ..handover.handovers import Handovers
from ..http.exchange import HTTP
from ..tasks.handed_over import Tasks
from ..tasks.home import Home
from .notices import Notices


@attrs.frozen(eq=False, kw_only=True, repr=False)
class Shared:
    """The parts of an SDK that its sessions use.

    Attributes:
        home: The process and the event loop that the SDK lives in.
        tasks: Where tasks run that outlive the call that starts them.
    """

    http: HTTP
    home: Home
    callbacks: Callbacks
    notices: Notices
    handovers: Handovers
    tasks: Tasks
