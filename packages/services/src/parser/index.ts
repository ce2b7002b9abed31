// The parser's interface.

export { BATCH_PACKETS, PacketParser, type Parsed, type ParserOptions } from './packet-parser.ts';
export { type ParserServer, type ParserServerOptions, startParserServer } from './server.ts';
