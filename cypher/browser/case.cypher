// The truth: one crime, and all who belong to it
// Shows: a case that was planted with its members and their payments: the answer to hold an alert
//   against.
MATCH (g:GroundTruth {kind: 'crime'})
WITH g ORDER BY g.caseId LIMIT 1
MATCH path = (g)<-[:MEMBER_OF]-()
RETURN path LIMIT 100;
