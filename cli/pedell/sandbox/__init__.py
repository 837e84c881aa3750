"""The embedded default: an MDM with simulated tablets and school servers, all on loopback."""
