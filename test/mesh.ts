// The unit tests of the mesh, its clock and the lab: they import little of what the others do, and each of the two processes
// takes half as long.
import { runFilesOf } from './support/one-process.ts';

runFilesOf('test/mesh.ts');
