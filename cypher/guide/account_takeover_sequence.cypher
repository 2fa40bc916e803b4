// Account takeover: a change of contact, a new payee and a transfer, one after the other
// Looks for: the sequence of events of a takeover in the last 30 days: somebody changes the telephone
//   number or the e-mail address, adds an external account and pays it, all within hours and from
//   one device.
// Misses: attackers who change a password only, or take their time; what is older than 30 days.
// Look-alike: somebody with a new number who pays for a house move.
WITH {days: 30, hours: 24} AS p
MATCH (change:ChangePhone|ChangeEmail)
WHERE change.createdAt >= datetime() - duration({days: p.days})
MATCH (d:Device)<-[:SESSION_USES_DEVICE]-(s:Session)
  -[:HAS_CHANGE_PHONE|HAS_CHANGE_EMAIL]->(change)
MATCH (c:Customer)-[:HAS_SESSION]->(s)
MATCH (c)-[:HAS_SESSION]->(s2:Session)-[:HAS_ADD_EXTERNAL_ACCOUNT]->(added:AddExternalAccount)
WHERE added.createdAt >= change.createdAt
  AND added.createdAt <= change.createdAt + duration({hours: p.hours})
  AND EXISTS { (s2)-[:SESSION_USES_DEVICE]->(d) }
MATCH (added)-[:ADD_ACCOUNT]->(payee:Account)
MATCH (c)-[:HAS_SESSION]->(s3:Session)-[:HAS_TRANSFER]->(transfer:Transfer)
WHERE transfer.createdAt >= added.createdAt
  AND transfer.createdAt <= change.createdAt + duration({hours: p.hours})
MATCH (transfer)-[:HAS_TRANSACTION]->(t:Transaction)-[:BENEFITS_TO]->(payee)
WITH c, d, payee, change, count(DISTINCT t) AS transfers, collect(DISTINCT t) AS paid
RETURN [c.customerId, d.deviceId, payee.accountNumber] AS entities, transfers,
  reduce(s = 0.0, t IN paid | s + t.amount) AS amount, change.createdAt AS at
ORDER BY at;
