// Details of a rule's finding (rows.ts, FindingDetail), as JSON.
export const sql = 'ALTER TABLE findings ADD COLUMN detail VARCHAR';
