// Runs before the start-up snapshot is taken: reads captures as users do, so that the snapshot holds the bytecode that most
// reads need.
import { newProgram } from '../running.ts';
import { addReadCommand } from './options.ts';

/**
 * V8 sizes a class's instances by the first eight (slack tracking). A snapshot ends that early: after fewer, none of them
 * alive, it leaves no room for members within the object. Those with many private members, such as `FlowTable`, then become
 * dictionaries, and reading a fifth slower.
 */
const INSTANCES = 8;

const TASKS = ['-q -z io,phs', '-t r', '-T fields -e frame.number -e frame.time_epoch -e ip.src -e tcp.seq'];

/** @param paths of captures */
export async function warmUp(paths: readonly string[]): Promise<void> {
  for (let i = 0; i < INSTANCES; i++)
    for (const task of TASKS)
      for (const path of paths) {
        const program = newProgram();
        addReadCommand(program);
        // A sample that cannot be read warms nothing.
        await program.parseAsync(['read', ...task.split(' '), path], { from: 'user' }).catch(() => {});
      }
  // A damaged one sets it, and Node would take no snapshot.
  process.exitCode = undefined;
}
