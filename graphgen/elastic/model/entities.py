"""Who and what there is, as known when the world ends: to be joined to events.

The fields of an entity are named after it, so that a join does not cover what an event says.
"""

from __future__ import annotations

from graphgen.elastic.document import Document, Field, Kind, Type, dated, money
from graphgen.elastic.model.market import POSITION

__all__ = ["DOCUMENTS"]


def _entity(name: str, doc: str, rows: str, *fields: Field) -> Document:
    return Document(name, doc, Kind.ENTITY, rows, fields)


def _key(table: str, doc: str) -> Field:
    return Field(f"{table}.id", f"{table}_id", doc, refers=table)


def _place(name: str) -> tuple[Field, ...]:
    """Give the fields of a place, as ECS has them."""
    return (
        Field(f"{name}.geo.city_name", "city", "City.", free=True),
        Field(f"{name}.geo.region_iso_code", "state", "State or province: ISO 3166-2."),
        Field(f"{name}.geo.country_iso_code", "country", "Country: ISO 3166-1 alpha-2."),
        Field(f"{name}.geo.location", "latitude || ',' || longitude", "Where.", Type.GEO_POINT),
    )


_USER = _entity(
    "user",
    "A person who is a customer of at least one bank.",
    'part."user"',
    _key("user", "Key: to join by."),
    Field("user.full_name", "given_name || ' ' || family_name", "Name.", Type.TEXT, free=True),
    Field("user.email", "emails", "E-mail addresses that were ever given, in order.", many=True),
    Field("user.phone", "phones", "Telephone numbers (E.164), likewise.", many=True),
    dated("user.birth_date", "birth_date", "Date of birth."),
    Field("user.employment", "employment", "Employment status."),
    Field("user.occupation", "occupation", "Occupation.", free=True),
    *money("user.income", "income_minor", "Net income a year."),
    dated("user.customer_since", "customer_since", "When the first account was opened."),
    Field("user.household.id", "household_id", "The household.", refers="household"),
    Field("user.employer.id", "employer_id", "The employer.", refers="employer"),
    Field("user.address.id", "address_id", "Where the person lives.", refers="address"),
    Field("user.address.street", "street", "House number and street.", free=True),
    Field("user.geo.postal_code", "postal_code", "Postal code."),
    *_place("user"),
    Field("user.account.id", "accounts", "Accounts held, alone or jointly.", many=True),
    Field("user.device.id", "devices", "Devices banked from.", many=True),
    Field("user.insider_of", "insider_of", "Issuers whose secrets the person knows.", many=True),
)
_ACCOUNT = _entity(
    "account",
    "An account at a bank. The world outside has accounts too.",
    "part.account",
    _key("account", "Key: to join by."),
    Field("user.id", "user_id", "Who owns it, where a person does.", refers="user"),
    Field("account.holders", "holders", "All who hold it or may act for it.", many=True),
    Field("account.holder_type", "holder_type", "person, merchant, employer, bank or outside."),
    Field("account.type", "type", "checking, savings, credit_card, business, internal, external "
          "or brokerage."),
    Field("account.currency", "currency", "ISO 4217."),
    dated("account.opened", "opened", "When it was opened."),
    *money("account.opening_balance", "opening_balance_minor", "Balance as the world begins."),
    *money("account.credit_limit", "credit_limit_minor", "How far below zero it may go; without "
           "one as far as it will."),
    Field("account.risk_profile", "risk_profile", "Of a brokerage account: low, medium, high."),
    Field("account.brokerage_type", "brokerage_type", "Of a brokerage account: cash or margin."),
    Field("account.merchant.id", "merchant_id", "Whose takings it takes.", refers="merchant"),
    Field("account.employer.id", "employer_id", "Who pays salaries from it.", refers="employer"),
    Field("account.card.id", "cards", "The cards that draw on it.", many=True),
    Field("bank.id", "bank_id", "The bank that keeps it.", refers="bank"),
    Field("bank.name", "bank_name", "Its name.", free=True),
    Field("bank.country_iso_code", "bank_country", "Its country: ISO 3166-1 alpha-2."),
)  # fmt: skip
_DEVICE = _entity(
    "device",
    "A device that people bank from.",
    "part.device",
    _key("device", "Key: to join by."),
    Field("device.type", "type", "phone, tablet, laptop or desktop."),
    Field("device.os", "os", "Operating system and its version.", free=True),
    Field("device.fingerprint", "fingerprint", "Sixteen hexadecimal digits."),
    dated("device.first_seen", "first", "When it was first used."),
    Field("device.user.id", "users", "The people who use it, in order.", many=True),
    Field("user_agent.original", "user_agent", "What its browser or app calls itself.", free=True),
)
_IP = _entity(
    "ip",
    "An address on the internet that people bank from.",
    "part.ip",
    _key("ip", "Key."),
    Field("source.ip", "address", "The address: to join by.", Type.IP),
    Field("ip.kind", "kind", "home, mobile, office, public, vpn or hosting."),
    Field("source.geo.country_iso_code", "country", "Country: ISO 3166-1 alpha-2."),
    Field("source.as.number", "asn", "Its network, from a range for private use.", Type.LONG),
    Field("source.as.organization.name", "as_name", "Who runs that (invented).", free=True),
    Field("ip.user.id", "users", "The people who use it, in order.", many=True),
)
_MERCHANT = _entity(
    "merchant",
    "A shop, a service or a biller that takes payments.",
    "merchant",
    _key("merchant", "Key: to join by."),
    Field("merchant.name", "name", "Trading name (invented).", Type.TEXT, free=True),
    Field("merchant.mcc", "mcc", "Merchant category code: ISO 18245."),
    Field("merchant.category", "category", "What the code stands for.", free=True),
    Field("merchant.online", "online", "Whether it sells at a distance only.", Type.BOOLEAN),
    *_place("merchant"),
    dated("merchant.opened", "opened", "When it began to take payments."),
    Field("merchant.account.id", "account_id", "Where its takings go.", refers="account"),
)
_SECURITY = _entity(
    "security",
    "A stock, an exchange-traded fund or a bond.",
    "known.security_listed",
    _key("security", "Key: to join by."),
    Field("security.symbol", "symbol", "Ticker.", free=True),
    Field("security.name", "name", "Name (invented).", Type.TEXT, free=True),
    Field("security.type", "type", "stock, etf or bond."),
    Field("security.currency", "currency", "ISO 4217."),
    Field("security.issuer.id", "issuer_id", "Who issued it.", refers="issuer"),
    Field("security.issuer.name", "issuer_name", "The issuer's name.", free=True),
    Field("security.sector.id", "sector_id", "The issuer's sector.", refers="sector"),
    Field("security.sector.name", "sector_name", "Its name.", free=True),
    Field("security.exchange.mic", "mic", "Where it is traded: ISO 10383."),
    *money("security.tick", "tick_minor", "Prices are whole multiples of it."),
    Field("security.outstanding", "outstanding", "Shares (units of a bond) that there are.",
          Type.LONG),
    Field("security.is_shortable", "is_shortable", "Whether it may be sold short.", Type.BOOLEAN),
    Field("security.coupon_bp", "coupon_bp", "A bond's interest a year, in basis points.",
          Type.LONG),
    dated("security.matures", "matures", "When a bond is paid back."),
)  # fmt: skip
_HOLDING = _entity(
    "holding",
    "What an account holds of a security when a session ends.",
    "today.holding",
    _key("holding", "Key."),
    POSITION,
    dated("holding.time", "time", "When the session ended."),
    Field("account.id", "account_id", "The account: to join by.", refers="account"),
    Field("security.id", "security_id", "The security.", refers="security"),
    Field("holding.quantity", "quantity", "Shares (units of a bond); below 0 if short.", Type.LONG),
    *money("holding.cost", "cost_minor", "What was paid for them; if short, less what they "
           "brought."),
    *money("holding.value", "value_minor", "What they are worth at the last price."),
    *money("holding.realised", "realised_minor", "Profit of what was sold, less fees."),
)  # fmt: skip

DOCUMENTS = (_USER, _ACCOUNT, _DEVICE, _IP, _MERCHANT, _SECURITY, _HOLDING)
