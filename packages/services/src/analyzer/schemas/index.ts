// The shapes of the HTTP API. One definition gives the types, the validation of what comes in, what goes out, and
// /openapi.json.
export * from './captures.ts';
export * from './common.ts';
export * from './fields.ts';
export * from './flows.ts';
export * from './hosts.ts';
export * from './mesh.ts';
export * from './mesh-time.ts';
export * from './mesh-view.ts';
export * from './packets.ts';
export * from './responses.ts';
export * from './security.ts';
export * from './status.ts';
export * from './totals.ts';
