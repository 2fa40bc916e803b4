// Spoofing: large orders that are not meant to be filled, around a small sale that is
// Looks for: an account that gives orders to buy a stock and cancels them within seconds, with an
//   order to sell the same stock between, which is small beside them; again and again.
// Misses: who cancels later, spoofs once or twice, or sells from another account.
// Look-alike: somebody who changes their mind as fast, and sells nothing meanwhile.
WITH {seconds: 30, minCancelled: 2, minTimes: 1.5, minEpisodes: 2} AS p
MATCH (s:Security)<-[:FOR_SECURITY]-(o:Order {side: 'buy', status: 'cancelled'})<-[:PLACES]-(a:Account)
WHERE o.orderType = 'limit' AND o.endedAt <= o.date + duration({seconds: p.seconds})
WITH p, s, a, collect(o) AS cancelled WHERE size(cancelled) >= p.minCancelled * p.minEpisodes
MATCH (a)-[:PLACES]->(sale:Order {side: 'sell'})-[:FOR_SECURITY]->(s)
WITH p, s, a, sale, [o IN cancelled WHERE o.date <= sale.date AND o.endedAt >= sale.date] +
  [o IN cancelled WHERE o.endedAt < sale.date
    AND o.date >= sale.date - duration({seconds: p.seconds})] AS layers
WHERE size(layers) >= p.minCancelled
  AND reduce(m = 0, o IN layers | CASE WHEN o.quantity > m THEN o.quantity ELSE m END)
    >= p.minTimes * sale.quantity
WITH p, s, a, count(sale) AS episodes, sum(size(layers)) AS cancelled, sum(sale.filled) AS sold,
  min(sale.date) AS began, max(sale.date) AS ended
WHERE episodes >= p.minEpisodes
RETURN [a.accountNumber] + COLLECT {
    MATCH (a)<-[:HAS_ACCOUNT {role: 'owner'}]-(c:Customer) RETURN c.customerId } AS entities,
  s.symbol AS security, a.accountNumber AS account, episodes, cancelled, sold, began, ended
ORDER BY episodes DESC, account;
