"""Pedell looks after the devices and servers of all schools of one authority."""

__version__ = "0.1.0"

__all__ = ["__version__"]
