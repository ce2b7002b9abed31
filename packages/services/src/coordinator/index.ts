export { type Coordinator, startCoordinator } from './coordinator.ts';
