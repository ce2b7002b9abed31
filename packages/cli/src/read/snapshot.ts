// The entry of `eyrie read` for a start-up snapshot: bin/take-snapshot.js evaluates it and stores the heap; bin/eyrie.js starts
// from there. Nothing here may depend on the process that it is evaluated in.
import { newProgram, run } from '../running.ts';
import '../capture/interfaces.ts';
import '../statistics/help.ts';
import '../summary/command.ts';
import './command.ts';
import { addReadCommand } from './options.ts';

const program = newProgram();
addReadCommand(program);

/**
 * Runs `eyrie read` with the process's arguments, and exits: all output is written by then, and Node's own exit would first
 * tear down its heap.
 */
export const main = (): Promise<void> => run(program).then(() => process.exit());
