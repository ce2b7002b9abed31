// Status codes and reason phrases of RTSP (RFC 2326 §7.1.1).

const CODES = `
100 Continue
200 OK
201 Created
250 Low on Storage Space
300 Multiple Choices
301 Moved Permanently
302 Moved Temporarily
303 See Other
304 Not Modified
305 Use Proxy
400 Bad Request
401 Unauthorized
402 Payment Required
403 Forbidden
404 Not Found
405 Method Not Allowed
406 Not Acceptable
407 Proxy Authentication Required
408 Request Timeout
410 Gone
411 Length Required
412 Precondition Failed
413 Request Entity Too Large
414 Request-URI Too Long
415 Unsupported Media Type
451 Invalid Parameter
452 Illegal Conference Identifier
453 Not Enough Bandwidth
454 Session Not Found
455 Method Not Valid In This State
456 Header Field Not Valid
457 Invalid Range
458 Parameter Is Read-Only
459 Aggregate Operation Not Allowed
460 Only Aggregate Operation Allowed
461 Unsupported Transport
462 Destination Unreachable
500 Internal Server Error
501 Not Implemented
502 Bad Gateway
503 Service Unavailable
504 Gateway Timeout
505 RTSP Version Not Supported
551 Option Not Support
`;

/** Reason phrase by code. */
export const rtspPhrases: ReadonlyMap<number, string> = new Map(
  CODES.trim()
    .split('\n')
    .map((line) => [Number(line.slice(0, 3)), line.slice(4)]),
);
