"""Trees in which every mutation operator finds something to make wrong."""

from geoflow.openspec import read_tree
from geoflow.openspec.model import Tree
from tests.builders import spec

PATH = "openspec/specs/gate/spec.md"
OTHER = "openspec/specs/hall/spec.md"
GATE = """### Requirement: Closing
The gate controller SHALL display the reason within 30 seconds when the user closes it.

#### Scenario: Closed by hand
- **WHEN** the user turns the key
- **THEN** the gate shows the reason
- **AND** the lamp is lit

#### Scenario: Closed by the clock
- **WHEN** 5 minutes have passed
- **THEN** the gate closes
"""
LOG = """### Requirement: Log
The gate controller SHALL log each opening with its time for the user.

#### Scenario: Opened
- **GIVEN** a valid key
- **WHEN** the user opens the gate
- **THEN** the log contains the time
"""
LIMIT = """### Requirement: Limit
When the queue is full, the gate controller MUST accept 3 retries before the first refusal.

#### Scenario: Full
- **WHEN** the queue is full
- **THEN** the fourth user is refused
"""
HALL = """### Requirement: Lights
The hall SHALL include all valid lamps in the list of local devices.

#### Scenario: Listed
- **WHEN** the user asks for devices
- **THEN** the lamps are listed
"""
FILES = {PATH: spec(GATE, LOG, LIMIT), OTHER: spec(HALL)}


def tree(*, crlf: bool = False) -> Tree:
    """Parse the two specs, with either kind of line ending."""
    return read_tree({path: text.replace("\n", "\r\n") if crlf else text for path, text in FILES.items()})
