// Shared identifiers: pairs of customers who gave the bank the same things
// Looks for: two customers with a telephone number, a mailbox or an address in common, those with most
//   in common first.
// Misses: who shares nothing that the bank was given.
// Look-alike: families and flat shares.
WITH {minShared: 2} AS p
MATCH (c1:Customer)-[:HAS_EMAIL|HAS_PHONE|HAS_ADDRESS]->(i)
  <-[:HAS_EMAIL|HAS_PHONE|HAS_ADDRESS]-(c2:Customer)
WHERE c1.customerId < c2.customerId
WITH p, c1, c2, count(DISTINCT i) AS shared WHERE shared >= p.minShared
RETURN [c1.customerId, c2.customerId] AS entities, shared
ORDER BY shared DESC, entities LIMIT 1000;
