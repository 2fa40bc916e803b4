// A customer: accounts, devices, and what the bank was given
// Shows: one customer with accounts, cards and devices, and the e-mail address, the telephone number and
//   the address that the bank knows.
MATCH (c:Customer)-[:HAS_ACCOUNT]->(:Account)
WITH c LIMIT 1
MATCH path = (c)-[:HAS_ACCOUNT|HAS_EMAIL|HAS_PHONE|HAS_ADDRESS|HOLDS_CARD|USED_BY]-()
RETURN path LIMIT 50;
