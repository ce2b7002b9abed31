// Schemas of the HTTP API. Each definition gives the types, the validation of requests, the serialisation of responses,
// and its part of /openapi.json.
export * from './captures.ts';
export * from './common.ts';
export * from './fields.ts';
export * from './flows.ts';
export * from './hosts.ts';
export * from './io-graph.ts';
export * from './mesh.ts';
export * from './mesh-time.ts';
export * from './mesh-view.ts';
export * from './objects.ts';
export * from './overviews.ts';
export * from './packets.ts';
export * from './responses.ts';
export * from './security.ts';
export * from './status.ts';
export * from './totals.ts';
