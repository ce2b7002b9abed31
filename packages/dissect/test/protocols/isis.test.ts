// IS-IS, ES-IS and CLNP over LLC.
import { testCases } from './support.ts';

testCases('IS-IS', [
  // l1 hello
  [
    `0180c2000014020000000001008afefe03831b01000f01000001111111111111001e00874011111111111101010403490001
    8102cc8e84040a000001e810fe80000000000000000000000000000106060200000000020a050161626364f00f0000000001
    22222222222200000002e50400008002d30300001e081400000000000000000000000000000000000000008907726f757465
    7231`,
    'eth:llc:osi:isis:isis.hello',
    'ISIS HELLO',
    'L1 HELLO, System-ID: 1111.1111.1111',
    {
      'isis.type': '15',
      'isis.hello.source_id': '1111.1111.1111',
      'isis.hello.lan_id': '1111.1111.1111.01',
      'isis.hello.clv_ipv4_int_addr': '10.0.0.1',
    },
  ],
  // p2p hello
  [
    `0180c20000140200000000010083fefe03831401001101000003111111111111001e0080010104034900018102cc8e84040a
    000001e810fe80000000000000000000000000000106060200000000020a050161626364f00f000000000122222222222200
    000002e50400008002d30300001e081400000000000000000000000000000000000000008907726f7574657231`,
    'eth:llc:osi:isis:isis.hello',
    'ISIS HELLO',
    'P2P HELLO, System-ID: 1111.1111.1111',
    {
      'isis.type': '17',
      'isis.hello.source_id': '1111.1111.1111',
      'isis.hello.clv_ipv4_int_addr': '10.0.0.1',
    },
  ],
  // lsp 20
  [
    `0180c200001402000000000100b4fefe03831b01001401000000b104b01111111111110000000000071da803010403490001
    8101cc8907726f757465723184040a000001020c000a80808011111111111100160b1111111111110000000a00800c0a8080
    800a000000ff000000820c0a8080800a000000ff00000087080000000a180a0001ec0a0000000a002020010db886040a0000
    01f2050a000001000a050161626364de0d00021111111111110000000a00ed0c00020000000a002020010db8`,
    'eth:llc:osi:isis:isis.lsp',
    'ISIS LSP',
    'L2 LSP, LSP-ID: 1111.1111.1111.00-00, Sequence: 0x00000007, Lifetime:  1200s [ISIS CHECKSUM INCORRECT]',
    {
      'isis.type': '20',
      'isis.lsp.lsp_id': '1111.1111.1111.00-00',
      'isis.lsp.hostname': 'router1',
      'isis.lsp.ext_ip_reachability.ipv4_prefix': '10.0.1.0',
    },
  ],
  // lsp purge
  [
    '0180c2000014020000000001001efefe03831b010012010000001b00001111111111110000000000071da803',
    'eth:llc:osi:isis:isis.lsp',
    'ISIS LSP',
    'L1 LSP, LSP-ID: 1111.1111.1111.00-00, Sequence: 0x00000007, Lifetime:     0s',
    { 'isis.type': '18', 'isis.lsp.lsp_id': '1111.1111.1111.00-00' },
  ],
  // lsp ol
  [
    '0180c2000014020000000001001efefe03831b010012010000001b04b01111111111110102000000071da887',
    'eth:llc:osi:isis:isis.lsp',
    'ISIS LSP',
    'L1 LSP, LSP-ID: 1111.1111.1111.01-02, Sequence: 0x00000007, Lifetime:  1200s [ISIS CHECKSUM INCORRECT]',
    { 'isis.type': '18', 'isis.lsp.lsp_id': '1111.1111.1111.01-02' },
  ],
  // csnp 24
  [
    `0180c20000140200000000010041fefe038321010018010000003e111111111111000000000000000000ffffffffffffffff
    091004b01111111111110000000000071da80a0501616263640c020000`,
    'eth:llc:osi:isis:isis.csnp',
    'ISIS CSNP',
    'L1 CSNP, Source-ID: 1111.1111.1111.00, Start LSP-ID: 0000.0000.0000.00-00, End LSP-ID: ffff.ffff.ffff.ff-ff',
    {
      'isis.type': '24',
      'isis.csnp.lsp_id': '1111.1111.1111.00-00',
      'isis.csnp.source_id': '1111.1111.1111',
    },
  ],
  // psnp 26
  [
    `0180c20000140200000000010026fefe03831101001a010000002311111111111100091004b0111111111111000000000007
    1da8`,
    'eth:llc:osi:isis:isis.psnp',
    'ISIS PSNP',
    'L1 PSNP, Source-ID: 1111.1111.1111.00',
    { 'isis.type': '26', 'isis.csnp.lsp_id': '1111.1111.1111.00-00' },
  ],
  // type 0
  [
    '0180c2000014020000000001001ffefe03831c0100000100000000000000000000000000000000000000000000',
    'eth:llc:osi:isis',
    'ISIS',
    'Unknown (0x0)',
    { 'isis.type': '0' },
  ],
  // li small
  [
    '0180c2000014020000000001001efefe03830701000f01000000000000000000000000000000000000000000',
    'eth:llc:osi:isis',
    'ISIS',
    '',
  ],
  // tlv over
  [
    '0180c20000140200000000010021fefe03831b01000f01000001111111111111001e0100401111111111110101ff00',
    'eth:llc:osi:isis:isis.hello',
    'ISIS HELLO',
    'L1 HELLO, System-ID: 1111.1111.1111',
    { 'isis.type': '15', 'isis.hello.source_id': '1111.1111.1111', 'isis.hello.lan_id': '1111.1111.1111.01' },
  ],
  // tlv half
  [
    '0180c2000014020000000001001ffefe03831b01000f01000001111111111111001e0100401111111111110101',
    'eth:llc:osi:isis:isis.hello',
    'ISIS HELLO',
    'L1 HELLO, System-ID: 1111.1111.1111[Malformed Packet]',
    { 'isis.type': '15', 'isis.hello.source_id': '1111.1111.1111', 'isis.hello.lan_id': '1111.1111.1111.01' },
  ],
  // cut header
  ['0180c20000140200000000010007fefe03831b0100', 'eth:llc:osi:isis', 'ISIS', '[Malformed Packet]'],
]);

