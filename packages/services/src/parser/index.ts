// The parser's interface.

export { PacketParser } from './packet-parser.ts';
export { type ParserServer, startParserServer } from './server.ts';
