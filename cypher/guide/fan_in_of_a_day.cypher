// Fan-in of a day: many people pay one account on one day
// Looks for: accounts of customers that many accounts pay on one day of the last 30.
// Misses: what is spread over days; what is older than 30 days.
// Look-alike: who collects for a present, or for the rent.
WITH {days: 30, minSenders: 5} AS p
MATCH (m:Internal)<-[:BENEFITS_TO]-(t:Transaction)
WHERE t.date >= datetime() - duration({days: p.days})
MATCH (s:Account)-[:PERFORMS]->(t)
WITH p, m, date(t.date) AS day, collect(DISTINCT s) AS senders, sum(t.amount) AS total,
  min(t.date) AS began, max(t.date) AS ended
WHERE size(senders) >= p.minSenders
RETURN [m.accountNumber] + [s IN senders | s.accountNumber] AS entities, day,
  size(senders) AS senders, round(total, 2) AS total, duration.between(began, ended) AS span
ORDER BY senders DESC, entities;
