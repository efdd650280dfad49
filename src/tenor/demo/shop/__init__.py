"""The demo's shop: a merchant's own system, with one storefront for each dialect.

It calls Tenor over HTTP as any merchant's server would, keeps nothing but the webhooks that it received, and needs
JavaScript only for the checkout in a window over the shop.
"""

from tenor.demo.shop.account import Shop
from tenor.demo.shop.application import application

__all__ = ["Shop", "application"]
