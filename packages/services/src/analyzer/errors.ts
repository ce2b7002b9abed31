// All errors of the HTTP API. Codes are stable: programs may rely on them.
import { CaptureError } from '@eyrie/capture';
import { FilterError, nearestNames } from '@eyrie/dissect';
import { StoreError, type StoreErrorCode } from '@eyrie/store';
import type { ErrorAnswer } from './schemas/index.ts';

/** Code and HTTP status of each error. */
export const ERROR_STATUS = {
  bad_request: 400,
  bad_json: 400,
  bad_value: 400,
  unknown_parameter: 400,
  bad_filter: 400,
  bad_time: 400,
  bad_query: 400,
  bad_cursor: 400,
  bad_interface: 400,
  bad_capture_filter: 400,
  not_a_capture: 400,
  unauthorized: 401,
  foreign_origin: 403,
  foreign_host: 403,
  capture_denied: 403,
  not_found: 404,
  no_such_packet: 404,
  no_such_flow: 404,
  no_such_capture: 404,
  no_such_host: 404,
  no_such_buffer: 404,
  no_such_peer: 404,
  method_not_allowed: 405,
  not_running: 409,
  stored_elsewhere: 409,
  capture_failed: 409,
  bytes_gone: 410,
  too_large: 413,
  unsupported_media_type: 415,
  expectation_failed: 417,
  cannot_follow: 422,
  upgrade_required: 426,
  too_slow: 408,
  too_many_requests: 429,
  headers_too_large: 431,
  internal: 500,
  no_intake: 501,
  no_peer: 503,
  no_view: 503,
  no_capture_tool: 501,
  captures_busy: 503,
  store_busy: 503,
  store_away: 503,
  unreachable: 502,
  disk_full: 507,
} as const;

export type ErrorCode = keyof typeof ERROR_STATUS;

export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly statusCode: number;
  readonly hint: string | undefined;
  /** Position of the error in the display filter. */
  readonly at: { at: number; length: number } | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    more: { hint?: string; at?: ApiError['at']; cause?: unknown } = {},
  ) {
    super(plain(clipped(message)), more.cause === undefined ? undefined : { cause: more.cause });
    this.code = code;
    this.statusCode = ERROR_STATUS[code];
    this.hint = more.hint;
    this.at = more.at;
  }

  get answer(): ErrorAnswer {
    const { code, message, hint, at } = this;
    return {
      error: { code, message, ...(hint === undefined ? {} : { hint }), ...(at === undefined ? {} : { at }) },
    };
  }
}

/** What is wrong is quoted, however long it is. */
const MESSAGE_CHARACTERS_MAX = 500;

function clipped(message: string): string {
  const rest = message.length - MESSAGE_CHARACTERS_MAX;
  return rest <= 0 ? message : `${message.slice(0, MESSAGE_CHARACTERS_MAX)} … (${rest} characters more)`;
}

/** Escapes what would break the line, or steer a terminal. */
function plain(message: string): string {
  return message.replaceAll(
    /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
}

/** Maps store errors to API errors. */
const STORE_CODES: Partial<Record<StoreErrorCode, ErrorCode>> = {
  ERR_STORE_AWAY: 'store_away',
  ERR_STORE_CLOSED: 'store_away',
  ERR_STORE_LOCKED: 'store_away',
  ERR_STORE_CLAIMED: 'stored_elsewhere',
  ERR_STORE_BUSY: 'store_busy',
  ERR_STORE_DISK_FULL: 'disk_full',
  ERR_STORE_QUERY: 'bad_value',
  ERR_STORE_CURSOR: 'bad_cursor',
};

const CAPTURE_CODES: Readonly<Record<string, ErrorCode>> = {
  ERR_CAPTURE_UNKNOWN_FORMAT: 'not_a_capture',
  ERR_CAPTURE_EMPTY: 'not_a_capture',
  ERR_CAPTURE_NO_INTERFACE: 'bad_interface',
  ERR_CAPTURE_BAD_FILTER: 'bad_capture_filter',
  ERR_CAPTURE_NO_PERMISSION: 'capture_denied',
  ERR_CAPTURE_NO_TOOL: 'no_capture_tool',
  ERR_CAPTURE_LIVE: 'capture_failed',
  ERR_CAPTURE_BUSY: 'captures_busy',
};

/** Maps errors of Fastify and its plugins. */
const FASTIFY_CODES: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: 'bad_json',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'bad_json',
  FST_ERR_CTP_BODY_TOO_LARGE: 'too_large',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'bad_request',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
};

