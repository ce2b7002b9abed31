// The whole of `eyrie read`, evaluated: scripts/snapshot.js keeps it as it stands in memory, and bin/eyrie.js starts from
// there. Nothing here may depend on the process that it is evaluated in.
import { newProgram, run } from '../running.ts';
import '../capture/interfaces.ts';
import '../statistics/help.ts';
import '../summary/command.ts';
import './command.ts';
import { addReadCommand } from './options.ts';

const program = newProgram();
addReadCommand(program);

/**
 * Reads as the process's arguments say. All that is printed has been written by then; a Node that ends by itself would first
 * take its heap to pieces.
 */
export const main = (): Promise<void> => run(program).then(() => process.exit());
