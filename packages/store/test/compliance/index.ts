// What every store does, run against each engine.

import { after, before, describe } from 'node:test';
import type { Store } from '../../src/store.ts';
import { storesOnce } from './batches.ts';
import { agrees } from './filters.ts';
import { readsFlows } from './flows.ts';
import { leadsBack } from './leads.ts';
import { readsPackets } from './packets.ts';
import { removes } from './removal.ts';
import { type Make, stored } from './stored.ts';

export function complianceOf(name: string, make: Make): void {
  describe(`${name}: a capture`, () => {
    let store: Store;
    before(async () => {
      store = await stored(make);
    });
    after(() => store.close());
    readsPackets(() => store);
    readsFlows(() => store);
  });
  describe(`${name}: leads`, () => leadsBack(make));
  describe(`${name}: display filters`, () => agrees(make));
  describe(`${name}: batches`, () => storesOnce(make));
  describe(`${name}: what goes`, () => removes(make));
}
