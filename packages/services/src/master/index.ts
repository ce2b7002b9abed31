export { callNodes, sendPlain } from './master.ts';
