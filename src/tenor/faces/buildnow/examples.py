"""The examples of the contract: an invented supplier's purchase order, and what it is answered."""

from __future__ import annotations

from typing import Any

PURCHASE_ORDER: dict[str, Any] = {
    "total_price": "115000.00",
    "sub_total": "100000.00",
    "vat_rate": "15.00",
    "vat_amount": "15000.00",
    "metadata": {"project": "Warehouse 7", "site": 12},
    "partner_order_reference": "PO-2026-0417",
    "webhook_url": "https://supplier.example.com/hooks/tenor",
    "redirection_url": "https://supplier.example.com/orders/PO-2026-0417",
    "items": [
        {
            "price": "200.00",
            "sub_total": "40000.00",
            "total_price": "46000.00",
            "vat_rate": "15.00",
            "vat_amount": "6000.00",
            "sku": "CEM-50",
            "name": "أسمنت بورتلاندي",
            "name_en": "Portland cement",
            "quantity": 200,
            "unit": "bag",
            "description": "50 kg bags on pallets",
            "metadata": {"pallets": 5},
        },
        {
            "price": 3000,
            "sub_total": 60000.00,
            "total_price": 69000.00,
            "sku": "REB-12",
            "name": "حديد تسليح 12 مم",
            "quantity": 20,
            "unit": "ton",
        },
    ],
    "shipment_address": {
        "address_line1": "Building 1234, Palm Street",
        "building_number": "1234",
        "street": "Palm Street",
        "district": "Al Nakheel",
        "city": "Riyadh",
        "region": "Riyadh",
        "postal_code": "12345",
        "additional_number": "5678",
        "short_address": "RXYZ1234",
        "contact_name": "Noura Example",
        "contact_phone": "+966500000000",
        "gate": "North",
    },
}

PURCHASE_ORDER_ANSWER: dict[str, Any] = {
    "id": "01968a5e-7c3b-7f7a-9c1d-2f4b6a8c0e12",
    "status": "created",
    "checkout_url": "https://pay.example.com/order/20260417-7K3M9QWZ2TXA/AZaKXnw7f3qcHS9LaowOEg",
    "created_at": "2026-04-17T10:30:00.123456Z",
    "total_price": "115000.00",
    "sub_total": "100000.00",
    "vat_rate": "15.00",
    "vat_amount": "15000.00",
    "metadata": {"project": "Warehouse 7", "site": 12},
    "partner_order_reference": "PO-2026-0417",
    "webhook_url": "https://supplier.example.com/hooks/tenor",
    "redirection_url": "https://supplier.example.com/orders/PO-2026-0417",
    "items": [
        {
            "price": "200.00",
            "sub_total": "40000.00",
            "total_price": "46000.00",
            "vat_rate": "15.00",
            "vat_amount": "6000.00",
            "sku": "CEM-50",
            "name": "أسمنت بورتلاندي",
            "name_en": "Portland cement",
            "quantity": 200,
            "unit": "bag",
            "description": "50 kg bags on pallets",
            "metadata": {"pallets": 5},
        },
        {
            "price": "3000.00",
            "sub_total": "60000.00",
            "total_price": "69000.00",
            "vat_rate": "15.00",
            "vat_amount": None,
            "sku": "REB-12",
            "name": "حديد تسليح 12 مم",
            "name_en": None,
            "quantity": 20,
            "unit": "ton",
            "description": None,
            "metadata": None,
        },
    ],
    "shipment_address": {
        "additional_number": "5678",
        "address_line1": "Building 1234, Palm Street",
        "building_number": "1234",
        "city": "Riyadh",
        "contact_name": "Noura Example",
        "contact_phone": "+966500000000",
        "country": "SA",
        "district": "Al Nakheel",
        "gate": "North",
        "postal_code": "12345",
        "region": "Riyadh",
        "short_address": "RXYZ1234",
        "street": "Palm Street",
    },
}

PAGE: dict[str, Any] = {"next": None, "previous": None, "results": [PURCHASE_ORDER_ANSWER]}

TOKEN_ANSWER: dict[str, Any] = {
    "access_token": "eyJhbGciOiJIUzI1NiIs…",
    "token_type": "Bearer",
    "expires_in": 3600,
    "scope": "purchase-orders",
    "allowed_origins": ["https://supplier.example.com"],
}

PROBLEMS: dict[str, Any] = {
    "vat_amount": ["This field is required."],
    "items": [{}, {"sku": ["This field may not be blank."]}],
    "shipment_address": {"city": ["This field is required."]},
}
