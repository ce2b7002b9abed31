export {
  type EmulateOptions,
  type EmulateReport,
  emulate,
  Interrupted,
  type Sample,
} from './emulate/emulation.ts';
export { serveHost } from './emulate/host-process.ts';
export { LabError, whyNoNamespaces } from './emulate/namespaces.ts';
export { HOSTS_MAX } from './emulate/plan.ts';
export { emulatePlot } from './emulate/plot.ts';
export { clean } from './emulate/stage.ts';
export { emulateText, tableHead, tableLine } from './emulate/table.ts';
export { type Quantiles, quantilesOf } from './quantiles.ts';
export { simulatePlot } from './simulate/plot.ts';
export type { SimulateReport } from './simulate/report.ts';
export type { PartitionSettings, SimulateSettings } from './simulate/settings.ts';
export { Simulation } from './simulate/simulation.ts';
export { momentHead, momentLine, simulateText } from './simulate/table.ts';
export type { Moment } from './simulate/truth.ts';
