// What a rule knows of its finding (rows.ts, FindingDetail), as JSON.
export const sql = 'ALTER TABLE findings ADD COLUMN detail TEXT';
