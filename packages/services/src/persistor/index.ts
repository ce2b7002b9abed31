// Public interface of the persistor.
export { Keeper, limitsOf } from './keeper.ts';
export { type PersistorServer, startPersistor } from './server.ts';
