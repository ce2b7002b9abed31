export { type AttackOptions, type AttackReport, latencyText, runAttack } from './attack.ts';
