export { type AttackOptions, type AttackReport, runAttack } from './attack.ts';
