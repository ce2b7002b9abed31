// The analyzer as a Fastify instance: access control, schemas, routes, errors. It does not listen by itself.

import { cancelledBy, type Store } from '@eyrie/store';
import swagger from '@fastify/swagger';
import websocket from '@fastify/websocket';
import type { Static, TSchema } from '@sinclair/typebox';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyTypeProvider,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from 'fastify';
import packageJson from '../../package.json' with { type: 'json' };
import { notHttp, TOO_SLOW } from '../bus/not-http.ts';
import { addPace, PACE, type Pace } from '../bus/pace.ts';
import { addPage } from '../ui/page.ts';
import { type AuditLog, addAudit } from './audit.ts';
import { Details } from './bytes/detail.ts';
import { Redissector } from './bytes/redissect.ts';
import { leftBy, Turns } from './bytes/turns.ts';
import { addCompression } from './compress.ts';
import type { Context } from './context.ts';
import { ApiError, apiErrorOf, NOT_HTTP, type RequestSchemas } from './errors.ts';
import type { Intake } from './intake.ts';
import { type Compilers, lazyCompilers } from './lazy-compilers.ts';
import { addLimits, clientOf, REQUESTS_PER_MINUTE } from './limits.ts';
import { LiveHub } from './live/hub.ts';
import { producers } from './live/producers.ts';
import { type AskPeer, MeshSource } from './mesh/source.ts';
import { Methods } from './methods.ts';
import { addMetrics, Metrics } from './metrics.ts';
import { guardPatterns } from './patterns.ts';
import { addCaptureRoutes } from './routes/captures.ts';
import { addConversationRoutes } from './routes/conversations.ts';
import { addDocumentRoutes } from './routes/documents.ts';
import { addExportRoute } from './routes/export.ts';
import { addFieldRoutes } from './routes/fields.ts';
import { addFlowRoutes } from './routes/flows.ts';
import { addHostRoutes } from './routes/hosts.ts';
import { addIoGraphRoute } from './routes/io-graph.ts';
import { addLoginRoutes } from './routes/login.ts';
import { addMeshRoutes } from './routes/mesh.ts';
import { addNoteRoutes } from './routes/notes.ts';
import { addObjectRoutes } from './routes/objects.ts';
import { addOverviewRoute } from './routes/overviews.ts';
import { addPacketRoutes } from './routes/packets.ts';
import { addPathRoute } from './routes/path.ts';
import { addResponseRoutes } from './routes/responses.ts';
import { addSecurityRoutes } from './routes/security.ts';
import { addStatusRoutes, StatusReport } from './routes/status.ts';
import { addTotalsRoutes } from './routes/totals.ts';
import { addTransferRoutes } from './routes/transfers.ts';
import { HierarchyLine, TreeLine } from './schemas/index.ts';
import { type Access, addSecurity, Guard } from './security.ts';
import { typed } from './typed.ts';

export interface AnalyzerOptions {
  readonly store: Store;
  /** Imports and captures packets; null: this analyzer only reads. */
  readonly intake: Intake | null;
  /** For uploaded captures. */
  readonly folder: string;
  readonly access: Access;
  readonly log: ServerLog;
  /** Records access to payloads. Default: nothing is recorded. */
  readonly audit?: AuditLog;
  /** Folder of the bundled web page; null: only the API. */
  readonly page: string | null;
  /** A file of TLS secrets, which may grow, that packets are shown with; empty, the default: none. */
  readonly keyLog?: string;
  /** Bytes of one upload. Default 16 GiB. */
  readonly uploadBytesMax?: number;
  /** The store's retention, in words. */
  readonly retention?: string;
  /** The honeypot's folder, whose records are shown; it need not exist yet. Default: none are shown. */
  readonly honeypotFolder?: string;
  /** How to ask a peer of the mesh on this machine. Default: there is none. */
  readonly askPeer?: AskPeer;
  /** How slowly a client may send and read. Default: 64 KiB a minute. */
  readonly pace?: Pace;
  /** Requests a minute from one address that is not this machine. Default 1200. */
  readonly requestsPerMinute?: number;
}

/** The analyzer's log. */
export interface ServerLog {
  debug(message: string, facts?: object): void;
  warn(message: string, facts?: object): void;
  error(message: string, facts?: object): void;
}

