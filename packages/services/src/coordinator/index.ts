export { type Coordinator, type CoordinatorOptions, startCoordinator } from './coordinator.ts';
export { type Ask, addMeshRoutes } from './routes.ts';
