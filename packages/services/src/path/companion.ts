// Path measurement as a companion of a running peer: answers the shell, and other peers if it watches an interface.
import { type Companion, ControlError, type Peer } from '@eyrie/mesh';
import { PathError, PathWatch } from './watch.ts';

export interface PathCompanion extends Companion {
  readonly watch: PathWatch;
}

export function pathCompanion(peer: Peer): PathCompanion {
  const watch = new PathWatch(peer);
  return {
    watch,
    methods: {
      path: async ({ from, to }) => {
        if (typeof from !== 'string' || typeof to !== 'string')
          throw new ControlError('"from" or "to" is missing');
        return watch.between(from, to).catch((error) => {
          throw error instanceof PathError ? new ControlError(error.message) : error;
        });
      },
    },
    stop: () => void watch.stop(),
  };
}
