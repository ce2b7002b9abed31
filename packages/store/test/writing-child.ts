// Stores a capture batch by batch at the address given, and says each sequence once it is stored. For tests that kill it.
import { openStore } from '../src/open.ts';
import { batchesOf, OFFICE_HOUR } from './support.ts';

const store = await openStore(process.argv[2]!);
for (const batch of batchesOf(OFFICE_HOUR, 100)) {
  await store.write(batch);
  process.stdout.write(`${batch.sequence}\n`);
}
// Not closed: it ends when it is killed.
setInterval(() => {}, 1000);
