// Names of operations, results and searches in ldap.log and ldap_search.log (RFC 4511 §4.1.9, §4.2, §4.5.1).

export const operations: Readonly<Record<number, string>> = {
  ...{ 0: 'bind', 1: 'bind', 2: 'unbind', 3: 'search', 4: 'search', 5: 'search', 6: 'modify', 7: 'modify' },
  ...{ 8: 'add', 9: 'add', 10: 'delete', 11: 'delete', 12: 'modify', 13: 'modify', 14: 'compare' },
  ...{ 15: 'compare', 16: 'abandon', 19: 'search', 23: 'extended', 24: 'extended', 25: 'intermediate' },
};

/** By how the client proves who it is. */
export const binds: Readonly<Record<number, string>> = {
  ...{ 0: 'bind simple', 3: 'bind SASL', 9: 'sicily_package_discovery' },
  ...{ 10: 'sicily_negotiate', 11: 'sicily_response' },
};

export const results: Readonly<Record<number, string>> = {
  ...{ 0: 'success', 1: 'operations error', 2: 'protocol error', 3: 'time limit exceeded' },
  ...{ 4: 'size limit exceeded', 5: 'compare false', 6: 'compare true', 7: 'auth method not supported' },
  ...{ 8: 'stronger auth required', 9: 'partial results', 10: 'referral', 11: 'admin limit exceeded' },
  ...{ 12: 'unavailable critical extension', 13: 'confidentiality required', 14: 'SASL bind in progress' },
  ...{ 16: 'no such attribute', 17: 'undefined attribute type', 18: 'inappropriate matching' },
  ...{ 19: 'constraint violation', 20: 'attribute or value exists', 21: 'invalid attribute syntax' },
  ...{
    32: 'no such object',
    33: 'alias problem',
    34: 'invalid DN syntax',
    36: 'alias dereferencing problem',
  },
  ...{ 48: 'inappropriate authentication', 49: 'invalid credentials', 50: 'insufficient access rights' },
  ...{ 51: 'busy', 52: 'unavailable', 53: 'unwilling to perform', 54: 'loop detect' },
  ...{ 60: 'sort control missing', 61: 'offset range error', 64: 'naming violation' },
  ...{ 65: 'object class violation', 66: 'not allowed on non-leaf', 67: 'not allowed on RDN' },
  ...{ 68: 'entry already exists', 69: 'object class mods prohibited', 70: 'results too large' },
  ...{ 71: 'affects multiple DSAs', 76: 'control error', 80: 'other', 118: 'canceled' },
  ...{ 119: 'no such operation', 120: 'too late', 121: 'cannot cancel', 122: 'assertion failed' },
  123: 'authorization denied',
};

export const scopes: Readonly<Record<number, string>> = { 0: 'base', 1: 'single', 2: 'tree' };
export const dereferences: Readonly<Record<number, string>> = {
  ...{ 0: 'never', 1: 'searching', 2: 'finding', 3: 'always' },
};

/** By object identifier. A map: the client may say any text, also the name of what every object has. */
export const extensions: ReadonlyMap<string, string> = new Map([
  ['1.3.6.1.4.1.1466.20037', 'StartTLS'],
  ['1.3.6.1.4.1.4203.1.11.3', 'whoami'],
]);
