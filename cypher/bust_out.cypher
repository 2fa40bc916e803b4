// Bust-out: young cards drawn to the limit and over it, by cheques that come back
// Looks for: a customer with several young credit cards on which cheques of others are paid in, of
//   which many come back, while more than their limits is spent.
// Misses: cards paid off by transfer; busts over the cards of several people.
// Look-alike: a wedding: as many young cards, and cheques of relatives of which one comes back; less
//   than the limits is spent.
WITH {minCards: 3, maxAgeMonths: 36, minReturned: 2, returnedShare: 0.3} AS p
MATCH (back:Transaction)-[:BENEFITS_TO]->(card:Account {accountType: 'CREDIT_CARD'})
WHERE back.type = 'CHEQUE'
MATCH (payer:Account)-[:PERFORMS]->(back)
MATCH (card)<-[:HAS_ACCOUNT {role: 'owner'}]-(c:Customer)
WHERE card.openedDate >= back.date - duration({months: p.maxAgeMonths})
WITH p, c, collect(DISTINCT card) AS cards, collect(DISTINCT payer) AS payers,
  count(back) AS cheques, sum(CASE back.status WHEN 'RETURNED' THEN 1 ELSE 0 END) AS returned,
  min(back.date) AS began, max(back.date) AS ended
WHERE size(cards) >= p.minCards AND returned >= p.minReturned
  AND returned >= p.returnedShare * cheques
RETURN [c.customerId] + [x IN cards | x.accountNumber] + [x IN payers WHERE NOT x IN cards
    | x.accountNumber] AS entities,
  c.customerId AS holder, size(cards) AS cards, cheques, returned,
  reduce(s = 0.0, x IN cards | s + x.creditLimit) AS limits, began, ended
ORDER BY returned DESC, holder;
