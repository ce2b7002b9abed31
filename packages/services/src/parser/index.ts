// Public interface of the parser.

export { PacketParser } from './packet-parser.ts';
export { type ParserServer, startParserServer } from './server.ts';
