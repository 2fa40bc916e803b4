// Account takeover: a change of contact, a new payee and a transfer in one session
// Looks for: the sequence of events of a session in the last 30 days: somebody signs in, changes the
//   telephone number or the e-mail address, adds an external account, and transfers money.
// Misses: attackers who spread this over sessions; what is older than 30 days.
// Look-alike: somebody with a new number who pays for a house move.
WITH {days: 30} AS p
MATCH (change:ChangePhone|ChangeEmail)
WHERE change.createdAt >= datetime() - duration({days: p.days})
MATCH (auth:Authentication)-[:NEXT]->*(change)-[:NEXT]->+(added:AddExternalAccount)
  -[:NEXT]->+(transfer:Transfer)
MATCH (c:Customer)-[:HAS_SESSION]->(s:Session)-[:HAS_TRANSFER]->(transfer)
MATCH (s)-[:SESSION_USES_DEVICE]->(d:Device), (s)-[:USES_IP]->(ip:IP)
MATCH (transfer)-[:HAS_TRANSACTION]->(t:Transaction)-[:BENEFITS_TO]->(payee:Account)
WHERE (added)-[:ADD_ACCOUNT]->(payee)
RETURN DISTINCT [c.customerId, d.deviceId, payee.accountNumber] AS entities,
  s.sessionId AS session, ip.ipAddress AS ip, t.amount AS amount, transfer.createdAt AS at
ORDER BY at;
