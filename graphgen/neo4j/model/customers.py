"""Customers, what they gave to the bank, where they live, whom they know."""

from __future__ import annotations

from graphgen.neo4j.element import End, Model, Node, Property, Relationship, Type
from graphgen.neo4j.model._first import with_first

__all__ = ["MODEL"]

_DATETIME, _DOUBLE, _LONG, _BOOLEAN = Type.DATETIME, Type.DOUBLE, Type.LONG, Type.BOOLEAN

_SINCE = Property("since", "since", "From when.", _DATETIME)
_UNTIL = Property("until", "until", "Until when; absent: still so.", _DATETIME)


_CUSTOMER = Node(
    "Customer",
    "A person who is a customer of at least one bank.",
    '"user"',
    "user_id",
    ("customerId",),
    (
        Property("customerId", "'U' || user_id", "Key."),
        Property("firstName", "given_name", "Given name."),
        Property("lastName", "family_name", "Family name."),
        Property("dateOfBirth", "birth_date", "Date of birth.", Type.DATE),
        Property("customerSince", "customer_since", "When the first account opened.", _DATETIME),
        Property("employment", "employment", "Employment status."),
        Property("occupation", "occupation", "Occupation."),
        Property("annualIncome", "income::DOUBLE", "Net income a year, major units.", _DOUBLE),
    ),
    letter="U",
)
_HOUSEHOLD = Node(
    "Household",
    "People who live together.",
    "household",
    "household_id",
    ("householdId",),
    (
        Property("householdId", "'H' || household_id", "Key."),
        Property("size", "size::BIGINT", "How many customers belong to it.", _LONG),
    ),
    letter="H",
    extends=True,
)
_EMAIL = Node(
    "Email",
    "An e-mail address.",
    with_first("email", "has_email", "since"),
    "email_id",
    ("address",),
    (
        Property("address", "address", "Key: the address."),
        Property("domain", "split_part(address, '@', 2)", "What stands after the @."),
        Property("createdAt", "first", "When the bank first had it.", _DATETIME),
    ),
)
_PHONE = Node(
    "Phone",
    "A telephone number.",
    with_first("phone", "has_phone", "since"),
    "phone_id",
    ("number",),
    (
        # the model's text says phoneNumber, its constraints and queries say number: it has both
        Property("number", "number", "Key: the number in E.164."),
        Property("phoneNumber", "number", "The same."),
        Property("countryCode", "country", "ISO 3166-1 alpha-2."),
        Property("createdAt", "first", "When the bank first had it.", _DATETIME),
    ),
)
_ADDRESS = Node(
    "Address",
    "A postal address.",
    with_first("address", "lives_at", "since"),
    "address_id",
    ("addressLine1", "postTown", "postCode"),
    (
        Property("addressLine1", "street", "House number and street."),
        Property("postTown", "city", "City."),
        Property("postCode", "postal_code", "Postal code."),
        Property("region", "state", "State or province, by its code in ISO 3166-2."),
        Property("latitude", "latitude", "Degrees north.", _DOUBLE),
        Property("longitude", "longitude", "Degrees east.", _DOUBLE),
        Property("createdAt", "first", "From when a customer lived there.", _DATETIME),
    ),
)
_COUNTRY = Node(
    "Country",
    "A country.",
    "(SELECT country FROM address UNION SELECT country FROM ip UNION SELECT country FROM bank)",
    "country",
    ("code",),
    (Property("code", "country", "Key: ISO 3166-1 alpha-2."),),
    id_is_key=True,
)


def _has(table: str, label: str) -> Relationship:
    return Relationship(
        f"HAS_{label.upper()}",
        f"A customer gave a {label.lower()} to the bank.",
        End("Customer", "user_id"),
        End(label, f"{table}_id"),
        f"has_{table}",
        (_SINCE, _UNTIL),
        key=("since",),
    )


_HAS_ADDRESS = Relationship(
    "HAS_ADDRESS",
    "A customer lives, or lived, at an address.",
    End("Customer", "user_id"),
    End("Address", "address_id"),
    "lives_at",
    (
        Property("addedAt", "since", "From when.", _DATETIME),
        Property("lastChangedAt", "coalesce(until, since)", "When that last changed.", _DATETIME),
        Property("isCurrent", "until IS NULL", "Whether it is so still.", _BOOLEAN),
    ),
    key=("addedAt",),
)
_LOCATED_IN = Relationship(
    "LOCATED_IN",
    "An address is in a country.",
    End("Address", "address_id"),
    End("Country", "country"),
    "address",
)
_BELONGS_TO = Relationship(
    "BELONGS_TO",
    "A customer belongs to a household.",
    End("Customer", "user_id"),
    End("Household", "household_id"),
    '"user"',
    extends=True,
)
_KNOWS = Relationship(
    "KNOWS",
    "Two customers know each other; one relationship a pair.",
    End("Customer", "user_id"),
    End("Customer", "other_user_id"),
    "knows",
    (Property("relation", "relation", "How they know each other."), _SINCE),
    extends=True,
)

MODEL = Model(
    (_CUSTOMER, _HOUSEHOLD, _EMAIL, _PHONE, _ADDRESS, _COUNTRY),
    (
        _has("email", "Email"),
        _has("phone", "Phone"),
        _HAS_ADDRESS,
        _LOCATED_IN,
        _BELONGS_TO,
        _KNOWS,
    ),
)