/**
 * Converts any thrown value to an API error. Unexpected errors become `internal`, without details for the client.
 *
 * @param schemas of the route, from which the error of a wrong parameter lists those that there are
 */
export function apiErrorOf(error: unknown, schemas: RequestSchemas = {}): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof FilterError) return filterError(error);
  if (error instanceof StoreError) return storeError(error);
  if (error instanceof CaptureError)
    return new ApiError(CAPTURE_CODES[error.code] ?? 'bytes_gone', error.message, { cause: error });
  return frameworkError(error, schemas);
}

function filterError({ message, at, length }: FilterError): ApiError {
  return new ApiError('bad_filter', message, { at: { at, length } });
}

/** Suggests field names similar to the unknown name at the error's position. */
export function meant({ filter, at, length }: FilterError): string[] {
  return nearestNames(filter.slice(at, at + length));
}

function storeError(error: StoreError): ApiError {
  return new ApiError(STORE_CODES[error.code] ?? 'internal', error.message, { cause: error });
}

/** Those of HTML forms are refused, as any page may send these. */
export const TYPES_HINT = {
  hint: 'send a capture as "Content-Type: application/octet-stream", all else as application/json',
};

interface FrameworkError {
  readonly code?: string;
  readonly statusCode?: number;
  readonly message?: string;
  readonly validation?: readonly Violation[];
  readonly validationContext?: string;
}

/** By part of the request: querystring, params, body. */
export type RequestSchemas = Readonly<Record<string, unknown>>;

/** A validation error of Ajv. */
interface Violation {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message?: string;
  readonly params: Readonly<Record<string, unknown>>;
}

function frameworkError(thrown: unknown, schemas: RequestSchemas): ApiError {
  const error = (thrown ?? {}) as FrameworkError;
  if (error.validation !== undefined)
    return violation(error.validation[0]!, schemas[error.validationContext ?? '']);
  const code = FASTIFY_CODES[error.code ?? ''];
  if (code === 'unsupported_media_type')
    return new ApiError(code, readable(error.message ?? code), TYPES_HINT);
  if (code !== undefined) return new ApiError(code, readable(error.message ?? code), { cause: thrown });
  if (error.statusCode === 429)
    return new ApiError('too_many_requests', error.message ?? 'too many requests', { hint: 'wait a little' });
  if (error.statusCode !== undefined && error.statusCode < 500)
    return new ApiError('bad_request', readable(error.message ?? 'bad request'), { cause: thrown });
  return new ApiError('internal', 'internal error; see the log of this service', { cause: thrown });
}

function violation({ keyword, instancePath, message, params }: Violation, schema: unknown): ApiError {
  const name = instancePath.slice(1).replaceAll('/', '.');
  if (keyword === 'additionalProperties')
    return new ApiError('unknown_parameter', `there is no parameter "${String(params.additionalProperty)}"`, {
      hint: `${parametersOf(schema)}; see /docs`,
    });
  if (keyword === 'required')
    return new ApiError('bad_value', `"${String(params.missingProperty)}" is missing`, { hint: 'see /docs' });
  const what = name === '' ? 'the body' : name;
  if (keyword === 'enum')
    return new ApiError('bad_value', `${what}: say one of ${(params.allowedValues as unknown[]).join(', ')}`);
  return new ApiError('bad_value', `${what}: ${demand(keyword, params) ?? message ?? 'is not allowed'}`);
}

function parametersOf(schema: unknown): string {
  const names = Object.keys((schema as { properties?: object } | undefined)?.properties ?? {});
  return names.length === 0 ? 'it takes none' : `there are ${names.join(', ')}`;
}

const TYPES: Readonly<Record<string, string>> = {
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  string: 'text',
};

/** What JSON Schema demands of a value, in the words of the other messages; null: Ajv's message is used. */
function demand(keyword: string, { type, limit }: Violation['params']): string | null {
  if (keyword === 'type' && TYPES[String(type)] !== undefined) return `must be ${TYPES[String(type)]}`;
  if (keyword === 'minimum') return `must be at least ${limit}`;
  if (keyword === 'maximum') return `must be at most ${limit}`;
  if (keyword === 'maxLength') return `is longer than ${limit} characters`;
  return keyword === 'minLength' ? 'is empty, or too short' : null;
}

function readable(message: string): string {
  return message.replaceAll('\n', ' ');
}

/** Codes of what is no request, by status. */
export const NOT_HTTP = {
  400: 'bad_request',
  408: 'too_slow',
  431: 'headers_too_large',
} as const satisfies Readonly<Record<number, ErrorCode>>;