/** TypeBox schemas give the types of what handlers get and return. */
export interface TypeBoxProvider extends FastifyTypeProvider {
  validator: this['schema'] extends TSchema ? Static<this['schema']> : unknown;
  serializer: this['schema'] extends TSchema ? Static<this['schema']> : unknown;
}

export type Server = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxProvider
>;

/** Limit of JSON bodies. */
const BODY_BYTES_MAX = 64 << 10;
const UPLOAD_BYTES_MAX = 16 * 2 ** 30;
/** Limit of a message from a client on the live channel. */
const LIVE_BYTES_MAX = 4096;
/** Requests that read many packets again: at once, and waiting for their turn. */
const SURVEYS_MAX = 2;
const SURVEYS_WAITING_MAX = 32;

/**
 * The store stays the caller's: closing the server does not close it.
 *
 * @param compilers of schemas of requests and answers
 */
export async function buildAnalyzer(
  options: AnalyzerOptions,
  compilers: Compilers = lazyCompilers(),
): Promise<Server> {
  const { store, intake, log } = options;
  guardPatterns();
  const app: Server = Fastify({
    bodyLimit: BODY_BYTES_MAX,
    forceCloseConnections: true,
    // Node would refuse it without an error of ours.
    http: { requireHostHeader: false },
    clientErrorHandler: notHttp((status) => NOT_HTTP[status]),
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false } },
    schemaController: { compilersFactory: compilers },
    frameworkErrors: (error, _, reply: FastifyReply) => {
      reply.status(400).send(apiErrorOf(error).answer);
    },
  });
  // HTML forms of other pages could send text/plain: it is not accepted.
  app.removeContentTypeParser('text/plain');
  const metrics = new Metrics();
  const redissector = new Redissector(store, options.keyLog);
  const mesh = new MeshSource(options.askPeer ?? noPeer);
  const retention = options.retention ?? 'everything';
  const report = new StatusReport(store, intake, mesh, packageJson.version, retention);
  const hub = new LiveHub(
    producers(store, intake, () => report.status(hub), mesh),
    (error) => log.warn(`live channel: ${error instanceof Error ? error.message : String(error)}`),
  );
  const context: Context = {
    store,
    intake,
    redissector,
    details: new Details(redissector),
    hub,
    metrics,
    report,
    folder: options.folder,
    uploadBytesMax: options.uploadBytesMax ?? UPLOAD_BYTES_MAX,
  };
  const guard = new Guard(options.access);
  // Before the guard, so that a refused upgrade to WebSocket also closes its connection.
  await app.register(websocket, { options: { maxPayload: LIVE_BYTES_MAX } });
  addErrors(app, log);
  addPace(app, options.pace ?? PACE, NOT_HTTP[TOO_SLOW.status]);
  addHttpRules(app);
  app.addHook('onResponse', async (request, reply) => {
    log.debug(`${request.method} ${request.url} ${reply.statusCode}`, { ms: Math.round(reply.elapsedTime) });
  });
  if (options.audit !== undefined) addAudit(app, options.audit);
  addSecurity(app, guard);
  await addLimits(app, options.requestsPerMinute ?? REQUESTS_PER_MINUTE, clientOf);
  addMetrics(app, metrics);
  addCompression(app);
  app.addHook('preValidation', typed);
  await addShapes(app);
  addRoutes(app, context, guard);
  addMeshRoutes(app, mesh);
  addPathRoute(app, mesh);
  addSecurityRoutes(app, options.honeypotFolder ?? null);
  addResponseRoutes(app, options.askPeer ?? null);
  await addFront(app, options.page);
  app.addHook('preClose', async () => hub.close());
  app.addHook('onClose', async () => redissector.close());
  return app;
}

function addRoutes(app: Server, context: Context, guard: Guard): void {
  app.register(async (scope) => addReadingRoutes(scope as Server, context));
  app.register(async (scope) => addCaptureRoutes(scope as Server, context));
  app.register(async (scope) => {
    addStatusRoutes(scope as Server, context);
  });
  app.register(async (scope) => addLoginRoutes(scope as Server, guard));
  addDocumentRoutes(app);
}

