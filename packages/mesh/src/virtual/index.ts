export { VirtualClock } from './clock.ts';
export { hostOf, VirtualMesh, type VirtualMeshOptions } from './mesh.ts';
export { type NetworkOptions, VirtualNetwork, VirtualTransport } from './network.ts';
export { SeededRandom } from './random.ts';
