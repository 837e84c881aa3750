"""The embedded default: an MDM with simulated tablets and school servers, all on loopback."""


class SandboxStoppedError(OSError):
    """The sandbox is to be worked on, and does not run."""
