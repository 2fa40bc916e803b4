// Stack: layers of firms, each of which pays all it got on to those of the next layer
// Looks for: firms that within days are paid for supplies by two or more and pay two or more, to
//   whom nearly all of it goes; those with the same payees are one layer.
// Misses: stacks that take longer than the window; layers of which a large part stays.
// Look-alike: wholesalers between shops and makers: they pay at leisure, and keep a margin.
WITH {hours: 72, minAmount: 100, minPayers: 2, minPayees: 2, leastShare: 0.85, mostShare: 1.02}
  AS p
MATCH (a:Account) WHERE a.accountType = 'BUSINESS'
MATCH (a)-[:PERFORMS]->(t:Transaction) WHERE t.message = 'SUPP' AND t.amount >= p.minAmount
MATCH (t)-[:BENEFITS_TO]->(b:Account) WHERE b.accountType = 'BUSINESS'
WITH p, t.date.epochMillis AS at, t.amount AS amount, a, b
WITH p, at, amount, [{hand: a, other: b, into: false}, {hand: b, other: a, into: true}] AS sides
UNWIND sides AS x
WITH p, x.hand AS hand, collect({other: x.other, into: x.into, at: at, amount: amount}) AS paid
WITH p, hand, [x IN paid WHERE x.into] AS ins, [x IN paid WHERE NOT x.into] AS outs
WHERE size(ins) >= p.minPayers AND size(outs) >= p.minPayees
UNWIND ins AS first
WITH p, hand, first, [x IN ins WHERE x.at >= first.at AND x.at <= first.at + p.hours * 3600000]
  AS ins, [x IN outs WHERE x.at > first.at AND x.at <= first.at + p.hours * 3600000] AS outs
WITH p, hand, ins, outs, reduce(s = 0.0, x IN ins | s + x.amount) AS got,
  reduce(s = 0.0, x IN outs | s + x.amount) AS sent, first.at AS began
WHERE size(ins) >= p.minPayers AND size(outs) >= p.minPayees
  AND sent >= p.leastShare * got AND sent <= p.mostShare * got
WITH hand, ins, outs, got, began ORDER BY size(ins) + size(outs) DESC
WITH hand, collect({ins: ins, outs: outs, got: got, began: began})[0] AS best
// hands that share a payer and a payee are of one layer
WITH collect({hand: hand, payers: [x IN best.ins | x.other], payees: [x IN best.outs | x.other],
  got: best.got, began: best.began}) AS hands
UNWIND hands AS h
WITH h, [x IN hands WHERE any(y IN x.payers WHERE y IN h.payers)
  AND any(y IN x.payees WHERE y IN h.payees)] AS layer
WITH layer, COLLECT { UNWIND layer AS x
  UNWIND [x.hand] + x.payers + x.payees AS a RETURN DISTINCT a } AS accounts,
  reduce(s = 0.0, x IN layer | s + x.got) AS total,
  reduce(s = layer[0].began, x IN layer | CASE WHEN x.began < s THEN x.began ELSE s END) AS began
WITH size(layer) AS hands, total, began, COLLECT {
    UNWIND accounts AS x
    CALL (x) {
      RETURN x.accountNumber AS key
      UNION
      MATCH (x)<-[:HAS_ACCOUNT {role: 'owner'}]-(c:Customer) RETURN c.customerId AS key
    }
    RETURN DISTINCT key ORDER BY key } AS entities
RETURN DISTINCT entities, hands, round(total, 2) AS total, datetime({epochMillis: began}) AS began
ORDER BY total DESC, entities;
