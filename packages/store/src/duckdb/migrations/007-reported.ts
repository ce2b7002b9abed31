// Up to which packet conversations, names and findings are stored, while an import holds them back (rows.ts, StoreBatch).
export const sql = 'ALTER TABLE captures ADD COLUMN reported BIGINT';
