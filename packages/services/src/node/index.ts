export { runNode } from './node.ts';
export { tasksOf } from './tasks.ts';
