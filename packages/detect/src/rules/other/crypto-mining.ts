import { endpoint } from '../addresses.ts';
import type { Rule } from '../rule.ts';
import { RESOURCE_HIJACKING } from '../techniques.ts';

export const cryptoMining: Rule = {
  id: 'crypto-mining',
  title: 'Cryptocurrency mining',
  severity: 'medium',
  technique: RESOURCE_HIJACKING,
  threshold:
    'one message of a miner to its pool: Stratum (mining.subscribe, mining.authorize, eth_submitLogin), or the login of Monero miners',
  source:
    'Stratum v1 (lines of JSON-RPC), as cgminer, ethminer and XMRig speak it; Suricata has ET COINMINER for it',
  exemptions: 'Stratum over TLS, which hides its contents; other JSON-RPC.',
  advice:
    'Find the program on the client. Unless you mine yourself, the host is compromised: isolate it, and look how it got in.',
  watch(report) {
    return {
      suspect({ what, client, server, serverPort, time, frame, stream }) {
        if (what !== 'mining') return;
        const target = endpoint(server, serverPort);
        report({
          key: `${client} ${target}`,
          time,
          source: client,
          target,
          confidence: 0.95,
          summary: `${client} mines for the pool ${target}`,
          frames: [frame],
          streams: [stream],
        });
      },
    };
  },
};
