// State shared by all routes.
import type { Store } from '@eyrie/store';
import type { Details } from './bytes/detail.ts';
import type { Redissector } from './bytes/redissect.ts';
import type { Intake } from './intake.ts';
import type { LiveHub } from './live/hub.ts';
import type { Metrics } from './metrics.ts';
import type { StatusReport } from './routes/status.ts';

export interface Context {
  readonly store: Store;
  readonly redissector: Redissector;
  readonly details: Details;
  /** Null: a read-only analyzer without a pipeline. */
  readonly intake: Intake | null;
  readonly hub: LiveHub;
  readonly metrics: Metrics;
  readonly report: StatusReport;
  /** Folder of uploaded captures. */
  readonly folder: string;
  readonly uploadBytesMax: number;
}
