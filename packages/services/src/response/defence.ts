// Defence as a companion of a peer: a sensor at every peer, and the response desk at the authority.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Companion, ControlError, type Log, type Peer, type Reloadable } from '@eyrie/mesh';
import { BlockedAddresses } from './blocked.ts';
import { ResponseDesk } from './desk.ts';
import { parseResponsePolicy, RESPONSE_EXAMPLE, type ResponsePolicy, ResponsePolicyError } from './policy.ts';
import { Sensor } from './sensor.ts';

/**
 * @param folder the peer's, with `response.toml`, `blocked.txt` and `audit.jsonl`
 * @throws ResponsePolicyError if the policy cannot be read
 */
export function startDefence(peer: Peer, folder: string, log: Log): Companion {
  const sensor = new Sensor(peer);
  const desk = peer.authority === null ? null : openDesk(peer, folder, log);
  sensor.start();
  desk?.start();
  const here = (): ResponseDesk => {
    if (desk !== null) return desk;
    throw new ControlError(
      `${peer.id} does not hold the authority of this mesh, where responses are decided`,
    );
  };
  return {
    methods: {
      responses: () => here().responses(),
      release: ({ id, reason }) => {
        const problem = here().release(String(id), typeof reason === 'string' ? reason : '');
        if (problem !== null) throw new ControlError(problem);
      },
    },
    files: desk === null ? [] : [responseFile(desk, folder)],
    stop: () => {
      sensor.stop();
      desk?.stop();
    },
  };
}

function openDesk(peer: Peer, folder: string, log: Log): ResponseDesk {
  const blocked = new BlockedAddresses(join(folder, 'blocked.txt'), peer.runtime.clock.nowMs());
  const audit = peer.authority!.audit;
  const desk = new ResponseDesk({ peer, policy: policyIn(folder), blocked, audit });
  desk.onResponse.push(({ peer: id, address, rule, answer, isDone, why }) =>
    log('warn', isDone ? 'peer answered by policy' : 'response advised', {
      peer: id || address,
      rule,
      answer,
      ...(why === '' ? {} : { why }),
    }),
  );
  return desk;
}

function responseFile(desk: ResponseDesk, folder: string): Reloadable {
  return {
    file: 'response.toml',
    read: () => {
      desk.policy = policyIn(folder);
    },
  };
}

/** Loads the policy; writes the example if there is none. @throws ResponsePolicyError */
function policyIn(folder: string): ResponsePolicy {
  const path = join(folder, 'response.toml');
  if (!existsSync(path)) writeFileSync(path, RESPONSE_EXAMPLE, { mode: 0o600 });
  try {
    return parseResponsePolicy(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof ResponsePolicyError) throw new ResponsePolicyError(`${path}: ${error.message}`);
    throw error;
  }
}
