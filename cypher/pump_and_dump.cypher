// Pump and dump: a ring buys a small stock, talks it up, and sells to those who come late
// Looks for: accounts that order a stock from one device or address which none of them held, buy it
//   before it is talked of in rumours, and sell after; with all who buy it from then on for the
//   first time.
// Misses: rings that share no device and no address, or whose stock nobody writes of. What the price
//   did cannot be seen but at what investors traded: prices are series, and not in the graph.
// Look-alike: a rally on news that is true: people without any tie buy before and after it.
WITH {minRing: 3, days: 45, topics: ['rumour'], minSold: 0.5} AS p
MATCH (n:News)-[:ABOUT]->(s:Security) WHERE n.topic IN p.topics
WITH p, s, min(n.publishedAt) AS told, count(n) AS pieces
MATCH (s)<-[:FOR_SECURITY]-(o:Order {side: 'buy'})-[:FROM_DEVICE|FROM_IP]->(x)
WHERE o.date < told AND o.date >= told - duration({days: p.days})
MATCH (a:Account)-[:PLACES]->(o) WHERE NOT EXISTS { (a)-[:HOLDS]->(s) }
WITH p, s, told, pieces, x, collect(DISTINCT a) AS ring, min(o.date) AS began
WHERE size(ring) >= p.minRing
WITH p, s, told, pieces, x, ring, began, COLLECT {
  UNWIND ring AS a MATCH (a)-[:PLACES]->(sale:Order {side: 'sell'})-[:FOR_SECURITY]->(s)
  WHERE sale.date > told AND sale.date <= told + duration({days: p.days})
  RETURN {seller: a, at: sale.date} } AS sales
WITH *, COLLECT { UNWIND sales AS y RETURN DISTINCT y.seller } AS sellers
WHERE size(sellers) >= p.minSold * size(ring)
WITH *, reduce(m = told, y IN sales | CASE WHEN y.at > m THEN y.at ELSE m END) AS ended
WITH *, COLLECT {
  MATCH (late:Account)-[:PLACES]->(o:Order {side: 'buy'})-[:FOR_SECURITY]->(s)
  WHERE o.date >= told AND o.date <= ended AND NOT late IN ring AND NOT EXISTS { (late)-[:HOLDS]->(s) }
    AND NOT EXISTS { MATCH (late)-[:PLACES]->(e:Order)-[:FOR_SECURITY]->(s) WHERE e.date < told }
  RETURN DISTINCT late } AS late
WITH s, told, pieces, ring, late, began, ended, x ORDER BY size(ring) DESC, x:Device DESC
WITH s, told, pieces, collect({x: x, ring: ring, late: late, began: began, ended: ended})[0] AS most
WITH s, told, pieces, most.x AS x, most.ring AS ring, most.late AS late, most.began AS began,
  most.ended AS ended
RETURN [a IN ring + late | a.accountNumber] + COLLECT {
    UNWIND ring + late AS a MATCH (a)<-[:HAS_ACCOUNT {role: 'owner'}]-(c:Customer)
    RETURN DISTINCT c.customerId } + [coalesce(x.deviceId, x.ipAddress)] AS entities,
  s.symbol AS security, size(ring) AS ring, size(late) AS late, pieces, told, began, ended
ORDER BY ring DESC, security;
