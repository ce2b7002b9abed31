// What is loaded when it is opened, as one bundle: with one for each, the code that they share with the first page
// would be cut into so many files that the first page itself became larger.
export { Help } from '../ui/help.tsx';
export { Analysis } from './analysis/analysis.tsx';
export { FlowPage } from './flow/flow-page.tsx';
export { Follow } from './follow/follow.tsx';
export { ColourRules } from './packets/colour-rules.tsx';
export { Replay } from './security/replay.tsx';
export { TimePage } from './time/time.tsx';
export { Values } from './values/values.tsx';
