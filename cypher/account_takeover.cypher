// Account takeover: somebody else signs in, and the account is emptied
// Looks for: a device that a customer registers, adds a payee from, pays this payee from, and does
//   not use again after two weeks.
// Misses: attackers who keep the device, pay a payee who was known, or pay by other means.
// Look-alike: somebody with a new phone who pays for a house move: the phone stays in use, unless
//   the data end before that shows.
WITH {hours: 336, minAmount: 100} AS p
MATCH (r:RegisterDevice)-[:REGISTERS]->(d:Device)
MATCH (c:Customer)-[:HAS_SESSION]->(:Session)-[:HAS_REGISTER_DEVICE]->(r)
MATCH (d)<-[:SESSION_USES_DEVICE]-(s:Session)<-[:HAS_SESSION]-(c)
WITH p, c, d, r, collect(s) AS sessions, max(s.createdAt) AS last
WHERE last <= r.createdAt + duration({hours: p.hours})
UNWIND sessions AS s
MATCH (s)-[:HAS_ADD_EXTERNAL_ACCOUNT]->(added:AddExternalAccount)-[:ADD_ACCOUNT]->(payee:Account)
WITH p, c, d, r, sessions, last, payee, min(added.createdAt) AS addedAt
UNWIND sessions AS s
MATCH (s)-[:HAS_TRANSFER]->(:Transfer)-[:HAS_TRANSACTION]->(t:Transaction)-[:BENEFITS_TO]->(payee)
WHERE t.date >= addedAt AND t.amount >= p.minAmount
MATCH (victim:Account)-[:PERFORMS]->(t)
WITH c, d, r, sessions, last, collect(DISTINCT victim) + collect(DISTINCT payee) AS accounts,
  collect(DISTINCT payee) AS payees, sum(t.amount) AS taken, count(t) AS transfers
WITH *, COLLECT { UNWIND sessions AS s
  MATCH (s)-[:HAS_CHANGE_PHONE|HAS_CHANGE_EMAIL|HAS_CHANGE_PASSWORD]->(e)
  RETURN DISTINCT [x IN labels(e) WHERE x <> 'Event'][0] } AS changed
WHERE size(changed) > 0
RETURN [c.customerId, d.deviceId] + [x IN accounts | x.accountNumber] + COLLECT {
    UNWIND payees AS x MATCH (x)<-[:HAS_ACCOUNT {role: 'owner'}]-(m:Customer)
    RETURN DISTINCT m.customerId } AS entities,
  c.customerId AS victim, d.deviceId AS device, changed, [x IN payees | x.accountNumber] AS payees,
  transfers, round(taken, 2) AS taken, r.createdAt AS registered, last AS lastSeen
ORDER BY taken DESC, victim;
