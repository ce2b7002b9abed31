export { type Call, callNodes, type Outcome, sendPlain } from './master.ts';
