"""What a passcode must be like, as com.apple.mobiledevice.passwordpolicy."""

from pedell.model import Value
from pedell.payloads.apple.fields import copied, copied_back
from pedell.payloads.apple.profile import Payload

PASSCODE = "com.apple.mobiledevice.passwordpolicy"

_KEYS = {
    "required": "forcePIN",
    "min_length": "minLength",
    "simple": "allowSimple",
    "alphanumeric": "requireAlphanumeric",
    "complex_characters": "minComplexChars",
    "max_inactivity": "maxInactivity",
    "max_grace": "maxGracePeriod",
    "max_failed_attempts": "maxFailedAttempts",
    "max_age": "maxPINAgeInDays",
    "history": "pinHistory",
}


def encode_passcode(value: Value) -> list[Payload]:
    """Write what is declared. Minutes and days as we count them.

    Source: Apple's device management schema 18.3. Shared iPads refuse it.
    """
    return [Payload("passcode", PASSCODE, copied(value, _KEYS))]


def decode_passcode(payloads: list[Payload]) -> Value:
    """Read what :func:`encode_passcode` wrote."""
    return copied_back(payloads[0].content, _KEYS)
