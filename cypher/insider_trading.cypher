// Insider trading: somebody who knows what a firm will tell passes it on, and friends buy before
// Looks for: somebody who knows an insider of a firm, over a few links at most, buys its stock for
//   the first time within days before good news of it, which comes out before an open, and sells
//   within two weeks after.
// Misses: chains of which the bank does not know all links; who buys long before, or sells late.
//   How far the price jumped cannot be seen: prices are series, and not in the graph.
// Look-alike: a lucky call: somebody who knows nobody at the firm buys before such news.
WITH {daysBefore: 5, daysAfter: 14, minSentiment: 0.3, topics: ['company'],
  zone: 'America/New_York', opens: 570} AS p
MATCH (n:News)-[:ABOUT]->(s:Security)
WHERE n.topic IN p.topics AND n.sentiment >= p.minSentiment
WITH p, n, s, datetime({datetime: n.publishedAt, timezone: p.zone}) AS told
WHERE told.hour * 60 + told.minute < p.opens
WITH p, n, s
MATCH (a:Account)-[:PLACES]->(o:Order {side: 'buy'})-[:FOR_SECURITY]->(s)
WHERE o.filled > 0 AND o.date < n.publishedAt
  AND o.date >= n.publishedAt - duration({days: p.daysBefore})
WITH p, n, s, a, collect(o) AS bought, min(o.date) AS began
WHERE NOT EXISTS { (a)-[:HOLDS]->(s) }
  AND NOT EXISTS { MATCH (a)-[:PLACES]->(e:Order)-[:FOR_SECURITY]->(s) WHERE e.date < began }
MATCH (a)-[:PLACES]->(sale:Order {side: 'sell'})-[:FOR_SECURITY]->(s)
WHERE sale.date > n.publishedAt AND sale.date <= n.publishedAt + duration({days: p.daysAfter})
WITH p, n, s, a, bought, began, max(sale.date) AS ended
MATCH (c:Customer)-[:HAS_ACCOUNT {role: 'owner'}]->(a)
MATCH (s)-[:ISSUED_BY]->(:Issuer)<-[:INSIDER_OF]-(i:Customer)
MATCH path = SHORTEST 1 (i)-[:KNOWS]-{0,3}(c)
WITH n, s, a, bought, began, ended, path ORDER BY length(path)
WITH n, s, a, bought, began, ended, collect(nodes(path))[0] AS chain
WITH s, a, chain, began, max(ended) AS ended, collect(n)[0] AS n,
  reduce(q = 0, o IN bought | q + o.filled) AS shares
RETURN [c IN chain | c.customerId] + a.accountNumber AS entities, s.symbol AS security,
  [c IN chain | c.customerId] AS chain, shares, n.title AS news, n.publishedAt AS published,
  began, ended
ORDER BY size(chain), security;
