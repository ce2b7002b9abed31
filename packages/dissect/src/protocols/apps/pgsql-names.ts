// Names of PostgreSQL messages and codes (PostgreSQL 16, chapter 55).

const letters = (names: Readonly<Record<string, string>>): ReadonlyMap<number, string> =>
  new Map(Object.entries(names).map(([letter, name]) => [letter.charCodeAt(0), name]));

export const frontendNames = letters({
  p: 'Password message',
  Q: 'Simple query',
  P: 'Parse',
  B: 'Bind',
  E: 'Execute',
  D: 'Describe',
  C: 'Close',
  H: 'Flush',
  S: 'Sync',
  F: 'Function call',
  d: 'Copy data',
  c: 'Copy completion',
  f: 'Copy failure',
  X: 'Termination',
});

export const backendNames = letters({
  R: 'Authentication request',
  K: 'Backend key data',
  2: 'Bind completion',
  3: 'Close completion',
  C: 'Command completion',
  d: 'Copy data',
  c: 'Copy completion',
  G: 'Copy in response',
  H: 'Copy out response',
  W: 'Copy both response',
  D: 'Data row',
  I: 'Empty query',
  E: 'Error',
  V: 'Function call response',
  v: 'Negotiate protocol version',
  n: 'No data',
  N: 'Notice',
  A: 'Notification',
  t: 'Parameter description',
  S: 'Parameter status',
  1: 'Parse completion',
  s: 'Portal suspended',
  Z: 'Ready for query',
  T: 'Row description',
});

export const authenticationNames = {
  0: 'Success',
  1: 'Kerberos V4',
  2: 'Kerberos V5',
  3: 'Plaintext password',
  4: 'crypt()ed password',
  5: 'MD5 password',
  6: 'SCM credentials',
  7: 'GSSAPI',
  8: 'GSSAPI/SSPI continue',
  9: 'SSPI',
  10: 'SASL',
  11: 'SASL continue',
  12: 'SASL complete',
};

export const statusNames = { 73: 'Idle', 84: 'In a transaction', 69: 'In a failed transaction' };

export const formatNames = { 0: 'Text', 1: 'Binary' };
