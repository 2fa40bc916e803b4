// Ramp and dump: nominees with money from one source lift a small stock for weeks, and then let go
// Looks for: accounts that order a stock from one device or address which none of them held, buy it
//   on several days, and sell it within days of each other, while no rumour tells of it.
// Misses: nominees that share no device and no address; those that buy all at once; who bought of
//   them in the end. What the price did cannot be seen but at what investors traded: prices are
//   series, and not in the graph.
// Look-alike: a small firm that is found by the market: people without any tie buy over weeks.
WITH {minRing: 3, minDays: 2, sellsWithin: 10, topics: ['rumour'], minSold: 0.6} AS p
MATCH (s:Security)<-[:FOR_SECURITY]-(o:Order {side: 'buy'})-[:FROM_DEVICE|FROM_IP]->(x)
MATCH (a:Account)-[:PLACES]->(o) WHERE NOT EXISTS { (a)-[:HOLDS]->(s) }
WITH p, s, x, collect(DISTINCT a) AS ring, collect(DISTINCT date(o.date)) AS days,
  min(o.date) AS began, max(o.date) AS until
WHERE size(ring) >= p.minRing AND size(days) >= p.minDays
WITH *, COLLECT {
  UNWIND ring AS a MATCH (a)-[:PLACES]->(sale:Order {side: 'sell'})-[:FOR_SECURITY]->(s)
  WHERE sale.date > began RETURN {seller: a, at: sale.date} } AS sales
WITH *, COLLECT { UNWIND sales AS y RETURN DISTINCT y.seller } AS sellers,
  reduce(m = null, y IN sales | CASE WHEN m IS NULL OR y.at < m THEN y.at ELSE m END) AS letGo,
  reduce(m = began, y IN sales | CASE WHEN y.at > m THEN y.at ELSE m END) AS ended
WHERE size(sellers) >= p.minSold * size(ring) AND letGo >= until
  AND ended <= letGo + duration({days: p.sellsWithin})
  AND NOT EXISTS { MATCH (n:News)-[:ABOUT]->(s)
    WHERE n.topic IN p.topics AND n.publishedAt >= began AND n.publishedAt <= ended }
WITH s, x, ring, days, began, letGo, ended ORDER BY size(ring) DESC, x:Device DESC
WITH s, collect({x: x, ring: ring, days: days, began: began, letGo: letGo, ended: ended})[0] AS most
RETURN [a IN most.ring | a.accountNumber] + [coalesce(most.x.deviceId, most.x.ipAddress)] + COLLECT {
    UNWIND most.ring AS a MATCH (a)<-[:HAS_ACCOUNT {role: 'owner'}]-(c:Customer)
    RETURN DISTINCT c.customerId } AS entities,
  s.symbol AS security, [a IN most.ring | a.accountNumber] AS ring, size(most.days) AS days,
  most.began AS began, most.letGo AS letGo, most.ended AS ended
ORDER BY size(ring) DESC, security;
