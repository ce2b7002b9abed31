// Names of Cassandra opcodes (CQL binary protocol v4 §2.4).

export const opcodeNames: Readonly<Record<number, string>> = {
  0: 'ERROR',
  1: 'STARTUP',
  2: 'READY',
  3: 'AUTHENTICATE',
  5: 'OPTIONS',
  6: 'SUPPORTED',
  7: 'QUERY',
  8: 'RESULT',
  9: 'PREPARE',
  10: 'EXECUTE',
  11: 'REGISTER',
  12: 'EVENT',
  13: 'BATCH',
  14: 'AUTH_CHALLENGE',
  15: 'AUTH_RESPONSE',
  16: 'AUTH_SUCCESS',
};
