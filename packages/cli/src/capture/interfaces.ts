// The interfaces of this machine, as `eyrie capture --list` and `eyrie read -D` print them.
import { CaptureError, listInterfaces as findInterfaces } from '@eyrie/capture';
import { FAILED, UserError } from '../errors.ts';

/** @throws UserError where there is no program that knows them. */
export async function listInterfaces(asJson: boolean): Promise<void> {
  const interfaces = await findInterfaces().catch((error: unknown) => {
    throw error instanceof CaptureError ? new UserError(error.message, FAILED) : error;
  });
  if (asJson) {
    const items = interfaces.map(({ name, description, addresses, isUp, isLoopback }) => ({
      ...{ name, description, addresses, is_up: isUp, is_loopback: isLoopback },
    }));
    console.log(JSON.stringify(items, null, 2));
    return;
  }
  const width = Math.max(...interfaces.map(({ name }) => name.length));
  for (const { name, description, addresses, isUp, isLoopback } of interfaces) {
    const facts = [isUp ? 'up' : 'down', ...(isLoopback ? ['loopback'] : []), ...addresses];
    console.log(`${name.padEnd(width)}  ${facts.join(' ')}${description === '' ? '' : `  (${description})`}`);
  }
}