testCases('ES-IS and CLNP', [
  // esis is
  [
    '0180c20000140200000000010017fefe038214010004001e00000a49000100000000000001',
    'eth:llc:osi:esis',
    'ESIS',
    'IS HELLO',
    { 'esis.type': '4', 'esis.net': '49000100.000000000001' },
  ],
  // clnp dt
  [
    `0180c20000140200000000010036fefe03811f01401c003300000a490001000000000000010a490001000000000000024141
    414141414141414141414141414141414141`,
    'eth:llc:osi:clnp:data',
    'CLNP',
    'DT NPDU ',
    { 'clnp.type': '28', 'clnp.dsap': '49000100000000000001' },
  ],
  // clnp er
  [
    `0180c20000140200000000010059fefe038123014001005600000a490001000000000000010a49000100000000000002c102
    0000811f01401c003300000a490001000000000000010a490001000000000000024141414141414141414141414141414141
    414141`,
    'eth:llc:osi:clnp:clnp:data',
    'CLNP',
    'ER NPDU ',
    { 'clnp.type': '1,28', 'clnp.dsap': '49000100000000000001,49000100000000000001' },
  ],
  // clnp short
  ['0180c20000140200000000010007fefe0381170140', 'eth:llc:osi:clnp', 'CLNP', '[Malformed Packet]'],
  // clnp empty
  [
    '0180c20000140200000000010022fefe03811f01401c001f00000a490001000000000000010a49000100000000000002',
    'eth:llc:osi:clnp',
    'CLNP',
    'DT NPDU ',
    { 'clnp.type': '28', 'clnp.dsap': '49000100000000000001' },
  ],
]);
