// Wash trading: accounts of one ring sell a stock to each other and back
// Looks for: accounts that meet each other in a stock again and again, a sale of one and a purchase
//   of the other at one moment, for one price and as many shares, in both directions or in a circle.
// Misses: rings that meet once or twice, and sales of which the other gets only a part.
// Look-alike: a market maker, who meets each customer once.
WITH {minMeetings: 2, seconds: 30} AS p
MATCH (s:Security)<-[:FOR_SECURITY]-(o:Order)-[:EXECUTED_AS]->(t:Trade)
WITH p, s, t.date AS at, t.quantity AS quantity, t.price AS price, collect(o) AS orders
WHERE size(orders) = 2 AND orders[0].side <> orders[1].side
  AND abs(orders[0].date.epochMillis - orders[1].date.epochMillis) <= p.seconds * 1000
WITH p, s, at, quantity, orders[0] AS one, orders[1] AS other
MATCH (a:Account)-[:PLACES]->(one)
MATCH (b:Account)-[:PLACES]->(other)
WHERE a <> b
WITH p, s, CASE WHEN elementId(a) < elementId(b) THEN [a, b] ELSE [b, a] END AS pair,
  count(*) AS meetings, sum(quantity) AS shares, min(at) AS began, max(at) AS ended
WHERE meetings >= p.minMeetings
WITH p, s, collect({a: pair[0], b: pair[1]}) AS pairs, sum(meetings) AS meetings,
  sum(shares) AS shares, min(began) AS began, max(ended) AS ended
// who meets whom hangs together: rounds of one step each
UNWIND [x IN pairs | x.a] AS start
WITH *, reduce(ring = [start], step IN range(1, 6) | ring + COLLECT {
    UNWIND pairs AS x UNWIND [[x.a, x.b], [x.b, x.a]] AS way
    WITH way WHERE way[0] IN ring AND NOT way[1] IN ring RETURN DISTINCT way[1] }) AS ring
WITH DISTINCT s, meetings, shares, began, ended,
  COLLECT { UNWIND ring AS x WITH x ORDER BY x.accountNumber RETURN DISTINCT x } AS ring
WITH *, COLLECT { UNWIND ring AS x
  MATCH (x)-[:PLACES]->(o:Order)-[:FOR_SECURITY]->(s), (o)-[:FROM_DEVICE]->(d:Device)
  WITH d, size(ring) AS all, count(DISTINCT x) AS users
  WITH d WHERE users = all RETURN d.deviceId } AS devices
RETURN [x IN ring | x.accountNumber] + devices + COLLECT {
    UNWIND ring AS x MATCH (x)<-[:HAS_ACCOUNT {role: 'owner'}]-(c:Customer)
    RETURN DISTINCT c.customerId } AS entities,
  s.symbol AS security, [x IN ring | x.accountNumber] AS ring, meetings, shares, began, ended
ORDER BY meetings DESC, security;
