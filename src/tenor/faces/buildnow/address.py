"""The shipment address, both ways: the parts of a Saudi national address, and whatever else the merchant sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from tenor.core.orders.model import Address, Contact
from tenor.faces.buildnow import wire
from tenor.faces.buildnow.reader import PurchaseReader

_COUNTRY = "SA"
_FIELD = "shipment_address"
_KNOWN = frozenset(field.encode_name for field in msgspec.structs.fields(wire.ShipmentAddress))

# Only these digits and letters: the post reads no others.
_FOUR_DIGITS = re.compile("[0-9]{4}")
_FIVE_DIGITS = re.compile("[0-9]{5}")
_SHORT = re.compile("[A-Za-z]{4}[0-9]{4}")


def contact(read: PurchaseReader, given: wire.ShipmentAddress, all_keys: Mapping[str, Any]) -> Contact:
    """The address in the core's terms; keys without a meaning here are kept beside those that have one."""
    unknown = {key: value for key, value in all_keys.items() if key not in _KNOWN}
    return Contact(
        # The dialect has one field for a person's name, so nothing here guesses where the last name begins.
        first_name=given.contact_name,
        phone=given.contact_phone,
        address=Address(
            line1=read.text(given.address_line1, _FIELD, "address_line1"),
            line2=given.address_line2,
            building_number=read.form(
                given.building_number, _FOUR_DIGITS, "must be 4 digits", _FIELD, "building_number"
            ),
            street=given.street,
            district=given.district,
            city=read.text(given.city, _FIELD, "city"),
            region=given.region,
            postal_code=read.form(given.postal_code, _FIVE_DIGITS, "must be 5 digits", _FIELD, "postal_code"),
            additional_number=read.form(
                given.additional_number, _FOUR_DIGITS, "must be 4 digits", _FIELD, "additional_number"
            ),
            short_address=read.form(
                given.short_address, _SHORT, "must be 4 letters and 4 digits", _FIELD, "short_address"
            ),
            country=given.country or _COUNTRY,
            latitude=read.degrees(given.latitude, 90, _FIELD, "latitude"),
            longitude=read.degrees(given.longitude, 180, _FIELD, "longitude"),
            extra=read.free(unknown, _FIELD),
        ),
    )


def answer(contact: Contact) -> dict[str, Any]:
    """The address as it was stored: the keys that were given, and the country."""
    address = contact.address
    known = {
        "address_line1": address.line1,
        "address_line2": address.line2,
        "building_number": address.building_number,
        "street": address.street,
        "district": address.district,
        "city": address.city,
        "region": address.region,
        "postal_code": address.postal_code,
        "additional_number": address.additional_number,
        "short_address": address.short_address,
        "country": address.country,
        "latitude": address.latitude,
        "longitude": address.longitude,
        "contact_name": contact.first_name,
        "contact_phone": contact.phone,
    }
    return {key: value for key, value in known.items() if value is not None} | address.extra
