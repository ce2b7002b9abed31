export { type NodeOptions, type RunningNode, runNode } from './node.ts';
export { type Task, type TaskOptions, tasksOf } from './tasks.ts';
