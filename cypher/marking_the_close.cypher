// Marking the close: purchases in the last minutes of a session, of one stock
// Looks for: an account that gives several orders to buy one stock in the last minutes before the
//   exchange closes, on several days, and buys nothing else then.
// Misses: who marks once, marks several stocks, or also buys others late; another time of closing,
//   and days on which it is earlier. That the close was lifted and the next open was not cannot be
//   seen: prices are series, and not in the graph.
// Look-alike: a fund that follows an index: it buys near the close too, but several stocks.
WITH {zone: 'America/New_York', closes: 960, minutes: 5, minDays: 2, minOrders: 4, minShare: 0.6} AS p
MATCH (o:Order {side: 'buy'})
WITH p, o, datetime({datetime: o.date, timezone: p.zone}) AS at
WITH p, o, at, at.hour * 60 + at.minute AS minute
WHERE minute < p.closes AND minute >= p.closes - p.minutes
MATCH (a:Account)-[:PLACES]->(o)-[:FOR_SECURITY]->(s:Security)
WITH p, a, s, collect(o) AS orders, collect(DISTINCT date(at)) AS days
WITH p, a, collect({s: s, orders: orders, days: days}) AS stocks, sum(size(orders)) AS late
UNWIND stocks AS x
WITH p, a, late, x.s AS s, x.orders AS orders, x.days AS days
WHERE size(orders) >= p.minOrders AND size(days) >= p.minDays
  AND size(orders) >= p.minShare * late
RETURN [a.accountNumber] + COLLECT {
    MATCH (a)<-[:HAS_ACCOUNT {role: 'owner'}]-(c:Customer) RETURN c.customerId } AS entities,
  s.symbol AS security, a.accountNumber AS account, size(days) AS closes,
  size(orders) AS orders, reduce(n = 0, o IN orders | n + o.filled) AS bought, days
ORDER BY orders DESC, account;
