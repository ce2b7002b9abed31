export { type AttackReport, runAttack } from './attack.ts';
