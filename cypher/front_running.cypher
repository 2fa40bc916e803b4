// Front running: a purchase just before a large one, and a sale just after it
// Looks for: an account that buys a stock shortly before another does, and sells within half an hour
//   after; before several orders of the same client, who is shown with how much was ordered.
// Misses: who runs ahead once or twice, or of many clients' orders; sales that wait longer.
// Look-alike: a stranger who trades to and fro, and was once before the client by chance.
WITH {mostBefore: 120, sellsWithin: 1800, minTimes: 3} AS p
MATCH (a:Account)-[:PLACES]->(o:Order)-[:FOR_SECURITY]->(s:Security) WHERE o.filled > 0
WITH p, a, s, collect({o: o, side: o.side, at: o.date.epochMillis}) AS orders
WHERE size(orders) >= 2 * p.minTimes
UNWIND [x IN orders WHERE x.side = 'buy'] AS first
WITH p, a, s, first, reduce(m = null, y IN orders | CASE WHEN y.side = 'sell' AND y.at > first.at
  AND y.at <= first.at + (p.mostBefore + p.sellsWithin) * 1000 AND (m IS NULL OR y.at < m)
  THEN y.at ELSE m END) AS sold
WHERE sold IS NOT NULL
WITH p, a, s, collect({o: first.o, at: first.at, sold: sold}) AS trips
WHERE size(trips) >= p.minTimes
MATCH (s)<-[:FOR_SECURITY]-(block:Order {side: 'buy'})
WITH p, a, s, trips, block, block.date.epochMillis AS at
UNWIND [x IN trips WHERE at > x.at AND at <= x.at + p.mostBefore * 1000 AND at < x.sold] AS trip
MATCH (b:Account)-[:PLACES]->(block) WHERE b <> a
WITH p, a, b, s, count(DISTINCT trip.o) AS times, sum(trip.o.filled) AS shares,
  sum(block.quantity) AS ordered, min(trip.at) AS began, max(trip.sold) AS ended
WHERE times >= p.minTimes
WITH a, b, s, times, shares, ordered, datetime({epochMillis: began}) AS began,
  datetime({epochMillis: ended}) AS ended
RETURN [a.accountNumber, b.accountNumber] + COLLECT {
    UNWIND [a, b] AS x MATCH (x)<-[:HAS_ACCOUNT {role: 'owner'}]-(c:Customer)
    RETURN DISTINCT c.customerId } AS entities,
  s.symbol AS security, a.accountNumber AS runner, b.accountNumber AS client, times, shares,
  ordered, began, ended, EXISTS {
    MATCH (a)<-[:HAS_ACCOUNT]-(:Customer)-[:KNOWS]-(:Customer)-[:HAS_ACCOUNT]->(b) } AS acquainted
ORDER BY times DESC, runner;