/** Routes that only read: the queries of a client that goes away are cancelled. */
function addReadingRoutes(app: Server, context: Context): void {
  app.addHook('preHandler', (_, reply, done) => cancelledBy(leftBy(reply), done));
  const surveys = new Turns(SURVEYS_MAX, SURVEYS_WAITING_MAX);
  addTotalsRoutes(app, context);
  addIoGraphRoute(app, context, surveys);
  addOverviewRoute(app, context, surveys);
  addPacketRoutes(app, context);
  addExportRoute(app, context);
  addFlowRoutes(app, context);
  addTransferRoutes(app, context);
  addObjectRoutes(app, context, surveys);
  addConversationRoutes(app, context);
  addHostRoutes(app, context);
  addNoteRoutes(app, context);
  addFieldRoutes(app, context);
}

/** The web page, or else a redirect to the API's documentation. */
async function addFront(app: Server, page: string | null): Promise<void> {
  if (page !== null) await addPage(app, page);
  else app.get('/', { schema: { hide: true } }, async (_, reply) => reply.redirect('/docs', 303));
}

/** What a server has to refuse by itself. Node would do it, without an error of ours. */
function addHttpRules(app: Server): void {
  app.server.on('checkExpectation', app.routing);
  app.addHook('onRequest', async ({ headers, raw }) => {
    // RFC 9112 §3.2
    if (headers.host === undefined && raw.httpVersion === '1.1')
      throw new ApiError('bad_request', 'the Host header is missing');
    // RFC 9110 §10.1.1
    if (headers.expect !== undefined && headers.expect.toLowerCase() !== '100-continue')
      throw new ApiError('expectation_failed', 'no other expectation than 100-continue can be met');
  });
}

function addErrors(app: Server, log: ServerLog): void {
  app.setErrorHandler((thrown, request, reply) => {
    const error = apiErrorOf(thrown, request.routeOptions.schema as RequestSchemas | undefined);
    if (error.statusCode >= 500) {
      const cause = (error.cause ?? error) as Error;
      log.error(`${request.method} ${request.url}: ${cause.message}`, { stack: cause.stack });
    }
    if (error.code === 'unauthorized') {
      // A person is redirected to the login page, a program gets the error.
      if (request.method === 'GET' && request.headers.accept?.includes('text/html'))
        return reply.redirect('/login', 303);
      reply.header('www-authenticate', 'Bearer');
    }
    if (error.statusCode === 503) reply.header('retry-after', '1');
    // The rest of a refused body must not be read as the next request.
    if (!request.raw.complete || request.headers.upgrade !== undefined) reply.header('connection', 'close');
    return reply.status(error.statusCode).type('application/json').send(JSON.stringify(error.answer));
  });
  const methods = new Methods(app);
  app.setNotFoundHandler((request, reply) => {
    const allowed = methods.allowed(request.url);
    if (allowed !== null) {
      reply.header('allow', allowed);
      if (request.method === 'OPTIONS') return reply.status(204).send();
      throw new ApiError('method_not_allowed', `${request.method} is not for this address: ${allowed}`);
    }
    throw new ApiError('not_found', `there is no ${request.method} ${request.url.slice(0, 100)}`, {
      hint: 'see /docs',
    });
  });
}

async function noPeer(): Promise<never> {
  throw Object.assign(new Error('no peer of a mesh runs on this machine'), { code: 'ERR_PEER_STOPPED' });
}

async function addShapes(app: Server): Promise<void> {
  app.addSchema(TreeLine);
  app.addSchema(HierarchyLine);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Eyrie',
        description: 'What was captured, in numbers, rows, trees and bytes.',
        version: packageJson.version,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    },
    // Methods of generated clients get their names of it.
    transform: ({ schema, url, route }) => ({
      schema: { ...schema, operationId: operationOf(String(route.method), url) },
      url,
    }),
    refResolver: { buildLocalReference: (json, _, __, i) => String(json.$id ?? `shape-${i}`) },
  });
}

/** `getPacketsByIdBytes` of GET `/packets/:id/bytes`. */
function operationOf(method: string, url: string): string {
  const words = url
    .replaceAll('/:', '/by_')
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1));
  return method.toLowerCase() + words.join('');
}
