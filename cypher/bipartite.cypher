// Bipartite flow: several firms all pay the same several others within days
// Looks for: two payers or more who each pay the same two payees or more for supplies, all of it
//   within few days.
// Misses: flows that take longer than the window.
// Look-alike: traders who buy from the same wholesalers: they pay at leisure. A layer of a stack
//   looks the same.
WITH {hours: 72, minAmount: 100, minShared: 2} AS p
MATCH (a:Account) WHERE a.accountType = 'BUSINESS'
MATCH (a)-[:PERFORMS]->(t:Transaction) WHERE t.message = 'SUPP' AND t.amount >= p.minAmount
MATCH (t)-[:BENEFITS_TO]->(b:Account) WHERE b.accountType = 'BUSINESS'
WITH p, a, b, t.date.epochMillis AS at
WITH p, b, collect({payer: a, at: at}) AS paid
UNWIND paid AS x
UNWIND [y IN paid WHERE y.payer <> x.payer] AS y
WITH p, x.payer AS a, y.payer AS a2, collect(DISTINCT b) AS payees,
  min(CASE WHEN x.at < y.at THEN x.at ELSE y.at END) AS began,
  max(CASE WHEN x.at > y.at THEN x.at ELSE y.at END) AS ended
WHERE size(payees) >= p.minShared AND ended <= began + p.hours * 3600000
WITH p, a, collect(a2) + [a] AS payers, collect(payees) AS groups, min(began) AS began,
  max(ended) AS ended
WHERE ended <= began + p.hours * 3600000
WITH a, payers, began, ended,
  COLLECT { UNWIND groups AS g UNWIND g AS b RETURN DISTINCT b } AS payees
WITH *, payers + [x IN payees WHERE NOT x IN payers] AS accounts
WITH payers, payees, began, ended, COLLECT {
    UNWIND accounts AS x
    CALL (x) {
      RETURN x.accountNumber AS key
      UNION
      MATCH (x)<-[:HAS_ACCOUNT {role: 'owner'}]-(c:Customer) RETURN c.customerId AS key
    }
    RETURN DISTINCT key ORDER BY key } AS entities
RETURN DISTINCT entities, size(payers) AS payers, size(payees) AS payees,
  datetime({epochMillis: began}) AS began, datetime({epochMillis: ended}) AS ended
ORDER BY payers + payees DESC, entities;
