// Identity ring: invented people who share phones, mailboxes and homes, and draw their credit
// Looks for: customers of the last years who share telephones, mailboxes or homes with one another,
//   and most of whose credit cards are drawn nearly to the limit.
// Misses: rings whose cards are drawn by half, or that share nothing the bank knows of.
// Look-alike: a flat share or a family of newcomers who furnish: they draw less, and pay it off.
WITH {years: 5, minShared: 2, steps: 2, minPeople: 4, drawn: 0.85, leastDrawing: 0.5} AS p
MATCH (newest:Session) WITH p, max(newest.createdAt) AS now
// new customers with a card, and with whom they share what they gave to the bank
MATCH (c:Customer)-[:HAS_ACCOUNT {role: 'owner'}]->(card:Account)
WHERE card.accountType = 'CREDIT_CARD' AND c.customerSince >= now - duration({years: p.years})
WITH DISTINCT p, c
MATCH (c)-[:HAS_PHONE|HAS_EMAIL|HAS_ADDRESS]->()<-[:HAS_PHONE|HAS_EMAIL|HAS_ADDRESS]-(o:Customer)
WITH p, o AS centre, collect(DISTINCT c) AS around WHERE size(around) >= p.minShared
WITH p, collect({centre: centre, around: around}) AS stars
// stars that have somebody in common are one ring: rounds of one step each
UNWIND stars AS star
WITH p, reduce(reached = [star.centre] + star.around, step IN range(1, p.steps) |
  reduce(more = reached, x IN stars | CASE WHEN x.centre IN more OR any(y IN x.around WHERE y IN more)
    THEN more + [y IN [x.centre] + x.around WHERE NOT y IN more] ELSE more END)) AS some
WITH DISTINCT p, COLLECT { UNWIND some AS x WITH x ORDER BY x.customerId RETURN DISTINCT x } AS people
WHERE size(people) >= p.minPeople
// of each the card that is drawn most
WITH p, people, COLLECT { UNWIND people AS c
  MATCH (c)-[:HAS_ACCOUNT {role: 'owner'}]->(card:Account {accountType: 'CREDIT_CARD'})
  WITH c, card, (-card.openingBalance
    + reduce(s = 0.0, x IN COLLECT { MATCH (card)-[:PERFORMS]->(t) RETURN t.amount } | s + x)
    - reduce(s = 0.0, x IN COLLECT { MATCH (card)<-[:BENEFITS_TO]-(t) RETURN t.amount } | s + x))
    / card.creditLimit AS drawn ORDER BY drawn DESC
  WITH c, collect({card: card, drawn: drawn})[0] AS most RETURN most } AS cards
WITH p, people, cards, size([x IN cards WHERE x.drawn >= p.drawn]) AS drawn
WHERE drawn >= p.leastDrawing * size(people)
RETURN [x IN people | x.customerId] + [x IN cards | x.card.accountNumber] AS entities,
  size(people) AS people, size(cards) AS cards, drawn,
  round(reduce(s = 0.0, x IN cards | s + x.card.creditLimit), 2) AS limits
ORDER BY people DESC, entities;
